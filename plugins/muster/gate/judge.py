"""Run the rules, and settle what they find by the settings and the allowances.

implements: MU-RULE-2006, MU-RULE-2030, MU-CORE-0032
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.model import Allowance, Document, Finding, Known, Page, Project, Severity
from muster.rules.base import Rule, Scope, runs
from muster.rules.table import RULES
from muster.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from muster.settings import RuleSettings, Settings


def document_findings(document: Document, settings: Settings) -> tuple[Finding, ...]:
    """What the rules of one document find in a freshly read one, before any settling."""
    project = Project(settings, documents=(document,))
    return tuple(finding for rule in enabled(settings, Scope.DOCUMENT) for finding in rule.check(project))


def page_findings(page: Page, settings: Settings) -> tuple[Finding, ...]:
    """What the rules of one page find in a freshly read one, before any settling."""
    project = Project(settings, pages=(page,))
    return tuple(finding for rule in enabled(settings, Scope.PAGE) for finding in rule.check(project))


def project_findings(project: Project) -> list[Finding]:
    """What the rules of the whole project find, before any settling."""
    return [finding for rule in enabled(project.settings, Scope.PROJECT) for finding in rule.check(project)]


class Settled(Struct, frozen=True):
    """What is left of the findings, and what became of the others."""

    findings: tuple[Finding, ...]
    waived: int
    known: int
    mended: tuple[Known, ...]  # what of the baseline is found no longer


def settled(project: Project, found: Iterable[Finding], lines: Callable[[str], Sequence[str]]) -> Settled:
    """Drop what settings, allowances, waivers and the baseline accept, set severities, judge these, and sort.

    `lines` gives the lines of a file, and is asked only where there is a baseline.
    """
    rules = project.settings.rules
    every = [kept for finding in found if (kept := _by_settings(finding, rules)) is not None]
    left = sorted(_not_allowed(every, project), key=Finding.sort_key)
    waived = known = 0
    if project.waivers:
        from muster.gate.waivers import covered

        by_waivers = covered(left, project)
        left, waived = by_waivers.findings, by_waivers.count
        project = replace(project, unneeded=by_waivers.unneeded)
    if project.known:
        from muster.gate.baseline import compared

        by_baseline = compared(left, project, lines)
        left, known = by_baseline.findings, by_baseline.count
        project = replace(project, mended=by_baseline.mended)
    judged = replace(project, findings=tuple(every))
    more = (finding for rule in enabled(project.settings, Scope.FINDINGS) for finding in rule.check(judged))
    judgements = [kept for finding in more if (kept := _by_settings(finding, rules)) is not None]
    findings = sorted([*left, *_not_allowed(judgements, project)], key=Finding.sort_key)
    return Settled(tuple(findings), waived, known, project.mended)


def _not_allowed(findings: list[Finding], project: Project) -> list[Finding]:
    allowed = {page.path: page.allowances for page in project.pages if page.allowances}
    return [finding for finding in findings if not is_allowed(finding, allowed)] if allowed else findings


def enabled(settings: Settings, scope: Scope | None = None) -> list[Rule]:
    """The rules that run under these settings."""
    rules = settings.rules
    return [rule for rule in RULES.values() if (scope is None or rule.scope is scope) and runs(rules, rule.code)]


def is_allowed(finding: Finding, allowances: Mapping[str, tuple[Allowance, ...]]) -> bool:
    """Whether an allowance of its document accepts a finding; those of the allowances themselves stay."""
    return not finding.code.startswith("SET") and any(
        allowance.covers(finding.code, finding.place.line) for allowance in allowances.get(finding.place.path, ())
    )


def _by_settings(finding: Finding, rules: RuleSettings) -> Finding | None:
    severity = _longest(finding.code, rules.severity)
    for part in rules.paths:
        if matches(finding.place.path, part.path):
            if finding.code.startswith(part.ignore or ("\0",)):
                return None
            severity = _longest(finding.code, part.severity) or severity
    if severity is None or severity is finding.severity:
        return finding
    return replace(finding, severity=severity)


def _longest(code: str, table: Mapping[str, Severity]) -> Severity | None:
    fitting = [prefix for prefix in table if code.startswith(prefix)]
    return table[max(fitting, key=len)] if fitting else None
