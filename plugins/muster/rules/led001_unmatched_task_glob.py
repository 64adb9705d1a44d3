"""LED001: a task whose `reads` name no file."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TASK = '[[tasks]]\nslug = "nightly"\ncommand = ["nox"]\nreads = ["{}"]\n'
RULE = Rule(
    code="LED001",
    name="unmatched-task-glob",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LED001"),  # found by tasks.py
    why="The files that go into a task are the parents of its runs; a glob that matches none leaves them without.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings=_TASK.format("spec/*.md"),
            good_settings=_TASK.format("specs/*.md"),
            marks=(("muster.toml", 1),),
        ),
    ),
)
