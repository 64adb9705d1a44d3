"""CHN009: work in a turn of phase 0 or a SPIKE, or a command that its prompt does not list."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN009",
    name="work-in-read-only-turn",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN009"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7020
    why="Phase 0 and SPIKE turns exist so that somebody understands before anything changes.",
    examples=Later(lambda: (chain_example("CHN009", "response-0a", "$ pytest"),)),
)
