"""CHN019: more failed attempts of QA than may be mended, and no request for guidance."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN019",
    name="retry-without-guidance",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN019"),  # found by chains/evidence_checks.py.  implements: MU-CHAIN-7035
    why="Whoever fails a third time in the same way needs an answer and not another attempt.",
    examples=Later(lambda: (chain_example("CHN019", "response-2", "- Attempt 3"),)),
)
