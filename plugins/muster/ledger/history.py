"""What pages show of the ledger, read at one moment and with limits; nothing is written.

implements: MU-LEDGER-8031, MU-LEDGER-8041
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from muster.ledger.database import LedgerUnavailable
from muster.ledger.events import Event
from muster.ledger.statistics import RunHistory, SpecStory, latest_first
from muster.ledger.times import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from muster.ledger.book import Ledger

MOST_RUNS = 2000
MOST_DECISIONS = 500
MOST_RUNS_OF_A_SPEC = 500
MOST_COMPILES = 2000


def history_read(opened: Callable[[], Ledger | None], spec_ids: Iterable[str]) -> RunHistory:
    """What the ledger holds; one that cannot be read is told, and shown as empty.

    `opened` gives the ledger for reading, or None where there is none yet.
    """
    try:
        book = opened()
        if book is None:
            return RunHistory()
        with book:
            return _history(book, spec_ids)
    except LedgerUnavailable as error:
        return RunHistory(problem=str(error), remedy=error.remedy)
    except (ValueError, RecursionError) as error:  # what msgspec raises is of the first kind
        return RunHistory(problem=f"an event is damaged: {error}", remedy="`muster events verify` tells which")


def _history(book: Ledger, spec_ids: Iterable[str]) -> RunHistory:
    runs = book.runs(limit=MOST_RUNS + 1)
    stories = {
        spec_id: SpecStory(
            _sound(book.events(spec=spec_id)), tuple(latest_first(book.runs(spec=spec_id, limit=MOST_RUNS_OF_A_SPEC)))
        )
        for spec_id in sorted(set(spec_ids))
    }
    return RunHistory(
        tuple(latest_first(runs)[:MOST_RUNS]),
        _whole(_sound(book.events(type="docs_specs", last=MOST_DECISIONS))),
        stories,
        _sound(book.events(type="spec_router", last=MOST_COMPILES)),
        has_more=len(runs) > MOST_RUNS,
    )


def _sound(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events, each of which has the shape and the time that it should; raises ValueError."""
    checked = []
    for event in events:
        checked.append(msgspec.convert(msgspec.structs.asdict(event), Event))
        seconds_of(event.recorded_at)
    return tuple(checked)


def _whole(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events without those of the first run, of which some may be missing."""
    if len(events) < MOST_DECISIONS:
        return events
    first = events[0].context.get("run_id")
    return tuple(event for event in events if event.context.get("run_id") != first) or events
