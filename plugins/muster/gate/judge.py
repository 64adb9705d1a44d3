"""Run the rules, and settle what they find by the settings and the allowances.

implements: MU-RULE-2006, MU-CORE-0032
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.model import Allowance, Document, Finding, Project, Severity
from muster.rules.base import Rule, Scope, runs
from muster.rules.table import RULES
from muster.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.settings import RuleSettings, Settings


def document_findings(document: Document, settings: Settings) -> tuple[Finding, ...]:
    """What the rules of one document find in a freshly read one, before any settling."""
    project = Project(settings, documents=(document,))
    return tuple(finding for rule in enabled(settings, Scope.DOCUMENT) for finding in rule.check(project))


def project_findings(project: Project) -> list[Finding]:
    """What the rules of the whole project find, before any settling."""
    return [finding for rule in enabled(project.settings, Scope.PROJECT) for finding in rule.check(project)]


def settled(project: Project, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Drop what settings and allowances accept, set severities, judge the allowances, and sort."""
    rules = project.settings.rules
    every = [kept for finding in found if (kept := _by_settings(finding, rules)) is not None]
    allowed = {document.path: document.allowances for document in project.documents if document.allowances}
    last = enabled(project.settings, Scope.FINDINGS)
    if last:
        judged = replace(project, findings=tuple(every))
        more = (finding for rule in last for finding in rule.check(judged))
        every += [kept for finding in more if (kept := _by_settings(finding, rules)) is not None]
    every = [finding for finding in every if not is_allowed(finding, allowed)] if allowed else every
    return tuple(sorted(every, key=Finding.sort_key))


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
