"""LNK008: a link whose target is code."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK008",
    name="script-target",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK008"),  # found by links/problems.py.  implements: MU-RULE-2013
    why="A click runs it in the browser of whoever reads the page.",
    examples=(
        Example(
            bad="[Count](javascript:count()) <!-- LNK008 -->\n",
            good="[Count](https://example.org/count)\n",
        ),
    ),
)
