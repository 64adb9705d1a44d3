"""Fences, where packets nest them in each other and forget to close them.

implements: MU-PKT-5019
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from muster.packets.fields import is_structure
from muster.packets.packet import Excerpt, Fence, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = re.compile(r"([ \t]*)(?:(`{3,})([^`]*)|(~{3,})(.*))")
_TICKS = ("```", "~~~")
_INDENTED = ("", " ", "\t")  # what a line begins with that is blank or not at the margin
_PATIENCE = 5  # so many fences are followed to the file's end in vain, then no more


class Mark(NamedTuple):
    """A line that opens or closes a fence."""

    row: int  # from 0
    indent: str
    ticks: str
    bare: bool  # nothing stands behind the ticks, so that it can close

    def closes(self, opening: Mark) -> bool:
        """Whether it can close this fence."""
        return self.bare and self.ticks.startswith(opening.ticks)


def mark_in(line: str, row: int) -> Mark | None:
    """The mark that a line is."""
    if not line.lstrip(" \t").startswith(_TICKS) or (match := _MARK.fullmatch(line)) is None:
        return None
    return Mark(row, match[1], match[2] or match[4], not (match[3] or match[5] or "").strip())


class Fences:
    """The fences of a text; it is asked for them from top to bottom."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._vain = 0  # searches to the file's end that found nothing

    def fence(self, opening: Mark) -> tuple[Fence, int]:
        """The fence that begins here, and the row behind it."""
        closing = self._closing(opening)
        end = self._frame_after(opening.row) if closing is None else closing.row
        behind_text = self._last(end) + 1 if closing is None else end
        text = _outdented(self._lines[opening.row + 1 : behind_text], opening.indent)
        return Fence(opening.row + 1, text, closing is not None), end + (closing is not None)

    def excerpt(self, field: Field) -> tuple[Excerpt, int]:
        """What stands below the label of an excerpt, and the row behind it."""
        lines = self._lines
        first = next((row for row in range(field.line, len(lines)) if not _is_blank(lines[row])), len(lines))
        opening = mark_in(lines[first], first) if first < len(lines) else None
        if first < len(lines) and lines[first][0] in _INDENTED:
            return self._indented(field, first, opening)
        if opening is None:
            return Excerpt(field.line, field.line, field.value, False, True), field.line
        fence, end = self.fence(opening)
        line = first + 2 if fence.text else field.line
        return Excerpt(line, self._last(end) + 1, fence.text, True, fence.closed), end

    def _indented(self, field: Field, first: int, opening: Mark | None) -> tuple[Excerpt, int]:
        """An excerpt that reaches to the next line at column 0: its fence is its first line and its last."""
        lines = self._lines
        end = first
        while end < len(lines) and (lines[end][:1] in _INDENTED or lines[end].isspace()):
            end += 1
        last = self._last(end)
        if opening is None:
            indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
            return Excerpt(first + 1, last + 1, _outdented(lines[first : last + 1], indent), False, True), end
        text = _outdented(lines[first + 1 : last], opening.indent)
        if last > first and lines[last].strip() == opening.ticks and opening.ticks not in text:  # as most of them are
            return Excerpt(first + 2 if text else field.line, last + 1, text, True, True), end
        closing, behind = self._outermost(opening, last, end)
        text = _outdented(lines[first + 1 : last + 1 if closing is None else closing.row], opening.indent)
        return Excerpt(first + 2 if text else field.line, last + 1, text, True, closing is not None), behind

    def _outermost(self, opening: Mark, last: int, end: int) -> tuple[Mark | None, int]:
        """What closes the fence of an excerpt, whose last row and end are these, and the row behind it all."""
        final = mark_in(self._lines[last], last) if last > opening.row else None
        if final is not None and not final.closes(opening):
            final = None
        nested = self._nested(opening, end)
        if nested is not None:
            return final or nested, end
        behind = self._behind_broken(opening, end)
        return (final, end) if behind == end else (None, behind)

    def _behind_broken(self, opening: Mark, end: int) -> int:
        """The row behind the fence of an excerpt that a line at column 0 cuts: what is left of it is no content."""
        depth, behind = 1, end
        for mark in self._marks(opening, self._frame_after(end - 1)):
            if mark.indent != opening.indent:
                continue
            depth += -1 if mark.bare else 1
            if mark.bare and mark.row >= end:
                behind = mark.row + 1
                if depth <= 0:
                    break
        return behind

    def _closing(self, opening: Mark) -> Mark | None:
        """What closes a fence: with others nested in it, or else the first that can in the same part of the packet."""
        if self._vain < _PATIENCE:
            if found := self._nested(opening, len(self._lines)):
                return found
            self._vain += 1
        within = self._marks(opening, self._frame_after(opening.row))
        return next((mark for mark in within if mark.closes(opening)), None)

    def _nested(self, opening: Mark, end: int) -> Mark | None:
        """What closes a fence before this row, if those with a word behind their ticks open others in it."""
        open_ones = [opening]
        for mark in self._marks(opening, end):
            if not mark.ticks.startswith(open_ones[-1].ticks):
                continue
            if not mark.bare:
                open_ones.append(mark)
                continue
            open_ones.pop()
            if not open_ones:
                return mark
        return None

    def _marks(self, opening: Mark, end: int) -> Iterator[Mark]:
        """The marks below one and before a row that have at least its ticks."""
        lines, ticks = self._lines, opening.ticks
        for row in range(opening.row + 1, end):  # one by one, for who asks may soon have enough
            if ticks in lines[row] and (mark := mark_in(lines[row], row)) is not None and mark.ticks.startswith(ticks):
                yield mark

    def _last(self, end: int) -> int:
        """The last row above this one that is not blank."""
        return next(row for row in range(end - 1, -1, -1) if not _is_blank(self._lines[row]))

    def _frame_after(self, row: int) -> int:
        """The row of the next line of the packet's own frame, or of the end."""
        index = bisect_right(self._frame, row)
        return self._frame[index] if index < len(self._frame) else len(self._lines)

    @cached_property
    def _frame(self) -> list[int]:
        return [row for row, line in enumerate(self._lines) if line[:1] not in _INDENTED and is_structure(line)]


def _is_blank(line: str) -> bool:
    return not line or line.isspace()


def _outdented(lines: list[str], indent: str) -> str:
    """The lines as a text, without this indent where they have it."""
    return "\n".join([line.removeprefix(indent) for line in lines])
