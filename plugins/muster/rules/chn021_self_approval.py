"""CHN021: a response that declares progression, or asks for or interprets an approval."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN021",
    name="self-approval",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN021"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7037
    why="Whoever does the work does not decide that it goes on.",
    examples=Later(lambda: (chain_example("CHN021", "response-1", "- Prompt 2"),)),
)
