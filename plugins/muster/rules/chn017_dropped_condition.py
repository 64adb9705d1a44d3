"""CHN017: a prompt whose CONSTRAINTS do not repeat the conditions of the gate before it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN017",
    name="dropped-condition",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN017"),  # found by chains/prompt_checks.py.  implements: MU-CHAIN-7033
    why="A condition that the next prompt does not name is forgotten.",
    examples=Later(lambda: (chain_example("CHN017", "prompt-2a", "CONSTRAINTS"),)),
)
