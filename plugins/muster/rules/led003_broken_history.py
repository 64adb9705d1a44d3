"""LED003: a history that the repository keeps, and that is damaged or whose chain of events is broken."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_HEAD = '{"format":"muster-history","version":1}\n'
RULE = Rule(
    code="LED003",
    name="broken-history",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LED003"),  # found by tasks.py
    why="A history is kept to be trusted later; one that was changed or cut off tells nothing.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings='[ledger]\nhistories = ["audit/*.jsonl"]\n',
            bad_files={"audit/2026.jsonl": _HEAD},
            good_files={"audit/2026.jsonl": _HEAD + '{"end":{"runs":0,"events":0}}\n'},
            marks=(("audit/2026.jsonl", 1),),
        ),
    ),
)
