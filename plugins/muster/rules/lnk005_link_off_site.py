"""LNK005: a link that leaves what is published."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK005",
    name="link-off-site",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK005"),  # found by links/resolving.py.  implements: MU-RULE-2013
    why="The file is in the repository and not on the site, where the link is followed.",
    examples=(
        Example(
            bad="See [the code](../src/queue.py). <!-- LNK005 -->\n",
            good="See `src/queue.py`.\n",
            bad_files={"mkdocs.yml": "site_name: Queue\n", "src/queue.py": ""},
            good_files={"mkdocs.yml": "site_name: Queue\n", "src/queue.py": ""},
        ),
        Example(
            path="README.md",
            framed=False,
            bad="# Readme\n\nSee [the notes](../notes.md). <!-- LNK005 -->\n",
            good="# Readme\n\nSee [the issues](../../issues).\n",
        ),
    ),
)
