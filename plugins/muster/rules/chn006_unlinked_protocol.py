"""CHN006: a prompt that does not link the protocol of the chain, or links none that exists."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN006",
    name="unlinked-protocol",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN006"),  # found by chains/prompt_checks.py.  implements: MU-CHAIN-7014
    why="Whoever reads the prompt must be able to look up the rules that hold for it.",
    examples=Later(lambda: (chain_example("CHN006", "prompt-1", "PROTOCOL"),)),
)
