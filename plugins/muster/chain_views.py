"""Prompt chains for the site: what stands in their turns, read anew, for no check keeps it.

implements: MU-CHAIN-7052
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.view import MOST_TURNS, ChainView, turn_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.view import TurnView
    from muster.inputs import Inputs
    from muster.model import Chain, Outcome


def views_of(outcome: Outcome, inputs: Inputs) -> tuple[ChainView, ...]:
    """The chains with the texts of their turns, one turn in memory at a time."""
    return tuple(ChainView(chain, tuple(_turns(chain, inputs))) for chain in outcome.project.chains)


def _turns(chain: Chain, inputs: Inputs) -> Iterator[TurnView]:
    if len(chain.turns) > MOST_TURNS:
        return  # the page tells of each turn, and shows none
    for turn in chain.turns:
        try:
            data = inputs.read(turn.path)
        except OSError:  # one that is gone by now was read a moment ago
            continue
        yield turn_view(turn.path, data)
