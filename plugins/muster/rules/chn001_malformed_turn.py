"""CHN001: a turn of a chain that cannot be read as one, or has no place of its own."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN001",
    name="malformed-turn",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN001"),  # found by chains/reading.py.  implements: MU-CHAIN-7001
    why="A turn whose kind, label, actor or number is in doubt could be any turn.",
    examples=Later(lambda: (chain_example("CHN001", "evidence-gate-1", "date"),)),
)
