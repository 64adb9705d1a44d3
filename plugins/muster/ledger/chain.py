"""Writing the chain of events: appending to it, and continuing it with another one.

implements: MU-LEDGER-8030, MU-LEDGER-8042
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from muster.ledger.events import GENESIS, Event, Head, Stored, sealed
from muster.ledger.queries import EVENT_COLUMNS
from muster.ledger.times import iso_of
from muster.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.ledger.database import Dialect, Session
    from muster.ledger.events import Draft
    from muster.ledger.scrubbing import Scrubber

_TOLD = ("event", "type", "code", "trace_id", "span_id", "context", "idempotency_key")


class Parted(ValueError):
    """Two chains of events are not one the continuation of the other."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"its events and those here part with event {seq}")


def head_in(session: Session) -> Head:
    """The end of the chain."""
    found = session.rows("SELECT seq, digest FROM events ORDER BY seq DESC LIMIT 1")
    return Head(*found[0]) if found else Head(0, GENESIS)


def appended(session: Session, dialect: Dialect, drafts: Sequence[Draft], scrubber: Scrubber) -> list[Event]:
    """Append events; one whose key is known is that event already."""
    if not drafts:
        return []
    session.lock_chain()
    head = head_in(session)
    query = f"SELECT {EVENT_COLUMNS.format(as_text=dialect.as_text)} FROM events WHERE idempotency_key = {dialect.mark}"
    found = []
    for draft in drafts:
        known = session.rows(query, (draft.idempotency_key,))
        if known:
            found.append(Stored(*known[0]).read())
            continue
        row = msgspec.structs.asdict(draft)
        row["context"] = scrubber.context(row["context"])
        event = sealed(row, head.seq + 1, iso_of(time.time()), head.digest)
        _insert(session, dialect, event)
        head = Head(event.seq, event.digest)
        found.append(event)
    return found


def new_events(session: Session, events: Sequence[Stored], *, merge: bool) -> list[Stored] | None:
    """What another chain has that ours has not: its continuation; where they parted, all, or `Parted`.

    None where they parted and are merged: then each event is looked for by its key.
    """
    session.lock_chain()
    head = head_in(session)
    parted = _parting(session, events, head)
    if parted is None:
        return [event for event in events if event.seq > head.seq]
    if not merge:
        raise Parted(parted)
    return None


def _parting(session: Session, events: Sequence[Stored], head: Head) -> int | None:
    """The first of these events that is neither one of ours nor their continuation; None where all are."""
    if not events:
        return None
    first = events[0].seq
    ours: dict[int, str] = dict(session.rows(f"SELECT seq, digest FROM events WHERE seq >= {first - 1:d}"))
    ours.setdefault(0, GENESIS)
    if ours.get(first - 1) != events[0].prev:
        return first
    return next((one.seq for one in events if one.seq <= head.seq and ours.get(one.seq) != one.digest), None)


def continued(session: Session, dialect: Dialect, events: Sequence[Stored], *, merge: bool) -> int:
    """Bring another chain in, as its continuation or under numbers of ours; how many events are new."""
    fresh = new_events(session, events, merge=merge)
    if fresh is not None:
        for stored in fresh:
            _insert(session, dialect, stored.read())
        return len(fresh)
    head, count = head_in(session), 0
    query = f"SELECT 1 FROM events WHERE idempotency_key = {dialect.mark}"
    for stored in events:
        event = stored.read()
        if not session.rows(query, (event.idempotency_key,)):
            told = {name: getattr(event, name) for name in _TOLD}
            event = sealed(told, head.seq + 1, event.recorded_at, head.digest)
            _insert(session, dialect, event)
            head = Head(event.seq, event.digest)
            count += 1
    return count


def _insert(session: Session, dialect: Dialect, event: Event) -> None:
    values = {**msgspec.structs.asdict(event), "context": canonical(event.context).decode()}
    session.run(f"INSERT INTO events VALUES ({dialect.marks(11)})", tuple(values.values()))
