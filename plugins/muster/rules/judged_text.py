"""What the rules of encoding share: the pages that they judge, and where a page has code."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from muster.model import Page, Project, Stretch
from muster.rules.base import runs
from muster.text.source import raw_lines


def judged_pages(project: Project) -> Iterator[Page]:
    """Every page but the compliance table, whose text is that of the specs."""
    return (page for page in project.pages if page.path != project.settings.output.compliance)


def lines_as_saved(page: Page) -> Sequence[str]:
    """The lines of a page with its NUL characters, of which Markdown makes U+FFFD."""
    return raw_lines(page.text) if "\x00" in page.text else page.lines


def code_of(page: Page, line: int) -> Sequence[Stretch]:
    """The code in a line."""
    first = bisect_left(page.code, line, key=lambda stretch: stretch.line)
    return page.code[first : bisect_left(page.code, line + 1, first, key=lambda stretch: stretch.line)]


def is_code(page: Page, line: int, first: int, last: int) -> bool:
    """Whether a part of these columns is in a code block or a code span."""
    at = bisect_left(page.code, (line, first), key=lambda stretch: (stretch.line, stretch.last))
    return at < len(page.code) and page.code[at].line == line and page.code[at].first <= last


def is_accepted(project: Project, page: Page, code: str, line: int) -> bool:
    """Whether the settings or an allowance accept the findings of a rule in this line: no fix touches it."""
    allowed = any(allowance.covers(code, line) for allowance in page.allowances)
    return allowed or not runs(project.settings.rules, code, page.path)
