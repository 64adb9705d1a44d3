"""TRC012: an entry of `requirements/evidence.yaml` that cannot be taken at its word."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC012",
    name="malformed-evidence",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC012"),  # found by trace/evidence.py.  implements: MU-TRACE-3015
    why="Evidence without owner, date or reference proves nothing to anybody who asks.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"requirements/evidence.yaml": "- {requirement: AUTH-001, kind: inspection, owner: Ada}\n"},
            good_files={
                "requirements/evidence.yaml": "- {requirement: AUTH-001, kind: inspection, owner: Ada,"
                " date: 2026-01-31, reference: https://example.org/audit}\n"
            },
            marks=(("requirements/evidence.yaml", 1), ("requirements/evidence.yaml", 1)),
        ),
    ),
)
