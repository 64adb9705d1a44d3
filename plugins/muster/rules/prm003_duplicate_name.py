"""PRM003: a placeholder, a section or a key that stands twice in a pack."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM003",
    name="duplicate-name",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM003"),  # found by prompts/packs.py.  implements: MU-PRM-6002
    why="Of two with one name a reader takes the first and another the last, and the prompt is another one.",
    examples=(
        pack_example(
            ('"target_job_kind": "spec_router",', '"target_job_kind": "spec_router",\n  "description": "Asks.",'),
            line=6,
        ),
    ),
)
