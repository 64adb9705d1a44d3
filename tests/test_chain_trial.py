"""The trial of the skeptic gate over the chains of a project."""

from __future__ import annotations

import pytest

from muster.chains.trial import is_binding, trial_problems
from muster.model import Chain, ChainTurn
from muster.settings import ChainSettings


def chain(number: int, retrospective: str = "", *, closed: bool = True) -> Chain:
    path = f"chains/{number:03}"
    turn = ChainTurn(f"{path}/030-closure.md", "closure", "N+1", "Planner", "", "CLOSED", "closed", "end")
    state = "closed" if closed else "passed"
    turns = (turn,) if closed else ()
    return Chain(path, path, state, "end", turns, retrospective=retrospective, closed=closed)


TRIALS = {
    "the second complete chain lacks it": ([chain(1), chain(2)], ["chains/002"]),
    "the second complete chain has it": ([chain(1), chain(2, "KEEP"), chain(3), chain(4)], []),
    "an earlier one has it": ([chain(1, "KEEP"), chain(2)], []),
    "a chain that is not closed does not count": ([chain(1), chain(2, closed=False)], []),
    "one complete chain is no trial yet": ([chain(1)], []),
    "retuned, the gate is tried again": ([chain(1, "RETUNE"), chain(2), chain(3)], ["chains/003"]),
    "dropped, it is not": ([chain(1), chain(2, "DROP"), chain(3), chain(4)], []),
    "it is said once a window": ([chain(1), chain(2), chain(3)], ["chains/002"]),
}


@pytest.mark.requirement("MU-CHAIN-7045")
@pytest.mark.parametrize("name", TRIALS)
def test_a_trial_ends_with_a_retrospective(name: str) -> None:
    chains, undecided = TRIALS[name]

    problems = trial_problems(chains, ChainSettings())

    assert [(problem.code, problem.place.path) for problem in problems] == [
        ("CHN029", f"{path}/030-closure.md") for path in undecided
    ]


@pytest.mark.requirement("MU-CHAIN-7045")
def test_a_window_of_no_chains_is_no_trial() -> None:
    assert trial_problems([chain(1), chain(2)], ChainSettings(trial_window=0)) == ()


@pytest.mark.requirement("MU-CHAIN-7045")
def test_the_gate_binds_until_a_retrospective_drops_it() -> None:
    assert [is_binding([]), is_binding([chain(1, "KEEP")]), is_binding([chain(1, "DROP"), chain(2)])] == [
        True,
        True,
        False,
    ]
    assert is_binding([chain(1, "DROP"), chain(2, "RETUNE")])
