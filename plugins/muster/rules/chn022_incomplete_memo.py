"""CHN022: an Active Rules memo that leaves out one of its topics."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN022",
    name="incomplete-memo",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN022"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7038
    why="The memo shows, before the work, that the rules are known.",
    examples=Later(lambda: (chain_example("CHN022", "response-1", "## Active"),)),
)
