"""A run of the past, as the report of another program tells of it, and the times that such a report writes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from muster.ledger.keys import keyed, slug_of
from muster.ledger.rows import RunStatus
from muster.ledger.shape import shown
from muster.text.unreadable import Unreadable
from muster.text.words import printable, shortened

MOST_MESSAGE = 500  # characters of an error that are kept
MOST_NAME = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_10000 = 253_402_300_800
_TIMES = "give times between 1970 and 9999, in ISO 8601 or as seconds since 1970"


class Past(Struct, frozen=True, kw_only=True):
    """One run that a report tells of.

    The key depends on what the report says, neither on its path nor on when the file was written: a copy of it tells
    of the same run.
    """

    slug: str
    name: str
    type: Literal["test", "nox", "task"]
    status: RunStatus
    started_ts: float
    ended_ts: float
    error_type: str = ""  # this and the message are there exactly where the run failed
    error_message: str = ""
    key: str
    files: tuple[str, ...] = ()  # what it wrote
    retrieved: tuple[str, ...] = ()  # what went in: the path of the report


class Times(Struct, frozen=True):
    """What a report says of when a run was; None where it says nothing."""

    started: float | None = None
    ended: float | None = None
    seconds: float | None = None

    def span(self, modified: float, line: int) -> tuple[float, float]:
        """Start and end. A run of which no time is told ended when the report was written."""
        seconds = self.seconds or 0.0
        started, ended = self.started, self.ended
        if ended is None:
            ended = modified if started is None else started + seconds
        if started is None:
            started = ended - seconds
        for end, value in (("starts", started), ("ends", ended)):
            if not 0 <= value < _YEAR_10000:
                raise Unreadable(line, f"the run {end} {shown(value)} seconds after 1970", _TIMES)
        if ended < started:
            words = f"the run ends {shown(round(started - ended, 3))} seconds before it starts"
            raise Unreadable(line, words, "correct the times in the file")
        return round(started, 6), round(ended, 6)


def past_of(
    form: Literal["test", "nox", "task"],
    name: str,
    outcome: tuple[RunStatus, str, str],
    span: tuple[float, float],
    identity: tuple[str, ...],
) -> Past:
    """The run, with the words of the report made fit for a row; `outcome` is its status, and the error of a failure."""
    status, kind, message = outcome
    is_failure = status is RunStatus.FAILED
    return Past(
        slug=slug_of(name),
        name=shortened(name.strip(), MOST_NAME),
        type=form,
        status=status,
        started_ts=span[0],
        ended_ts=span[1],
        error_type=shortened(kind, MOST_NAME) if is_failure else "",
        error_message=first_line(message) if is_failure else "",
        key=keyed(form, name, *identity),
    )


def first_line(text: str) -> str:
    """The first line that says something, printable and of a bearable length; "" where none does."""
    words = next((line.strip() for line in text[:10_000].splitlines() if line.strip()), "")
    words = printable(words)
    return words if len(words) <= MOST_MESSAGE else f"{words[: MOST_MESSAGE - 1]}…"


def moment_in(value: Any, field: str, line: int) -> float:
    """The seconds since 1970 of a time in ISO 8601, without a zone in UTC, or of a number; raises `Unreadable`."""
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value.strip())
            seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH).total_seconds()
        else:
            seconds = _number(value)
    except (ValueError, OverflowError):
        raise Unreadable(line, f"`{field}` is {shown(value)}, and no time", _TIMES) from None
    if not 0 <= seconds < _YEAR_10000:
        raise Unreadable(line, f"`{field}` is {shown(value)}, before 1970 or after 9999", _TIMES)
    return seconds


def seconds_in(value: Any, field: str, line: int) -> float:
    """A duration, `1.25` or `1,024.5`; raises `Unreadable`."""
    try:
        seconds = float(value.replace(",", "")) if isinstance(value, str) else _number(value)
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        words = f"`{field}` is {shown(value)}, and no duration"
        raise Unreadable(line, words, "give a number that is 0 or more")
    return seconds


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)
