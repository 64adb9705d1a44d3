"""PRM009: a prompt document that lacks a field or a section of its form."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import prompt_example

RULE = Rule(
    code="PRM009",
    name="malformed-prompt-document",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM009"),  # found by prompts/prompt_document.py.  implements: MU-PRM-6005
    why="A prompt that does not say what it is for, and by what its answer is judged, cannot be given to anybody else.",
    examples=(
        prompt_example(
            ("# Prompt: The order of the queue", "# Prompt: The order of the queue <!-- PRM009 -->"),
            ("Owner: ann\n", ""),
        ),
        prompt_example(("ID: 4778b869-93b6-44e4-bbb2-ad2948dbc85a", "ID: 17 <!-- PRM009 -->")),
        prompt_example(("## Prompt Body", "## Prompt Body <!-- PRM009 -->"), ("3. Scope\n   The queue alone.\n", "")),
    ),
)
