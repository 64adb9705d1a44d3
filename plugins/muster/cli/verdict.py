"""What `muster check` is asked, and what it has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import date

    from muster.gate.report import Subject


class Asked(Struct, frozen=True):
    """The command line of a check, understood."""

    paths: tuple[str, ...]
    reports: tuple[tuple[str, str | None], ...]  # format and file; None for standard output
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: str | None
    workers: int
    use_cache: bool
    since: str | None
    colour: str
    today: date | None = None  # as of which waivers expire; None for the day it is
    results: tuple[str, ...] = ()  # files of test results; none for those of the settings


class Verdict(Struct, frozen=True):
    """What one check found: told once, or drawn on the screen of a watch."""

    subject: Subject  # what to show
    report: str  # for standard output
    notes: tuple[str, ...]  # for standard error; the last one is the summary
    status: int
