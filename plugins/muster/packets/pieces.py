"""A packet from top to bottom: its headings, lines, fences and excerpts, each once.

implements: MU-PKT-5001, MU-PKT-5019
"""

from __future__ import annotations

from msgspec import Struct

from muster.packets.fences import Fences, mark_in
from muster.packets.fields import ANCHOR_KEYS, Heading, field_in, heading_in
from muster.packets.packet import Excerpt, Fence, Field, Trouble

_EXCERPT = ANCHOR_KEYS[-1]


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A line that is neither blank nor a heading nor in a fence or comment."""

    line: int
    text: str  # without comments
    field: Field | None
    excerpt: Excerpt | None  # that the field is the label of


Piece = Heading | Line | Fence


def pieces_in(lines: list[str]) -> tuple[list[Piece], Trouble | None]:
    """The pieces in order; and what is wrong with a comment, if something is."""
    fences = Fences(lines)
    pieces: list[Piece] = []
    unclosed = None  # a comment
    row = 0
    while row < len(lines):
        line = lines[row]
        row += 1
        if not line or line.isspace():
            continue
        if "<!--" in line and unclosed is None and line.lstrip().startswith("<!--"):
            behind = _behind_comment(lines, row - 1)
            if behind is None:
                unclosed = Trouble(row, "this comment is never closed", "close it with -->")
            row = behind or row
        elif (begin := line[0]) in " \t`~" and (mark := mark_in(line, row - 1)) is not None:
            fence, row = fences.fence(mark)
            pieces.append(fence)
        elif begin == "#" and (heading := heading_in(line, row)) is not None:
            pieces.append(heading)
        elif text := _without_comments(line):
            field = None if begin in " \t#" else field_in(line, row)
            excerpt, number = None, row
            if field is not None and field.key == _EXCERPT:
                excerpt, row = fences.excerpt(field)
            pieces.append(Line(number, text, field, excerpt))
    return pieces, unclosed


def _behind_comment(lines: list[str], row: int) -> int | None:
    """The row behind the comment that begins in a row, whole lines as Markdown has it; None where nothing closes it."""
    if lines[row].find("-->", lines[row].index("<!--") + 4) >= 0:
        return row + 1
    return next((number + 1 for number in range(row + 1, len(lines)) if "-->" in lines[number]), None)


def _without_comments(line: str) -> str:
    """What a line says beside its comments."""
    if "<!--" not in line:
        return line
    kept, position = [], 0
    while (start := line.find("<!--", position)) >= 0 and (end := line.find("-->", start + 4)) >= 0:
        kept.append(line[position:start])
        position = end + 3
    return "".join([*kept, line[position:]]).rstrip()
