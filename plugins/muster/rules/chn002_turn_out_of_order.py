"""CHN002: a turn that may not follow the one before it, or comes from somebody else."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN002",
    name="turn-out-of-order",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN002"),  # found by chains/order.py.  implements: MU-CHAIN-7010, MU-CHAIN-7024
    why="The order of turns is what keeps planning and work apart: who skips one, skips what it would have checked.",
    examples=Later(lambda: (chain_example("CHN002", "prompt-1", "actor"),)),
)
