"""SHP002: a spec with more than one title."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report each heading of the first level after the first one.  implements: MU-RULE-2012"""
    for document in project.specs:
        titles = [section for section in document.sections if section.level == 1]
        for section in titles[1:]:
            yield RULE.at(
                Place(document.path, section.line),
                f"{section.title!r} is a second title; the first is {titles[0].title!r} in line {titles[0].line}",
                help="make it a heading of the second level, or split the spec",
            )


RULE = Rule(
    code="SHP002",
    name="several-titles",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="A page has one title: navigation, search and the compliance table show the first and lose the others.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n# More <!-- SHP002 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n## More\n",
        ),
    ),
)
