"""The turns that may follow in a chain, each with what it is called on the command line.

implements: MU-CHAIN-7002, MU-CHAIN-7003
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.following import FINAL, labels_due, moves_from, turn_words
from muster.chains.labels import Label, Step
from muster.chains.machine import Move
from muster.chains.naming import move_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from muster.chains.following import Progress
    from muster.settings import ChainSettings

PRIME = "'"  # marks the skeptic gate behind N+1
_OFFERED_SPIKES = 2  # the others are taken where somebody names them


class What(StrEnum):
    """What a person can add to a chain."""

    ONBOARDING = "onboarding"
    PROMPT = "prompt"
    EXPLORATION = "exploration"
    SPIKE = "spike"
    RESPONSE = "response"
    EVIDENCE_GATE = "evidence-gate"
    SKEPTIC_GATE = "skeptic-gate"
    AUTHORIZATION = "authorization"
    PHASE_DECISION = "phase-decision"
    RESUME_DECISION = "resume-decision"
    ALIGNMENT_DECISION = "alignment-decision"
    CLOSURE = "closure"
    RETROSPECTIVE = "retrospective"


class Due(Struct, frozen=True):
    """A turn that may follow."""

    what: What
    label: str
    words: str  # what it is called, and who makes it: `authorization of Prompt 1a (Planner)`
    aside: bool = False  # it is allowed, and not what leads on
    named_only: bool = False  # it is not offered, and taken where somebody names it


# Each move that a turn of its own makes; the others are the other outcome of one of these.
_WHATS = {
    Move.ONBOARD: What.ONBOARDING,
    Move.PROMPT_0: What.PROMPT,
    Move.RESPONSE: What.RESPONSE,
    Move.SUFFICIENT: What.PHASE_DECISION,
    Move.AUTHORIZE_0X: What.AUTHORIZATION,
    Move.PROMPT_0X: What.EXPLORATION,
    Move.AUTHORIZE: What.AUTHORIZATION,
    Move.AUTHORIZE_FINAL: What.AUTHORIZATION,
    Move.PROMPT: What.PROMPT,
    Move.PROMPT_FINAL: What.PROMPT,
    Move.EVIDENCE_OK: What.EVIDENCE_GATE,
    Move.SKEPTIC_OK: What.SKEPTIC_GATE,
    Move.RESUME: What.RESUME_DECISION,
    Move.CLOSE: What.CLOSURE,
    Move.RETROSPECT: What.RETROSPECTIVE,
    Move.SPIKE: What.SPIKE,
    Move.ALIGN: What.ALIGNMENT_DECISION,
}
_ASIDE = (Move.SPIKE, Move.ALIGN)


def due_in(progress: Progress, settings: ChainSettings, used: Collection[str] = ()) -> tuple[Due, ...]:
    """The turns that may follow, those that lead on first; `used` are the labels of the prompts so far."""
    allowed = moves_from(progress)
    found: dict[tuple[What, str], Due] = {}
    for move, what in _WHATS.items():
        for due in _dues(progress, move, what, settings, used) if move in allowed else ():
            found.setdefault((what, due.label), due)
    return tuple(found.values())


def next_turns(progress: Progress, settings: ChainSettings, used: Collection[str] = ()) -> tuple[str, ...]:
    """The turns that may follow and are offered, in words."""
    return tuple(due.words for due in due_in(progress, settings, used) if not due.named_only)


def _dues(progress: Progress, move: Move, what: What, settings: ChainSettings, used: Collection[str]) -> Iterator[Due]:
    """What a move that is allowed comes to, once for each label."""
    for place, label in enumerate(_labels(progress, move)):
        text = _free(str(label), used) if what is What.SPIKE else _gate_label(str(label), what)
        words = turn_words(text if what is What.SPIKE else move_words(move, label), move, settings)
        later = what is What.SPIKE and place >= _OFFERED_SPIKES
        yield Due(what, text, words, aside=move in _ASIDE, named_only=later)


def _labels(progress: Progress, move: Move) -> tuple[Label, ...]:
    """The labels that a turn can have; where its kind has but one, that."""
    if move in (Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.AUTHORIZE_0X, Move.SPIKE):
        return labels_due(progress, move)
    if move in (Move.CLOSE, Move.RETROSPECT):
        return (FINAL,)
    zero = move in (Move.ONBOARD, Move.SUFFICIENT) or progress.step is None
    return (labels_due(progress, move) or (Label(Step.ZERO) if zero or progress.step is None else progress.step,))[:1]


def _gate_label(label: str, what: What) -> str:
    return f"{label}{PRIME}" if what is What.SKEPTIC_GATE and label == str(FINAL) else label


def _free(label: str, used: Collection[str]) -> str:
    """The label of a SPIKE, with the next variant where it was given before."""
    if label not in used:
        return label
    variants = (f"{label} SPIKE {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return next((one for one in variants if one not in used), label)
