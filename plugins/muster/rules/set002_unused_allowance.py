"""SET002: an allowance of what nobody finds."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Allowance, Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope, runs
from muster.settings import RuleSettings


def check(project: Project) -> Iterator[Finding]:
    """Report allowances that cover no finding, where all that they name was looked for.

    implements: MU-RULE-2005
    """
    found: dict[str, list[Finding]] = {}
    for finding in project.findings:
        found.setdefault(finding.place.path, []).append(finding)
    for page in project.pages:
        for allowance in page.allowances:
            if not allowance.reason or not _looked_for(allowance, project.settings.rules):
                continue
            mine = found.get(page.path, ())
            if not any(allowance.covers(finding.code, finding.place.line) for finding in mine):
                yield RULE.at(
                    Place(page.path, allowance.line),
                    f"nothing here needs the allowance of {', '.join(allowance.codes)}",
                    help="remove it",
                )


def _looked_for(allowance: Allowance, rules: RuleSettings) -> bool:
    """Whether every code of an allowance is that of rules, and all of these ran."""
    from muster.rules.table import RULES

    fitting = [[code for code in RULES if code.startswith(prefix)] for prefix in allowance.codes]
    return bool(fitting) and all(codes and all(runs(rules, code) for code in codes) for codes in fitting)


RULE = Rule(
    code="SET002",
    name="unused-allowance",
    severity=Severity.ERROR,
    scope=Scope.FINDINGS,
    since="0.1",
    check=check,
    why="An allowance that is left behind will one day hide a defect that nobody meant to allow.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer.\n  <!-- muster: allow KWD007 a pilot --> <!-- SET002 -->\n",
            good="- [AUTH-001] The server MUST answer fast.\n  <!-- muster: allow KWD007 a number will come -->\n",
        ),
    ),
)
