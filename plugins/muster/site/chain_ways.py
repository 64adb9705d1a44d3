"""The words and badges of chains: what a turn is called, what it decided, and where its file is.

implements: MU-CHAIN-7052
"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.chains.machine import State
from muster.chains.turn import About, Gate, Kind
from muster.model import Severity, Window
from muster.site.markup import inert
from muster.site.packet_page import Ways, word_badge
from muster.site.recorded import told
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import ChainTurn, Finding

INDEX = "chains/index.md"
PLACE = "muster-turn-"  # no heading has such an ID
_GOOD, _CARE, _BAD, _NEWS, _PLAIN = "passed", "waived", "failed", "may", "none"
_DECISIONS = {
    "PASS": _GOOD,
    "PASS WITH CONDITIONS": _CARE,
    "HOLD": _CARE,
    "BLOCK": _BAD,
    "AUTHORIZED": _GOOD,
    "REFUSED": _BAD,
    "SUFFICIENT": _GOOD,
    "INSUFFICIENT": _CARE,
    "RESUME": _NEWS,
    "ABANDON": _BAD,
    "ALIGN": _NEWS,
    "CLOSED": _GOOD,
}
_STATES: dict[str, str] = {
    State.HELD: _CARE,
    State.BLOCKED: _BAD,
    State.CLOSED: _GOOD,
    State.ABANDONED: _PLAIN,
}


def state_badge(state: str) -> str:
    """Where a chain stands."""
    return word_badge(_STATES.get(state, _NEWS), state) if state in list(State) else word_badge(_PLAIN, state[:40])


def decision_badge(decision: str) -> str:
    """What a turn decided; a word that the protocol does not know has no colour."""
    if not decision:
        return ""
    return word_badge(_DECISIONS.get(decision, _PLAIN), decision if len(decision) <= 40 else f"{decision[:40]} ...")


def findings_badges(findings: Sequence[Finding]) -> str:
    """How many findings there are of each severity."""
    counts = {one: sum(finding.severity is one for finding in findings) for one in Severity}
    return "".join(
        word_badge({"error": _BAD, "warning": _CARE}.get(one, _PLAIN), counted(number, str(one)))
        for one, number in counts.items()
        if number
    )


def name_of(turn: ChainTurn) -> str:
    """What a turn is called, with its label."""
    step = _step(turn.label)
    match turn.kind:
        case Kind.PROMPT:
            return step
        case Kind.RESPONSE:
            return f"Response to {step}"
        case Kind.GATE if turn.about in (Gate.EVIDENCE, Gate.SKEPTIC):
            return f"{turn.about.capitalize()} gate after {step.rstrip(_PRIMES)}"
        case Kind.AUTHORIZATION:
            return f"Authorization of {step}"
        case Kind.DECISION if turn.about == About.PHASE:
            return "Decision on phase 0"
        case Kind.DECISION if turn.about == About.RESUME:
            return f"Decision whether {step} goes on"
        case Kind.DECISION if turn.about == About.ALIGNMENT:
            return f"Decision on alignment, {step}"
        case Kind.ONBOARDING:
            return "Onboarding task"
        case Kind.CLOSURE | Kind.RETROSPECTIVE:
            return turn.kind.capitalize()
        case _:
            return f"{turn.kind.capitalize() or 'Turn'} {turn.label}"


_PRIMES = "'\u2032"


def _step(label: str) -> str:
    """`Prompt 1a`; a SPIKE says itself what it is."""
    return label if label.startswith("SPIKE") else f"Prompt {label}"


def file_link(path: str, ways: Ways) -> str:
    """The file of a turn: its page where it is published, else its source."""
    name = f"<code>{told(basename(path), 80)}</code>"
    if href := ways.links.to_document(ways.page, path):
        return f'<a href="{inert(href)}">{name}</a>'
    return ways.source(path, Window(1, 1), name) or name


def line_link(path: str, line: int, ways: Ways) -> str:
    """A line of a turn, linked to its source."""
    return ways.source(path, Window(line, line), f"line {line}") or f"line {line}"


def seen_from(ways: Ways, page: str) -> Ways:
    """The same ways from another page."""
    return replace(ways, page=page)
