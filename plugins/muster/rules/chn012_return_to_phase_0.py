"""CHN012: a 0x prompt or a new structural uncertainty behind Prompt 1."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN012",
    name="return-to-phase-0",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN012"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7023
    why="Whoever finds out in the middle of the work that the ground is not known has to stop, and not to explore on.",
    examples=Later(lambda: (chain_example("CHN012", "response-1", "- U2"),)),
)
