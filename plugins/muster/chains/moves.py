"""Which move a turn makes, and where an illegal one leads on.

implements: MU-CHAIN-7010
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.labels import Label, Step
from muster.chains.machine import TABLE, Move, State
from muster.chains.naming import AUTHORIZATIONS, EVIDENCE, SKEPTIC, about_of, decision_of, gate_of
from muster.chains.turn import About, Gate, Kind

if TYPE_CHECKING:
    from muster.chains.turn import Turn

_PROMPTS = {
    Step.ZERO: Move.PROMPT_0,
    Step.EXPLORATION: Move.PROMPT_0X,
    Step.OPERATION: Move.PROMPT,
    Step.FINAL: Move.PROMPT_FINAL,
    Step.SPIKE: Move.SPIKE,
}
_SKEPTIC = {
    "PASS": Move.SKEPTIC_OK,
    "PASS WITH CONDITIONS": Move.SKEPTIC_CONDITIONS,
    "BLOCK": Move.SKEPTIC_BLOCK,
}
_FIXED = {Kind.ONBOARDING: Move.ONBOARD, Kind.RESPONSE: Move.RESPONSE, Kind.CLOSURE: Move.CLOSE}
_STAY = (Move.ALIGN, Move.REFUSE, Move.INSUFFICIENT, Move.RETROSPECT, Move.CLOSE, Move.RESUME, Move.ABANDON)


def move_of(turn: Turn, label: Label | None, state: State, following: Turn | None) -> Move | None:
    """What a turn does.

    Where it does not say so clearly, which is a finding of its own, it does what is due, so that what follows is
    judged as it deserves: of two decisions that are possible the one that the turn behind it goes with.
    """
    if turn.kind is None or turn.kind is Kind.RETROSPECTIVE:
        return Move.RETROSPECT if turn.kind else None
    if turn.kind is Kind.PROMPT:
        return _PROMPTS[label.step] if label else _due(state, tuple(_PROMPTS.values()))
    if turn.kind is Kind.GATE:
        return _gate_move(turn, state, following)
    if turn.kind is Kind.AUTHORIZATION:
        return _authorization_move(turn, label, state, following)
    if turn.kind is Kind.DECISION:
        return _decision_move(turn, state, following)
    return _FIXED[turn.kind]


def _due(state: State, moves: tuple[Move, ...]) -> Move | None:
    return next((move for move in TABLE[state] if move in moves), None)


def _gate_move(turn: Turn, state: State, following: Turn | None) -> Move:
    decision = decision_of(turn)
    waits = state in (State.ANSWERED, State.FINAL_ANSWERED)
    if (gate_of(turn) or (Gate.EVIDENCE if waits else Gate.SKEPTIC)) is Gate.EVIDENCE:
        holds = decision == "HOLD" or (not decision and following is not None and following.kind is not Kind.GATE)
        return Move.EVIDENCE_HOLD if holds else Move.EVIDENCE_OK
    if not decision and following is not None and about_of(following) is About.RESUME:
        return Move.SKEPTIC_BLOCK
    return _SKEPTIC.get(decision, Move.SKEPTIC_OK)


def _authorization_move(turn: Turn, label: Label | None, state: State, following: Turn | None) -> Move | None:
    decision = decision_of(turn)
    if decision == "REFUSED" or (not decision and following is not None and following.kind is Kind.AUTHORIZATION):
        return Move.REFUSE
    if label is None:
        return _due(state, AUTHORIZATIONS)
    if label.step is Step.EXPLORATION:
        return Move.AUTHORIZE_0X
    return Move.AUTHORIZE_FINAL if label.step is Step.FINAL else Move.AUTHORIZE


def _decision_move(turn: Turn, state: State, following: Turn | None) -> Move:
    about, decision = about_of(turn), decision_of(turn)
    if about is None:
        about = {State.SURVEYED: About.PHASE, State.BLOCKED: About.RESUME}.get(state, About.ALIGNMENT)
    if about is About.ALIGNMENT:
        return Move.ALIGN
    if about is About.RESUME:
        return Move.ABANDON if decision == "ABANDON" or (not decision and following is None) else Move.RESUME
    explores = following is not None and following.label.startswith("0")
    return Move.INSUFFICIENT if decision == "INSUFFICIENT" or (not decision and explores) else Move.SUFFICIENT


def stage_of(move: Move) -> int | None:
    """How far a step is after a move: 0 authorised, 1 asked, 2 answered, 3 evident, 4 through its gates."""
    if move in AUTHORIZATIONS:
        return 0
    if move in _PROMPTS.values():
        return 1
    if move is Move.RESPONSE:
        return 2
    return 3 if move in EVIDENCE else 4 if move in SKEPTIC else None


_STAGES = {
    **dict.fromkeys((State.EXPLORATION_ALLOWED, State.AUTHORIZED, State.FINAL_AUTHORIZED), 0),
    **dict.fromkeys(
        (State.ASKED, State.EXPLORING, State.PROBING, State.PROBING_AFTER, State.SENT, State.FINAL_SENT), 1
    ),
    **dict.fromkeys((State.ANSWERED, State.FINAL_ANSWERED), 2),
    **dict.fromkeys((State.EVIDENT, State.FINAL_EVIDENT), 3),
}
_ALLOWED = {
    Step.EXPLORATION: State.EXPLORATION_ALLOWED,
    Step.OPERATION: State.AUTHORIZED,
    Step.FINAL: State.FINAL_AUTHORIZED,
}
_SENT = {
    Step.ZERO: State.ASKED,
    Step.EXPLORATION: State.EXPLORING,
    Step.OPERATION: State.SENT,
    Step.FINAL: State.FINAL_SENT,
}


def stage_in(state: State) -> int:
    """How far the step that is open in a state has come; 4 where none is open."""
    return _STAGES.get(state, 4)


def state_at(stage: int, label: Label, move: Move, *, started: bool) -> State | None:
    """Where a step stands at a stage that the move has brought it to; None where the step has no such stage."""
    final = label.step is Step.FINAL
    if stage == 0:
        return _ALLOWED.get(label.step)
    if label.step is Step.SPIKE:
        before = (State.PROBING, State.READY)
        after = (State.PROBING_AFTER, State.PASSED)
        return (after if started else before)[stage - 1] if stage in (1, 2) else None
    if stage == 1:
        return _SENT[label.step]
    if label.step in (Step.ZERO, Step.EXPLORATION):
        return State.SURVEYED if stage == 2 else None
    source = {
        2: State.FINAL_SENT if final else State.SENT,
        3: State.FINAL_ANSWERED if final else State.ANSWERED,
        4: State.FINAL_EVIDENT if final else State.EVIDENT,
    }[stage]
    return TABLE[source].get(move)


def stays(move: Move) -> bool:
    """Whether a move leads nowhere where it is not allowed."""
    return move in _STAY
