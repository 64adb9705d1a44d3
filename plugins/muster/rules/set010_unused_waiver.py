"""SET010: a waiver of what nobody finds."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.discovery import WAIVERS, side_path


def check(project: Project) -> Iterator[Finding]:
    """Report waivers that cover no finding, where all that they name was looked for.  implements: MU-RULE-2033"""
    for waiver in project.unneeded:
        what = " for ".join(filter(None, (waiver.rule, waiver.requirement)))
        yield RULE.at(
            Place(side_path(WAIVERS, project.settings), waiver.line),
            f"nothing needs this waiver of {what}",
            help="remove it",
        )


_WAIVER = "- rule: KWD007\n  reason: the load test comes first\n  owner: Ada\n  expires: 2099-01-31\n"

RULE = Rule(
    code="SET010",
    name="unused-waiver",
    severity=Severity.WARNING,
    scope=Scope.FINDINGS,
    since="0.1",
    check=check,
    why="A waiver that is left behind will one day hide a defect that nobody agreed to.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s.\n",
            good="- [AUTH-001] The server MUST answer fast.\n",
            bad_files={"requirements/waivers.yaml": _WAIVER},
            good_files={"requirements/waivers.yaml": _WAIVER},
            marks=(("requirements/waivers.yaml", 1),),
        ),
    ),
)
