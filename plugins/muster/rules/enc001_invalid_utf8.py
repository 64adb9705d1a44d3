"""ENC001: a document that is not UTF-8.  implements: MU-RULE-2015, MU-CORE-0022"""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="ENC001",
    name="invalid-utf8",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("ENC001"),
    why="A file in another encoding shows wrong letters to some readers, and its IDs cannot be trusted.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer on caf\udce9 days. <!-- ENC001 -->\n",
            good="- [AUTH-001] The server MUST answer on café days.\n",
        ),
    ),
)
