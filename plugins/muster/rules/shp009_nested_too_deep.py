"""SHP009: blocks nested deeper than anybody reads."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP009",
    name="nested-too-deep",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP009"),
    why="Reading stops at a depth that no author means; a requirement below it would be missed.",
    examples=(
        Example(
            bad=f"- [AUTH-001] The server MUST hash passwords.\n\n{'>' * 120} A word. <!-- SHP009 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n>>> A word.\n",
        ),
    ),
)
