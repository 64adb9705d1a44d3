"""The trial of the skeptic gate: for how many chains it binds, and the retrospective behind them.

implements: MU-CHAIN-7045
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Chain
    from muster.settings import ChainSettings


def is_binding(earlier: Sequence[Chain]) -> bool:
    """Whether the skeptic gate binds the chain that follows these: it does until a retrospective drops it."""
    return next((chain.retrospective for chain in reversed(earlier) if chain.retrospective), "") != "DROP"


def trial_problems(chains: Sequence[Chain], settings: ChainSettings) -> tuple[Problem, ...]:
    """The chains that complete a trial without the retrospective that decides whether the gate stays.

    KEEP and DROP end the trial, RETUNE begins a new one. A window of no chains is no trial: the gate binds.
    """
    problems = []
    closed, on_trial = 0, settings.trial_window > 0
    for chain in chains:
        closed += chain.closed
        if chain.retrospective:
            closed, on_trial = 0, on_trial and chain.retrospective == "RETUNE"
        if on_trial and closed >= settings.trial_window and chain.closed:
            problems.append(_undecided(chain, closed))
            closed = 0  # said once a window
    return tuple(problems)


def _undecided(chain: Chain, closed: int) -> Problem:
    path = next((turn.path for turn in reversed(chain.turns) if turn.kind == "closure"), chain.path)
    count = "one complete chain" if closed == 1 else f"{closed} complete chains"
    return Problem(
        "CHN029",
        Place(path),
        f"the trial of the skeptic gate ends here, after {count}, and no retrospective decides whether it stays",
        "add a retrospective behind the closure, with Decision: KEEP, RETUNE or DROP",
    )
