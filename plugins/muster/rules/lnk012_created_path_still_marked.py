"""LNK012: a path that is marked as still to be created, and exists."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_CODE = {"tests/test_queue.py": ""}
RULE = Rule(
    code="LNK012",
    name="created-path-still-marked",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK012"),  # found by links/references.py.  implements: MU-RULE-2016
    why="The mark would hide it when the file goes away again.",
    examples=(
        Example(
            bad="- [AUTH-001] It MUST go on.\n\nTests: `tests/test_queue.py` (to be created) <!-- LNK012 -->\n",
            good="- [AUTH-001] It MUST go on.\n\nTests: `tests/test_queue.py`\n",
            bad_files=_CODE,
            good_files=_CODE,
        ),
    ),
)
