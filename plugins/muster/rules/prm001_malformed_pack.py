"""PRM001: a prompt pack that is no JSON, or has not the shape of one."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM001",
    name="malformed-pack",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM001"),  # found by prompts/packs.py.  implements: MU-PRM-6002
    why="A program sends what a pack says; where the shape of the pack is wrong, nobody knows what that will be.",
    examples=(
        pack_example(('  "description": "Asks for a spec from a prompt.",\n', ""), line=1),
        pack_example(('"required": true', '"required": "yes"'), line=11),
    ),
)
