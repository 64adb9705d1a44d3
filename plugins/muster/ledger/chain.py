"""Writing the chain of events: appending to it, and continuing it with another one.

implements: MU-LEDGER-8030, MU-LEDGER-8042
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec

from muster.ledger.events import GENESIS, Event, Head, Stored, sealed
from muster.ledger.months import made, month_in
from muster.ledger.payloads import RETIRED
from muster.ledger.queries import EVENT_COLUMNS
from muster.ledger.retired import checkpoint_of
from muster.ledger.times import iso_of
from muster.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.ledger.database import Dialect, Session
    from muster.ledger.events import Draft
    from muster.ledger.scrubbing import Scrubber

_AT_ONCE = 200  # keys in one statement
_TOLD = ("event", "type", "code", "trace_id", "span_id", "context", "idempotency_key")


class Parted(ValueError):
    """Two chains of events are not one the continuation of the other."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"its events and those here part with event {seq}")


def head_in(session: Session, dialect: Dialect) -> Head:
    """The end of the chain."""
    found = session.rows(f"SELECT seq, digest FROM {_heads(dialect)} ORDER BY seq DESC LIMIT 1")
    return Head(*found[0]) if found else Head(0, GENESIS)


def _heads(dialect: Dialect) -> str:
    """The table with the number and the digest of each event that is there; one table, also where they are parted."""
    return "events" if dialect.name == "sqlite" else "event_key"


def appended(session: Session, dialect: Dialect, drafts: Sequence[Draft], scrubber: Scrubber) -> None:
    """Append events; one whose key is known is that event already."""
    if not drafts:
        return
    rows = [{**msgspec.structs.asdict(draft), "context": scrubber.context(draft.context)} for draft in drafts]
    if dialect.name == "postgres":
        _hand_over(session, rows)
        return
    session.lock_chain()
    head, known = _standing(session, dialect, [draft.idempotency_key for draft in drafts])
    seen = set(known)
    fresh: list[Event] = []
    for row in rows:
        if row["idempotency_key"] not in seen:
            fresh.append(sealed(row, head.seq + 1, iso_of(time.time()), head.digest))
            head = Head(fresh[-1].seq, fresh[-1].digest)
            seen.add(row["idempotency_key"])
    inserted(session, dialect, fresh)


def _hand_over(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Have the server append events: all but their place in the chain is made here."""
    moment = iso_of(time.time())
    made(session, ("events",), (month_in(moment),))
    told = []
    for row in rows:
        context = canonical(row["context"]).decode()
        code = canonical(row["code"]).decode()
        rest = canonical({name: row[name] for name in ("event", "idempotency_key")}).decode()
        pieces = (
            f'{{"code":{code},"context":{context},{rest[1:-1]},"prev":"',
            f'","recorded_at":"{moment}","seq":',
            f",{canonical({name: row[name] for name in ('span_id', 'trace_id', 'type')}).decode()[1:]}",
        )
        columns = [row[name] for name in ("event", "type", "code", "trace_id", "span_id")]
        told.append([*columns, context, row["idempotency_key"], moment, *pieces])
    for start in range(0, len(told), _AT_ONCE):
        session.at_end("SELECT muster_append(%s::text[])", (told[start : start + _AT_ONCE],))


def events_of(session: Session, dialect: Dialect, keys: Sequence[str]) -> list[Event]:
    """The events with these keys, in this order; one that was retired is left out."""
    _, known = _standing(session, dialect, keys)
    return [event for event in map(known.get, keys) if event is not None]


def _standing(session: Session, dialect: Dialect, keys: Sequence[str]) -> tuple[Head, dict[str, Event | None]]:
    """The end of the chain, and of these keys the known ones: each with its event, or None where that is retired."""
    head = Head(0, GENESIS)
    known: dict[str, Event | None] = {}
    heads, columns = _heads(dialect), EVENT_COLUMNS.format(as_text=dialect.as_text)
    for start in range(0, len(keys), _AT_ONCE):
        some = tuple(keys[start : start + _AT_ONCE])
        # One statement, as everybody waits for its answer.
        told = session.rows(
            f"SELECT * FROM (SELECT seq, digest, NULL FROM {heads} ORDER BY seq DESC LIMIT 1) AS head UNION ALL"
            f" SELECT seq, recorded_at, idempotency_key FROM event_key WHERE idempotency_key IN"
            f" ({dialect.marks(len(some))})",
            some,
        )
        for seq, text, key in told:
            if key is None:
                head = Head(seq, text)
            else:
                own = session.rows(
                    f"SELECT {columns} FROM events WHERE seq = {seq:d} AND recorded_at = {dialect.mark}", (text,)
                )
                known[key] = Stored(*own[0]).read() if own else None
        if dialect.name == "sqlite":  # whose `event_key` holds those that were retired
            query = f"SELECT {columns} FROM events WHERE idempotency_key IN ({dialect.marks(len(some))})"
            known |= {row[8]: Stored(*row).read() for row in session.rows(query, some)}
    return head, known


def new_events(session: Session, dialect: Dialect, events: Sequence[Stored], *, merge: bool) -> list[Stored] | None:
    """What another chain has that ours has not: its continuation; where they parted, all, or `Parted`.

    None where they parted and are merged: then each event is looked for by its key.
    """
    session.lock_chain()
    head = head_in(session, dialect)
    parted = _parting(session, dialect, events, head)
    if parted is None:
        return [event for event in events if event.seq > head.seq]
    if not merge:
        raise Parted(parted)
    return None


def _parting(session: Session, dialect: Dialect, events: Sequence[Stored], head: Head) -> int | None:
    """The first of these events that is neither one of ours nor their continuation; None where all are."""
    if not events:
        return None
    first = events[0].seq
    before = checkpoint_of(events, first)
    if before is not None and head.seq == 0:
        return None  # nothing is here yet, and the chain itself tells what became of its beginning
    tables = ("events", "event_key")[dialect.name == "postgres" :]
    ours: dict[int, str] = {}
    for table in reversed(tables):
        ours |= dict(session.rows(f"SELECT seq, digest FROM {table} WHERE seq >= {first - 1:d}"))
    ours.setdefault(0, GENESIS)
    begin = min((seq for seq in ours if seq), default=head.seq + 1)
    if ours.get(first - 1) != events[0].prev and not (first <= begin <= events[-1].seq and first - 1 not in ours):
        return first
    # What is before all of ours was retired: where a later event is the same, so was everything before it.
    shared = (one for one in events if begin <= one.seq <= head.seq)
    return next((one.seq for one in shared if ours.get(one.seq) != one.digest), None)


def continued(session: Session, dialect: Dialect, events: Sequence[Stored], *, merge: bool) -> int:
    """Bring another chain in, as its continuation or under numbers of ours; how many events are new."""
    fresh = new_events(session, dialect, events, merge=merge)
    if fresh is not None:
        inserted(session, dialect, [stored.read() for stored in fresh])
        return len(fresh)
    head, known = _standing(session, dialect, [event.idempotency_key for event in events])
    new: list[Event] = []
    for stored in events:
        # What another chain retired was never ours.
        if stored.idempotency_key not in known and stored.type != RETIRED:
            event = stored.read()
            told = {name: getattr(event, name) for name in _TOLD}
            new.append(sealed(told, head.seq + 1, event.recorded_at, head.digest))
            head = Head(new[-1].seq, new[-1].digest)
    inserted(session, dialect, new)
    return len(new)


def inserted(session: Session, dialect: Dialect, events: Sequence[Event]) -> None:
    """Write sealed events, in PostgreSQL with their keys, which have to be unique over all months."""
    if not events:
        return
    rows: list[tuple[Any, ...]] = []
    for event in events:
        values = {**msgspec.structs.asdict(event), "context": canonical(event.context).decode()}
        rows.append(tuple(values.values()))
    statement = f"INSERT INTO events VALUES ({dialect.marks(11)})"
    if dialect.name == "postgres":
        made(session, ("events",), {month_in(event.recorded_at) for event in events})
        statement = f"WITH own AS (INSERT INTO event_key VALUES ({dialect.marks(4)})) {statement}"
        rows = [(row[0], row[8], row[1], row[10], *row) for row in rows]
    if len(rows) == 1:
        session.run(statement, rows[0])
    else:
        session.run_all(statement, rows)
