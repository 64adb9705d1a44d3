"""TRC013: a line of `requirements/ratchet.yaml` that is no entry of it."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC013",
    name="malformed-ratchet",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC013"),  # found by trace/ratchet.py.  implements: MU-TRACE-3014
    why="What the ratchet cannot read, it does not hold.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"requirements/ratchet.yaml": "AUTH-001: perfect\n"},
            good_files={
                "requirements/ratchet.yaml": "AUTH-001: implemented\n",
                "src/auth.py": "# implements: AUTH-001\n",
            },
            marks=(("requirements/ratchet.yaml", 1),),
        ),
    ),
)
