"""ALO001: a planning artifact, or a spec marked ready, that no elicitation record stands behind."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
_RECORD = f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {_ID}\n---\n# Queue\n"
_FILES = {
    "specs/elicitation.md": _RECORD,
    "specs/objective-contract.json": f'{{"spec_id": "{_ID}"}}\n',
}
_BODY = "# Queue SPEC\n\nConformance language: RFC 8174\n\n- [QUEUE-001] The queue MUST keep the order.\n"
RULE = Rule(
    code="ALO001",
    name="untied-planning",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ALO001"),  # found by allocation/records.py.  implements: MU-ALLOC-4003
    why="Where specs are allocated, work that is planned beside them has a history that nobody can follow.",
    examples=(
        Example(
            bad=f"---\nstatus: ready\n---\n{_BODY}",
            good=f"---\nstatus: ready\nelicitation: elicitation.md\n---\n{_BODY}",
            framed=False,
            bad_files=_FILES,
            good_files=_FILES,
            marks=(("specs/10-example.md", 1),),
        ),
        Example(
            bad="- [QUEUE-001] The queue MUST keep the order.\n",
            good="- [QUEUE-001] The queue MUST keep the order.\n",
            bad_files={**_FILES, "packets/one.md": "# Build the queue\n"},
            good_files={**_FILES, "packets/one.md": "---\nelicitation: specs/elicitation.md\n---\n# Build the queue\n"},
            marks=(("packets/one.md", 1),),
        ),
    ),
)
