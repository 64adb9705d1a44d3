"""One screen of findings: what fits the terminal, and how many more there are."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CLEARED = "\x1b[H\x1b[2J"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def size_of_terminal() -> tuple[int, int]:
    """Columns and rows of standard output, as they are now."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        columns, rows = 0, 0
    return columns or 80, rows or 24


def screen(blocks: Sequence[Callable[[], str]], foot: Sequence[str], columns: int, rows: int) -> str:
    """As many blocks as fit above the lines of the foot; what nobody would see is not made.

    The text has no line break at its end, and is never higher than the terminal.
    """
    left = rows - sum(_rows(line, columns) for line in foot)
    shown: list[str] = []
    for number, block in enumerate(blocks, start=1):
        lines = block().splitlines()
        need = sum(_rows(line, columns) for line in lines)
        # All but the last leave a row for the number of those that are not shown.
        if need > left - (number < len(blocks)):
            if number == 1:
                lines = _fitting(lines, columns, left - (len(blocks) > 1))
                shown += lines
                number += 1  # noqa: PLW2901 -- it is shown as far as it goes
            if (more := len(blocks) - number + 1) and left > 0:
                shown.append(f"… {counted(more, 'more finding')}")
            break
        shown += lines
        left -= need
    return "\n".join([*shown, *_last(foot, columns, rows)])


def _fitting(lines: Sequence[str], columns: int, rows: int) -> list[str]:
    """The first lines, as many as the rows hold."""
    fitting = []
    for line in lines:
        rows -= _rows(line, columns)
        if rows < 0:
            break
        fitting.append(line)
    return fitting


def _last(lines: Sequence[str], columns: int, rows: int) -> list[str]:
    """The last lines, as many as the rows hold."""
    return _fitting(lines[::-1], columns, rows)[::-1]


def _rows(line: str, columns: int) -> int:
    """How many rows of the terminal a line takes."""
    from rich.cells import cell_len

    return max(1, -(-cell_len(_STYLE.sub("", line)) // columns))
