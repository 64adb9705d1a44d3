"""PRM006: a placeholder in a section of the stable prefix."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM006",
    name="placeholder-in-stable-section",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM006"),  # found by prompts/packs.py.  implements: MU-PRM-6017
    why="The stable prefix holds the rules; text from outside in it could be taken for one of them.",
    examples=(pack_example(("- Name nothing", "- For {{PROMPT_TEXT}}: name nothing"), line=7),),
)
