"""CHN008: a prompt that is more than one copyable block, or says what its template does not know."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN008",
    name="text-outside-block",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN008"),  # found by chains/prompt_checks.py.  implements: MU-CHAIN-7016
    why="What stands outside the block is lost, or sent twice, when the prompt is copied.",
    examples=Later(lambda: (chain_example("CHN008", "prompt-1", "And be"),)),
)
