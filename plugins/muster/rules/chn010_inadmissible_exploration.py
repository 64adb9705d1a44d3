"""CHN010: a 0x prompt without a declared uncertainty, a scope of its own, or the authorization for it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN010",
    name="inadmissible-exploration",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN010"),  # found by chains/prompt_checks.py.  implements: MU-CHAIN-7021
    why="Exploration that closes no declared uncertainty never ends.",
    examples=Later(lambda: (chain_example("CHN010", "prompt-0a", "UNCERTAINTY"),)),
)
