"""The front matter of a turn: a flat list of `key: value`, each with its line.

implements: MU-CHAIN-7001
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.turn import Entry, Kind, Said
from muster.text.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)[ \t]*:(?:[ \t]+(.*))?", re.DOTALL)


KINDS = frozenset(kind.value for kind in Kind)
_BOM = "\ufeff".encode()
_MOST = 65_536  # bytes of a file that are looked at for its kind


class Front(Struct, frozen=True, array_like=True):
    """The front matter of a file; where it is told twice, the first value of a key counts."""

    entries: tuple[Entry, ...]
    body_line: int  # the first line after it
    closed: bool = True
    repeated: tuple[Entry, ...] = ()  # keys that stand there already
    strange: tuple[Said, ...] = ()  # lines that are no `key: value`

    def told(self, key: str) -> Entry | None:
        """What it says of a key."""
        return next((entry for entry in self.entries if entry.key == key), None)


def is_turn(data: bytes) -> bool:
    """Whether a file makes its folder a chain: its front matter names one of the kinds, and a label or an actor.

    Other documents have a kind, too, such as `kind: decision`.
    """
    if not data.removeprefix(_BOM).startswith(b"---"):
        return False
    front = front_in(lines_of(data[:_MOST].decode("utf-8", "replace")))
    kind = front.told("kind") if front else None
    others = front is not None and any(front.told(key) for key in ("label", "actor"))
    return kind is not None and kind.value in KINDS and others


def front_in(lines: Sequence[str]) -> Front | None:
    """The front matter at the head of a file; None where it has none.

    One that is never closed goes on to the first line that is no `key: value`; so does one with a blank line before
    such a line, which belongs to the body even if a `---` stands further down.
    """
    if not lines or lines[0].rstrip() != "---":
        return None
    entries: dict[str, Entry] = {}
    repeated: list[Entry] = []
    strange: list[Said] = []
    blank = 0  # the last blank line
    for number, line in enumerate(lines[1:], start=2):
        text = line.strip()
        if line.rstrip() in ("---", "..."):
            return Front(tuple(entries.values()), number + 1, True, tuple(repeated), tuple(strange))
        if not text:
            blank = number
        elif (pair := _PAIR.fullmatch(line.rstrip())) is not None:
            entry = Entry(pair[1], _unquoted((pair[2] or "").strip()), number)
            if entries.setdefault(entry.key, entry) is not entry:
                repeated.append(entry)
        elif text[0] != "#" or blank:
            if blank:
                return Front(tuple(entries.values()), blank, False, tuple(repeated), tuple(strange))
            strange.append(Said(text, number))
    first = strange[0].line if strange else len(lines) + 1
    return Front(tuple(entries.values()), first, False, tuple(repeated))


def _unquoted(value: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    if value[:1] == "'" and (end := _end_of_single(value)) and _is_over(value, end):
        return value[1 : end - 1].replace("''", "'")
    if value[:1] == '"' and (found := _DOUBLE.match(value)) is not None and _is_over(value, found.end()):
        return re.sub(r"\\(.)", r"\1", found[1])
    comment = re.search(r"(?:^|[ \t])#", value)
    return value[: comment.start()].rstrip() if comment else value


_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _end_of_single(value: str) -> int:
    """The place behind the quote that closes the one at the beginning; 0 where none does."""
    at = value.find("'", 1)
    while at >= 0 and value.startswith("''", at):
        at = value.find("'", at + 2)
    return at + 1


def _is_over(value: str, end: int) -> bool:
    """Whether nothing but a comment stands behind a place."""
    rest = value[end:].lstrip()
    return not rest or (rest[0] == "#" and len(rest) < len(value) - end)
