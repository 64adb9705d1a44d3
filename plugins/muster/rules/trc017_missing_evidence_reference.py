"""TRC017: evidence that refers to a file which is not there."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_EVIDENCE = "- {{requirement: AUTH-001, kind: inspection, owner: Ada, date: 2026-01-31, reference: {}}}\n"
RULE = Rule(
    code="TRC017",
    name="missing-evidence-reference",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC017"),  # found by trace/tracing.py.  implements: MU-TRACE-3015
    why="Whoever asks for the proof finds nothing.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"requirements/evidence.yaml": _EVIDENCE.format("docs/audit.txt"), "docs/old.txt": "Seen.\n"},
            good_files={"requirements/evidence.yaml": _EVIDENCE.format("docs/audit.txt"), "docs/audit.txt": "Seen.\n"},
            marks=(("requirements/evidence.yaml", 1),),
        ),
    ),
)
