"""Which lines belong to a list item or a quote, where lines alone can tell.

Each function gives None where what a line belongs to depends on the blocks inside: there the
parser decides. `blocks.py` reads the lines of a container, its prefix cut off, as a document of their own.
"""

from __future__ import annotations

import re

from msgspec import Struct

from muster.text.paragraphs import ANY_RULE, INTERRUPTS

_MARKER = re.compile(r"( {0,3})(?:([-*+])|([0-9]{1,9})([.)]))( {1,4})(?=\S)")


class Marker(Struct, frozen=True):
    """What an item begins with."""

    column: int
    text: int  # the column of the item's text
    sign: str  # what all items of a list share: the bullet, or the sign after the number
    number: str  # "" for a bullet


def marker_of(line: str) -> Marker | None:
    """The marker of a line that begins an item which is not empty."""
    match = _MARKER.match(line)
    if match is None or ANY_RULE.fullmatch(line.strip(" ")):
        return None
    return Marker(len(match[1]), match.end(), match[2] or match[4], match[3] or "")


def item_of(lines: list[str], at: int, end: int, marker: Marker) -> tuple[list[str], int] | None:
    """The lines of the item that begins at a line, without its indent, and the next line that has any text."""
    width = marker.text
    own = [lines[at][width:]]
    for row in range(at + 1, end):
        line = lines[row]
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        if not text:
            own.append("")
            continue
        if text[0] == "\t" or "\t" in line[:width]:
            return None
        if indent >= width:
            own.append(line[width:])
            continue
        if own[-1] and not _ends_item(line, indent, marker):
            return None
        return _without_end(own), row
    return _without_end(own), end


def _ends_item(line: str, indent: int, marker: Marker) -> bool:
    """Whether a line right below an item's text, indented less, is surely none of it."""
    if indent == marker.column and (found := marker_of(line)) is not None:
        return found.sign == marker.sign or not found.number
    return indent == 0 and INTERRUPTS.match(line) is not None


def quote_of(lines: list[str], at: int, end: int) -> tuple[list[str], int] | None:
    """The lines of the quote that begins at a line, without their `>`, and the line after it."""
    own = []
    row = at
    while row < end and lines[row].startswith(">"):
        line = lines[row]
        own.append(line[2:] if line.startswith("> ") else line[1:])
        row += 1
    after = lines[row] if row < end else ""
    if after.strip(" \t") and INTERRUPTS.match(after) is None:
        return None
    return _without_end(own), row


def _without_end(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip(" "):
        lines.pop()
    return lines
