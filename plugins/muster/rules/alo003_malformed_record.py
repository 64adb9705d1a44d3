"""ALO003: an elicitation record, or the objective contract beside it, that cannot be read."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [QUEUE-001] The queue MUST keep the order.\n"
_RECORD = "---\nready_for_planning: {}\nblocking_unknowns: []\n---\n# Queue\n"
RULE = Rule(
    code="ALO003",
    name="malformed-record",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ALO003"),  # found by allocation/elicitation.py and contract.py.  implements: MU-ALLOC-4014
    why="What a record says of planning, and the identity that it holds, count only where they can be read.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"specs/elicitation.md": _RECORD.format("soon")},
            good_files={"specs/elicitation.md": _RECORD.format("false")},
            marks=(("specs/elicitation.md", 2),),
        ),
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={
                "specs/elicitation.md": _RECORD.format("true"),
                "specs/objective-contract.json": '{\n  "objective": "keep the order",\n}\n',
            },
            good_files={
                "specs/elicitation.md": _RECORD.format("true"),
                "specs/objective-contract.json": '{\n  "objective": "keep the order"\n}\n',
            },
            marks=(("specs/objective-contract.json", 2),),
        ),
    ),
)
