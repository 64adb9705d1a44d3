"""Turns and steps in words: `evidence gate of Prompt 1`, `authorization of Prompt 2 (Planner)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.labels import Label, Step, label_in
from muster.chains.machine import Move
from muster.chains.turn import About, Gate, Kind
from muster.text.utf8 import encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.chains.turn import Entry, Turn
    from muster.settings import ChainSettings

EVIDENCE = (Move.EVIDENCE_OK, Move.EVIDENCE_HOLD)
SKEPTIC = (Move.SKEPTIC_OK, Move.SKEPTIC_CONDITIONS, Move.SKEPTIC_BLOCK)
AUTHORIZATIONS = (Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.AUTHORIZE_0X, Move.REFUSE)


def step_name(label: Label | None) -> str:
    """`Prompt 2`, `SPIKE PRE PROMPT 1`."""
    if label is None:
        return "the prompt"
    return str(label) if label.step is Step.SPIKE else f"Prompt {str(label).removesuffix(chr(39))}"


def move_words(move: Move, label: Label | None) -> str:
    """What a move is called, with the step that it belongs to."""
    name = step_name(label)
    if move in AUTHORIZATIONS:
        return f"authorization of {name}"
    if move in EVIDENCE:
        return f"evidence gate of {name}"
    if move in SKEPTIC:
        return f"skeptic gate of {name}"
    return {
        Move.ONBOARD: "onboarding task",
        Move.RESPONSE: f"response to {name}",
        Move.SUFFICIENT: "decision that phase 0 is over",
        Move.INSUFFICIENT: "decision that phase 0 goes on",
        Move.RESUME: f"decision whether the chain goes on after {name}",
        Move.ABANDON: f"decision whether the chain goes on after {name}",
        Move.ALIGN: "decision to align with the main branch",
        Move.CLOSE: "closure",
        Move.RETROSPECT: "retrospective",
    }.get(move, name)


def mover(move: Move, settings: ChainSettings) -> str:
    """Who makes a move."""
    if move in (Move.ONBOARD, Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.REFUSE, Move.CLOSE):
        return settings.planner
    return settings.executor if move is Move.RESPONSE else settings.orchestrator


def turn_name(kind: str, about: str, label: str) -> str:
    """What a turn is called by its front matter: `response to Prompt 1`, `skeptic gate of Prompt 1`."""
    known = label_in(label)
    step = step_name(known) if known else f"{label!r}"
    return {
        Kind.ONBOARDING.value: "onboarding task",
        Kind.PROMPT.value: step,
        Kind.RESPONSE.value: f"response to {step}",
        Kind.GATE.value: f"{about} gate of {step}",
        Kind.AUTHORIZATION.value: f"authorization of {step}",
        Kind.DECISION.value: f"{about} decision",
        "": "no turn that is known",
    }.get(kind, kind)


def actor_due(turn: Turn, label: Label | None, settings: ChainSettings) -> str:
    """Who has to act in a turn."""
    if turn.kind in (Kind.ONBOARDING, Kind.CLOSURE):
        return settings.planner
    if turn.kind is Kind.AUTHORIZATION:
        explores = label is not None and label.step is Step.EXPLORATION
        return settings.orchestrator if explores else settings.planner
    return settings.executor if turn.kind is Kind.RESPONSE else settings.orchestrator


def choice(entry: Entry | None, choices: tuple[str, ...]) -> str:
    """What a field says, where it is one of the choices, in brackets or without; else ""."""
    if entry is None or entry.items:
        return ""
    value = entry.value.strip().strip("*_`")
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    value = " ".join(value.upper().split())
    return value if value in choices else ""


def gate_of(turn: Turn) -> Gate | None:
    """Which gate a turn is; None where it does not say."""
    return next((gate for gate in Gate if gate.value == turn.told("gate")), None)


def about_of(turn: Turn) -> About | None:
    """What a decision is about; None where it does not say."""
    return next((about for about in About if about.value == turn.told("decision")), None)


DECISIONS: dict[Kind | Gate | About, tuple[str, ...]] = {
    Gate.EVIDENCE: ("PASS", "HOLD"),
    Gate.SKEPTIC: ("PASS", "PASS WITH CONDITIONS", "BLOCK"),
    Kind.AUTHORIZATION: ("AUTHORIZED", "REFUSED"),
    About.PHASE: ("SUFFICIENT", "INSUFFICIENT"),
    About.RESUME: ("RESUME", "ABANDON"),
    About.ALIGNMENT: ("ALIGN",),
    Kind.CLOSURE: ("CLOSED",),
    Kind.RETROSPECTIVE: ("KEEP", "RETUNE", "DROP"),
}


def choices_of(turn: Turn) -> tuple[str, ...]:
    """What its field Decision may say; nothing where it has none."""
    key = gate_of(turn) if turn.kind is Kind.GATE else about_of(turn) if turn.kind is Kind.DECISION else turn.kind
    return DECISIONS.get(key, ()) if key is not None else ()


def decision_of(turn: Turn) -> str:
    """What it decides; "" where that cannot be told."""
    return choice(turn.field("Decision"), choices_of(turn))


def is_undecided(turn: Turn) -> bool:
    """Whether its field Decision still asks, as the template has left it."""
    field = turn.field("Decision")
    return field is not None and any(said.line == field.line for said in turn.unfilled)


def asked_by(turn: Turn) -> str:
    """What a turn still asks, and whom; "" where it is filled in."""
    if not turn.unfilled:
        return ""
    field, undecided = turn.field("Decision"), is_undecided(turn)
    first = next(said for said in turn.unfilled if not undecided or (field and said.line == field.line))
    name = turn_name(turn.kind.value if turn.kind else "", turn.told("gate") or turn.told("decision"), turn.label)
    state = "not decided yet" if undecided else "not filled in yet"
    question = shortened(first.text.removeprefix("<fill:").removesuffix(">").strip())
    actor = f" ({turn.actor})" if turn.actor else ""
    return encodable(f"{name}, {state}{actor}: {turn.path.rpartition('/')[2]}:{first.line} asks {question}")
