"""CHN020: a placeholder where output should stand, or a template that is not filled in."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN020",
    name="omitted-output",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN020"),  # found by chains/judging.py.  implements: MU-CHAIN-7036
    why="Output that is left out proves nothing.",
    examples=Later(
        lambda: (
            chain_example("CHN020", "response-1", "[output"),
            turn_example(
                "response-1", "<fill", "- Il primo tentativo conta come gli altri.", "<fill: what you took for granted>"
            ),
        )
    ),
)
