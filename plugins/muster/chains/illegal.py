"""Which rule a move breaks that the table does not allow."""

from __future__ import annotations

from muster.chains.machine import Move, State

ORDER = "CHN002"
ONBOARDING = "CHN003"
EXPLORATION = "CHN010"
UNDECIDED = "CHN011"
RETURN = "CHN012"
UNAUTHORISED = "CHN013"
EVIDENCE = "CHN014"
GATE = "CHN016"
PREMATURE = "CHN025"

_PHASE_0 = (State.SURVEYED, State.EXPLORATION_ALLOWED, State.EXPLORING)
_OPERATIONAL = (Move.AUTHORIZE, Move.PROMPT, Move.AUTHORIZE_FINAL, Move.PROMPT_FINAL, Move.SPIKE)
_PROMPTS = (Move.PROMPT, Move.PROMPT_FINAL)
_UNASKED = (State.READY, State.PASSED, State.HELD, State.AUTHORIZED, State.FINAL_AUTHORIZED)


def code_of(state: State, move: Move, *, started: bool) -> str:
    """The code of the rule.

    implements: MU-CHAIN-7011, MU-CHAIN-7022, MU-CHAIN-7023, MU-CHAIN-7024, MU-CHAIN-7030, MU-CHAIN-7041
    """
    if state is State.EMPTY or move is Move.ONBOARD:
        return ONBOARDING
    if move is Move.CLOSE:
        return PREMATURE if state not in (State.CLOSED, State.ABANDONED) else ORDER
    if move in (Move.AUTHORIZE_0X, Move.PROMPT_0X):
        if started:
            return RETURN
        return EXPLORATION if state is State.SURVEYED else ORDER
    if move in _OPERATIONAL and state in _PHASE_0:
        return UNDECIDED
    if state in (State.ANSWERED, State.FINAL_ANSWERED):
        return EVIDENCE
    if state in (State.EVIDENT, State.FINAL_EVIDENT, State.BLOCKED):
        return GATE
    if move in _PROMPTS and state in _UNASKED:
        return UNAUTHORISED
    return ORDER


HELPS = {
    ORDER: "bring the turns into the order of the protocol: prompt, response, gates, one step at a time",
    ONBOARDING: "begin the chain with one onboarding task, and give it no second one",
    EXPLORATION: "let the orchestrator authorise the exploration in a turn of its own before the prompt",
    UNDECIDED: "record the human decision that phase 0 is over (`decision: phase`) before this turn",
    RETURN: "take the exploration out; what is uncertain after Prompt 1 blocks the chain at the skeptic gate",
    UNAUTHORISED: "record the human confirmation of this prompt in an authorization before it",
    EVIDENCE: "let the orchestrator judge the response at an evidence gate before this turn",
    GATE: "let the orchestrator decide at the skeptic gate first; a BLOCK is left only by a decision to resume",
    PREMATURE: "close the chain after the skeptic gate that follows Prompt N+1 says PASS",
}
