"""SET001: an allowance that does not say why."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report allowances that name codes and no reason; they allow nothing.  implements: MU-RULE-2005"""
    for page in project.pages:
        for allowance in page.allowances:
            if allowance.codes and not allowance.reason:
                yield RULE.at(
                    Place(page.path, allowance.line),
                    f"this allowance of {', '.join(allowance.codes)} has no reason",
                    help=f"write `<!-- muster: allow {allowance.codes[0]} why it is right here -->`",
                )


RULE = Rule(
    code="SET001",
    name="allowance-without-reason",
    severity=Severity.ERROR,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    why="Without the reason, nobody who comes later can tell an exception from an oversight.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s. <!-- muster: allow KWD007 --> <!-- SET001 -->\n",
            good="- [AUTH-001] The server MUST answer fast. <!-- muster: allow KWD007 a number will come -->\n",
        ),
    ),
)
