"""Retention: old months are dropped whole, once the chain has a checkpoint that tells what they were.

All of it is one transaction: killed at any instant, the ledger is as before. What takes long is done while others
write; in PostgreSQL they wait only while the checkpoint is sealed and the partitions go.

implements: MU-LEDGER-8004, MU-LEDGER-8006, MU-LEDGER-8034
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster.ledger.chain import head_in, inserted
from muster.ledger.events import GENESIS, Head, Stored, breaks_in, sealed
from muster.ledger.keys import new_uuid
from muster.ledger.months import OLDER, began, made, month_of, partition, standing
from muster.ledger.payloads import RETIRED, LedgerRetired
from muster.ledger.queries import EVENT_COLUMNS
from muster.ledger.retired import Checkpoint, beginning, folded
from muster.ledger.times import iso_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.ledger.database import Dialect, Session

# What commands ask of all events that there ever were: type, field that names a thing, field of what was said of it.
TOLD = (
    ("spec_status_changed", "spec", "after"),
    ("gov_gate_transition", "gate_state_ref", "gate"),
    ("refinement_pass", "packet_ref", "packet_digest"),
    ("refinement_pass", "packet_ref", "verdict"),
    ("user_signature", "packet_ref", "signature"),
    ("evidence_gate", "turn_ref", "decision_digest"),
    ("skeptic_gate", "turn_ref", "decision_digest"),
)
_PARTS = ("tool_call", "script_run")


class BrokenChain(ValueError):
    """What is to be dropped does not hold, and would be gone as evidence."""


class _Cut(Struct, frozen=True):
    """Where the ledger is cut: what is before a month."""

    before: str
    ts: float
    events: LedgerRetired  # as far as the chain is concerned

    @property
    def last(self) -> int:
        return self.events.last_seq


def retire(session: Session, dialect: Dialect, before: str, *, rehearse: bool) -> Checkpoint | None:
    """Drop what is before a month; None where there is nothing."""
    if dialect.name == "postgres":
        session.run("SET LOCAL statement_timeout = 0")
        made(session, ("events",), (month_of(time.time()),))  # where the checkpoint goes: before the chain is locked
        _hold_old(session, before)
    cut = _Cut(before, began(before), _events_before(session, dialect, before))
    told = msgspec.structs.replace(cut.events, **_runs_before(session, dialect, cut))
    if not (told.runs or told.events):
        return None
    parts = {table: _old_parts(session, dialect, table, cut) for table in _PARTS}
    told = msgspec.structs.replace(told, tool_calls=parts["tool_call"], script_runs=parts["script_run"])
    if rehearse:
        return Checkpoint(**msgspec.structs.asdict(told), seq=0)
    for table in _PARTS:
        session.run(f"DELETE FROM {table} WHERE {_unnamed(dialect, table)}", (cut.ts, cut.ts))
    _keep_told(session, dialect, cut)
    if dialect.name == "postgres":
        session.lock_tables(("experiences", "run_spec"))
        session.lock_chain()
        session.lock_tables(("events",))
    seq = _seal(session, dialect, told)
    (_drop_months if dialect.name == "postgres" else _delete)(session, cut)
    return Checkpoint(**msgspec.structs.asdict(told), seq=seq)


def _hold_old(session: Session, before: str) -> None:
    """Let nobody add a run to an old month meanwhile; the months that stay are not touched."""
    for month in _old(standing(session, "experiences"), before):
        session.run(f"LOCK TABLE {partition('experiences', month)} IN SHARE MODE")


def _old(months: list[str], before: str) -> list[str]:
    return [month for month in months if month == OLDER or month < before]


def _events_before(session: Session, dialect: Dialect, before: str) -> LedgerRetired:
    """The events at the beginning of the chain that are old, up to the first that is not: each is verified."""
    edge = session.rows(f"SELECT min(seq) FROM events WHERE recorded_at >= {dialect.mark}", (before,))
    last = edge[0][0] - 1 if edge[0][0] is not None else head_in(session, dialect).seq
    begins = beginning(session, dialect)
    prior = begins.end if begins else Head(0, GENESIS)
    chain = _Walk(prior, begins.digest if begins else GENESIS)
    columns = EVENT_COLUMNS.format(as_text=dialect.as_text)
    query = f"SELECT {columns} FROM events WHERE seq <= {last:d} ORDER BY seq"
    broken = list(breaks_in(chain.walked(Stored(*row) for row in session.stream(query)), first=prior))
    if broken:
        raise BrokenChain(*broken)
    return LedgerRetired(
        spec_id=None,
        before=before,
        events=chain.count,
        first_seq=prior.seq + 1 if chain.count else 0,
        last_seq=chain.end.seq,
        last_digest=chain.end.digest,
        digest=chain.digest,
        runs=0,
        runs_digest=GENESIS,
        tool_calls=0,
        script_runs=0,
    )


class _Walk:
    """What the events come to that a walk along the chain passes."""

    def __init__(self, end: Head, digest: str) -> None:
        self.end, self.digest, self.count = end, digest, 0

    def walked(self, events: Iterator[Stored]) -> Iterator[Stored]:
        for event in events:
            self.end = Head(event.seq, event.digest)
            self.digest = folded(self.digest, (event.digest,))
            self.count += 1
            yield event


def _runs_before(session: Session, dialect: Dialect, cut: _Cut) -> dict[str, Any]:
    """How many runs are old, and a digest of their IDs."""
    digest, count = hashlib.sha256(), 0
    query = f"SELECT id FROM experiences WHERE ts < {dialect.mark} ORDER BY ts, id{dialect.exact}"
    for (identity,) in session.stream(query, (cut.ts,)):
        digest.update(f"{identity}\n".encode())
        count += 1
    return {"runs": count, "runs_digest": f"sha256:{digest.hexdigest()}"}


def _unnamed(dialect: Dialect, table: str) -> str:
    """That a tool call or a script run is old, and no run that stays names it; wants the time twice."""
    field, mark = f"{table}s", dialect.mark
    if dialect.name == "postgres":
        names = f"jsonb_array_elements_text(e.content #> '{{structured,io,{field}}}') n (value)"
        named = f"EXISTS (SELECT 1 FROM experiences e, {names} WHERE n.value = {table}.id AND e.ts >= {mark})"
        return f"started_at_ts < {mark} AND NOT {named}"
    names = f"json_each(e.content, '$.structured.io.{field}') n WHERE e.ts >= {mark}"
    return f"started_at_ts < {mark} AND id NOT IN (SELECT n.value FROM experiences e, {names})"


def _old_parts(session: Session, dialect: Dialect, table: str, cut: _Cut) -> int:
    query = f"SELECT count(*) FROM {table} WHERE {_unnamed(dialect, table)}"
    count: int = session.rows(query, (cut.ts, cut.ts))[0][0]
    return count


def _keep_told(session: Session, dialect: Dialect, cut: _Cut) -> None:
    """Keep what the old events said last of each thing, as commands go on from there."""
    marks = dialect.marks(6)
    write = (
        f"INSERT INTO event_told VALUES ({marks}) ON CONFLICT (type, field, told, name)"
        " DO UPDATE SET last = excluded.last, times = event_told.times + excluded.times"
    )
    for kind, field, value in TOLD:
        fields = ", ".join(dialect.field("context", name) for name in (field, value))
        query = f"SELECT {fields} FROM events WHERE type = {dialect.mark} AND seq <= {cut.last:d} ORDER BY seq"
        found: dict[str | None, tuple[str | None, int]] = {}
        for name, last in session.stream(query, (kind,)):
            found[name] = (last, found.get(name, ("", 0))[1] + 1)
        rows = [(kind, field, value, name, *said) for name, said in found.items() if isinstance(name, str)]
        session.run_all(write, sorted(rows, key=str))


def _seal(session: Session, dialect: Dialect, told: LedgerRetired) -> int:
    """Append the checkpoint; its number."""
    head = head_in(session, dialect)
    context = {name: value for name, value in msgspec.to_builtins(told).items() if name != "record"}
    event = sealed(
        {
            "event": "ledger:retired",
            "type": RETIRED,
            "trace_id": new_uuid(),
            "span_id": new_uuid(),
            "context": context,
            "idempotency_key": f"{RETIRED}:{told.before}:{new_uuid()}",
        },
        head.seq + 1,
        iso_of(time.time()),
        head.digest,
    )
    inserted(session, dialect, [event])
    return event.seq


def _drop_months(session: Session, cut: _Cut) -> None:
    """Drop what is old in PostgreSQL: a month with all of its indexes at once. The keys stay."""
    for table in ("experiences", "run_spec"):
        for month in _old(standing(session, table), cut.before):
            if month == OLDER and began(cut.before) < began("2020-01"):
                session.run(f"DELETE FROM {table} WHERE ts < %s", (cut.ts,))
            else:
                session.run(f"DROP TABLE {partition(table, month)}")
    session.months.clear()
    for month in _old(standing(session, "events"), cut.before):
        name = partition("events", month)
        # One that was brought in from elsewhere may be old, and stand behind others that are not.
        if session.rows(f"SELECT 1 FROM {name} WHERE seq > {cut.last:d} LIMIT 1"):
            session.run(f"DELETE FROM {name} WHERE seq <= {cut.last:d}")
        else:
            session.run(f"DROP TABLE {name}")
    session.run(f"DELETE FROM events WHERE seq <= {cut.last:d}")  # of a clock that went wrong, in a later month


def _delete(session: Session, cut: _Cut) -> None:
    """Delete what is old in SQLite, and keep its keys."""
    facts = ("idempotency_key", "trace_id", "span_id", "attempt", "task_id")
    key, *others = (f"json_extract(content, '$.structured.{name}')" for name in facts)
    session.run(
        f"INSERT INTO run_key SELECT {key}, id, ts, {', '.join(others)} FROM experiences WHERE ts < ?", (cut.ts,)
    )
    session.run(
        "INSERT INTO event_key SELECT seq, idempotency_key, recorded_at, digest FROM events WHERE seq <= ?", (cut.last,)
    )
    for table in ("experiences", "run_spec"):
        session.run(f"DELETE FROM {table} WHERE ts < ?", (cut.ts,))
    session.run("DELETE FROM events WHERE seq <= ?", (cut.last,))
