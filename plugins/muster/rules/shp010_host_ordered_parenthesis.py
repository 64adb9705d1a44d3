"""SHP010: a list with `1)`, which the site does not know."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP010",
    name="host-ordered-parenthesis",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP010"),
    why="Python-Markdown takes `1)` for text: the requirements of the list run together in one paragraph.",
    examples=(
        Example(
            bad="1) [AUTH-001] The server MUST hash passwords. <!-- SHP010 -->\n"
            "2) [AUTH-002] The server MUST salt passwords. <!-- SHP010 -->\n",
            good="1. [AUTH-001] The server MUST hash passwords.\n2. [AUTH-002] The server MUST salt passwords.\n",
        ),
    ),
)
