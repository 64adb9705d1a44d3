"""CHN007: a diff, an edit or QA output in a turn of those who plan and decide."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN007",
    name="work-by-governance",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN007"),  # found by chains/judging.py.  implements: MU-CHAIN-7015
    why="Whoever judges the work must not have done it.",
    examples=Later(lambda: (chain_example("CHN007", "skeptic-gate-1", "```diff"),)),
)
