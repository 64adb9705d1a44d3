"""CHN018: a definition of done that is not met, or cannot be, and no sub-iteration behind it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN018",
    name="unfinished-step",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN018"),  # found by chains/evidence_checks.py.  implements: MU-CHAIN-7034
    why="Half-done steps add up to a chain that is finished only on paper.",
    examples=Later(lambda: (chain_example("CHN018", "response-2", "- Status"),)),
)
