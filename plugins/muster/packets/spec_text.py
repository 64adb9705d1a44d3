"""The text of a spec that claims are pinned to: taken apart once, however many claims there are.

implements: MU-PKT-5003
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Window
from muster.packets.escapes import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Possessive, so that `2.6-beta` is not read as 2.
_NUMBER = re.compile(r"§?[ \t]*((?:[0-9]++[a-z]?+|[A-Za-z]{1,4}(?=\.[0-9]))(?:\.[0-9]++[a-z]?+)*+)(?=[.):*_\s]|$)")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+[*_]{0,3}[ \t]*")
_BOLD = re.compile(r" {0,3}(?:\*\*|__)(?=\S)")
_BLOCK = 0x10000
_PIN = re.compile(rb"<!--\s*muster:\s*pin\b.*?-->", re.DOTALL)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")


class FoldedLines(Struct, frozen=True):
    """The lines of a spec in the form in which excerpts are compared, blank ones left out."""

    lines: list[str]
    numbers: list[int]  # of each in the spec
    index: dict[str, list[int]]  # by line: where it stands in `lines`


class RunningText(Struct, frozen=True):
    """Folded lines as one text, for an excerpt whose lines are broken otherwise."""

    text: str
    starts: list[int]  # the offset of each line


class SpecText(Struct, frozen=True, dict=True):
    """A spec: its lines are those of editors, LF, CRLF and CR each end one, and U+2028 does not."""

    sha1: str  # of the bytes of the file
    content: bytes  # UTF-8, each line ended by LF
    starts: list[int]  # the offset of each line, and last the size of the content

    @property
    def size(self) -> int:
        """The number of lines; a last line end opens no further one."""
        return len(self.starts) - 1

    def holds(self, window: Window) -> bool:
        """Whether these are lines of the spec."""
        return 1 <= window.first <= window.last <= self.size

    def text_of(self, window: Window) -> str:
        """The text of those lines of the window that are there, without its last line end."""
        start, end = self._span(window)
        return self.content[start : end - 1].decode() if start < end else ""

    def lines(self, window: Window) -> list[str]:
        """Those lines of the window that are there."""
        start, end = self._span(window)
        return self.content[start : end - 1].decode().split("\n") if start < end else []

    def has(self, text: str, window: Window) -> bool:
        """Whether a text stands in a window, letter by letter."""
        start, end = self._span(window)
        return self.content.find(text.encode("utf-8", "surrogatepass"), start, end) >= 0 if start < end else False

    def lines_with(self, token: str, most: int, window: Window | None = None) -> list[int]:
        """The numbers of at most so many lines that hold a text, of the window or of all."""
        at, end = (0, len(self.content)) if window is None else self._span(window)
        sought = token.encode("utf-8", "surrogatepass")
        found: list[int] = []
        while at < end and len(found) < most and (at := self.content.find(sought, at, end)) >= 0:
            found.append(bisect_right(self.starts, at))
            at = self.starts[found[-1]]
        return found

    def _span(self, window: Window) -> tuple[int, int]:
        """Where the lines of a window that are there begin and end."""
        first, last = max(window.first, 1), min(window.last, self.size)
        return (self.starts[first - 1], self.starts[last]) if first <= last else (0, 0)

    def has_section(self, number: str, near: Window | None = None) -> bool:
        """Whether a heading begins with this number, `2.6.8` or `A.3`; the line that begins there is asked first."""
        number = number.lstrip("§ ").rstrip(".):")
        first = self.lines(Window(near.first, near.first)) if near else []
        return number in _numbers(first) or number in self.sections

    @cached_property
    def without_pins(self) -> SpecText:
        """The same with blanks in place of the pins that stand in it, for what these say of their own file."""
        text = bytearray(self.content)
        for pin in _PIN.finditer(self.content, 0, self.content.rfind(b"-->") + 3):
            text[slice(*pin.span())] = re.sub(rb"[^\n]", b" ", pin[0])
        return SpecText(self.sha1, bytes(text), self.starts)

    @cached_property
    def sections(self) -> frozenset[str]:
        """The numbers that headings begin with; a line in bold is one too."""
        return _numbers(self.content.decode().split("\n"))

    @cached_property
    def folded(self) -> FoldedLines:
        """The folded lines, found by their text."""
        every = folded_lines(self.content.decode().split("\n"))
        numbers = [number for number, line in enumerate(every, 1) if line]
        lines = [line for line in every if line]
        index: defaultdict[str, list[int]] = defaultdict(list)
        for at, line in enumerate(lines):
            index[line].append(at)
        return FoldedLines(lines, numbers, dict(index))

    @cached_property
    def running(self) -> RunningText:
        """All folded lines as one text."""
        return running_text(self.folded.lines)


def spec_text(data: bytes) -> SpecText:
    """Take a spec apart; what is no UTF-8 is read as U+FFFD."""
    content = data.removeprefix(b"\xef\xbb\xbf")
    if not content.isascii():
        content = _as_utf8(content)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content and not content.endswith(b"\n"):
        content += b"\n"
    starts = [0, *accumulate(map(len, content.splitlines(keepends=True)))]
    return SpecText(hashlib.sha1(data, usedforsecurity=False).hexdigest(), content, starts)


def running_text(lines: Sequence[str]) -> RunningText:
    """Folded lines as one text, a blank between two."""
    ends = accumulate(map(len, lines))
    return RunningText(" ".join(lines), [0, *(end + at for at, end in enumerate(ends, 1))][: len(lines)])


def _as_utf8(content: bytes) -> bytes:
    try:
        for block in _blocks(content):
            block.decode()
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace").encode()
    return content


def _blocks(content: bytes) -> Iterator[bytes]:
    """The content, some lines at a time: a character beyond U+FFFF makes the text around it four times as large."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start + _BLOCK) + 1 or len(content)
        yield content[start:end]
        start = end


def folded_lines(lines: Sequence[str]) -> list[str]:
    """Each line as excerpts are compared; "" for a blank one."""
    return [folded(line) if "\\" in line else " ".join(line.split()) for line in lines]


def _numbers(lines: Sequence[str]) -> frozenset[str]:
    """The numbers that headings among these lines begin with."""
    return frozenset([match[1] for text in _headings(lines) if (match := _NUMBER.match(text))])


def _headings(lines: Sequence[str]) -> Iterator[str]:
    """The texts of lines that head something, without their marks; a setext heading by its last line."""
    for row, line in enumerate(lines):
        first = line.lstrip(" ")[:1]
        if first == "#":
            if match := _ATX.match(line):
                yield line[match.end() :]
        elif first in ("*", "_"):
            if match := _BOLD.match(line):
                yield line[match.end() :]
        elif first in ("=", "-") and row and _UNDERLINE.fullmatch(line):
            yield lines[row - 1].lstrip(" ")
