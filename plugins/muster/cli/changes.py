"""Changes to files as a unified diff."""

from __future__ import annotations

import difflib
import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\n\\ No newline at end of file\n"
_AROUND = 3  # lines that are shown before and behind a change


def unified(path: str, old: str | None, new: str | None) -> str:
    """The diff from one text to the other, as `git diff` heads it; None stands for no file."""
    before, after = _LINE.findall(old or ""), _LINE.findall(new or "")
    heads = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
    return _joined(difflib.unified_diff(before, after, *heads))


def unified_by_line(path: str, old: str, new: str) -> str:
    """The same where lines only changed, none came and none went: in time that grows with the text alone."""
    before, after = _LINE.findall(old), _LINE.findall(new)
    if len(before) != len(after):
        return unified(path, old, new)
    rows = [row for row, (was, now) in enumerate(zip(before, after, strict=True)) if was != now]
    return _joined(_hunks(path, before, after, rows)) if rows else ""


def _hunks(path: str, before: Sequence[str], after: Sequence[str], rows: Sequence[int]) -> Iterator[str]:
    """The heads, and what stands around these rows."""
    yield from (f"--- a/{path}\n", f"+++ b/{path}\n")
    breaks = [at for at, (row, following) in enumerate(pairwise(rows), start=1) if following - row > 2 * _AROUND + 1]
    for begin, end in pairwise([0, *breaks, len(rows)]):
        own = set(rows[begin:end])
        first, stop = max(rows[begin] - _AROUND, 0), min(rows[end - 1] + _AROUND + 1, len(before))
        size = stop - first
        extent = f"{first + 1}" if size == 1 else f"{first + 1},{size}"
        yield f"@@ -{extent} +{extent} @@\n"
        added: list[str] = []
        for row in range(first, stop):
            if row in own:
                yield f"-{before[row]}"
                added.append(f"+{after[row]}")
            else:
                yield from added
                added.clear()
                yield f" {before[row]}"
        yield from added


def _joined(lines: Iterator[str]) -> str:
    return "".join(line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)
