"""LNK003: a link that begins at the top of a machine or of a host."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK003",
    name="absolute-target",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK003"),  # found by links/resolving.py.  implements: MU-RULE-2013
    why="It works for the one who wrote it, and leads nowhere on the site or on another machine.",
    examples=(
        Example(
            bad="See [other](/specs/20-other.md). <!-- LNK003 -->\n",
            good="See [other](20-other.md).\n",
            bad_files={"mkdocs.yml": "site_name: Queue\n", "specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
            good_files={"mkdocs.yml": "site_name: Queue\n", "specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
        ),
        Example(
            bad="See [notes](file:///home/ada/notes.md). <!-- LNK003 -->\n",
            good="See the notes.\n",
        ),
    ),
)
