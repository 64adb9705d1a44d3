"""Turns of chains as values, made by hand: what the tests of the walk are about, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.labels import Label, Step
from muster.chains.machine import Move
from muster.chains.turn import Entry, Kind, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

_GATES = {
    Move.EVIDENCE_OK: ("evidence", "PASS"),
    Move.EVIDENCE_HOLD: ("evidence", "HOLD"),
    Move.SKEPTIC_OK: ("skeptic", "PASS"),
    Move.SKEPTIC_CONDITIONS: ("skeptic", "PASS WITH CONDITIONS"),
    Move.SKEPTIC_BLOCK: ("skeptic", "BLOCK"),
}
_DECISIONS = {
    Move.SUFFICIENT: ("phase", "SUFFICIENT"),
    Move.INSUFFICIENT: ("phase", "INSUFFICIENT"),
    Move.RESUME: ("resume", "RESUME"),
    Move.ABANDON: ("resume", "ABANDON"),
    Move.ALIGN: ("alignment", "ALIGN"),
}
_AUTHORIZATIONS = (Move.AUTHORIZE, Move.AUTHORIZE_0X, Move.AUTHORIZE_FINAL)
_FIXED = {Move.ONBOARD: "0", Move.SUFFICIENT: "0", Move.INSUFFICIENT: "0", Move.CLOSE: "N+1", Move.RETROSPECT: "N+1"}


def turn_of(number: int, move: Move, label: str) -> Turn:
    """The turn that makes a move, by the actor who has to make it."""
    label = _FIXED.get(move, label)
    if move in _GATES:
        key, decision = _GATES[move]
        return _turn(number, Kind.GATE, label, "OCP", decision, ("gate", key))
    if move in _DECISIONS:
        key, decision = _DECISIONS[move]
        return _turn(number, Kind.DECISION, label, "OCP", decision, ("decision", key))
    if move in _AUTHORIZATIONS or move is Move.REFUSE:
        actor = "OCP" if label.startswith("0") else "Planner"
        decision = "REFUSED" if move is Move.REFUSE else "AUTHORIZED"
        return _turn(number, Kind.AUTHORIZATION, label, actor, decision)
    if move is Move.ONBOARD:
        return _turn(number, Kind.ONBOARDING, label, "Planner")
    if move is Move.CLOSE:
        return _turn(number, Kind.CLOSURE, label, "Planner", "CLOSED")
    if move is Move.RETROSPECT:
        return _turn(number, Kind.RETROSPECTIVE, label, "OCP", "KEEP")
    if move is Move.RESPONSE:
        return _turn(number, Kind.RESPONSE, label, "Codex")
    return _turn(number, Kind.PROMPT, label, "OCP")


def _turn(number: int, kind: Kind, label: str, actor: str, decision: str = "", *further: tuple[str, str]) -> Turn:
    pairs = (("kind", kind.value), ("label", label), ("actor", actor), *further)
    head = tuple(Entry(key, value, at) for at, (key, value) in enumerate(pairs, start=2))
    fields = (Entry("Decision", decision, 9),) if decision else ()
    return Turn(f"chains/one/{number:04}-turn.md", number, kind, label, actor, head, fields)


def numbered(moves: Sequence[tuple[Move, str]]) -> list[Turn]:
    """The turns of a chain, numbered as they stand."""
    return [turn_of(number, move, label) for number, (move, label) in enumerate(moves, start=1)]


def label_after(label: Label, move: Move) -> str:
    """A label as it stands in a turn: of the skeptic gate after N+1 with its prime."""
    primed = label.step is Step.FINAL and move in (Move.SKEPTIC_OK, Move.SKEPTIC_CONDITIONS, Move.SKEPTIC_BLOCK)
    return "N+1'" if primed else str(label)


def text_of(text: str) -> list[tuple[Move, str]]:
    """Moves written in short: `1:authorize 1:prompt 1:response 1:evidence 1:pass`."""
    return [
        (_SHORT[name], label.replace("_", " ")) for label, _, name in (word.partition(":") for word in text.split())
    ]


_SHORT = {
    "onboard": Move.ONBOARD,
    "prompt-0": Move.PROMPT_0,
    "response": Move.RESPONSE,
    "allow": Move.AUTHORIZE_0X,
    "prompt-0x": Move.PROMPT_0X,
    "enough": Move.SUFFICIENT,
    "more": Move.INSUFFICIENT,
    "spike": Move.SPIKE,
    "authorize": Move.AUTHORIZE,
    "refuse": Move.REFUSE,
    "prompt": Move.PROMPT,
    "evidence": Move.EVIDENCE_OK,
    "hold": Move.EVIDENCE_HOLD,
    "pass": Move.SKEPTIC_OK,
    "conditions": Move.SKEPTIC_CONDITIONS,
    "block": Move.SKEPTIC_BLOCK,
    "resume": Move.RESUME,
    "abandon": Move.ABANDON,
    "align": Move.ALIGN,
    "authorize-final": Move.AUTHORIZE_FINAL,
    "prompt-final": Move.PROMPT_FINAL,
    "close": Move.CLOSE,
    "retrospect": Move.RETROSPECT,
}
