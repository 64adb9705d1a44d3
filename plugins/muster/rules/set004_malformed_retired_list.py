"""SET004: a list of retired IDs that cannot be taken at its word.  implements: MU-REQ-1042."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SET004",
    name="malformed-retired-list",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("SET004"),
    why="An ID that the list does not hold can be used again, with another meaning.",
    examples=(
        Example(
            bad="- [AUTH-002] The server MUST take a passkey.\n",
            good="- [AUTH-002] The server MUST take a passkey.\n",
            bad_files={
                "requirements/retired.yaml": "AUTH-000: {reason: never built}\nAUTH-001: {successor: AUTH-002}\n"
            },
            good_files={"requirements/retired.yaml": "AUTH-001: {reason: passwords are gone, successor: AUTH-002}\n"},
            marks=(("requirements/retired.yaml", 2),),
        ),
    ),
)
