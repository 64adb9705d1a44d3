"""The rows of a table that begins at the margin and is written with a bar at the head of each line."""

from __future__ import annotations

import re

_CELL_EDGE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
_MOST_CELLS = 60_000


def table_end(lines: list[str], at: int, end: int) -> int:
    """The line after the table that begins at a line; 0 where only the parser can tell."""
    last = at
    while last < end and lines[last].startswith("|"):
        last += 1
    rows = last - at
    if rows < 2 or (last < end and lines[last].strip(" \t")):
        return 0
    columns = _CELL_EDGE.split(lines[at].strip())
    columns = columns[(columns[0] == "") : len(columns) - (len(columns) > 1 and columns[-1] == "")]
    edges = [part.strip() for part in lines[at + 1].split("|")]
    aligns = [part for i, part in enumerate(edges) if part or 0 < i < len(edges) - 1]
    if not columns or len(aligns) != len(columns) or len(columns) * rows > _MOST_CELLS or "\\\\|" in lines[at]:
        return 0
    if any(_DELIMITER.fullmatch(part) is None for part in aligns):
        return 0
    return last
