"""ALO005: an elicitation record that holds the spec_id of another one."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [QUEUE-001] The queue MUST keep the order.\n"
_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
_RECORD = f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {_ID}\n---\n# Queue\n"
_FIRST = {"a/elicitation.md": _RECORD, "a/objective-contract.json": f'{{"spec_id": "{_ID}"}}\n'}
RULE = Rule(
    code="ALO005",
    name="duplicate-spec-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ALO005"),  # found by allocation/records.py.  implements: MU-ALLOC-4022
    why="Two specs under one identity are one spec to whoever reads its history.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={
                **_FIRST,
                "b/elicitation.md": _RECORD,
                "b/objective-contract.json": f'{{"spec_id": "{_ID}"}}\n',
            },
            good_files={
                **_FIRST,
                "b/elicitation.md": "---\nready_for_planning: true\nblocking_unknowns: []\n---\n# Queue\n",
                "b/objective-contract.json": '{"spec_id": null}\n',
            },
            marks=(("b/elicitation.md", 4),),
        ),
    ),
)
