"""ALO002: a spec or a planning artifact that names a spec_id which no record holds, or a record that is none."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
_FILES = {
    "specs/elicitation.md": f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {_ID}\n---\n# Queue\n",
    "specs/objective-contract.json": f'{{"spec_id": "{_ID}"}}\n',
}
_BODY = "# Queue SPEC\n\nConformance language: RFC 8174\n\n- [QUEUE-001] The queue MUST keep the order.\n"
RULE = Rule(
    code="ALO002",
    name="unknown-spec-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ALO002"),  # found by allocation/records.py.  implements: MU-ALLOC-4025
    why="An identity is minted in one place; one that is written by hand ties a spec to a history that is not there.",
    examples=(
        Example(
            bad=f"---\nspec_id: 0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a12 <!-- ALO002 -->\n---\n{_BODY}",
            good=f"---\nspec_id: {_ID}\n---\n{_BODY}",
            framed=False,
            bad_files=_FILES,
            good_files=_FILES,
        ),
        Example(
            bad=f"---\nelicitation: ../elicitation.md <!-- ALO002 -->\n---\n{_BODY}",
            good=f"---\nelicitation: elicitation.md\n---\n{_BODY}",
            framed=False,
            bad_files=_FILES,
            good_files=_FILES,
        ),
    ),
)
