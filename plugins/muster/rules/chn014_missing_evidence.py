"""CHN014: an operational response without all of its evidence, or an evidence gate that does not hold it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN014",
    name="missing-evidence",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN014"),  # found by chains/evidence_checks.py.  implements: MU-CHAIN-7031
    why="A chain advances by what can be seen: memo, diff, report and QA output.",
    examples=Later(
        lambda: (
            chain_example("CHN014", "response-1", "---"),
            turn_example("evidence-gate-1", "- Decision", "- QA: YES", "- QA: NO"),
        )
    ),
)
