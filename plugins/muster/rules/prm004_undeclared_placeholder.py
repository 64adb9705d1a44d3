"""PRM004: a placeholder in the template that the pack does not declare."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM004",
    name="undeclared-placeholder",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM004"),  # found by prompts/packs.py.  implements: MU-PRM-6002
    why="What is not declared has no source and no limit: it would reach the model as it stands.",
    examples=(pack_example(("{{PROMPT_TEXT}}", "{{PROMPT_TEXT}} {{OWNER}}"), line=9),),
)
