"""Times as the ledger writes them: in UTC, as text and as seconds.  implements: MU-LEDGER-8017"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?(?:Z|\+00:00)", re.ASCII)
_LAST = 253_402_300_799.99997  # of the year 9999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW = re.compile(r"([1-9][0-9]{0,3})([mhdw])", re.ASCII)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONDAY = 4 * 86_400  # the epoch was a Thursday, and weeks begin with Monday


def iso_of(seconds: float) -> str:
    """`2026-11-28T09:20:34.123456Z`."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def within_reach(seconds: float) -> float:
    """The time of a row that is nearest to a moment of any size."""
    return float(min(max(seconds, 0), _LAST))


def seconds_of(iso: str) -> float:
    """The seconds since 1970 of a time in UTC; raises ValueError."""
    if _ISO.fullmatch(iso) is None:
        msg = f"{iso!r} is no time in UTC"
        raise ValueError(msg)
    return (datetime.fromisoformat(iso) - _EPOCH).total_seconds()


def agree(iso: str, seconds: float) -> bool:
    """Whether a text and a number name the same time, as far as the text says."""
    match = _ISO.fullmatch(iso)
    if match is None or not math.isfinite(seconds):
        return False
    digits = len(match[1] or "")
    try:
        told = seconds_of(iso)
    except ValueError:  # of the form of a time, and none: a thirteenth month
        return False
    # A number of this size is exact to about a quarter of a microsecond.
    return abs(told - seconds) < max(10.0**-digits, 2e-6)


def duration_ms(started: float, ended: float) -> int:
    """Milliseconds from start to end; none where a clock jumped back."""
    return max(round((ended - started) * 1000), 0)


def window_start(window: str, now: float) -> float:
    """When the window that holds `now` began: days at midnight UTC, weeks on Monday."""
    match = _WINDOW.fullmatch(window)
    if match is None:
        msg = f"{window!r} is no window; write 15m, 1h, 1d or 1w"
        raise ValueError(msg)
    length = int(match[1]) * _SECONDS[match[2]]
    offset = _MONDAY if match[2] == "w" else 0
    return float((now - offset) // length * length + offset)
