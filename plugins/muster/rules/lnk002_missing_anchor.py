"""LNK002: a link to an anchor that its page does not have."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK002",
    name="missing-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK002"),  # found by links/resolving.py.  implements: MU-RULE-2013
    why="The link opens the page at its top, and the reader looks for what was meant.",
    examples=(
        Example(
            bad="See [limits](20-other.md#1-queue--limits). <!-- LNK002 -->\n",
            good="See [limits](20-other.md#1-queue-limits).\n",
            bad_files={"mkdocs.yml": "site_name: Queue\n", "specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
            good_files={"mkdocs.yml": "site_name: Queue\n", "specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
        ),
        Example(
            path="README.md",
            framed=False,
            bad="# Readme\n\nSee [limits](specs/20-other.md#1-queue-limits). <!-- LNK002 -->\n",
            good="# Readme\n\nSee [limits](specs/20-other.md#1-queue--limits).\n",
            bad_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
            good_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
        ),
    ),
)
