"""KWD001: a requirement that binds nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from muster.model import Document, Finding, Level, Passage, Project, Requirement, Severity
from muster.rules.base import Example, Rule, Scope
from muster.settings import LevelPolicy

_LOWERCASE = re.compile(r"\b(?:must|shall|should|may)\b")


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
                    help=_help(requirement, document),
                )


def _help(requirement: Requirement, document: Document) -> str:
    """What to write; where the word is there in lower case, why it does not count."""
    match = _LOWERCASE.search(requirement.text)
    if match is None:
        return "say MUST, SHOULD or MAY"
    word = f"write {match[0].upper()} for {match[0]!r}"
    if document.conformance == "rfc8174":
        return f"{word}: by RFC 8174, which this spec names, only capitals count"
    return f"{word}: capitals count alone, unless you set `requirements.lowercase`"


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
