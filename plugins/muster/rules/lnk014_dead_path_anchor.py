"""LNK014: a path with an anchor that is named somewhere and leads nowhere."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import EXAMPLE_PATH, FRAME, Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_OTHER = "specs/20-other.md"
RULE = Rule(
    code="LNK014",
    name="dead-path-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK014"),  # found by links/references.py.  implements: MU-RULE-2023
    why="Code and settings that name a place in a spec are found by their readers, and by nobody who edits the spec.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"src/auth.py": f"# as {EXAMPLE_PATH}#2-behaviour says\n"},
            good_files={"src/auth.py": f"# as {EXAMPLE_PATH}#1-behaviour says\n"},
            marks=(("src/auth.py", 1),),
        ),
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"ci/gate.yaml": f"gate: {_OTHER}#1-behaviour\n"},
            good_files={"ci/gate.yaml": f"gate: {_OTHER}#1-behaviour\n", _OTHER: FRAME},
            marks=(("ci/gate.yaml", 1),),
        ),
    ),
)
