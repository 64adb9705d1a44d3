"""CHN016: a skeptic gate that is missing, not filled in, or contradicts itself or what follows it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN016",
    name="contradictory-gate",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN016"),  # found by chains/gate_checks.py.  implements: MU-CHAIN-7033
    why="A gate that says PASS beside a NO stops nothing.",
    examples=Later(
        lambda: (
            chain_example("CHN016", "skeptic-gate-1", "- Decision"),
            turn_example(
                "skeptic-gate-1", "- Scope check", "(files authorised?): YES", "(files authorised?): YES, mostly"
            ),
        )
    ),
)
