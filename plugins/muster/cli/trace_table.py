"""The rows of `muster trace` for a terminal: counts where it is narrow, places where it is wide."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.cells import cell_len, chop_cells, set_cell_size

from muster.cli.colours import OUTCOMES, STATUSES
from muster.cli.terminal import style
from muster.model import Status
from muster.text.words import counted, printable
from muster.trace.view import counts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.trace.view import Cited, Row

HEAD = ("requirement", "level", "status", "title", "code", "tests", "results")
_TITLE = HEAD.index("title")
_PLACES = (HEAD.index("code"), HEAD.index("tests"))
_GAP = 2
_LEAST = 12  # columns that a title or a place has at least
_MOST = 3  # places in a cell
_LONGEST = 100  # characters of a title


class Cell(Struct, frozen=True):
    """Lines, each with the name of its style or none."""

    lines: tuple[str, ...]
    style: str = ""


def as_table(rows: Sequence[Row], *, width: int, wide: bool, colour: bool) -> str:
    """A row each, and a line with the totals; `width` 0 for as wide as it needs, `wide` for places in it.

    Rich measures, and does not draw: its tables take seconds for ten thousand rows.
    """
    table = [
        [Cell((word,), "bold") for word in HEAD],
        *(_cells(row, wide=wide) for row in rows),
        [Cell((word,), "bold") for word in _totals(rows)],
    ]
    widths = _widths(table, width, wide=wide)
    right = () if wide else _PLACES
    return "".join(line for row in table for line in _drawn(row, widths, right, colour=colour))


def _drawn(row: Sequence[Cell], widths: Sequence[int], right: Sequence[int], *, colour: bool) -> Iterator[str]:
    """The lines of a row: titles are cut, and all else is folded."""
    columns = []
    for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
        if at == _TITLE:
            columns.append([_cut_to(line, width) for line in cell.lines])
        else:
            columns.append([part for line in cell.lines for part in chop_cells(line, width) or [""]])
    for parts in zip_longest(*columns, fillvalue=""):
        line, behind = "", 0
        for at, (cell, part, width) in enumerate(zip(row, parts, widths, strict=True)):
            free = " " * (width - cell_len(part))
            if part:
                before = " " * behind + (free if at in right else "")
                line += before + style(part, cell.style, colour=colour and bool(cell.style))
                behind = _GAP + (0 if at in right else len(free))
            else:
                behind += len(free) + _GAP
        yield f"{line}\n"


def _cut_to(line: str, width: int) -> str:
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def _widths(table: Sequence[Sequence[Cell]], most: int, *, wide: bool) -> list[int]:
    """The width of each column: what it needs, and where that is too much, titles and places give way."""
    need = [max(cell_len(line) for cell in column for line in cell.lines) for column in zip(*table, strict=True)]
    if most == 0:
        return need
    need[0] = min(need[0], most // 3)
    yielding = (_TITLE, *_PLACES) if wide else (_TITLE,)
    left = most - _GAP * (len(need) - 1) - sum(one for at, one in enumerate(need) if at not in yielding)
    for number, at in enumerate(sorted(yielding, key=need.__getitem__)):
        # What needs less than its share leaves the rest to the others.
        need[at] = min(need[at], max(left // (len(yielding) - number), _LEAST))
        left -= need[at]
    return need


def _cells(row: Row, *, wide: bool) -> list[Cell]:
    return [
        Cell((printable(row.id),)),
        Cell((f"{row.level} not" if row.negated else row.level.value,)),
        Cell((row.status.value,), STATUSES[row.status]),
        Cell((cut(row.title),)),
        Cell(_places(row.code) if wide else _number(row.code)),
        Cell(_places(row.tests) if wide else _number(row.tests)),
        _results(row),
    ]


def _totals(rows: Sequence[Row]) -> tuple[str, ...]:
    results = {(one.source, one.called) for row in rows for one in row.results}
    verified = counts_of(rows)[Status.VERIFIED]
    return (
        counted(len(rows), "requirement"),
        "",
        f"{verified:,} verified",
        "",
        f"{sum(len(row.code) for row in rows):,}",
        f"{sum(len(row.tests) for row in rows):,}",
        counted(len(results), "test") if results else "",
    )


def cut(title: str) -> str:
    """A title in one line of a bearable length."""
    words = printable(" ".join(title.split()))
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _number(items: Sequence[object]) -> tuple[str, ...]:
    return (f"{len(items):,}" if items else "-",)


def _places(items: Sequence[Cited]) -> tuple[str, ...]:
    shown = [printable(str(item)) for item in items[:_MOST]]
    more = [f"and {len(items) - _MOST:,} more"] if len(items) > _MOST else []
    return (*shown, *more) or ("-",)


def _results(row: Row) -> Cell:
    """How its tests ended, the gravest end first and in its colour; beside them what kind of evidence there is."""
    numbers = {outcome: row.count(outcome) for outcome in OUTCOMES}
    told = [f"{number:,} {outcome}" for outcome, number in numbers.items() if number]
    gravest = next((OUTCOMES[outcome] for outcome, number in numbers.items() if number), "")
    told += [row.evidence[0].kind] if row.evidence else []
    return Cell((", ".join(told) or "-",), gravest)
