"""The body of a turn, line by line: fences, headings, and the prose around them.

Linear in the text; no line is looked at more than a fixed number of times.

implements: MU-CHAIN-7001
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from muster.chains.turn import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MARK = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?=[ \t]|$)")
_MOST_INDENT = 3  # of a fence or heading; from one more on it is code
_DEEPEST = 8  # items within items that one line may open


class Fence(Struct, frozen=True, array_like=True, gc=False):
    """A fenced code block."""

    line: int  # of its opening mark
    end: int  # of its closing mark; the last line that it holds, where it is never closed
    info: str  # what stands behind the opening mark: `diff`
    text_lines: tuple[str, ...]  # the first one stands at `line + 1`
    closed: bool = True

    @property
    def language(self) -> str:
        """The first word of its info, in lower case: `diff`, `text`; "" where it has none."""
        words = self.info.split(None, 1)
        return words[0].casefold() if words else ""


class Heading(Struct, frozen=True, array_like=True, gc=False):
    """An ATX heading."""

    level: int
    text: str
    line: int


class Body(Struct, frozen=True, array_like=True):
    """What stands in a stretch of lines, from `first` up to, and without, `stop`: each kind in order."""

    first: int
    stop: int
    fences: tuple[Fence, ...] = ()
    headings: tuple[Heading, ...] = ()
    prose: tuple[Said, ...] = ()  # all other lines that are not blank: indented as they stand, without HTML comments

    def between(self, first: int, stop: int) -> Body:
        """What of it begins at the line `first` or later, and before `stop`."""
        return Body(
            first,
            stop,
            _within(self.fences, first, stop),
            _within(self.headings, first, stop),
            _within(self.prose, first, stop),
        )


Piece = TypeVar("Piece", Fence, Heading, Said)


def _within(pieces: tuple[Piece, ...], first: int, stop: int) -> tuple[Piece, ...]:
    start = bisect_left(pieces, first, key=lambda piece: piece.line)
    return pieces[start : bisect_left(pieces, stop, lo=start, key=lambda piece: piece.line)]


def body_of(lines: Sequence[str], first: int = 1) -> Body:
    """Take the lines of a body apart; `first` is the number of the line that they begin with."""
    if lines and not lines[-1]:
        lines = lines[:-1]  # behind the last line end
    reader = _Reader(lines, first)
    while reader.row < len(lines):
        reader.step()
    return Body(first, first + len(lines), tuple(reader.fences), tuple(reader.headings), tuple(reader.prose))


class _Reader:
    """Where the reading of a body stands."""

    def __init__(self, lines: Sequence[str], first: int) -> None:
        self.lines = lines
        self.first = first
        self.row = 0
        self.items: list[int] = []  # the columns at which the text of the open list items begins
        self.fences: list[Fence] = []
        self.headings: list[Heading] = []
        self.prose: list[Said] = []
        self.comment_end = -1  # the first row, at or behind the one last asked for, that closes a comment
        self.blank = -1  # the first blank row, likewise

    def step(self) -> None:
        """Read the piece that begins at the row."""
        line = self.lines[self.row]
        if line[:1].isalpha() and "<!--" not in line:  # most lines, which open and hide nothing
            self.items.clear()
            self.prose.append(Said(line.rstrip(), self.first + self.row))
            self.row += 1
            return
        text = line.lstrip(" \t")
        if not text or text.isspace():
            self.row += 1
            return
        column = _column_of(line, len(line) - len(text))
        while self.items and self.items[-1] > column:
            self.items.pop()
        base = self.items[-1] if self.items else 0
        if column - base > _MOST_INDENT:
            self.say(line)
            return
        base, column, inner = self.inside_items(text, column, base)
        if inner[:1] in ("`", "~") and (mark := _MARK.match(inner)) is not None:
            self.fence(mark, base, column)
        elif text[0] == "#" and not self.items and (heading := _HEADING.match(text)) is not None:
            self.head(heading)
        else:
            self.say(line)

    def inside_items(self, text: str, column: int, base: int) -> tuple[int, int, str]:
        """Open the list items that a line begins with; where their text begins, where its own does, and it."""
        depth = 0
        while (item := _ITEM.match(text)) is not None and depth < _DEEPEST:
            rest = text[item.end() :].lstrip(" \t")
            begin = _column_of(text, len(text) - len(rest), column)
            behind = _column_of(text, item.end(), column) + 1
            base = begin if rest and begin - behind <= _MOST_INDENT else behind
            self.items.append(base)
            text, column = rest, max(begin, behind)
            depth += 1
        return base, column, text

    def fence(self, mark: re.Match[str], base: int, column: int) -> None:
        """Read the fence that the mark opens, down to its end or that of the list item it stands in."""
        sign = mark[1] or mark[3]
        begin = self.row
        held: list[str] = []
        closed = False
        self.row += 1
        while self.row < len(self.lines) and not closed:
            line = self.lines[self.row]
            text = line.lstrip(" \t")
            indent = _column_of(line, len(line) - len(text)) if text else base
            if text and indent < base:
                break  # the list item ends, and with it the fence
            if indent - base <= _MOST_INDENT and text.startswith(sign) and not text.strip(" \t").strip(sign[0]):
                closed = True
            else:
                held.append(_cut(line, column))
            self.row += 1
        info = (mark[2] if mark[1] else mark[4]).strip()
        self.fences.append(Fence(self.first + begin, self.first + self.row - 1, info, tuple(held), closed))

    def head(self, mark: re.Match[str]) -> None:
        """Keep the heading at the row; a comment in it is no part of it."""
        number = self.first + self.row
        text = self.without_comments(mark.string[mark.end() :]).strip()
        bare = text.rstrip("#")
        text = bare.rstrip() if not bare or bare[-1] in " \t" else text
        self.headings.append(Heading(len(mark[1]), text, number))
        self.row += 1

    def say(self, line: str) -> None:
        """Keep the line at the row as prose, save what of it is a comment."""
        number = self.first + self.row
        text = self.without_comments(line)
        if text and not text.isspace():
            self.prose.append(Said(text.rstrip(), number))
        self.row += 1

    def without_comments(self, line: str) -> str:
        """A line without its comments; behind one that goes on, `row` is the row where it ends.

        A comment that begins its line goes on to the end of the text where nothing closes it, as in CommonMark; one
        within a line goes on to the end of its paragraph at most, and is text where nothing closes it there.
        """
        kept = []
        at = ticks = 0
        while (begin := line.find("<!--", at)) >= 0:
            ticks += line.count("`", at, begin)
            if ticks % 2:  # in a code span
                kept.append(line[at : begin + 4])
                at = begin + 4
                continue
            end = line.find("-->", begin + 2)
            leads = not line[:begin].strip()
            row = -1 if end >= 0 else self.closing_row(leads=leads)
            if end < 0 and row < 0 and not leads:
                break
            kept.append(line[at:begin])
            if end < 0 and row < 0:
                self.row = len(self.lines)
                return "".join(kept)
            if end < 0:
                self.row = row
                line = self.lines[row]
                end = line.find("-->")
                ticks = 0
            at = end + 3
        kept.append(line[at:])
        return "".join(kept)

    def closing_row(self, *, leads: bool) -> int:
        """The row below that closes the comment open at the end of this one; -1 for none."""
        if self.comment_end <= self.row:
            self.comment_end = self.next_row(lambda line: "-->" in line)
        if not leads and self.blank <= self.row:
            self.blank = self.next_row(lambda line: not line.strip())
        reached = self.comment_end < len(self.lines) and (leads or self.comment_end < self.blank)
        return self.comment_end if reached else -1

    def next_row(self, is_it: Callable[[str], bool]) -> int:
        """The next row below of which something holds; the number of rows where there is none."""
        return next((row for row in range(self.row + 1, len(self.lines)) if is_it(self.lines[row])), len(self.lines))


def _column_of(text: str, end: int, begin: int = 0) -> int:
    """The column, counted from 0, of a place in a text that begins at a column; a tab leads to the next fourth."""
    if "\t" not in text[:end]:
        return begin + end
    column = begin
    for char in text[:end]:
        column += 4 - column % 4 if char == "\t" else 1
    return column


def _cut(line: str, columns: int) -> str:
    """A line without its first columns, as far as they are blank."""
    at = column = 0
    while column < columns and at < len(line) and line[at] in " \t":
        column += 4 - column % 4 if line[at] == "\t" else 1
        at += 1
    return " " * max(column - columns, 0) + line[at:]
