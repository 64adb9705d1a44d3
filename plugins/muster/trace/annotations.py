"""Annotations that cite: `@Specification(number = "1.2.3", text = "...")`, `#[requirement("A-1001")]`.

implements: MU-TRACE-3009
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.settings import Annotation

_REACH = 20_000  # bytes that the arguments may take
_TOKEN = re.compile(
    rb'"""(?P<block>.*?)"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|\'(?P<single>(?:[^\'\\\n]|\\.)*)\''
    rb"|(?P<name>[A-Za-z_]\w*)[ \t]*[=:](?!=)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<plus>\+)|(?P<comma>,)"
    rb"|(?P<comment>//[^\n]*|/\*.*?\*/)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}


class Annotated(Struct, frozen=True):
    """An ID that an annotation holds, where it stands, and the text beside it."""

    at: int  # of the annotation
    start: int  # of the ID, as is the end
    end: int
    id: str
    text: str | None


class _Value(Struct, frozen=True):
    start: int
    end: int
    text: str


def annotations_in(content: bytes, opening: re.Pattern[bytes], kinds: Sequence[Annotation]) -> Iterator[Annotated]:
    """The IDs of all annotations of these kinds."""
    by_name = {kind.name: kind for kind in kinds}
    for match in opening.finditer(content):
        kind = by_name[match["name"].decode()]
        values = _arguments(content, match.end())
        text = " ".join(value.text for value in values.get(kind.text, ())) if kind.text else None
        quote = text if kind.text in values else None
        for value in values.get(kind.id, ()):
            if value.text.strip():
                yield Annotated(match.start(), value.start, value.end, value.text.strip(), quote)


def _arguments(content: bytes, at: int) -> dict[str, list[_Value]]:
    """The strings among the arguments, by the name of their argument; strings joined by `+` are one."""
    found: dict[str, list[_Value]] = {}
    name, depth, joined = "", 1, False
    for token in _TOKEN.finditer(content, at, at + _REACH):
        kind = token.lastgroup or ""
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth == 0:
                return found
        elif kind == "name" and depth == 1:
            name = token["name"].decode()
        elif kind == "comma":
            joined = False
            name = "" if depth == 1 else name
        elif kind == "plus":
            joined = True
        elif kind in ("block", "double", "single"):
            own = found.setdefault(name, [])
            start, end = token.span(kind)
            text = _unescaped(token[kind].decode("utf-8", "replace"))
            if joined and own:
                own[-1] = _Value(own[-1].start, own[-1].end, own[-1].text + text)
            else:
                own.append(_Value(start, end, text))
            joined = False
    return {}  # it does not end


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _escape(match[1]), text) if "\\" in text else text


def _escape(what: str) -> str:
    if len(what) == 5:
        return chr(int(what[1:], 16))
    return _ESCAPED.get(what, what)
