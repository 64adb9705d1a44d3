"""Version 3 of the tables: keys in tables of their own, and in PostgreSQL runs and events parted by month.

What has to be unique over all months stands in `run_key` and `event_key`: a unique index of a table that is parted
would have to contain the time. There it also outlives the month that is retired. SQLite parts nothing; its own indexes
are unique, and the two tables hold the keys of what was retired.

implements: MU-LEDGER-8003, MU-LEDGER-8004, MU-LEDGER-8010
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.months import TABLES, attached, indexed, month_in, month_of, parted, partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.ledger.database import Dialect, Session


CHAIN = 0x6D757374  # the number of the lock under which events are appended
# Appends events on the server, so that the chain is locked while it computes and not while a program is asked back.
# Of each event it wants eleven texts: seven columns up to the key, its time, and its canonical JSON in three pieces,
# between which `prev` and `seq` belong. One whose key is known is passed over.
_APPEND = """
CREATE FUNCTION muster_append(told TEXT[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    head RECORD;
    own BIGINT := 0;
    last TEXT := 'sha256:{none}';
    one TEXT[];
BEGIN
    PERFORM pg_advisory_xact_lock({chain});
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR head IN SELECT k.seq, k.digest FROM event_key k ORDER BY k.seq DESC LIMIT 1 LOOP
        own := head.seq;
        last := head.digest;
    END LOOP;
    FOREACH one SLICE 1 IN ARRAY told LOOP
        CONTINUE WHEN EXISTS (SELECT 1 FROM event_key k WHERE k.idempotency_key = one[7]);
        own := own + 1;
        INSERT INTO events
            SELECT own, one[8], one[1], one[2], one[3], one[4], one[5], one[6]::json, one[7], last, 'sha256:' || encode(
                sha256(convert_to(one[9] || last || one[10] || own || one[11], 'UTF8')), 'hex')
            RETURNING digest INTO last;
        INSERT INTO event_key VALUES (own, one[7], one[8], last);
    END LOOP;
END
$$"""


def keys_and_months(session: Session, dialect: Dialect) -> Iterator[str]:
    """The statements of this version, one after the other: what some of them are depends on those before."""
    yield from _keys(dialect)
    if dialect.name == "postgres":
        yield "SET LOCAL statement_timeout = 0"  # the rows of years are written once more
        for table in TABLES:
            yield from _by_month(session, table)
        yield from _filled(dialect)
        yield _APPEND.format(chain=CHAIN, none="0" * 64)


def _keys(dialect: Dialect) -> list[str]:
    exact = ' COLLATE "C"' if dialect.name == "postgres" else ""
    return [
        f"""CREATE TABLE run_key (
            idempotency_key TEXT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            ts {dialect.real} NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            task_id TEXT NOT NULL
        )""",
        "CREATE INDEX ix_run_key_trace ON run_key (trace_id)",
        f"""CREATE TABLE event_key (
            seq BIGINT PRIMARY KEY,
            idempotency_key TEXT NOT NULL UNIQUE,
            recorded_at TEXT{exact} NOT NULL,
            digest TEXT NOT NULL
        )""",
        # What the last of the retired events said of a thing, and how many did.
        """CREATE TABLE event_told (
            type TEXT NOT NULL,
            field TEXT NOT NULL,
            told TEXT NOT NULL,
            name TEXT NOT NULL,
            last TEXT,
            times BIGINT NOT NULL,
            PRIMARY KEY (type, field, told, name)
        )""",
    ]


def _by_month(session: Session, table: str) -> Iterator[str]:
    """Put a table's rows into a table that is parted, as they are, and drop the whole one."""
    if table == "events":  # months are told apart by the bytes of a time, whatever the language of the database
        yield 'ALTER TABLE events ALTER COLUMN recorded_at TYPE TEXT COLLATE "C"'
    yield f"ALTER TABLE {table} RENAME TO {table}_whole"
    yield parted(table)
    months = sorted(_months(session, table))
    for month in months:
        yield f"CREATE TABLE {partition(table, month)} (LIKE {table} INCLUDING DEFAULTS)"
        yield attached(table, month)
    yield f"INSERT INTO {table} SELECT * FROM {table}_whole"
    yield f"DROP TABLE {table}_whole"  # and its indexes, whose names are free then
    for month in months:
        yield from indexed(table, month)
    yield from indexed(table)


def _months(session: Session, table: str) -> set[str]:
    if table == "events":
        return {month_in(row[0]) for row in session.rows("SELECT DISTINCT left(recorded_at, 7) FROM events_whole")}
    days = session.rows(f"SELECT DISTINCT floor(ts / 86400) FROM {table}_whole")
    return {month_of(row[0] * 86_400) for row in days}


def _filled(dialect: Dialect) -> list[str]:
    key, trace, span, attempt, task = (
        dialect.field("content", "structured", name)
        for name in ("idempotency_key", "trace_id", "span_id", "attempt", "task_id")
    )
    return [
        f"INSERT INTO run_key SELECT {key}, id, ts, {trace}, {span}, {attempt}::integer, {task} FROM experiences",
        "INSERT INTO event_key SELECT seq, idempotency_key, recorded_at, digest FROM events",
    ]
