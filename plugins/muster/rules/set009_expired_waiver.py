"""SET009: a waiver whose day has come."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.discovery import WAIVERS, side_path
from muster.text.words import shortened


def check(project: Project) -> Iterator[Finding]:
    """Report waivers that hold no longer; without a day of today, there is none.  implements: MU-RULE-2033"""
    for waiver in project.waivers:
        if project.today is not None and waiver.expires < project.today:
            what = " for ".join(filter(None, (waiver.rule, waiver.requirement)))
            yield RULE.at(
                Place(side_path(WAIVERS, project.settings), waiver.line),
                f"this waiver of {what} expired on {waiver.expires}; its owner is {shortened(waiver.owner)}",
                help="mend what it covered and remove it, or agree on another day",
            )


_FIELDS = "  path: specs/10-example.md\n  reason: the load test comes first\n  owner: Ada\n"

RULE = Rule(
    code="SET009",
    name="expired-waiver",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Somebody promised to have it mended by that day.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s.\n",
            good="- [AUTH-001] The server MUST answer fast.\n",
            bad_files={"requirements/waivers.yaml": f"- rule: KWD007\n{_FIELDS}  expires: 2020-01-31\n"},
            good_files={"requirements/waivers.yaml": f"- rule: KWD007\n{_FIELDS}  expires: 2099-01-31\n"},
            marks=(("requirements/waivers.yaml", 1),),
        ),
    ),
)
