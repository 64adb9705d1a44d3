"""Headings and field lines of a packet: what one line says.

implements: MU-PKT-5001
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from muster.packets.packet import KNOWN_SECTIONS, Field

BLOCK = "TECHNICAL_REFINEMENT"
ANCHOR_KEYS = ("SPEC_ANCHOR", "CONTEXT_START_LINE", "CONTEXT_END_LINE", "CONTEXT_TOKEN", "EXCERPT_ASCII_ESCAPED")

_WORD = re.compile(r"[*`]*([A-Z][A-Z0-9_]*)(?![\w-])")
_ANCHOR = re.compile(r"[*`]*ANCHOR(?:(?:[ \t]+|[_-])?#?([0-9]+[a-z]?|[A-Z])(?![\w-])|(?=[ \t*`]*(?:$|[:(-])))")
_FIELD = re.compile(
    r"([-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?"  # a bullet, a box
    r"(\*\*)?(`?)([A-Za-z][A-Za-z0-9_/ -]{0,79}+)\3"  # the label
    r"(?:[ \t]*\([^()]{0,200}\))?[ \t]*"  # a remark on it
    r"(:\*\*|\*\*:|:)(?:[ \t]+|$)"
)
_OF_ANCHORS = ("- SPEC_ANCHOR: ", "- CONTEXT_")
_SHORT = 200  # characters of a line that is worth remembering


class Heading(Struct, frozen=True, array_like=True, gc=False):
    """A heading: the known name that it begins with, if it does."""

    line: int
    level: int
    name: str  # "METADATA", "TECHNICAL_REFINEMENT", "ANCHOR 2"; "" for others

    @property
    def is_anchor(self) -> bool:
        """Whether an anchor begins here."""
        return self.name.startswith("ANCHOR")


def heading_in(line: str, number: int) -> Heading | None:
    """The heading that a line is, at column 0."""
    level, name = _level_and_name(line[:_SHORT])
    return Heading(number, level, name) if level else None


def field_in(line: str, number: int) -> Field | None:
    """The field that a line is, at column 0: without a bullet its label is bold or a word in capitals."""
    if ":" not in line:
        return None
    parts = _anchor_parts(line) if line.startswith(_OF_ANCHORS) else None
    if parts is None:
        parts = _short_parts(line) if len(line) < _SHORT else _parts(line)
    return None if parts is None else Field(parts[0], parts[1], number, parts[2])


def is_structure(line: str) -> bool:
    """Whether a line at column 0 belongs to the packet's own frame, which nothing quoted reaches across unclosed."""
    if line.startswith("#"):
        heading = heading_in(line, 0)
        return heading is not None and heading.name != ""
    field = field_in(line, 0)
    return field is not None and field.key in ANCHOR_KEYS


@lru_cache(maxsize=1024)
def _level_and_name(line: str) -> tuple[int, str]:
    """The level of a heading, 0 where a line is none, and the known name that it begins with."""
    level = len(line) - len(line.lstrip("#"))
    if not 1 <= level <= 6 or line[level : level + 1] not in ("", " ", "\t"):
        return 0, ""
    return level, _name(line[level : level + 100].strip())


def _name(title: str) -> str:
    """The known name that a title begins with; "" for none."""
    word = _WORD.match(title)
    if word is not None and (word[1] in KNOWN_SECTIONS or word[1] == BLOCK):
        return word[1]
    anchor = _ANCHOR.match(title)
    return "" if anchor is None else f"ANCHOR {anchor[1] or ''}".rstrip()


def _anchor_parts(line: str) -> tuple[str, str, int] | None:
    """What `_parts` gives for a plain field of an anchor; each packet has its own, so these are not remembered."""
    label, _, value = line.partition(": ")
    if label[2:] not in ANCHOR_KEYS or not value or value != value.strip() or value[-1] in "*`>":
        return None
    return label[2:], value, len(label) + 3


def _parts(line: str) -> tuple[str, str, int] | None:
    """The key, the value and the column of a field."""
    if (match := _FIELD.match(line)) is None:
        return None
    bullet, bold, _, label, colon = match.groups()
    label = label.rstrip()
    if bullet is None and bold is None and not (label.isupper() and " " not in label and len(label) > 1):
        return None
    start = match.end()
    value = line[start:].rstrip()
    if value.endswith(("*", "`", "-->")):
        value = _bare(value, is_bold=bold is not None and colon == ":")
        start = line.index(value, start)
    return label.upper().replace(" ", "_").replace("-", "_"), value, (start if value else match.start(4)) + 1


_short_parts = lru_cache(maxsize=4096)(_parts)  # most lines of a packet are those of its template


def _bare(value: str, is_bold: bool) -> str:
    """A value without the comment behind it, without the end of a bold line, and without marks around it."""
    if value.endswith("-->") and "<!--" in value:
        value = value[: value.rindex("<!--")].rstrip()
    if is_bold and value.endswith("**"):
        value = value[:-2].rstrip()
    for mark in ("**", "`"):
        inner = value[len(mark) : -len(mark)]
        if inner and value == f"{mark}{inner}{mark}" and mark not in inner:
            value = inner.strip()
    return value
