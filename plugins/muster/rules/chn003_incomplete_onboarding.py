"""CHN003: an onboarding task that is not first, not alone, or does not name its documents and plan."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN003",
    name="incomplete-onboarding",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN003"),  # found by chains/onboarding_checks.py.  implements: MU-CHAIN-7011
    why="Who has not read the documents cannot keep to them.",
    examples=Later(lambda: (chain_example("CHN003", "onboarding", "---"),)),
)
