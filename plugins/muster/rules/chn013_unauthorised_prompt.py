"""CHN013: an operational prompt without an authorization of its own, confirmed by a human."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN013",
    name="unauthorised-prompt",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN013"),  # found by chains/illegal.py.  implements: MU-CHAIN-7030
    why="No work is sent off that nobody answers for.",
    examples=Later(lambda: (chain_example("CHN013", "prompt-1", "---", edited="authorization-1"),)),
)
