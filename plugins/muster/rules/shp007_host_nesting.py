"""SHP007: a part of a requirement that the site shows outside of it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP007",
    name="host-nesting",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP007"),
    why="Python-Markdown nests by four spaces: what is indented by less leaves the requirement on the page.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords with:\n  - argon2 <!-- SHP007 -->\n  - a salt\n",
            good="- [AUTH-001] The server MUST hash passwords with:\n    - argon2\n    - a salt\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n  It adds a salt. <!-- SHP007 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n    It adds a salt.\n\n"
            "- [AUTH-002] The server MUST forget them.\n  - [AUTH-003] It MUST forget the salt.\n",
        ),
    ),
)
