"""JSON with the place of each value, and the names that stand twice.

implements: MU-PRM-6002
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 32
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<text>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+")
    | (?P<mark>[][{}:,])
    | (?P<plain>(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.+-]))
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r'"[^"\r\n]*"?|[^\s,:{}\[\]"]+|.', re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_NUMBER = 30


class Malformed(ValueError):
    """Text that is no JSON: what is wrong, what to do, and at which character."""

    def __init__(self, message: str, remedy: str, offset: int) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.offset = offset


class Repeated(Struct, frozen=True):
    """A name that an object has already: the first one holds."""

    path: str
    name: str
    offset: int


class PlacedJson(Struct, frozen=True):
    """A value, where each part of it begins by its path (`$.a[0].b`), and what stands twice."""

    value: Any
    offsets: dict[str, int]
    repeated: tuple[Repeated, ...]


class LineStarts:
    """Lines and columns of a text, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def member_path(path: str, name: str) -> str:
    """The path of an object's member."""
    if _PLAIN_NAME.fullmatch(name) and len(name) <= 80:
        return f"{path}.{name}"
    return f"{path}[{json.dumps(shortened(name), ensure_ascii=False)}]"


def placed_json(text: str) -> PlacedJson:
    """The value that a text holds; raises Malformed at the first character that is no JSON."""
    reading = _Reading(text)
    value = reading.value(reading.token(), "$", 0)
    last = reading.token()
    if last.kind != "end":
        raise Malformed(f"not JSON: {_shown(last)} follows the value", "take it out", last.start)
    return PlacedJson(value, reading.offsets, tuple(reading.repeated))


class _Token(Struct, frozen=True):
    kind: str  # "text", "mark", "plain" or "end"
    text: str
    start: int


class _Reading:
    """Goes through a text once."""

    def __init__(self, text: str) -> None:
        self.offsets: dict[str, int] = {}
        self.repeated: list[Repeated] = []
        self._text = text
        self._at = 0

    def token(self) -> _Token:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise self._unknown()
        self._at = match.end()
        return _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))

    def value(self, first: _Token, path: str, depth: int) -> Any:
        """The value that begins with this token."""
        self.offsets.setdefault(path, first.start)
        if depth > DEEPEST:
            raise Malformed(f"the JSON nests deeper than {DEEPEST} levels", "nest less", first.start)
        if first.text == "{" and first.kind == "mark":
            return self._object(path, depth)
        if first.text == "[" and first.kind == "mark":
            return [self.value(token, f"{path}[{index}]", depth + 1) for index, token in enumerate(self._items())]
        if first.kind == "text":
            return json.loads(first.text)
        if first.kind == "plain":
            return _plain(first)
        due = "a value was due" if first.kind == "mark" else "the text ends where a value was due"
        words = f"not JSON: {_shown(first)} where {due}" if first.kind == "mark" else f"not JSON: {due}"
        raise Malformed(words, "mend the JSON", first.start)

    def _object(self, path: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for token in self._items("}"):
            if token.kind != "text":
                raise Malformed(
                    f"not JSON: {_shown(token)} where a name in quotes was due", "mend the JSON", token.start
                )
            name = json.loads(token.text)
            inner = member_path(path, name)
            self._demand(":")
            if name in members:
                self.repeated.append(Repeated(inner, name, token.start))
            value = self.value(self.token(), inner, depth + 1)
            members.setdefault(name, value)
        return members

    def _items(self, closing: str = "]") -> Iterator[_Token]:
        """The first token of each item up to the closing mark."""
        token = self.token()
        if token.kind == "mark" and token.text == closing:
            return
        while True:
            if token.kind == "mark" and token.text == closing:
                raise Malformed(f"not JSON: a comma before `{closing}`", "take the comma out", token.start)
            yield token
            if self._demand(",", closing).text == closing:
                return
            token = self.token()

    def _demand(self, *marks: str) -> _Token:
        token = self.token()
        if token.kind != "mark" or token.text not in marks:
            due = " or ".join(f"`{mark}`" for mark in marks)
            words = f"not JSON: {_shown(token)} where {due} was due"
            raise Malformed(words, "mend the JSON; the file may have been cut off", token.start)
        return token

    def _unknown(self) -> Malformed:
        blanks = _BLANKS.match(self._text, self._at)
        start = blanks.end() if blanks else self._at
        found = _WORD.match(self._text, start)
        word = found[0] if found else ""
        shown = f"`{shortened(word, 40)}`"
        if word.startswith(("//", "/*", "#")):
            return Malformed(f"not JSON: {shown} begins a comment, and JSON has none", "take the comment out", start)
        if word.lstrip("-") in ("NaN", "Infinity"):
            return Malformed(f"not JSON: {shown} is no number of JSON", "write a number", start)
        if word.startswith('"') and (len(word) == 1 or not word.endswith('"')):
            return Malformed(f"not JSON: the text {shown} is not closed on its line", 'close it with `"`', start)
        if word.startswith('"'):
            words = f"not JSON: the text {shown} has a control character or an unknown escape"
            return Malformed(words, r"write it as \n, \t or \u0000", start)
        return Malformed(f"not JSON: {shown} is no value of it", "mend the JSON", start)


def _plain(token: _Token) -> Any:
    if len(token.text) > _LONGEST_NUMBER:
        raise Malformed(f"the number {_shown(token)} is too long", "write a smaller number", token.start)
    return json.loads(token.text)


def _shown(token: _Token) -> str:
    return "the end" if token.kind == "end" else f"`{shortened(token.text, 40)}`"
