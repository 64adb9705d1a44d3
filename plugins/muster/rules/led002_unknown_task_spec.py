"""LED002: a task about a spec that there is not."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import EXAMPLE_PATH, Example, Rule, Scope, reported

_TASK = '[[tasks]]\nslug = "nightly"\ncommand = ["nox"]\nspec = "{}"\n'
RULE = Rule(
    code="LED002",
    name="unknown-task-spec",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LED002"),  # found by tasks.py
    why="The runs of such a task are no part of any spec's story.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings=_TASK.format("specs/11-auth.md"),
            good_settings=_TASK.format(EXAMPLE_PATH),
            marks=(("muster.toml", 1),),
        ),
    ),
)
