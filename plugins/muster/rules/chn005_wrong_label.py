"""CHN005: a label that no step has, or a phase that contradicts it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN005",
    name="wrong-label",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN005"),  # found by chains/order.py.  implements: MU-CHAIN-7013
    why="Labels tie prompts, answers, gates and authorizations together; a wrong one ties them to another step.",
    examples=Later(lambda: (chain_example("CHN005", "evidence-gate-n+1", "label"),)),
)
