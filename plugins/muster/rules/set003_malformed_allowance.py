"""SET003: an allowance of no rule that there is."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope, nearest


def check(project: Project) -> Iterator[Finding]:
    """Report allowances without a code, and codes that fit no rule.  implements: MU-RULE-2005"""
    from muster.rules.table import RULES

    for page in project.pages:
        for allowance in page.allowances:
            place = Place(page.path, allowance.line)
            if not allowance.codes:
                words = "this allowance names no rule"
                yield RULE.at(place, words, help="write `<!-- muster: allow CODE why it is right here -->`")
            for code in allowance.codes:
                if not any(known.startswith(code) for known in RULES):
                    yield RULE.at(place, f"this allowance names {code}, which is no rule", help=nearest(code, RULES))


RULE = Rule(
    code="SET003",
    name="malformed-allowance",
    severity=Severity.ERROR,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    why="Its author believes that something is allowed here, and it is not.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s. <!-- muster: allow it is slow --> <!-- SET003 -->\n",
            good="- [AUTH-001] The server MUST answer fast. <!-- muster: allow KWD007 a number will come -->\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST answer in 1 s. <!-- muster: allow KWX007 a pilot --> <!-- SET003 -->\n",
            good="- [AUTH-001] The server MUST answer fast. <!-- muster: allow KWD a number will come -->\n",
        ),
    ),
)
