"""A JSON object of which every byte is kept: where its members stand, and what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.allocation.kept_text import MOST, Malformed
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.allocation.kept_text import KeptText

_DEEPEST = 200
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<text>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")
    | (?P<mark>[][{}:,])
    | (?P<plain>(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.+-]))
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_BLANKS = " \t\r\n"
_WORD = re.compile(r'"[^"\r\n]*"?|[^\s,:{}\[\]"]+|.', re.DOTALL)
_REMEDY = "mend the JSON"


class Member(Struct, frozen=True):
    """A name at the top of an object, and where it and its value stand."""

    name: str
    name_start: int
    name_end: int
    start: int
    end: int


class JsonObject(Struct, frozen=True):
    """Where an object opens and closes, its own members, and the names that stand twice in it or below."""

    opening: int
    closing: int
    members: tuple[Member, ...]
    repeated: tuple[tuple[str, int], ...]

    def member(self, name: str) -> Member | None:
        """The first member of this name."""
        return next((member for member in self.members if member.name == name), None)


class _Token(Struct, frozen=True):
    kind: str  # "text", "mark", "plain" or "end"
    text: str
    start: int
    end: int


class _Open(Struct):
    """An object or a list that is not closed yet."""

    opening: _Token
    names: dict[str, int] = {}  # how often each stands
    name: _Token | None = None  # of the member whose value comes next or is being read
    expects: str = "first"  # "first", "name", "colon", "value" or "comma"


def json_object_in(kept: KeptText) -> JsonObject:
    """The object that a file holds; raises Malformed where it is no JSON, and where that is no object."""
    kept.demand_utf8()
    size = len(kept.text) - kept.begin
    if size > MOST:
        words = f"the file has {size:,} characters, more than {MOST:,}"
        raise Malformed(words, "keep texts in files of their own", kept.begin)
    first = _token(kept.text, kept.begin)
    if first.kind == "end":
        raise Malformed("not JSON: the file is empty", "write `{}` at least", kept.begin)
    reading = _Reading(kept.text)
    end = reading.value(first)
    last = _token(kept.text, end)
    if last.kind != "end":
        raise Malformed(f"not JSON: {_shown(last)} follows the value", _REMEDY, last.start)
    if first.text != "{":
        kind = {"[": "a list", '"': "a text"}.get(first.text[0], f"{shortened(first.text)}")
        raise Malformed(f"the file holds {kind}, and no object", "write `{...}` around names and values", first.start)
    return JsonObject(first.start, end - 1, tuple(reading.members), tuple(reading.repeated))


class _Reading:
    """Goes through a text without calling itself, so that no depth of it can end the process."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.members: list[Member] = []
        self.repeated: list[tuple[str, int]] = []
        self._open: list[_Open] = []

    def value(self, first: _Token) -> int:
        """Read one value from its first token to its end, and give that."""
        self._begin(first)
        end = first.end
        while self._open:
            token = _token(self.text, end)
            if token.kind == "end":
                raise self._unclosed()
            self._step(self._open[-1], token)
            end = token.end
        return end

    def _begin(self, token: _Token) -> None:
        """Take a token as the first of a value."""
        if token.text in ("{", "["):
            if len(self._open) >= _DEEPEST:
                words = f"the JSON nests deeper than {_DEEPEST} levels"
                raise Malformed(words, "nest less", token.start)
            self._open.append(_Open(token, {}))
        elif token.kind == "mark":
            raise Malformed(f"not JSON: {_shown(token)} where a value was due", _REMEDY, token.start)

    def _step(self, inner: _Open, token: _Token) -> None:
        """Take one token inside an object or a list."""
        closes = token.text == ("}" if inner.opening.text == "{" else "]")
        if closes and inner.expects in ("first", "comma"):
            self._open.pop()
            if self._open:
                self._finish(self._open[-1], inner.opening.start, token.end)
        elif inner.expects == "comma":
            if token.text != ",":
                words = f"not JSON: {_shown(token)} where a comma or `{_closing(inner)}` was due"
                raise Malformed(words, _REMEDY, token.start)
            inner.expects = "name" if inner.opening.text == "{" else "value"
        elif inner.expects == "colon":
            if token.text != ":":
                raise Malformed(f"not JSON: {_shown(token)} where a colon was due", _REMEDY, token.start)
            inner.expects = "value"
        elif closes and self._comma_before(token):
            raise Malformed(f"not JSON: a comma before `{token.text}`", "take the comma out", self._comma(token))
        elif inner.opening.text == "{" and inner.expects in ("first", "name"):
            self._name(inner, token)
        else:
            self._begin(token)
            if token.kind != "mark":
                self._finish(inner, token.start, token.end)

    def _comma(self, token: _Token) -> int:
        return len(self.text[: token.start].rstrip(_BLANKS)) - 1

    def _comma_before(self, token: _Token) -> bool:
        return self.text[self._comma(token)] == ","

    def _name(self, inner: _Open, token: _Token) -> None:
        if token.kind != "text":
            raise Malformed(f"not JSON: {_shown(token)} where a name in quotes was due", _REMEDY, token.start)
        name = json.loads(token.text)
        inner.names[name] = inner.names.get(name, 0) + 1
        if inner.names[name] == 2:
            self.repeated.append((name, token.start))
        inner.name, inner.expects = token, "colon"

    def _finish(self, outer: _Open, start: int, end: int) -> None:
        """Note that a value inside an object or a list has ended."""
        outer.expects = "comma"
        if len(self._open) == 1 and outer.name is not None:
            name = outer.name
            self.members.append(Member(json.loads(name.text), name.start, name.end, start, end))

    def _unclosed(self) -> Malformed:
        inner = self._open[-1]
        words = f"not JSON: the file ends before this `{inner.opening.text}` is closed"
        remedy = f"close it with `{_closing(inner)}`; the file may have been cut off"
        return Malformed(words, remedy, inner.opening.start)


def _closing(inner: _Open) -> str:
    return "}" if inner.opening.text == "{" else "]"


def _token(text: str, at: int) -> _Token:
    match = _TOKEN.match(text, at)
    if match is not None and match.lastgroup is not None:
        return _Token(match.lastgroup, match[match.lastgroup], *match.span(match.lastgroup))
    start = at + len(text[at:]) - len(text[at:].lstrip(_BLANKS))
    word = _WORD.match(text, start)
    raise Malformed(*_unknown(word[0] if word else ""), start)


def _unknown(word: str) -> tuple[str, str]:
    """What is wrong with a word that is no token of JSON, and what to do."""
    shown = f"`{shortened(word, 40)}`"
    if word.startswith(("//", "/*", "#")):
        return f"not JSON: {shown} begins a comment, and JSON has none", "take the comment out"
    if word.lstrip("-") in ("NaN", "Infinity"):
        return f"not JSON: {shown} is no number of JSON", "write null, or a text"
    if word.startswith('"') and (len(word) == 1 or not word.endswith('"')):
        return f"not JSON: the text {shown} is not closed on its line", 'close it with `"`'
    if word.startswith('"'):
        words = f"not JSON: the text {shown} has a control character or an unknown escape"
        return words, r"write it as \n, \t or \u0000"
    return f"not JSON: {shown} is no value of it", _REMEDY


def _shown(token: _Token) -> str:
    return f"`{shortened(token.text, 40)}`"
