"""SET011: a baseline that cannot be taken at its word.  implements: MU-RULE-2032."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SET011",
    name="malformed-baseline",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("SET011"),
    why="Nothing is known of such a file, and so every finding shows that it once held.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={"requirements/baseline.json": '{\n"schema_version": 1,\n"findings": [\n'},
            good_files={"requirements/baseline.json": '{\n"schema_version": 1,\n"findings": [\n]\n}\n'},
            marks=(("requirements/baseline.json", 4),),
        ),
    ),
)
