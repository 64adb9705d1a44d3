"""Fields of a packet that are filled in, and those that still are not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.packet import is_placeholder, is_plain
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.packets.packet import Field, Packet

_NOTHING = re.compile(r"(?:none|n/a|not applicable|<\s*not applicable[^>]*>)\.?", re.IGNORECASE)
_NONE = re.compile(
    r"(?:(?:none|n/a|not applicable)(?: (?:found|identified|known|left|open))?|<\s*not applicable[^>]*>)"
    r"[.!]*(?P<remark>\s*\(.*\)\W*|\s*(?:--?|\u2013|\u2014)\s.*|(?<=\.)\s.*)?",
    re.IGNORECASE,
)
_YET = re.compile(r"\b(?:except|but|however)\b", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])(?:\s+|$)")
_MARKS = str.maketrans("", "", "*`")
_ALTERNATIVE = re.compile(r"[/|]|\bOR\b|\[[ X]?\]")
_QUESTION = re.compile(r"[\s`*]*(?:\[[ xX]?\][\s`*]*)?<fill\s*:", re.IGNORECASE)
_WORD = re.compile(r"\W*(\w+)(?:\s+(\w+))?")  # and the one that follows at once


def place_of(path: str, field: Field) -> Place:
    """Where the value of a field stands; the label, where there is none."""
    return Place(path, field.line, field.column, len(field.value))


def metadata_line(packet: Packet) -> int:
    """The line below which a field of the metadata is due."""
    section = packet.section("METADATA")
    return max(section.line if section else packet.line, 1)


def is_nothing(value: str) -> bool:
    """Whether a text says that there is none: `NONE`, `N/A`, `<not applicable; ...>`, or nothing at all."""
    text = value.strip().strip("`*").strip()
    return not text or _NOTHING.fullmatch(text) is not None


def is_none(said: str) -> bool:
    """Whether a line says that there is none, whatever remark stands behind it, unless that takes it back."""
    match = _NONE.fullmatch(said.translate(_MARKS).strip())
    return not said or (match is not None and _YET.search(match["remark"] or "") is None)


def said_in(line: str) -> str:
    """What a line says, without its bullet."""
    bullet = _BULLET.match(line)
    return line[bullet.end() if bullet else 0 :].strip()


def is_question(value: str) -> bool:
    """Whether a value is still the question of a new packet, `<fill: ...>`, whatever box stands before it."""
    return _QUESTION.match(value) is not None


def filled(packet: Packet, key: str) -> str:
    """The value of a field; "" where it is missing, empty or a placeholder."""
    field = packet.field(key)
    return "" if field is None or is_placeholder(field.value) else field.value


def unfilled(code: str, key: str, field: Field | None, owner: Place, help: str) -> Problem | None:  # noqa: A002
    """What is wrong with a field that must be filled in: missing, empty and a placeholder are one finding."""
    if field is None:
        return Problem(code, owner, f"{key} is missing", help)
    if is_plain(field.value):
        return None
    if not field.value.strip():
        return Problem(code, place_of(owner.path, field), f"{key} is empty", help)
    if is_question(field.value):
        return Problem(code, place_of(owner.path, field), f"{key} is not answered yet", help)
    if is_placeholder(field.value):
        return Problem(code, place_of(owner.path, field), f"{key} is still {shortened(field.value)!r}", help)
    return None


@lru_cache(maxsize=1024)
def choice(value: str, words: tuple[str, str]) -> str:
    """The one of two words that a value says, whatever box or remark stands around it; "" for neither or both."""
    parts = [_WORD.match(part) for part in _ALTERNATIVE.split(value.upper())]
    found = [word for match in parts if match for word in (match[1], match[2]) if word]
    if not found or found[0] not in words or any(word != found[0] for word in found if word in words):
        return ""
    return found[0]
