"""The walk of a chain through the table of the protocol."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_turns import label_after, numbered, text_of, turn_of
from muster.chains.due import next_turns
from muster.chains.following import Progress, advanced, labels_due, missing_turns, moves_from
from muster.chains.labels import Label, Step
from muster.chains.machine import TABLE, Move, State
from muster.chains.order import walk_of
from muster.settings import ChainSettings

if TYPE_CHECKING:
    from random import Random

CHAINS = ChainSettings()
ORDER = {"CHN002", "CHN003", "CHN005", "CHN010", "CHN011", "CHN012", "CHN013", "CHN014", "CHN016", "CHN018", "CHN025"}
STEP = "{0}:authorize {0}:prompt {0}:response {0}:evidence {0}:pass"
BEGIN = "0:onboard 0:prompt-0 0:response"
PHASE_0 = f"{BEGIN} 0a:allow 0a:prompt-0x 0a:response 0:enough"
FINAL = "N+1:authorize-final N+1:prompt-final N+1:response N+1:evidence N+1':pass"
COMPLETE = (
    f"{PHASE_0} SPIKE_PRE_PROMPT_1:spike SPIKE_PRE_PROMPT_1:response {STEP.format('1')} SPIKE_POST_PROMPT_1:spike "
    f"SPIKE_POST_PROMPT_1:response {STEP.format('2')} {STEP.format('2a')} {FINAL} N+1:close N+1:retrospect"
)


def found(moves: list[tuple[Move, str]], *, binding: bool = True) -> list[tuple[str, int]]:
    """The codes of what is wrong, and the numbers of the turns."""
    walk = walk_of(numbered(moves), CHAINS, binding=binding)
    return [(problem.code, int(problem.place.path[11:15])) for problem in walk.problems]


def after(text: str, *, binding: bool = True) -> Progress:
    """Where a chain stands, which breaks nothing."""
    walk = walk_of(numbered(text_of(text)), CHAINS, binding=binding)
    assert walk.problems == ()
    return walk.progress


@pytest.mark.requirement("MU-CHAIN-7010")
def test_a_complete_chain_breaks_nothing_and_is_closed() -> None:
    walk = walk_of(numbered(text_of(COMPLETE)), CHAINS)

    assert (walk.problems, walk.closed, walk.progress.state) == ((), True, State.CLOSED)
    assert [one.name for one in walk.rounds] == [
        "Prompt 0",
        "Prompt 0a",
        "SPIKE PRE PROMPT 1",
        "Prompt 1",
        "SPIKE POST PROMPT 1",
        "Prompt 2",
        "Prompt 2a",
        "Prompt N+1",
    ]


WRONG = {
    "the first turn is no onboarding": ("0:prompt-0 0:response", [("CHN003", 1)]),
    "an onboarding behind Prompt 0": ("0:prompt-0 0:onboard 0:response", [("CHN003", 1)]),
    "a second onboarding": (f"{BEGIN} 0:onboard", [("CHN003", 4)]),
    "the first prompt is Prompt 1": ("0:onboard 1:prompt 1:response", [("CHN002", 2)]),
    "the first prompt is Prompt 0a": ("0:onboard 0a:prompt-0x 0a:response 0:enough", [("CHN002", 2)]),
    "an exploration that nobody authorised": (f"{BEGIN} 0a:prompt-0x 0a:response 0:enough", [("CHN010", 4)]),
    "an exploration skips a letter": (f"{BEGIN} 0b:allow 0b:prompt-0x 0b:response 0:enough", [("CHN002", 4)]),
    "no decision on phase 0": (f"{BEGIN} {STEP.format('1')}", [("CHN011", 4)]),
    "a SPIKE before the decision on phase 0": (
        f"{BEGIN} SPIKE_PRE_PROMPT_1:spike SPIKE_PRE_PROMPT_1:response {STEP.format('1')}",
        [("CHN011", 4)],
    ),
    "the decision on phase 0 comes late": (f"{BEGIN} {STEP.format('1')} 0:enough", [("CHN011", 4)]),
    "back to phase 0": (
        f"{PHASE_0} {STEP.format('1')} 0b:allow 0b:prompt-0x 0b:response {STEP.format('2')}",
        [("CHN012", 13)],
    ),
    "a prompt without confirmation": (
        f"{PHASE_0} {STEP.format('1')} 2:prompt 2:response 2:evidence 2:pass {STEP.format('3')}",
        [("CHN013", 13)],
    ),
    "the confirmation of another prompt": (
        f"{PHASE_0} {STEP.format('1')} 2:authorize 3:prompt 3:response 3:evidence 3:pass",
        [("CHN013", 14)],
    ),
    "N+1 under the confirmation of Prompt 2": (
        f"{PHASE_0} {STEP.format('1')} 2:authorize N+1:prompt-final N+1:response N+1:evidence N+1':pass N+1:close",
        [("CHN013", 14)],
    ),
    "no evidence gate": (f"{PHASE_0} 1:authorize 1:prompt 1:response 1:pass {STEP.format('2')}", [("CHN014", 11)]),
    "no skeptic gate": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:evidence {STEP.format('2')}",
        [("CHN016", 12)],
    ),
    "a SPIKE in place of the skeptic gate": (
        (
            f"{PHASE_0} 1:authorize 1:prompt 1:response 1:evidence SPIKE_POST_PROMPT_1:spike "
            f"SPIKE_POST_PROMPT_1:response {STEP.format('2')}"
        ),
        [("CHN016", 12)],
    ),
    "an answer is given twice": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:response 1:evidence 1:pass",
        [("CHN002", 11)],
    ),
    "a prompt is given twice": (
        f"{PHASE_0} 1:authorize 1:prompt 1:prompt 1:response 1:evidence 1:pass",
        [("CHN002", 10)],
    ),
    "a number is skipped": (f"{PHASE_0} {STEP.format('1')} {STEP.format('3')} {STEP.format('4')}", [("CHN002", 13)]),
    "a sub-iteration is skipped": (f"{PHASE_0} {STEP.format('1')} {STEP.format('1b')}", [("CHN002", 13)]),
    "the response is of another step": (
        f"{PHASE_0} 1:authorize 1:prompt 2:response 1:evidence 1:pass",
        [("CHN002", 10)],
    ),
    "the next number after HOLD": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:hold {STEP.format('2')}",
        [("CHN014", 12)],
    ),
    "the next number after a BLOCK that was resumed": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:evidence 1:block 1:resume {STEP.format('2')}",
        [("CHN016", 14)],
    ),
    "the chain goes on after BLOCK": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:evidence 1:block {STEP.format('1a')}",
        [("CHN016", 13)],
    ),
    "N+1 without any operational prompt": (f"{PHASE_0} {FINAL} N+1:close", [("CHN002", 8)]),
    "closed without N+1": (f"{PHASE_0} {STEP.format('1')} N+1:close", [("CHN025", 13)]),
    "closed without the skeptic gate after N+1": (
        f"{PHASE_0} {STEP.format('1')} {FINAL.rpartition(' ')[0]} N+1:close N+1:retrospect",
        [("CHN025", 17)],
    ),
    "a prompt after the closure": (f"{COMPLETE} {STEP.format('3')}", [("CHN002", 34)]),
    "N+1 has a new number behind it": (
        f"{PHASE_0} {STEP.format('1')} {FINAL.replace(chr(39) + ':pass', ':block')} N+1:resume {STEP.format('2')}",
        [("CHN016", 19)],
    ),
    "the gate after N+1 lends its label": (
        f"{PHASE_0} {STEP.format('1')} {FINAL.replace('N+1:evidence', chr(78) + '+1' + chr(39) + ':evidence')}",
        [("CHN005", 16)],
    ),
    "a label of no form": (f"{PHASE_0} 1:authorize one:prompt 1:response 1:evidence 1:pass", [("CHN005", 9)]),
    "a SPIKE beside another step": (f"{PHASE_0} SPIKE_PRE_PROMPT_4:spike SPIKE_PRE_PROMPT_4:response", [("CHN002", 8)]),
    "a SPIKE twice": (
        (
            f"{PHASE_0} SPIKE_PRE_PROMPT_1:spike SPIKE_PRE_PROMPT_1:response SPIKE_PRE_PROMPT_1:spike "
            "SPIKE_PRE_PROMPT_1:response"
        ),
        [("CHN002", 10)],
    ),
}


@pytest.mark.requirement("MU-CHAIN-7010")
@pytest.mark.requirement("MU-CHAIN-7013")
@pytest.mark.requirement("MU-CHAIN-7022")
@pytest.mark.requirement("MU-CHAIN-7023")
@pytest.mark.requirement("MU-CHAIN-7024")
@pytest.mark.requirement("MU-CHAIN-7030")
@pytest.mark.requirement("MU-CHAIN-7041")
@pytest.mark.parametrize("name", WRONG)
def test_one_fault_is_one_finding_at_the_turn_that_shows_it(name: str) -> None:
    text, problems = WRONG[name]

    assert found(text_of(text)) == problems


def test_a_spike_that_is_a_variant_stands_for_the_one_before() -> None:
    text = f"{PHASE_0} SPIKE_PRE_PROMPT_1:spike SPIKE_PRE_PROMPT_1:response SPIKE_A:spike SPIKE_A:response"

    assert after(text).step == Label(Step.SPIKE, 1, side="PRE", variant="A")


@pytest.mark.requirement("MU-CHAIN-7045")
def test_where_the_skeptic_gate_does_not_bind_it_can_be_left_out() -> None:
    text = f"{PHASE_0} {STEP.format('1').rpartition(' ')[0]} {FINAL.rpartition(' ')[0]} N+1:close"

    assert after(text, binding=False).state is State.CLOSED
    assert found(text_of(text)) == [("CHN016", 12), ("CHN025", 16)]


NEXT = {
    "an empty chain": ("", ("onboarding task (Planner)",)),
    "after phase 0": (
        PHASE_0,
        (
            "authorization of Prompt 1 (Planner)",
            "SPIKE PRE PROMPT 1 (OCP)",
            "decision to align with the main branch (OCP)",
        ),
    ),
    "after an answer": (f"{PHASE_0} 1:authorize 1:prompt 1:response", ("evidence gate of Prompt 1 (OCP)",)),
    "after HOLD": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:hold",
        ("authorization of Prompt 1a (Planner)",),
    ),
    "after BLOCK": (
        f"{PHASE_0} 1:authorize 1:prompt 1:response 1:evidence 1:block",
        ("decision whether the chain goes on after Prompt 1 (OCP)",),
    ),
    "after a step": (
        f"{PHASE_0} {STEP.format('1')}",
        (
            "authorization of Prompt 2 (Planner)",
            "authorization of Prompt 1a (Planner)",
            "authorization of Prompt N+1 (Planner)",
            "SPIKE PRE PROMPT 2 (OCP)",
            "SPIKE POST PROMPT 1 (OCP)",
            "decision to align with the main branch (OCP)",
        ),
    ),
    "after N+1": (
        f"{PHASE_0} {STEP.format('1')} {FINAL}",
        ("closure (Planner)", "decision to align with the main branch (OCP)"),
    ),
}


@pytest.mark.requirement("MU-CHAIN-7003")
@pytest.mark.parametrize("name", NEXT)
def test_the_next_turns_are_told_in_words(name: str) -> None:
    text, expected = NEXT[name]

    assert next_turns(after(text), CHAINS) == expected


@pytest.mark.requirement("MU-CHAIN-7003")
def test_what_a_chain_lacks_leads_to_its_closure() -> None:
    assert missing_turns(after(f"{PHASE_0} 1:authorize 1:prompt 1:response"), CHAINS) == (
        "evidence gate of Prompt 1 (OCP)",
        "skeptic gate of Prompt 1 (OCP)",
        "authorization of Prompt N+1 (Planner)",
        "Prompt N+1 (OCP)",
        "response to Prompt N+1 (Codex)",
        "evidence gate of Prompt N+1 (OCP)",
        "skeptic gate of Prompt N+1 (OCP)",
        "closure (Planner)",
    )


def test_every_state_of_the_table_is_reached_from_an_empty_chain() -> None:
    reached, open_ = {State.EMPTY}, [State.EMPTY]
    while open_:
        for state in TABLE[open_.pop()].values():
            if state not in reached:
                reached.add(state)
                open_.append(state)

    assert reached == set(State)


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[Move, str]]:
    """A random walk over the table, each turn with one of the labels that are due."""
    at, spikes = Progress(), 0
    moves: list[tuple[Move, str]] = []
    for _ in range(draw(st.integers(1, 60))):
        choices = [
            (move, label)
            for move in moves_from(at)
            if not (move is Move.RETROSPECT and any(made is move for made, _ in moves))
            for label in labels_due(at, move)
            or ((None,) if move not in (Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.AUTHORIZE_0X, Move.REFUSE) else ())
        ]
        if not choices:
            break
        move, label = draw(st.sampled_from(choices))
        if move is Move.SPIKE and label is not None:
            spikes += 1
            if spikes > 26:
                break
            label = Label(Step.SPIKE, label.number, label.letter, label.side, label.beside_final, chr(64 + spikes))
        written = label_after(label, move) if label else str(at.step or "0") if move is Move.ALIGN else "0"
        moves.append((move, written))
        at = advanced(at, move, label)
    return moves


@settings(max_examples=100, deadline=None)
@given(walks())
def test_a_walk_over_the_table_breaks_nothing(moves: list[tuple[Move, str]]) -> None:
    assert found(moves) == []


# Moves that may be missing, or stand elsewhere, with the reason: the protocol holds without them.
OPTIONAL = {
    Move.ALIGN: "the main branch is aligned with where somebody decides it, and nowhere else",
    Move.REFUSE: "a step that was refused is not begun, nor is one that nobody was asked for",
    Move.INSUFFICIENT: "phase 0 goes on until a decision ends it, said or not",
    Move.RETROSPECT: "only the last chain of a trial owes it, which is judged beside the walk",
}


@settings(max_examples=100, deadline=None)
@given(walks(), st.data())
def test_a_walk_that_lacks_a_move_before_its_end_breaks_something(
    moves: list[tuple[Move, str]], data: st.DataObject
) -> None:
    at = [number for number, (move, _) in enumerate(moves[:-1]) if move not in OPTIONAL]
    if at:
        gone = data.draw(st.sampled_from(at))

        assert found(moves[:gone] + moves[gone + 1 :]), f"{moves[gone]} at {gone} is not missed"


@settings(max_examples=100, deadline=None)
@given(walks(), st.data())
def test_a_walk_with_two_neighbours_swapped_breaks_something(
    moves: list[tuple[Move, str]], data: st.DataObject
) -> None:
    at = [
        number
        for number, ((first, _), (second, _)) in enumerate(pairwise(moves))
        if first not in OPTIONAL and second not in OPTIONAL
    ]
    if at:
        one = data.draw(st.sampled_from(at))
        swapped = [*moves[:one], moves[one + 1], moves[one], *moves[one + 2 :]]

        assert found(swapped), f"{moves[one]} at {one} may change places with {moves[one + 1]}"


@settings(max_examples=100, deadline=None)
@given(walks(), st.data())
def test_a_walk_with_a_move_twice_breaks_something(moves: list[tuple[Move, str]], data: st.DataObject) -> None:
    at = [number for number, (move, _) in enumerate(moves) if move not in OPTIONAL]
    if at:
        one = data.draw(st.sampled_from(at))

        assert found([*moves[: one + 1], *moves[one:]]), f"{moves[one]} at {one} may stand there twice"


@settings(max_examples=100, deadline=None)
@given(walks(), st.randoms(use_true_random=False))
def test_any_order_of_turns_is_walked_to_its_end(moves: list[tuple[Move, str]], random: Random) -> None:
    shuffled = list(moves)
    random.shuffle(shuffled)

    walk = walk_of(numbered(shuffled), CHAINS)

    assert len(walk.states) == len(walk.labels) == len(moves)
    assert len(walk.problems) <= 2 * len(moves)


def test_a_turn_is_made_by_its_actor() -> None:
    turn = turn_of(1, Move.ONBOARD, "0")

    assert (turn.actor, turn.label, walk_of([turn], CHAINS).problems) == ("Planner", "0", ())
