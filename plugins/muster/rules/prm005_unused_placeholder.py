"""PRM005: a placeholder that a pack declares and its template never uses."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM005",
    name="unused-placeholder",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM005"),  # found by prompts/packs.py.  implements: MU-PRM-6002
    why="Whoever gives its value believes that the model sees it.",
    examples=(pack_example(("\\n{{PROMPT_TEXT}}", ""), line=11),),
)
