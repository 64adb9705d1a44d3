"""CHN028: an alignment with the main branch that no recorded decision allows."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN028",
    name="implicit-alignment",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN028"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7044
    why="What reaches the main branch reaches everybody, and so it happens by decision.",
    examples=Later(lambda: (chain_example("CHN028", "response-1", "$ git push"),)),
)
