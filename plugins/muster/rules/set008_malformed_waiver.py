"""SET008: a waiver that cannot be taken at its word."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope, reported
from muster.specs.discovery import WAIVERS, side_path

_REPORTED = reported("SET008")


def check(project: Project) -> Iterator[Finding]:
    """Report what reading the waivers met, and those of a requirement that there is not.  implements: MU-RULE-2033"""
    yield from _REPORTED(project)
    if not project.waivers or project.unread:
        return
    ids = {requirement.id.text for requirement in project.requirements}
    for waiver in project.waivers:
        if waiver.requirement and waiver.requirement not in ids:
            yield RULE.at(
                Place(side_path(WAIVERS, project.settings), waiver.line),
                f"this waiver names {waiver.requirement}, which no spec defines",
                help="name a requirement that there is, or remove the waiver",
            )


_FAST = "- [AUTH-001] The server MUST answer fast.\n"
_REST = "  path: specs/10-example.md\n  reason: the load test comes first\n  owner: Ada\n"
_GOOD = f"- rule: KWD007\n{_REST}  expires: 2027-01-31\n"

RULE = Rule(
    code="SET008",
    name="malformed-waiver",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Nobody answers for it, or it never ends, and so it holds for nothing.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s.\n",
            good=_FAST,
            bad_files={"requirements/waivers.yaml": f"- rule: KWD007\n{_REST}  expires: soon\n"},
            good_files={"requirements/waivers.yaml": _GOOD},
            marks=(("requirements/waivers.yaml", 5),),
        ),
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s.\n",
            good=_FAST,
            bad_files={"requirements/waivers.yaml": f"- requirement: AUTH-002\n{_REST}  expires: 2027-01-31\n"},
            good_files={"requirements/waivers.yaml": f"- requirement: AUTH-001\n{_REST}  expires: 2027-01-31\n"},
            marks=(("requirements/waivers.yaml", 1),),
        ),
    ),
)
