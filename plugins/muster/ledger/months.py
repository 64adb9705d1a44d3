"""The partitions of a ledger in PostgreSQL: one a month and table, made by the first that writes into it.

implements: MU-LEDGER-8001, MU-LEDGER-8003, MU-LEDGER-8005, MU-LEDGER-8036
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from muster.ledger.database import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.ledger.database import Session

FLOOR = "2020-01"  # what is before it shares one partition: a history that is brought in may go back for decades
OLDER = "older"
_LAST = "9999-12"
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_MAKING = 0x6D757376  # the first number of the locks under which partitions are made


def is_month(text: str) -> bool:
    """Whether a text is a month, such as 2026-11."""
    return _MONTH.fullmatch(text) is not None


def month_of(ts: float) -> str:
    """The month of a moment, in UTC."""
    if ts < began(FLOOR):
        return OLDER
    return f"{datetime.fromtimestamp(ts, UTC):%Y-%m}" if ts < began(_LAST) else _LAST


def month_in(iso: str) -> str:
    """The month of a time that is written down; one of a thirteenth month is of the one that sorts before it."""
    if iso < FLOOR:
        return OLDER
    year, month = iso[:4], iso[5:7]
    if month < "01":
        return f"{int(year) - 1:04}-12" if f"{int(year) - 1:04}-12" >= FLOOR else OLDER
    return f"{year}-{min(month, '12')}"


def later(month: str, months: int = 1) -> str:
    """A month that is so many months later, or earlier where that is negative."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year:04}-{number + 1:02}"


def began(month: str) -> float:
    """When a month began, in seconds since 1970."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC).timestamp()


def partition(table: str, month: str) -> str:
    """The name of a partition: `experiences_2026_11`."""
    return f"{table}_{month.replace('-', '_')}"


def _fact(name: str) -> str:
    return POSTGRES.field("content", "structured", name)


# Of each table: what it is parted by, its primary key, and its indexes, which each partition has under its own names.
_BY = {"experiences": "ts", "run_spec": "ts", "events": "recorded_at"}
_KEYS = {"experiences": "id, ts", "run_spec": "spec_id, ts, run_id", "events": "seq, recorded_at"}
_INDEXES: Mapping[str, Mapping[str, str]] = {
    "experiences": {
        "ix_experiences_type_ts": "type, created_at DESC",
        "ix_experiences_task": f"{_fact('task_id')}, created_at DESC",
        "ix_experiences_task_slug": f"{_fact('task_slug')}, ts DESC",
        "ix_experiences_trace": _fact("trace_id"),
        "ix_experiences_idempotency": _fact("idempotency_key"),  # `run_key` makes it unique over all of them
        "ix_experiences_short": POSTGRES.end_of("id"),
        "ix_experiences_status": f"{_fact('status')}, created_at DESC",
        "ix_experiences_task_status": f"{_fact('task_slug')}, {_fact('status')}, ts DESC",
    },
    "run_spec": {"ix_run_spec_status": "spec_id, status, ts DESC"},
    "events": {
        "ix_events_type": "type, seq DESC",
        "ix_events_trace": "trace_id, seq",
        "ix_events_spec": f"{POSTGRES.field('context', 'spec_id')}, seq",
        "ix_events_record": f"{POSTGRES.field('context', 'record')}, seq",
    },
}
TABLES = tuple(_BY)


def parted(table: str) -> str:
    """The statement that makes a table like the one with `_whole` behind its name, parted by month."""
    return f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS) PARTITION BY RANGE ({_BY[table]})"


def indexed(table: str, month: str = "") -> list[str]:
    """The statements for the key and the indexes of a table, or of one of its partitions."""
    name = partition(table, month) if month else table
    end = f"_{month.replace('-', '_')}" if month else ""
    return [
        f"ALTER TABLE {name} ADD CONSTRAINT {name}_pkey PRIMARY KEY ({_KEYS[table]})",
        *(f"CREATE INDEX {index}{end} ON {name} ({columns})" for index, columns in _INDEXES[table].items()),
    ]


def attached(table: str, month: str) -> str:
    """The statement that makes a table a partition. It keeps nobody from reading or writing the others."""
    low, high = ("MINVALUE", FLOOR) if month == OLDER else (month, later(month))
    ends = [end if end == "MINVALUE" else _bound(table, end) for end in (low, high)]
    ends[1] = "MAXVALUE" if month == _LAST else ends[1]
    name = partition(table, month)
    return f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({ends[0]}) TO ({ends[1]})"


def _bound(table: str, month: str) -> str:
    return f"'{month}'" if _BY[table] == "recorded_at" else f"{began(month):.0f}"


def made(session: Session, tables: Iterable[str], months: Iterable[str]) -> None:
    """Make the partitions that are not there yet, in the transaction of the caller.

    Of many that find one missing in the same instant, one makes it: the others wait for its lock, and look again.
    """
    tables = tuple(tables)
    wanted = {(table, month) for table in tables for month in months} - session.months
    if not wanted:
        return
    there = _there(session, wanted)
    session.months |= there
    if not wanted - there:
        return
    session.rows("SELECT pg_advisory_xact_lock(%s)", (_MAKING + TABLES.index(tables[0]),))
    for table, month in sorted(wanted - _there(session, wanted)):
        name = partition(table, month)
        session.run(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)")
        for statement in (*indexed(table, month), attached(table, month)):
            session.run(statement)


def _there(session: Session, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    names = {partition(*one): one for one in wanted}
    found = session.rows(
        "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relispartition AND pg_catalog.pg_table_is_visible(c.oid)"
        f" AND c.relname IN ({POSTGRES.marks(len(names))})",
        tuple(names),
    )
    return {names[row[0]] for row in found}


def standing(session: Session, table: str) -> list[str]:
    """The months of which a table has a partition, the oldest first."""
    found = session.rows(
        "SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass",
        (table,),
    )
    months = {row[0].removeprefix(f"{table}_").replace("_", "-") for row in found}
    return sorted(months, key=lambda month: "" if month == OLDER else month)
