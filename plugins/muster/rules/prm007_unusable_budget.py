"""PRM007: a budget that is negative, or that the stable prefix alone uses up."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM007",
    name="unusable-budget",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM007"),  # found by prompts/packs.py and prompt_files.py.  implements: MU-PRM-6014
    why="A limit that leaves no room for the prompt stops each compile, and only then would anybody see it.",
    examples=(
        pack_example(('"max_total_tokens": 4000', '"max_total_tokens": 4'), line=17),
        pack_example(('"max_capsule_tokens": 0', '"max_capsule_tokens": -1'), line=19),
    ),
)
