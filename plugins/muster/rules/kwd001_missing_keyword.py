"""KWD001: a requirement that binds nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from muster.model import Finding, Level, Passage, Project, Requirement, Severity
from muster.rules.base import Example, Rule, Scope
from muster.settings import LevelPolicy


def check(project: Project) -> Iterator[Finding]:
    """Report requirements of level info, unless the settings give no levels.  implements: MU-RULE-2011"""
    if project.settings.requirements.level is LevelPolicy.NONE:
        return
    for document in project.documents:
        binding = defaultdict(list)
        for passage in document.passages:
            if any(not word.quoted for word in passage.keywords):
                binding[passage.owner].append(passage)
        for requirement in document.requirements:
            if requirement.level is not Level.INFO:
                continue
            if not any(_is_within(passage, requirement) for passage in binding[requirement.id.text]):
                yield RULE.at(
                    requirement.place,
                    f"{requirement.id} has no RFC 2119 keyword",
                    help="say MUST, SHOULD or MAY",
                )


def _is_within(passage: Passage, requirement: Requirement) -> bool:
    """Whether a passage stands in this requirement, and not in a second one with its ID."""
    return passage.line <= requirement.end_line and passage.end_line >= requirement.place.line


RULE = Rule(
    code="KWD001",
    name="missing-keyword",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Without a keyword a reader cannot tell an obligation from a remark.",
    examples=(
        Example(
            bad="- [AUTH-001] The server hashes passwords. <!-- KWD001 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
        ),
        Example(
            bad='- [AUTH-001] The word "MUST" stands in quotation marks. <!-- KWD001 -->\n',
            good="- [AUTH-001] The reader **MUST** find the word in emphasis.\n",
        ),
    ),
)
