"""Prompts to start from: one block, with the canonical header.

implements: MU-CHAIN-7002
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.draft import FINAL, fill, is_exploration, is_read_only, is_spike, link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.chains.draft import Draft
    from muster.settings import ChainSettings

_MEMO = "path safety; micro-PR scope; QA; language; turn protocol"


def prompt_body(draft: Draft, settings: ChainSettings) -> str:
    """The body of a prompt."""
    read_only = is_read_only(draft.label)
    header = (
        f"ROLE: {settings.executor}",
        f"PHASE: {draft.label}",
        *(_topic(draft) if read_only else _scope(draft)),
        f"ACTIVE RULES MEMO: {_MEMO}",
        f"EXPECTED OUTPUTS: {_outputs(draft.label)}",
        *_tests(draft.label, settings),
        *_constraints(draft),
        "STOP RULE: stop after this one action, and wait for the next prompt",
    )
    further = (
        f"PURPOSE: {fill('the one concern of this prompt')}",
        f"PROTOCOL: {_protocol(draft)}",
        *((f"UNCERTAINTY: {_uncertainty(draft)}",) if is_exploration(draft.label) else ()),
        *(("COMMANDS: none",) if read_only else ()),
    )
    return "\n".join(("```text", *header, "", *further, "```", ""))


def _topic(draft: Draft) -> Iterable[str]:
    """The scope of a prompt that changes nothing."""
    narrower = ", and no earlier prompt asked" if is_exploration(draft.label) else ""
    return (f"SCOPE: {fill(f'what is to be understood{narrower}')}",)


def _scope(draft: Draft) -> Iterable[str]:
    """The files that may change: at most those of the step that a sub-iteration goes on with."""
    return (
        "SCOPE:",
        f"  Allowed: {', '.join(draft.allowed) or fill('paths or globs, with commas between them')}",
        f"  Prohibited: {', '.join(draft.prohibited) or fill('paths or globs, with commas between them, or none')}",
    )


def _outputs(label: str) -> str:
    if is_spike(label):
        return "Active Rules memo, findings"
    if is_read_only(label):
        return "Active Rules memo, findings, uncertainties, open questions"
    outputs = "Active Rules memo, static pre-check, unified diff, structured report, QA output"
    closing = ", summary of the chain, one-line commit message, retrospective"
    return f"{outputs}{closing}" if label == FINAL else outputs


def _tests(label: str, settings: ChainSettings) -> Iterable[str]:
    if is_read_only(label):
        return ("TESTS: none, this turn only reads",)
    if label == FINAL:
        return (
            ("TESTS:", *(f"  - {command}" for command in settings.final_qa)) if settings.final_qa else ("TESTS: none",)
        )
    return (f"TESTS: {settings.qa or 'none'}",)


def _constraints(draft: Draft) -> Iterable[str]:
    """What the last gate demands, and what else holds."""
    own = "change nothing" if is_read_only(draft.label) else "change no file outside SCOPE"
    return (
        "CONSTRAINTS:",
        f"  - {own}",
        *(f"  - {' '.join(one.split())}" for one in draft.conditions),
        f"  - {fill('what else must not be done, or none')}",
    )


def _protocol(draft: Draft) -> str:
    if not draft.protocol:
        return fill("a link to the document that governs this chain: [protocol](../../docs/protocol.md)")
    return link(draft.protocol.rpartition("/")[2], draft.protocol)


def _uncertainty(draft: Draft) -> str:
    if len(draft.uncertainties) == 1:
        return draft.uncertainties[0]
    return fill(f"the one to close, as a response declared it: {', '.join(draft.uncertainties) or 'U1'}")
