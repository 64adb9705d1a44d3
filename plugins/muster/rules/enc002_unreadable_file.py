"""ENC002: a document that cannot be read at all."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="ENC002",
    name="unreadable-file",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ENC002"),
    why="A spec that cannot be read is a spec that nobody checks.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n" + "x" * 300 + "\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings="[specs]\nmax_line = 200\n",
            marks=(("specs/10-example.md", 8),),
        ),
    ),
)
