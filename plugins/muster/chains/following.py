"""Which moves may follow where a chain stands, with their labels, and in words what it lacks to be closed.

implements: MU-CHAIN-7003
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.chains.labels import Label, Step
from muster.chains.machine import TABLE, Move, State
from muster.chains.naming import SKEPTIC, move_words, mover

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muster.settings import ChainSettings

FINAL = Label(Step.FINAL)


class Progress(Struct, frozen=True):
    """How far a chain has come: what its next labels depend on."""

    state: State = State.EMPTY
    step: Label | None = None  # the one that is open, or the last one
    also: Label | None = None  # another label that the open step goes by, where its turns disagree
    explored: str = ""  # the letter of the last exploration
    number: int = 0  # of the last operational step
    letter: str = ""  # of its last sub-iteration
    started: bool = False  # Prompt 1 was authorised or sent
    final_given: bool = False  # so was N+1
    held_by: str = ""  # the rule that a step breaks which goes on in spite of its gate
    unfinished: bool = False  # the last step passed its gates though its definition of done is not met
    reviewed: bool = False  # a retrospective has decided
    binding: bool = True

    @property
    def sub_iteration(self) -> Label:
        """The next one of the last step."""
        return Label(Step.OPERATION, self.number, following_letter(self.letter))

    @property
    def is_final(self) -> bool:
        """Whether the step is N+1."""
        return self.step is not None and self.step.step is Step.FINAL


def following_letter(letter: str) -> str:
    """The letter behind another; none behind `z`."""
    return chr(ord(letter) + 1) if letter and letter < "z" else "" if letter else "a"


def moves_from(progress: Progress) -> Mapping[Move, State]:
    """The moves that the table allows; without the skeptic gate, where it does not bind, those behind it as well."""
    own = TABLE[progress.state]
    if progress.reviewed:
        own = {move: state for move, state in own.items() if move is not Move.RETROSPECT}
    if progress.binding:
        return own
    behind = {State.EVIDENT: State.PASSED, State.FINAL_EVIDENT: State.FINAL_PASSED}.get(progress.state)
    return own if behind is None else {**own, **TABLE[behind]}


def labels_due(progress: Progress, move: Move) -> tuple[Label, ...]:
    """The labels that a move may have; nothing where it has none of its own."""
    if move in (Move.AUTHORIZE, Move.REFUSE, Move.AUTHORIZE_FINAL):
        return tuple(_steps_due(progress, move))
    if move is Move.AUTHORIZE_0X:
        letter = following_letter(progress.explored)
        return (Label(Step.EXPLORATION, 0, letter),) if letter else ()
    if move is Move.PROMPT_0:
        return (Label(Step.ZERO),)
    if move is Move.SPIKE:
        return tuple(_spikes_due(progress))
    if move in (Move.PROMPT_0X, Move.PROMPT, Move.PROMPT_FINAL, Move.RESPONSE, Move.RESUME, Move.ABANDON) or (
        move in (Move.EVIDENCE_OK, Move.EVIDENCE_HOLD, *SKEPTIC)
    ):
        return tuple(filter(None, (progress.step, progress.also)))
    return ()


def _steps_due(progress: Progress, move: Move) -> Iterator[Label]:
    """The steps that may be authorised next."""
    if progress.state is State.SURVEYED:
        yield from labels_due(progress, Move.AUTHORIZE_0X)
        return
    held = progress.state is State.HELD
    goes_on = not (held or progress.unfinished or progress.final_given)
    if move is not Move.AUTHORIZE_FINAL:
        if goes_on:
            yield Label(Step.OPERATION, progress.number + 1)
        if progress.number and progress.sub_iteration.letter:
            yield progress.sub_iteration
    if move is not Move.AUTHORIZE and progress.number and (progress.is_final if held else not progress.unfinished):
        yield FINAL


def _spikes_due(progress: Progress) -> Iterator[Label]:
    """The SPIKEs that may stand here: beside the step before, or the one behind."""
    yield Label(Step.SPIKE, progress.number + 1, side="PRE")
    if progress.number:
        sub = progress.sub_iteration
        yield Label(Step.SPIKE, progress.number, progress.letter, side="POST")
        yield Label(Step.SPIKE, progress.number, side="POST")
        yield Label(Step.SPIKE, progress.number, sub.letter, side="PRE")
        yield Label(Step.SPIKE, side="PRE", beside_final=True)


def turn_words(words: str, move: Move, settings: ChainSettings) -> str:
    """What a turn is called, and who makes it: `authorization of Prompt 1a (Planner)`."""
    return f"{words} ({mover(move, settings)})"


def missing_turns(progress: Progress, settings: ChainSettings) -> tuple[str, ...]:
    """The turns that lead from here to the closure by the shortest way, in words.

    Every chain needs an operational step before N+1.
    """
    found = []
    while progress.state not in (State.CLOSED, State.ABANDONED):
        move = _way_out(progress)
        labels = labels_due(progress, move)
        label = labels[0] if labels else None
        found.append(turn_words(move_words(move, label), move, settings))
        progress = advanced(progress, move, label)
    return tuple(found)


_WAYS = (
    Move.RETROSPECT,
    Move.CLOSE,
    Move.AUTHORIZE_FINAL,
    Move.SUFFICIENT,
    Move.AUTHORIZE,
    Move.PROMPT,
    Move.PROMPT_FINAL,
    Move.PROMPT_0,
    Move.PROMPT_0X,
    Move.RESPONSE,
    Move.EVIDENCE_OK,
    Move.SKEPTIC_OK,
    Move.RESUME,
    Move.ONBOARD,
)


def _way_out(progress: Progress) -> Move:
    """The move by which a chain is closed soonest."""
    moves = moves_from(progress)
    return next(
        move
        for move in _WAYS
        if move in moves and (move is not Move.AUTHORIZE_FINAL or labels_due(progress, Move.AUTHORIZE_FINAL))
    )


def advanced(progress: Progress, move: Move, label: Label | None, state: State | None = None) -> Progress:
    """The progress after a move: by the table, or to the state that is given."""
    target = state or moves_from(progress)[move]
    changes: dict[str, object] = {"state": target}
    opens = move in (Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.AUTHORIZE_0X, Move.SPIKE, Move.PROMPT_0)
    if label is not None and (opens or state is not None):
        changes |= {"step": label, "also": None, **_opened(progress, label)}
    if target is State.HELD:
        gates = (Move.SKEPTIC_CONDITIONS, Move.RESUME)
        changes["held_by"] = "CHN016" if move in gates else "CHN014" if move is Move.EVIDENCE_HOLD else progress.held_by
    return replace(progress, **changes)


def _opened(progress: Progress, label: Label) -> dict[str, object]:
    """What changes where a step is opened."""
    if label.step is Step.EXPLORATION:
        return {"explored": max(progress.explored, label.letter)}
    if label.step is Step.OPERATION:
        later = (label.number, label.letter) >= (progress.number, progress.letter)
        moved = {"number": label.number, "letter": label.letter} if later else {}
        return {**moved, "started": True, "unfinished": False}
    return {"started": True, "final_given": True, "unfinished": False} if label.step is Step.FINAL else {}
