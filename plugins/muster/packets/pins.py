"""Pins: comments that hold any Markdown text to lines of another file.  implements: MU-PKT-5024

`<!-- muster: pin PATH#L20-L31 token="..." excerpt="..." -->`; one line is `PATH#L20`, and the excerpt may be left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import zip_longest
from typing import TYPE_CHECKING

from muster.model import Window
from muster.packets.packet import NO_PINS, Pin, Pins, PinTrouble
from muster.text.inline import CODE, masked
from muster.text.markdown import Kind
from muster.text.source import source_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.text.markdown import Node
    from muster.text.source import Source

_OPENING = re.compile(r"<!--\s*muster:\s*pin\b")
_PART = re.compile(
    r"""\s*(?:(?:(?P<word>[^\s"'=]+)=)?(?P<quote>["'])(?P<quoted>.*?)(?P=quote)(?!\S)|(?P<bare>\S+))""", re.DOTALL
)
_LINES = re.compile(r"L([0-9]{1,9})(?:-L([0-9]{1,9}))?")
_LEAF = frozenset((Kind.HEADING, Kind.PARAGRAPH, Kind.ROW, Kind.CODE, Kind.HTML))
_SAMPLE = '<!-- muster: pin PATH#L20-L31 token="..." -->'
_WORDS = ("token", "excerpt")


class _Malformed(Exception):
    """A comment that is no pin, at a character of the text."""

    def __init__(self, at: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.at = at
        self.remedy = remedy


def pins_in(text: str) -> Pins:
    """The pins of a Markdown text; what stands in code is a sample and none."""
    if "muster:" not in text or _OPENING.search(text) is None:
        return NO_PINS
    document = _Document(source_of(text))
    pins: list[Pin] = []
    troubles: list[PinTrouble] = []
    openings = list(document.openings())
    for opening, following in zip_longest(openings, openings[1:]):
        try:
            pins.append(_pin(document, opening, following.start() if following else len(document.text)))
        except _Malformed as error:
            line, column = document.place(error.at)
            troubles.append(PinTrouble(line, column, str(error), error.remedy))
    return Pins(tuple(pins), tuple(troubles))


class _Document:
    """A text in which comments are looked for, and where its code is."""

    def __init__(self, source: Source) -> None:
        self.lines = source.lines
        self.text = "\n".join(source.lines)
        self.front = source.front.body_line - 1
        self.starts = [0]
        for line in source.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.leaves = sorted((node for node in source.nodes if node.kind in _LEAF), key=lambda node: node.start)
        self.masks: dict[int, str] = {}  # of blocks, by their first line

    def openings(self) -> Iterator[re.Match[str]]:
        """Where pins begin, outside of front matter and code."""
        return (match for match in _OPENING.finditer(self.text) if not self._is_code(match.start()))

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def _is_code(self, at: int) -> bool:
        row = self.place(at)[0] - 1
        following = bisect_right(self.leaves, row, key=lambda node: node.start)
        block = self.leaves[following - 1] if following else None
        if row < self.front:
            return True
        if block is None or row >= block.end or block.kind is Kind.HTML:
            return False
        return block.kind is Kind.CODE or self._mask(block)[at - self.starts[block.start]] == CODE

    def _mask(self, block: Node) -> str:
        if block.start not in self.masks:
            self.masks[block.start] = masked("\n".join(self.lines[block.start : block.end]))
        return self.masks[block.start]


def _pin(document: _Document, opening: re.Match[str], before: int) -> Pin:
    """The pin that begins here, and ends before the next one does; raises _Malformed."""
    text, begin = document.text, opening.start()
    end = text.find("-->", opening.end(), before)
    if end < 0:
        raise _Malformed(begin, "the comment of a pin is never closed", "end it with `-->`")
    parts = list(_PART.finditer(text, opening.end(), end))
    if not parts or parts[0]["word"]:
        raise _Malformed(begin, "a pin names no file", f"write {_SAMPLE}")
    target, rest = parts[0], parts[1:]
    name = "bare" if target["bare"] else "quoted"
    at, written = target.start(name), target[name]
    path, window = _target(at, written)
    values = _values(rest)
    if not values.get("token", "").strip():
        words = f"the pin to {written} has no token"
        raise _Malformed(begin, words, 'add token="...", words that stand in these lines')
    line, column = document.place(at)
    return Pin(line, column, len(written), path, window, values["token"], values.get("excerpt", ""))


def _target(at: int, written: str) -> tuple[str, Window]:
    """The file and the lines that a pin is for; raises _Malformed."""
    path, mark, fragment = written.rpartition("#")
    if not mark:
        words = f"the pin to {shortened(written)} names no lines"
        raise _Malformed(at, words, f"write the lines behind the path: {_SAMPLE}")
    if not path:
        words = f"the pin to {shortened(written)} names no file"
        raise _Malformed(at, words, f"write the file before the lines: {_SAMPLE}")
    lines = _LINES.fullmatch(fragment)
    if lines is None:
        raise _Malformed(
            at, f"the pin to {path} has {shortened(fragment)!r} for lines", "write them as `#L20-L31`, one as `#L20`"
        )
    first = int(lines[1])
    window = Window(first, int(lines[2] or first))
    if first < 1:
        raise _Malformed(at, f"the pin to {path} begins at line 0", "count lines from 1")
    if window.last < first:
        words = f"the pin to {path} ends at line {window.last}, before it begins at {first}"
        raise _Malformed(at, words, f"write it as `#L{window.last}-L{first}`")
    return path, window


def _values(parts: list[re.Match[str]]) -> dict[str, str]:
    """The values of a pin by word; raises _Malformed."""
    found: dict[str, str] = {}
    for part in parts:
        word = part["word"]
        if part["bare"]:
            raise _stray(part)
        if word not in _WORDS:
            at = part.start("word") if word else part.start("quote")
            words = f"a pin has the word {word!r}" if word else f"a pin has {part['quoted']!r} without a word"
            raise _Malformed(at, words, 'it may have token="..." and excerpt="..."')
        if word in found:
            raise _Malformed(part.start("word"), f"a pin has its {word} twice", "leave one of them out")
        found[word] = part["quoted"]
    return found


def _stray(part: re.Match[str]) -> _Malformed:
    """What is wrong with a word that has no value in quotes."""
    at, written = part.start("bare"), shortened(part["bare"])
    if re.match(r"\w+=[\"']", written):
        words = f"a pin has {written!r}, whose quote is not closed before the comment ends"
        return _Malformed(at, words, r"close it; inside of it write `-->` as `--\u003e`, its quote as `\u0022`")
    return _Malformed(at, f"a pin has {written!r}, which is no word with its value in quotes", f"write {_SAMPLE}")
