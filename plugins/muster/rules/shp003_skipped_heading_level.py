"""SHP003: a heading two levels below the one above it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report headings that go down by more than one level.  implements: MU-RULE-2012"""
    for document in project.specs:
        for above, section in pairwise(document.sections):
            if section.level > above.level + 1:
                yield RULE.at(
                    Place(document.path, section.line),
                    f"{section.title!r} is of level {section.level}, below a heading of level {above.level}",
                    help=f"write it with {'#' * (above.level + 1)!r}",
                )


RULE = Rule(
    code="SHP003",
    name="skipped-heading-level",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Tables of contents and screen readers take the level for the outline, and show a section without a parent.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n#### Salts <!-- SHP003 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n### Salts\n\n#### Length\n\n## Sessions\n",
        ),
    ),
)
