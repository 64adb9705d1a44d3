"""SHP006: a list that the site shows as part of the text above it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP006",
    name="host-list-after-paragraph",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP006"),
    why="Python-Markdown begins a list after a blank line only: without one, requirements run together as text.",
    examples=(
        Example(
            bad="The rules for passwords:\n- [AUTH-001] The server MUST hash passwords. <!-- SHP006 -->\n",
            good="The rules for passwords:\n\n- [AUTH-001] The server MUST hash passwords.\n",
        ),
        Example(
            bad="```text\nhunter2\n```\n- [AUTH-001] The server MUST refuse it. <!-- SHP006 -->\n",
            good="```text\nhunter2\n```\n\n- [AUTH-001] The server MUST refuse it.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n    It adds a salt.\n"
            "- [AUTH-002] The server MUST forget them. <!-- SHP006 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n    It adds a salt.\n\n"
            "- [AUTH-002] The server MUST forget them.\n",
        ),
    ),
)
