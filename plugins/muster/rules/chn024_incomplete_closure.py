"""CHN024: a response to Prompt N+1 that does not show all that closes a chain."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN024",
    name="incomplete-closure",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN024"),  # found by chains/closing_checks.py.  implements: MU-CHAIN-7040
    why="A chain ends with proof that the whole of it holds, and with words that somebody can find again.",
    examples=Later(
        lambda: (
            chain_example("CHN024", "response-n+1", "---"),
            turn_example("response-n+1", "Limita", "della coda\n", "della coda\n\nIl worker lo rispetta.\n"),
        )
    ),
)
