"""CHN015: a change of a file that the prompt does not allow, a wider scope, or tests that change alone."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN015",
    name="file-out-of-scope",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN015"),  # found by chains/scope_checks.py.  implements: MU-CHAIN-7032
    why="A small change stays small because its files are named before it is made.",
    examples=Later(
        lambda: (
            chain_example("CHN015", "response-1", "diff --git a/src/jobs/queue.py"),
            turn_example("response-1", "diff --git a/tests", "### Test Impact Map", "### Tests"),
        )
    ),
)
