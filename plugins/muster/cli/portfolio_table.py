"""The repositories of a portfolio as a table for a terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Literal

from muster.model import Level, Severity, Status
from muster.portfolio.values import State
from muster.site.portfolio_parts import order_of
from muster.site.standing import percent
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from muster.portfolio.values import Joined, Member

MOST = 200  # rows: rich takes seconds for thousands, and nobody reads them here
# Each column, and how wide a terminal has to be for it.
_COLUMNS = {
    "repository": 0,
    "gate": 0,
    "musts verified": 0,
    "requirements": 78,
    "errors": 0,
    "warnings": 100,
    "cited": 66,
    "cites": 100,
}
_STATES = {State.ABSENT: "yellow", State.BROKEN: "red"}


def as_table(found: Joined, *, colour: bool) -> str:
    """A row for each repository, what stands worst first, and the totals."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_footer=True, show_edge=False, pad_edge=False)
    read = found.read
    foot = _numbers(found.counts(Level.MUST), sum(len(one.reading.requirements) for one in read))
    severities = [
        sum(one.reading.severities.get(each, 0) for one in read) for each in (Severity.ERROR, Severity.WARNING)
    ]
    citations = f"{len(found.citations):,}"
    passing = sum(one.reading.passes for one in read)
    feet = (
        counted(len(found.members), "repository", "repositories"),
        f"{passing:,} passed",
        *foot,
        *(f"{one:,}" for one in severities),
        citations,
        citations,
    )
    width = _width()
    shown = [width >= least for least in _COLUMNS.values()]
    for number, (name, footer) in enumerate(zip(_COLUMNS, feet, strict=True)):
        if shown[number]:
            side: Literal["left", "right"] = "right" if number > 1 else "left"
            table.add_column(name, Text(footer), justify=side, no_wrap=number > 0, overflow="fold")
    ordered = [*found.not_read, *sorted(read, key=order_of)]
    for member in ordered[:MOST]:
        table.add_row(*(Text(*cell) for cell, is_shown in zip(_cells(member), shown, strict=True) if is_shown))
    text = io.StringIO()
    console = Console(
        file=text,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    console.print(table)
    more = len(ordered) - MOST
    rest = f"and {counted(more, 'further repository', 'further repositories')}\n" if more > 0 else ""
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().strip("\n").splitlines()) + rest


def _width() -> int:
    """The columns of the terminal; into a pipe a table is as wide as it needs."""
    from muster.cli.screen import size_of_terminal

    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    return size_of_terminal()[0] if sys.stdout.isatty() else 400


def _cells(member: Member) -> list[tuple[str, str]]:
    name = (printable(member.name), "bold")
    reading = member.reading
    if not member.is_read:
        return [name, (reading.state.value, _STATES[reading.state]), *[("-", "")] * 6]
    errors, warnings = (reading.severities.get(one, 0) for one in (Severity.ERROR, Severity.WARNING))
    musts, size = _numbers(member.counts(Level.MUST), len(reading.requirements))
    return [
        name,
        ("passes", "green") if reading.passes else ("fails", "red"),
        (musts, ""),
        (size, ""),
        (f"{errors:,}", "red" if errors else ""),
        (f"{warnings:,}", "yellow" if warnings else ""),
        (f"{len(member.cited):,}", ""),
        (f"{len(member.cites):,}", ""),
    ]


def _numbers(musts: dict[Status, int], size: int) -> tuple[str, str]:
    """How many musts are verified, and how many requirements there are."""
    all_ = sum(musts.values())
    verified = musts.get(Status.VERIFIED, 0)
    return f"{verified:,} of {all_:,} ({percent(verified, all_)})" if all_ else "-", f"{size:,}"
