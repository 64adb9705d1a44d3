"""CHN025: a closure before the skeptic gate behind N+1 says PASS."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN025",
    name="premature-closure",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN025"),  # found by chains/illegal.py.  implements: MU-CHAIN-7041
    why="Until the last gate has spoken, the chain is not closed.",
    examples=Later(lambda: (chain_example("CHN025", "closure", "---", edited="skeptic-gate-n+1"),)),
)
