"""A complete, closed chain in memory: how often a queue tries a failed job again.

The smoke plays it, the rules' examples differ from it by one edit, and the guide shows it.

implements: MU-CHAIN-7050
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from muster.chains.sample_answers import answers
from muster.chains.sample_prompts import EXPLORATION, FINAL, LIMIT, SPIKE, WORKER, ZERO

if TYPE_CHECKING:
    from muster.settings import ChainSettings

NAME = "001-retry-limit"  # of its folder
HUMAN = "Ada"
CONDITION = "Whoever starts the worker hands it the limit"
_PROTOCOL = "docs/prompt-chain.md"  # where the settings name none
_SPIKE = "SPIKE PRE PROMPT 1"
_ONBOARDING = """\
---
kind: onboarding
label: 0
actor: {planner}
title: A limit for retries
trace_id: 5b0f0d6e-3c1a-4f57-9a43-0c8d2e6b7a19
---

# Onboarding

## Documents

{documents}

## Rules

- Path safety: a prompt names the files that may change, and nothing else changes.
- QA: `{qa}` after every change, {final_qa} at the end.
- A plan comes before any code.

## Plan

1. Learn how the queue tries a failed job again.
2. Give it a limit.
3. Let the worker keep to the limit.
"""


def sample(settings: ChainSettings) -> dict[str, str]:
    """The names and texts of all turns, in order."""
    turns = [("onboarding", _onboarding(settings)), *_phase_0(settings), *_operation(settings), *_final(settings)]
    return {f"{number:03}-{name}.md": text for number, (name, text) in enumerate(turns, start=1)}


def folder_of(settings: ChainSettings) -> str:
    """Where the chain would stand."""
    return f"{settings.folder.strip('/') or 'chains'}/{NAME}"


def surroundings(settings: ChainSettings) -> dict[str, str]:
    """The paths and texts of the documents that the chain names."""
    named = {
        path: f"# {path}\n\nThis is one of the documents that an agent reads first.\n" for path in settings.documents
    }
    return {**named, protocol_of(settings): "# Prompt chain\n\nThis is how the actors of a chain take their turns.\n"}


def protocol_of(settings: ChainSettings) -> str:
    """The document to which its prompts link."""
    return settings.protocol or _PROTOCOL


def _onboarding(settings: ChainSettings) -> str:
    return _ONBOARDING.format(
        planner=quoted(settings.planner),
        documents="\n".join(f"- `{path}`" for path in (*settings.documents, protocol_of(settings))),
        qa=settings.qa,
        final_qa=" and ".join(f"`{command}`" for command in settings.final_qa),
    )


def _phase_0(settings: ChainSettings) -> list[tuple[str, str]]:
    """Prompt 0, an exploration of what it left open, the decision that this is enough, a SPIKE in control mode."""
    said = answers(settings)
    return [
        ("prompt-0", _prompt(settings, "0", ZERO)),
        ("response-0", _turn("response", "0", settings.executor, said["0"])),
        ("authorization-0a", _authorization(settings, "0a")),
        ("prompt-0a", _prompt(settings, "0a", EXPLORATION)),
        ("response-0a", _turn("response", "0a", settings.executor, said["0a"])),
        ("decision-phase-0", _decision(settings)),
        ("prompt-spike-pre-prompt-1", _prompt(settings, _SPIKE, SPIKE, mode="control")),
        (
            "response-spike-pre-prompt-1",
            _turn("response", _SPIKE, settings.executor, said[_SPIKE], mode="control"),
        ),
    ]


def _operation(settings: ChainSettings) -> list[tuple[str, str]]:
    """Two prompts; the second one is not done, asks for guidance, and has a sub-iteration."""
    guided = {
        **WORKER,
        "PHASE": "Phase 1..N, Prompt 2a",
        "PURPOSE": "Let whoever starts the worker hand it the limit",
        "CONSTRAINTS": f"{CONDITION}; no new dependency",
    }
    return [
        *_step(settings, "1", LIMIT, _skeptic("OK", "PASS")),
        *_step(settings, "2", WORKER, _skeptic("NOTED", "PASS WITH CONDITIONS", CONDITION)),
        *_step(settings, "2a", guided, _skeptic("OK", "PASS")),
    ]


def _final(settings: ChainSettings) -> list[tuple[str, str]]:
    """Prompt N+1, its gates, the closure, and what becomes of the skeptic gate."""
    final = {**FINAL, "TESTS": " and ".join(f"`{command}`" for command in settings.final_qa)}
    closure = "- Decision: CLOSED\n- Summary: The queue tries a failed job five times at most.\n"
    kept = "- Decision: KEEP\n- Reason: The gate found that the worker read its settings too late.\n"
    return [
        *_step(settings, "N+1", final, _skeptic("OK", "PASS"), gate_label="N+1'"),
        ("closure", _turn("closure", "N+1", settings.planner, closure)),
        ("retrospective", _turn("retrospective", "N+1", settings.orchestrator, kept)),
    ]


def _step(
    settings: ChainSettings, label: str, prompt: dict[str, str], skeptic: str, *, gate_label: str = ""
) -> list[tuple[str, str]]:
    """A prompt from its authorization to its skeptic gate."""
    governor = settings.orchestrator
    name = label.lower()
    asked = {"TESTS": f"`{settings.qa}`", **prompt}
    return [
        (f"authorization-{name}", _authorization(settings, label)),
        (f"prompt-{name}", _prompt(settings, label, asked)),
        (f"response-{name}", _turn("response", label, settings.executor, answers(settings)[label])),
        (f"evidence-gate-{name}", _turn("gate", label, governor, _EVIDENCE, gate="evidence")),
        (f"skeptic-gate-{name}", _turn("gate", gate_label or label, governor, skeptic, gate="skeptic")),
    ]


def _turn(kind: str, label: str, actor: str, body: str, **further: str) -> str:
    head = {"kind": kind, "label": label, "actor": quoted(actor), **further}
    lines = "\n".join(f"{key}: {value}" for key, value in head.items())
    return f"---\n{lines}\n---\n\n{body}"


def quoted(name: str) -> str:
    """A name as a value of front matter, whatever stands in it."""
    return name if name.replace(" ", "").isalnum() else "'{}'".format(name.replace("'", "''"))


def _prompt(settings: ChainSettings, label: str, fields: dict[str, str], **head: str) -> str:
    """The one block of a prompt: its header, and below it what else it says."""
    told = {
        "ROLE": settings.executor,
        "PHASE": fields["PHASE"],
        "SCOPE": fields["SCOPE"],
        "ACTIVE RULES MEMO": "path safety, micro-PR scope, QA, language, turn protocol",
        "EXPECTED OUTPUTS": fields["EXPECTED OUTPUTS"],
        "TESTS": fields["TESTS"],
        "CONSTRAINTS": fields["CONSTRAINTS"],
        "STOP RULE": "stop after the answer",
    }
    header = "".join(_field(key, value) for key, value in told.items())
    target = posixpath.relpath(protocol_of(settings), folder_of(settings))
    below = {"PURPOSE": fields["PURPOSE"], "PROTOCOL": f"[Prompt chain]({target})"}
    below |= {key: fields[key] for key in ("UNCERTAINTY", "COMMANDS") if key in fields}
    further = "".join(_field(key, value) for key, value in below.items())
    return _turn("prompt", label, settings.orchestrator, f"```text\n{header}\n{further}```\n", **head)


def _field(key: str, value: str) -> str:
    return f"{key}:{value}\n" if value.startswith("\n") else f"{key}: {value}\n"


def _authorization(settings: ChainSettings, label: str) -> str:
    """Of a 0x prompt by the orchestrator; of an operational one by a human."""
    if label.startswith("0"):
        body = f"- Decision: AUTHORIZED\n- Recorded by: {settings.orchestrator}\n"
        return _turn("authorization", label, settings.orchestrator, body)
    body = f"- Decision: AUTHORIZED\n- Confirmed by: {HUMAN}\n- Recorded by: {settings.orchestrator}\n"
    return _turn("authorization", label, settings.planner, body)


def _decision(settings: ChainSettings) -> str:
    body = (
        "- Decision: SUFFICIENT\n"
        f"- Decided by: {HUMAN}\n"
        f"- Recorded by: {settings.orchestrator}\n"
        "- Reason: The limit is in the settings, and U1 is closed.\n"
    )
    return _turn("decision", "0", settings.orchestrator, body, decision="phase")


def _skeptic(risk: str, decision: str, *conditions: str) -> str:
    fields = (
        "- Evidence check (memo/diff/report/QA present?): YES\n"
        "- Scope check (files authorised?): YES\n"
        f"- Risk check (new risks/edge cases?): {risk}\n"
        f"- Decision: {decision}\n"
    )
    below = "".join(f"  - {condition}\n" for condition in conditions)
    return f"{fields}- Conditions:\n{below}" if conditions else fields


_EVIDENCE = """\
- Active Rules memo: YES
- Diff: YES
- Report: YES
- QA: YES
- Decision: PASS
- Notes: All that the prompt asked for is there.
"""
