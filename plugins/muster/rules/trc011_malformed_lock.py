"""TRC011: a line of `requirements/trace.lock` that is no entry of it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC011",
    name="malformed-lock",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC011"),  # found by trace/lock.py.  implements: MU-TRACE-3020
    why="Which citations were reviewed under which text is known from this file alone.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={
                "src/auth.py": "# implements: AUTH-001\n",
                "requirements/trace.lock": "<<<<<<< ours\n=======\n>>>>>>> theirs\n",
            },
            good_files={"src/auth.py": "# implements: AUTH-001\n"},
            marks=(("requirements/trace.lock", 1),),
        ),
    ),
)
