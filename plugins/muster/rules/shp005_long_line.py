"""SHP005: a line that does not fit beside a diff."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Block, Document, Finding, Passage, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.text.inline import CODE


def check(project: Project) -> Iterator[Finding]:
    """Report long lines of paragraphs and headings; code, link targets and comments do not count.

    implements: MU-RULE-2012
    """
    limit = project.settings.rules.line_length
    for document in project.specs:
        long = {number for number, line in enumerate(document.lines, start=1) if len(line) > limit}
        for passage in document.passages if long else ():
            if passage.block in (Block.PARAGRAPH, Block.HEADING):
                yield from _in_passage(document, passage, long, limit)


def _in_passage(document: Document, passage: Passage, long: set[int], limit: int) -> Iterator[Finding]:
    if long.isdisjoint(range(passage.line, passage.end_line + 1)):
        return
    parts = zip(passage.text.split("\n"), passage.masked.split("\n"), strict=True)
    for number, (text, mask) in enumerate(parts, start=passage.line):
        if number not in long:
            continue
        lead = max(document.lines[number - 1].find(text.rstrip()), 0)
        shown = mask.rstrip()
        length = lead + len(shown) - shown.count(CODE)
        if length > limit:
            column = lead + _passed_at(shown, max(limit - lead, 0))
            yield RULE.at(
                Place(document.path, number, column),
                f"the line has {length} columns, more than {limit}",
                help="break it; the limit is the setting `rules.line_length`",
            )


def _passed_at(shown: str, limit: int) -> int:
    """The position, from 1, of the first character beyond `limit` that counts."""
    end = limit + 1
    while (missing := limit + 1 - (end - shown.count(CODE, 0, end))) > 0:
        end += missing
    return end


_LONG = "the server refuses what is too long, and says so in words that everybody understands at once"
RULE = Rule(
    code="SHP005",
    name="long-line",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="A diff of a long line shows neither side whole, and a review of it finds nothing.",
    examples=(
        Example(
            bad=f"- [AUTH-001] The server MUST hash passwords; {_LONG}. <!-- SHP005 -->\n",
            good=f"- [AUTH-001] The server MUST hash passwords;\n  {_LONG}.\n",
        ),
        Example(
            bad=f"- [AUTH-001] The server MUST hash passwords.\n\nIn short, {_LONG}. <!-- SHP005 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n"
            f"In short, [see the talk](https://example.org/{'x' * 90}).\n\n| head |\n|---|\n| {_LONG}, {_LONG} |\n",
        ),
    ),
)
