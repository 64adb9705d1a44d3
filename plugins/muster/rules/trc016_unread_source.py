"""TRC016: a text in which no citation was looked for, because it is too large."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC016",
    name="unread-source",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC016"),  # found by sweep.py.  implements: MU-TRACE-3001
    why="A citation that nobody found is a hole in the trace, and a file of this size is seldom one that people write.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings="[specs]\nmax_bytes = 200\n",
            bad_files={"src/auth.py": "# implements: AUTH-001\n" + 200 * "#" + "\n"},
            good_files={"src/auth.py": "# implements: AUTH-001\n"},
            marks=(("src/auth.py", 1),),
        ),
    ),
)
