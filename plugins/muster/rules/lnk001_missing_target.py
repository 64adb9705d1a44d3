"""LNK001: a link to a file that is not there."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK001",
    name="missing-target",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK001"),  # found by links/resolving.py.  implements: MU-RULE-2013
    why="A reader who follows the link finds nothing, and nobody hears of it.",
    examples=(
        Example(
            bad="See [the queue](20-others.md). <!-- LNK001 -->\n",
            good="See [the queue](20-other.md).\n",
            bad_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
            good_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
        ),
        Example(
            path="README.md",
            framed=False,
            bad="# Readme\n\n![The queue](images/queue.png) <!-- LNK001 -->\n",
            good="# Readme\n\n![The queue](images/queue.svg)\n",
            good_files={"images/queue.svg": "<svg/>"},
        ),
    ),
)
