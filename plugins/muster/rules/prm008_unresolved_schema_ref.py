"""PRM008: a required output whose schema nobody has."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM008",
    name="unresolved-schema-ref",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM008"),  # found by prompt_files.py.  implements: MU-PRM-6033
    why="An answer is checked under the schema that the pack names; without it anything passes.",
    examples=(pack_example(("hsk.feature_spec@0.2", "hsk.feature_spec@9"), line=14),),
)
