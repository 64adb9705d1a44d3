"""SET006: settings for a rule that there is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import SETTINGS_FILE, Example, Rule, Scope, nearest
from muster.settings import RuleSettings


def check(project: Project) -> Iterator[Finding]:
    """Report codes and prefixes in the settings that fit no rule.  implements: MU-RULE-2006"""
    from muster.rules.table import RULES

    for name, codes in _named(project.settings.rules):
        for code in codes:
            if not any(known.startswith(code) for known in RULES):
                words = f"`{name}` names {code!r}, which is no rule"
                yield RULE.at(Place(SETTINGS_FILE), words, help=nearest(code, RULES))


def _named(rules: RuleSettings) -> Iterator[tuple[str, Iterable[str]]]:
    yield "rules.select", rules.select
    yield "rules.ignore", rules.ignore
    yield "rules.severity", rules.severity
    for at, part in enumerate(rules.paths):
        yield f"rules.paths[{at}].ignore", part.ignore
        yield f"rules.paths[{at}].severity", part.severity


RULE = Rule(
    code="SET006",
    name="unknown-code-in-settings",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A misspelt code changes nothing, and nobody is told.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings='[rules]\nignore = ["KWD07"]\n',
            good_settings='[rules]\nignore = ["KWD007"]\n',
            marks=(("muster.toml", 1),),
        ),
    ),
)
