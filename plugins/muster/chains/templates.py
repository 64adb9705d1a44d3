"""Turns to start from: whatever only somebody can answer is left as `<fill: ...>`.

implements: MU-CHAIN-7002
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.draft import fill, is_exploration, link
from muster.chains.due import What
from muster.chains.prompt_template import prompt_body
from muster.chains.response_template import response_body
from muster.chains.turn import About, Gate, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.chains.draft import Draft
    from muster.settings import ChainSettings


def turn_text(draft: Draft, settings: ChainSettings) -> str:
    """The text of a turn."""
    return f"{_head(draft, settings)}\n{_BODIES[draft.what](draft, settings)}"


_KINDS = {
    What.EXPLORATION: Kind.PROMPT,
    What.SPIKE: Kind.PROMPT,
    What.EVIDENCE_GATE: Kind.GATE,
    What.SKEPTIC_GATE: Kind.GATE,
    What.PHASE_DECISION: Kind.DECISION,
    What.RESUME_DECISION: Kind.DECISION,
    What.ALIGNMENT_DECISION: Kind.DECISION,
}
_ABOUT = {
    What.EVIDENCE_GATE: f"gate: {Gate.EVIDENCE}",
    What.SKEPTIC_GATE: f"gate: {Gate.SKEPTIC}",
    What.PHASE_DECISION: f"decision: {About.PHASE}",
    What.RESUME_DECISION: f"decision: {About.RESUME}",
    What.ALIGNMENT_DECISION: f"decision: {About.ALIGNMENT}",
}


def actor_of(what: What, label: str, settings: ChainSettings) -> str:
    """Who acts in a turn."""
    if what in (What.ONBOARDING, What.CLOSURE):
        return settings.planner
    if what is What.AUTHORIZATION:
        return settings.orchestrator if is_exploration(label) else settings.planner
    return settings.executor if what is What.RESPONSE else settings.orchestrator


def _head(draft: Draft, settings: ChainSettings) -> str:
    lines = [
        f"kind: {_KINDS.get(draft.what) or Kind(draft.what.value)}",
        f"label: {draft.label}",
        f"actor: {quoted(actor_of(draft.what, draft.label, settings))}",
        _ABOUT.get(draft.what, ""),
        f"title: {quoted(draft.title)}" if draft.title else "",
        f"spec_id: {draft.spec_id}" if draft.spec_id else "",
        f"trace_id: {draft.trace_id}" if draft.trace_id else "",
    ]
    return "\n".join(("---", *filter(None, lines), "---", ""))


def quoted(text: str) -> str:
    """A value of front matter, in quotes where it would be read otherwise without them."""
    plain = text[:1].isalnum() and ": " not in text and " #" not in text and not text.endswith(":")
    return text if plain else "'{}'".format(text.replace("'", "''"))


def fields(*pairs: tuple[str, str]) -> str:
    """Fields of a body, one an item."""
    return "".join(f"- {name}: {value}\n" for name, value in pairs)


def _onboarding(draft: Draft, settings: ChainSettings) -> str:
    documents = "".join(f"- {link(name, target)}\n" if target else f"- `{name}`\n" for name, target in draft.documents)
    rules = fields(
        ("Path safety", "a prompt lists the files that may change, and no other one does"),
        ("QA", f"`{settings.qa}` with each operational prompt; {_listed(settings.final_qa)} at the end"),
        ("Plan before coding", "Prompt 0 comes before every operational prompt"),
    )
    plan = fill("what the chain is to reach, in which steps, and how everybody will see that it is reached")
    named = documents or "None is required.\n"
    return f"# {draft.title}\n\n## Documents\n\n{named}\n## Rules\n\n{rules}\n## Plan\n\n{plan}\n"


def _listed(commands: tuple[str, ...]) -> str:
    return ", ".join(f"`{command}`" for command in commands) or "none"


def _evidence_gate(_draft: Draft, _settings: ChainSettings) -> str:
    yes = fill("YES or NO")
    return fields(
        *((name, yes) for name in ("Active Rules memo", "Diff", "Report", "QA")),
        ("Decision", fill("PASS or HOLD")),
        ("Notes", fill("what you saw, or none")),
    )


def _skeptic_gate(_draft: Draft, _settings: ChainSettings) -> str:
    return (
        fields(
            ("Evidence check (memo/diff/report/QA present?)", fill("YES or NO")),
            ("Scope check (files authorised?)", fill("YES or NO")),
            ("Risk check (new risks/edge cases?)", fill("OK, NOTED or BLOCK")),
            ("Decision", fill("PASS, PASS WITH CONDITIONS or BLOCK")),
        )
        + "- Conditions:\n"
        + f"  - {fill('what the next prompt must repeat in CONSTRAINTS, one an item; without any, delete this item')}\n"
    )


def _authorization(draft: Draft, settings: ChainSettings) -> str:
    confirmed = ("Confirmed by", fill("the name of the human who confirms"))
    return fields(
        ("Decision", fill("AUTHORIZED or REFUSED")),
        *(() if is_exploration(draft.label) else (confirmed,)),
        ("Recorded by", settings.orchestrator),
    )


def _decided(choices: str, reason: str) -> Callable[[Draft, ChainSettings], str]:
    """The body of a decision that a human takes."""

    def body(_draft: Draft, settings: ChainSettings) -> str:
        return fields(
            ("Decision", fill(choices)),
            ("Decided by", fill("the name of the human who decides")),
            ("Recorded by", settings.orchestrator),
            ("Reason", fill(reason)),
        )

    return body


def _alignment(_draft: Draft, settings: ChainSettings) -> str:
    why = f"why it is aligned with {settings.main_branch} here, and what cannot stay in diff, report and QA"
    return fields(("Decision", "ALIGN"), ("Allowed by", settings.orchestrator), ("Reason", fill(why)))


def _closure(_draft: Draft, _settings: ChainSettings) -> str:
    return fields(("Decision", "CLOSED"), ("Summary", fill("what the chain reached, and what it leaves open")))


def _retrospective(_draft: Draft, _settings: ChainSettings) -> str:
    return fields(
        ("Decision", fill("KEEP, RETUNE or DROP: whether the skeptic gate stays")),
        ("Reason", fill("what the gate found in these chains, and what it cost")),
    )


_BODIES: dict[What, Callable[[Draft, ChainSettings], str]] = {
    What.ONBOARDING: _onboarding,
    What.PROMPT: prompt_body,
    What.EXPLORATION: prompt_body,
    What.SPIKE: prompt_body,
    What.RESPONSE: response_body,
    What.EVIDENCE_GATE: _evidence_gate,
    What.SKEPTIC_GATE: _skeptic_gate,
    What.AUTHORIZATION: _authorization,
    What.PHASE_DECISION: _decided("SUFFICIENT or INSUFFICIENT", "what is known now, and what is not"),
    What.RESUME_DECISION: _decided("RESUME or ABANDON", "what was blocked, and why it may go on or not"),
    What.ALIGNMENT_DECISION: _alignment,
    What.CLOSURE: _closure,
    What.RETROSPECTIVE: _retrospective,
}
