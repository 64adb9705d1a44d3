"""CHN023: a report without the static pre-check before its diff, or QA behind a failed one."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN023",
    name="unchecked-patch",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN023"),  # found by chains/evidence_checks.py.  implements: MU-CHAIN-7039
    why="A patch that fails the pre-check fails QA as well, only later.",
    examples=Later(lambda: (chain_example("CHN023", "response-1", "$ pytest"),)),
)
