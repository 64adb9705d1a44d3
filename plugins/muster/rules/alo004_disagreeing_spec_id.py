"""ALO004: a record, its contract and what is tied to it that do not carry one and the same spec_id."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [QUEUE-001] The queue MUST keep the order.\n"
_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
_RECORD = f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {_ID}\n---\n# Queue\n"
RULE = Rule(
    code="ALO004",
    name="disagreeing-spec-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ALO004"),  # found by allocation/records.py.  implements: MU-ALLOC-4022
    why="With two identities a spec has two histories, and each reader finds only one of them.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={
                "specs/elicitation.md": _RECORD,
                "specs/objective-contract.json": '{"spec_id": "7f0c1c52-5b1e-5c57-9a53-0b9d5f5c4a11"}\n',
            },
            good_files={
                "specs/elicitation.md": _RECORD,
                "specs/objective-contract.json": f'{{"spec_id": "{_ID}"}}\n',
            },
            marks=(("specs/elicitation.md", 4),),
        ),
    ),
)
