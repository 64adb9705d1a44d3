"""What gates, authorizations and decisions have to say.

implements: MU-CHAIN-7022, MU-CHAIN-7030, MU-CHAIN-7031, MU-CHAIN-7033, MU-CHAIN-7044
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.finding import problem_at
from muster.chains.labels import Step
from muster.chains.naming import about_of, choice, choices_of, gate_of, step_name
from muster.chains.turn import About, Gate, Kind
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.labels import Label
    from muster.chains.turn import Entry, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings

_YES = ("YES", "NO")
_CHECKS: dict[Gate, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Gate.EVIDENCE: (("Active Rules memo", _YES), ("Diff", _YES), ("Report", _YES), ("QA", _YES)),
    Gate.SKEPTIC: (("Evidence check", _YES), ("Scope check", _YES), ("Risk check", ("OK", "NOTED", "BLOCK"))),
}
_CODES = {Gate.EVIDENCE: "CHN014", Gate.SKEPTIC: "CHN016"}
_BAD = ("NO", "BLOCK")


def conditions_of(turn: Turn) -> tuple[str, ...]:
    """The conditions of a skeptic gate, each as one line."""
    entry = turn.field("Conditions")
    told = [entry.value, *(item.text for item in entry.items)] if entry else []
    return tuple(text for one in told if (text := " ".join(one.split())) and text.casefold().strip(" .-") != "none")


def gate_problems(turn: Turn, label: Label | None) -> Iterator[Problem]:
    """A gate whose fields cannot be read, or whose decision contradicts them."""
    gate = gate_of(turn)
    if gate is None:
        return
    code, name = _CODES[gate], f"the {gate.value} gate of {step_name(label)}"
    unread = False
    for field, choices in (*_CHECKS[gate], ("Decision", choices_of(turn))):
        problem = _unread(turn, field, choices, code, name)
        unread = unread or problem is not None
        if problem is not None:
            yield problem
    if unread:
        return
    decision = choice(turn.field("Decision"), choices_of(turn))
    against = [
        f"{field}: {value}" for field, choices in _CHECKS[gate] if (value := choice(turn.field(field), choices)) in _BAD
    ]
    if decision.startswith("PASS") and against:
        yield problem_at(
            turn,
            _line(turn, "Decision"),
            code,
            f"{name} says {decision} beside {', '.join(against)}",
            f"decide {choices_of(turn)[-1]}, or say what speaks for the other answer",
        )
    elif gate is Gate.SKEPTIC and decision == "PASS WITH CONDITIONS" and not conditions_of(turn):
        message = f"{name} says PASS WITH CONDITIONS and names no condition"
        yield problem_at(turn, _line(turn, "Decision"), code, message, "list them as items below `- Conditions:`")
    elif gate is Gate.SKEPTIC and decision == "PASS" and conditions_of(turn):
        message = f"{name} says PASS and names conditions, which nobody would have to keep"
        yield problem_at(turn, _line(turn, "Decision"), code, message, "decide PASS WITH CONDITIONS, or take them out")


def authorization_problems(turn: Turn, label: Label | None, settings: ChainSettings) -> Iterator[Problem]:
    """An authorization that says neither yes nor no, or that is not a human's and recorded."""
    explores = label is not None and label.step is Step.EXPLORATION
    code = "CHN010" if explores else "CHN013"
    name = f"the authorization of {step_name(label)}"
    problem = _unread(turn, "Decision", choices_of(turn), code, name)
    if problem is not None:
        yield problem
        return
    if not explores:
        yield from _human(turn, "Confirmed by", code, name, settings)
    yield from _recorded(turn, "Recorded by", code, name, settings)


def decision_problems(
    turn: Turn, label: Label | None, settings: ChainSettings, *, final_given: bool
) -> Iterator[Problem]:
    """A decision that cannot be read, is nobody's, or lacks its reason."""
    about = about_of(turn)
    if about is None:
        return
    code = {About.PHASE: "CHN011", About.RESUME: "CHN016", About.ALIGNMENT: "CHN028"}[about]
    name = {
        About.PHASE: "the decision on phase 0",
        About.RESUME: f"the decision whether the chain goes on after {step_name(label)}",
        About.ALIGNMENT: "the decision to align with the main branch",
    }[about]
    problem = _unread(turn, "Decision", choices_of(turn), code, name)
    if problem is not None:
        yield problem
        return
    if about is not About.ALIGNMENT:
        yield from _human(turn, "Decided by", code, name, settings)
        yield from _recorded(turn, "Recorded by", code, name, settings)
        return
    yield from _recorded(turn, "Allowed by", code, name, settings)
    reason = turn.field("Reason")
    if not final_given and not (reason and reason.text.strip()):
        message = f"{name} stands before Prompt N+1 and names no reason"
        yield problem_at(turn, _line(turn, "Reason"), code, message, "say why it cannot stay in diff, report and QA")


def closure_problems(turn: Turn, *, window: str = "CHN029") -> Iterator[Problem]:
    """A closure or a retrospective that does not say what it decides, and why."""
    retrospective = turn.kind is Kind.RETROSPECTIVE
    code, name = (window, "the retrospective") if retrospective else ("CHN024", "the closure")
    problem = _unread(turn, "Decision", choices_of(turn), code, name)
    if problem is not None:
        yield problem
    field = "Reason" if retrospective else "Summary"
    entry = turn.field(field)
    if not (entry and entry.text.strip()):
        message = f"{name} has no {field}"
        yield problem_at(turn, _line(turn, field), code, message, f"add `- {field}: ...`")


def _unread(turn: Turn, field: str, choices: tuple[str, ...], code: str, name: str) -> Problem | None:
    """The problem of a field that says none of what it may say."""
    entry = turn.field(field)
    again = _contradiction(turn, entry) if entry is not None else None
    if entry is not None and again is not None:
        message = f"{name} gives {field} twice: {shortened(entry.value)!r} and {shortened(again.value)!r}"
        return problem_at(turn, again.line, code, message, "keep the one that holds, and take the other out")
    if choice(entry, choices):
        return None
    listed = " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
    if entry is None:
        return problem_at(turn, 1, code, f"{name} has no field {field}", f"add `- {field}:` with {listed}")
    said = entry.text.replace("\n", " ").strip()
    message = f"{name} says {said!r} as {field}" if said else f"{name} leaves {field} empty"
    return problem_at(turn, entry.line, code, f"{message}, not {listed}", f"write {listed}; a remark goes elsewhere")


def _contradiction(turn: Turn, entry: Entry) -> Entry | None:
    """A further field of the same name that says something else."""
    name, value = entry.key.casefold(), entry.value.casefold()
    same = (other for other in turn.fields if other is not entry and other.key.casefold() == name)
    return next((other for other in same if other.value.casefold() != value), None)


def _human(turn: Turn, field: str, code: str, name: str, settings: ChainSettings) -> Iterator[Problem]:
    """A decision that no human took."""
    entry = turn.field(field)
    said = entry.value.strip() if entry else ""
    agents = {settings.orchestrator.casefold(), settings.executor.casefold()}
    if not said or said.casefold() in agents:
        message = f"{name} is not a human's: {field} says {said!r}" if said else f"{name} does not say who took it"
        yield problem_at(turn, _line(turn, field), code, message, f"write `- {field}:` with the name of a human")


def _recorded(turn: Turn, field: str, code: str, name: str, settings: ChainSettings) -> Iterator[Problem]:
    """A decision that the orchestrator did not record."""
    entry = turn.field(field)
    if entry is None or entry.value.strip() != settings.orchestrator:
        said = f", but by {entry.value.strip()!r}" if entry and entry.value.strip() else ""
        verb = field.partition(" ")[0].lower()
        message = f"{name} is not {verb} by {settings.orchestrator}{said}"
        yield problem_at(turn, _line(turn, field), code, message, f"write `- {field}: {settings.orchestrator}`")


def _line(turn: Turn, field: str) -> int:
    """Where a field stands; else the first line."""
    entry = turn.field(field)
    return entry.line if entry else 1
