"""What is wrong with a turn that is not due where it stands, in the words of the protocol.

implements: MU-CHAIN-7010, MU-CHAIN-7030
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains import illegal
from muster.chains.machine import Move, State
from muster.chains.naming import move_words, step_name

if TYPE_CHECKING:
    from muster.chains.following import Progress
    from muster.chains.labels import Label
    from muster.settings import ChainSettings


def label_fault(
    at: Progress, move: Move, written: Move, label: Label | None, due: Label | None, *, again: bool
) -> tuple[str, str, str]:
    """The code, the message and the help for a label that is not due."""
    state, name = at.state, step_name(label)
    if move in (Move.PROMPT, Move.PROMPT_FINAL):
        message = f"{name} has no confirmation of its own: the authorization before it is of {step_name(due)}"
        return illegal.UNAUTHORISED, message, illegal.HELPS[illegal.UNAUTHORISED]
    if move is Move.PROMPT_0X:
        message = f"{name} stands where {step_name(due)} was authorised"
        code = illegal.code_of(state, written, started=at.started)
        return code, message, f"give {step_name(due)} first, or authorise this one"
    advances = move in (Move.AUTHORIZE, Move.AUTHORIZE_FINAL) and not (label is not None and label.is_sub_iteration)
    sub = step_name(at.sub_iteration)
    if advances and state is State.HELD:
        message = f"{name} is authorised though {step_name(at.step)} did not pass its gates: {sub} is due"
        return at.held_by, message, f"authorise the sub-iteration {sub} first"
    if advances and at.unfinished:
        message = f"{name} follows though the definition of done of {step_name(at.step)} is NOT MET: {sub} is due"
        return "CHN018", message, f"authorise the sub-iteration {sub} first"
    if move is Move.SPIKE and again:
        message = f"{name} is given twice"
        return illegal.ORDER, message, f"give it a variant of its own: `{name} SPIKE A`"
    there = with_article(move_words(move, due)) if due else "no such turn"
    message = f"{with_article(move_words(move, label))} stands where {there} is due"
    return illegal.ORDER, message, f"give this turn the label of its step, {due}" if due else "take it out"


def jump_message(at: Progress, code: str, move: Move, label: Label, settings: ChainSettings) -> str:
    """What is wrong with a move that is not due."""
    words, name, open_ = with_article(move_words(move, label)), step_name(label), step_name(at.step)
    return {
        illegal.UNAUTHORISED: f"{name} has no confirmation of its own: no authorization stands before it",
        illegal.UNDECIDED: f"{words} stands before the decision that phase 0 is over",
        illegal.RETURN: f"{words} leads back to phase 0 after the operational phase has begun",
        illegal.EXPLORATION: f"{name} is not authorised by {settings.orchestrator}",
        illegal.EVIDENCE: f"{words} stands where the evidence gate of {open_} is due",
        illegal.GATE: f"{words} stands where the decision of the skeptic gate of {open_} is due"
        if at.state is not State.BLOCKED
        else f"{words} follows though the skeptic gate of {open_} said BLOCK",
    }.get(code, f"{words} cannot stand here: {stands(at)}")


def with_article(words: str) -> str:
    """The words with their article."""
    return words if words.startswith(("Prompt", "SPIKE")) else f"the {words}"


def stands(progress: Progress) -> str:
    """Where a chain stands, in words."""
    step = f" ({step_name(progress.step)})" if progress.step else ""
    return f"the chain is {progress.state.value}{step}"
