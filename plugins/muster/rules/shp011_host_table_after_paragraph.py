"""SHP011: a table that the site shows as part of the text above it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP011",
    name="host-table-after-paragraph",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP011"),
    why="Python-Markdown begins a table after a blank line only: without one, its rows are shown as bars and words.",
    examples=(
        Example(
            bad="The rules for passwords:\n| ID | Rule | <!-- SHP011 -->\n|---|---|\n"
            "| [AUTH-001] | The server MUST hash passwords. |\n",
            good="The rules for passwords:\n\n| ID | Rule |\n|---|---|\n"
            "| [AUTH-001] | The server MUST hash passwords. |\n",
        ),
    ),
)
