"""KWD006: an obligation and a permission under one ID."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Level, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.wording import binding_passages, stated


def check(project: Project) -> Iterator[Finding]:
    """Report the first MAY of a requirement that has a MUST.  implements: MU-RULE-2011

    REQUIRED and OPTIONAL count as what they are most often: adjectives of what the verb binds.
    """
    for document in project.documents:
        for owner, passages in binding_passages(document).items():
            if not any(word.word == "MAY" for passage in passages for word in passage.keywords):
                continue
            keywords = [keyword for passage in passages for keyword in stated(passage)]
            duty = next((word for word in keywords if word.level is Level.MUST and word.word != "REQUIRED"), None)
            permission = next((word for word in keywords if word.word == "MAY"), None)
            if duty and permission:
                yield RULE.at(
                    Place(document.path, permission.line, permission.column, len(permission.written)),
                    f"{owner} joins {duty.word} with {permission.word}",
                    help="give the permission an ID of its own",
                )


RULE = Rule(
    code="KWD006",
    name="obligation-with-permission",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="One ID has one level; the permission is lost in the obligation, and no test can be about both.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords\n  and MAY salt them. <!-- KWD006 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server MAY salt them.\n",
        ),
    ),
)
