"""ENC005: a character that turns the text around it.  implements: MU-RULE-2015"""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.judged_text import judged_pages
from muster.text.invisible import has_turning, named, turning_in


def check(project: Project) -> Iterator[Finding]:
    """Report embeddings, overrides and isolates; the gentle marks only in lines without a right-to-left letter."""
    for page in judged_pages(project):
        if not has_turning(page.text):
            continue
        for number, line in enumerate(page.lines, start=1):
            for turning in turning_in(line):
                yield RULE.at(
                    Place(page.path, number, turning.start + 1, 1),
                    f"{named(turning.char)} sets the direction of the text that follows",
                    help="remove it, and read the line again: it may say something else than it showed",
                )


RULE = Rule(
    code="ENC005",
    name="bidirectional-control",
    severity=Severity.ERROR,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    why="A reader sees one order of words, tools and agents read another: a Trojan Source.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST \u202eton refuse guests. <!-- ENC005 -->\n",
            good="- [AUTH-001] The server MUST NOT refuse guests.\n",
        ),
    ),
)
