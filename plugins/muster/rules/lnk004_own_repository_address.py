"""LNK004: a link by the web to a file of this very repository."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK004",
    name="own-repository-address",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK004"),  # found by links/problems.py.  implements: MU-RULE-2013
    why="On a branch, in a fork or offline it shows another text than the one beside it.",
    examples=(
        Example(
            bad="See [other](https://example.org/ada/queue/blob/main/specs/20-other.md). <!-- LNK004 -->\n",
            good="See [other](20-other.md), [issue 7](https://example.org/ada/queue/issues/7).\n",
            settings='[links]\nrepository = "https://example.org/ada/queue"\n',
            bad_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
            good_files={"specs/20-other.md": "# Other\n\n## 1) Queue & limits\n"},
        ),
    ),
)
