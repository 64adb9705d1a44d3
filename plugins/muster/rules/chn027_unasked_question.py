"""CHN027: a response that ends with a question nobody asked for."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN027",
    name="unasked-question",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN027"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7043
    why="A question at the end invites work that no prompt has named.",
    examples=Later(lambda: (chain_example("CHN027", "response-1", "Shall I"),)),
)
