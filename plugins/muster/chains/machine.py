"""The protocol as a table: from each state, which moves lead where.

The guide's diagram is drawn from this table, and `muster chain status` reads it.

implements: MU-CHAIN-7003, MU-CHAIN-7010, MU-CHAIN-7041
"""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """The bands of a chain."""

    START = "start"
    ANALYSIS = "phase 0"
    OPERATION = "phase 1..N"
    FINAL = "N+1"
    END = "end"


class State(StrEnum):
    """Where a chain stands."""

    EMPTY = "empty"
    ONBOARDED = "onboarded"
    ASKED = "asked"  # Prompt 0 waits for its answer
    SURVEYED = "surveyed"  # phase 0 may go on or end
    EXPLORATION_ALLOWED = "exploration allowed"
    EXPLORING = "exploring"
    READY = "ready"  # phase 0 is over
    PROBING = "probing"  # a SPIKE before the next prompt
    AUTHORIZED = "authorized"
    SENT = "sent"
    ANSWERED = "answered"
    EVIDENT = "evident"  # the evidence gate let it pass
    PASSED = "passed"  # so did the skeptic gate
    PROBING_AFTER = "probing after"  # a SPIKE behind a prompt
    HELD = "held"  # only a sub-iteration leads on
    BLOCKED = "blocked"  # only a human decision leads on
    FINAL_AUTHORIZED = "final authorized"
    FINAL_SENT = "final sent"
    FINAL_ANSWERED = "final answered"
    FINAL_EVIDENT = "final evident"
    FINAL_PASSED = "final passed"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class Move(StrEnum):
    """What a turn does."""

    ONBOARD = "onboarding"
    PROMPT_0 = "Prompt 0"
    RESPONSE = "response"
    AUTHORIZE_0X = "authorization of 0x"
    PROMPT_0X = "Prompt 0x"
    SUFFICIENT = "decision: SUFFICIENT"
    INSUFFICIENT = "decision: INSUFFICIENT"
    SPIKE = "SPIKE"
    AUTHORIZE = "authorization of 1..N"
    REFUSE = "authorization: REFUSED"
    PROMPT = "Prompt 1..N"
    EVIDENCE_OK = "evidence gate: PASS"
    EVIDENCE_HOLD = "evidence gate: HOLD"
    SKEPTIC_OK = "skeptic gate: PASS"
    SKEPTIC_CONDITIONS = "skeptic gate: PASS WITH CONDITIONS"
    SKEPTIC_BLOCK = "skeptic gate: BLOCK"
    RESUME = "decision: RESUME"
    ABANDON = "decision: ABANDON"
    ALIGN = "decision: ALIGN"
    AUTHORIZE_FINAL = "authorization of N+1"
    PROMPT_FINAL = "Prompt N+1"
    CLOSE = "closure"
    RETROSPECT = "retrospective"


TABLE: dict[State, dict[Move, State]] = {
    State.EMPTY: {Move.ONBOARD: State.ONBOARDED},
    State.ONBOARDED: {Move.PROMPT_0: State.ASKED},
    State.ASKED: {Move.RESPONSE: State.SURVEYED},
    State.SURVEYED: {
        Move.AUTHORIZE_0X: State.EXPLORATION_ALLOWED,
        Move.REFUSE: State.SURVEYED,  # of an exploration
        Move.INSUFFICIENT: State.SURVEYED,
        Move.SUFFICIENT: State.READY,
    },
    State.EXPLORATION_ALLOWED: {Move.PROMPT_0X: State.EXPLORING},
    State.EXPLORING: {Move.RESPONSE: State.SURVEYED},
    State.READY: {
        Move.SPIKE: State.PROBING,
        Move.AUTHORIZE: State.AUTHORIZED,
        Move.REFUSE: State.READY,
        Move.ALIGN: State.READY,
    },
    State.PROBING: {Move.RESPONSE: State.READY},
    State.AUTHORIZED: {Move.PROMPT: State.SENT},
    State.SENT: {Move.RESPONSE: State.ANSWERED},
    State.ANSWERED: {Move.EVIDENCE_OK: State.EVIDENT, Move.EVIDENCE_HOLD: State.HELD},
    State.EVIDENT: {
        Move.SKEPTIC_OK: State.PASSED,
        Move.SKEPTIC_CONDITIONS: State.PASSED,
        Move.SKEPTIC_BLOCK: State.BLOCKED,
    },
    State.PASSED: {
        Move.SPIKE: State.PROBING_AFTER,
        Move.AUTHORIZE: State.AUTHORIZED,
        Move.AUTHORIZE_FINAL: State.FINAL_AUTHORIZED,
        Move.REFUSE: State.PASSED,
        Move.ALIGN: State.PASSED,
    },
    State.PROBING_AFTER: {Move.RESPONSE: State.PASSED},
    State.HELD: {
        Move.AUTHORIZE: State.AUTHORIZED,  # of a sub-iteration
        Move.AUTHORIZE_FINAL: State.FINAL_AUTHORIZED,  # again, where N+1 is what was held
        Move.REFUSE: State.HELD,
    },
    State.BLOCKED: {Move.RESUME: State.HELD, Move.ABANDON: State.ABANDONED},
    State.FINAL_AUTHORIZED: {Move.PROMPT_FINAL: State.FINAL_SENT, Move.ALIGN: State.FINAL_AUTHORIZED},
    State.FINAL_SENT: {Move.RESPONSE: State.FINAL_ANSWERED},
    State.FINAL_ANSWERED: {Move.EVIDENCE_OK: State.FINAL_EVIDENT, Move.EVIDENCE_HOLD: State.HELD},
    State.FINAL_EVIDENT: {
        Move.SKEPTIC_OK: State.FINAL_PASSED,
        Move.SKEPTIC_CONDITIONS: State.HELD,
        Move.SKEPTIC_BLOCK: State.BLOCKED,
    },
    State.FINAL_PASSED: {Move.CLOSE: State.CLOSED, Move.ALIGN: State.FINAL_PASSED},
    State.CLOSED: {Move.RETROSPECT: State.CLOSED, Move.ALIGN: State.CLOSED},
    State.ABANDONED: {},
}

PHASES: dict[State, Phase] = {
    State.EMPTY: Phase.START,
    State.ONBOARDED: Phase.START,
    **dict.fromkeys((State.ASKED, State.SURVEYED, State.EXPLORATION_ALLOWED, State.EXPLORING), Phase.ANALYSIS),
    **dict.fromkeys(
        (
            State.READY,
            State.PROBING,
            State.AUTHORIZED,
            State.SENT,
            State.ANSWERED,
            State.EVIDENT,
            State.PASSED,
            State.PROBING_AFTER,
            State.HELD,
            State.BLOCKED,
        ),
        Phase.OPERATION,
    ),
    **dict.fromkeys(
        (
            State.FINAL_AUTHORIZED,
            State.FINAL_SENT,
            State.FINAL_ANSWERED,
            State.FINAL_EVIDENT,
            State.FINAL_PASSED,
        ),
        Phase.FINAL,
    ),
    State.CLOSED: Phase.END,
    State.ABANDONED: Phase.END,
}
