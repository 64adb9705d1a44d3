"""The tables of the ledger and their versions, the same for both stores.

implements: MU-LEDGER-8003, MU-LEDGER-8004, MU-LEDGER-8007
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.database import LedgerUnavailable, NoLedger
from muster.ledger.parting import keys_and_months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from muster.ledger.database import Dialect, Session

VERSION = 3
TABLE = "muster_ledger"
FIRST = "run a command that records, such as `muster check`"


def version_of(session: Session, dialect: Dialect) -> int:
    """The version of the tables; 0 where there are none yet."""
    if not _tables(session, dialect):
        return 0
    if not _has_table(session, dialect):
        raise LedgerUnavailable("it is a database of something else", "name another place by the setting `ledger.url`")
    found = session.rows(f"SELECT version FROM {TABLE}")
    if len(found) != 1:
        raise LedgerUnavailable("its version cannot be told", "restore it from an export, or name another place")
    version: int = found[0][0]
    if version > VERSION:
        raise LedgerUnavailable(
            f"it is of version {version}, and this Muster knows {VERSION}",
            "install a newer Muster, or name another place",
        )
    return version


def demand_current(version: int) -> None:
    """Stop where somebody who only reads finds tables that are not there, or older."""
    if version == 0:
        raise NoLedger("there is no ledger in it yet", FIRST)
    if version < VERSION:
        raise LedgerUnavailable(f"it is of the older version {version}", f"{FIRST}: it migrates")


def _tables(session: Session, dialect: Dialect) -> bool:
    if dialect.name == "sqlite":
        return bool(session.rows("SELECT 1 FROM sqlite_master LIMIT 1"))
    # Others may have tables of their own in a database of theirs: only ours are looked for.
    return _has_table(session, dialect)


def _has_table(session: Session, dialect: Dialect) -> bool:
    if dialect.name == "sqlite":
        return bool(session.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (TABLE,)))
    # `to_regclass` may answer from a cache that is older than the lock under which the tables are made.
    found = "SELECT 1 FROM pg_catalog.pg_class WHERE relname = %s AND pg_catalog.pg_table_is_visible(oid)"
    return bool(session.rows(found, (TABLE,)))


def migrate(session: Session, dialect: Dialect, to: int = VERSION) -> None:
    """Bring the tables to a version; inside the transaction of the caller, so all of it or nothing."""
    version = version_of(session, dialect)
    for step in range(version + 1, to + 1):
        for statement in _STEPS[step](session, dialect):
            session.run(statement)
    if version == 0:
        session.run(f"INSERT INTO {TABLE} (version) VALUES ({to})")
    elif version < to:
        session.run(f"UPDATE {TABLE} SET version = {to}")


def _runs(dialect: Dialect) -> list[str]:
    """Version 1: the experiences with the five indexes of the source, and what they name."""

    def fact(name: str) -> str:
        return dialect.field("content", "structured", name)

    json, real = dialect.json, dialect.real
    return [
        f"CREATE TABLE {TABLE} (version INTEGER NOT NULL)",
        f"""CREATE TABLE experiences (
            id TEXT PRIMARY KEY,
            type TEXT NOT NULL,
            content {json} NOT NULL,
            provenance {json} NOT NULL,
            parents {json} NOT NULL,
            causes {json} NOT NULL,
            session_id TEXT NOT NULL,
            created_at TEXT NOT NULL,
            ts {real} NOT NULL,
            meta {json} NOT NULL
        )""",
        "CREATE INDEX ix_experiences_type_ts ON experiences (type, created_at DESC)",
        f"CREATE INDEX ix_experiences_task ON experiences ({fact('task_id')}, created_at DESC)",
        f"CREATE INDEX ix_experiences_task_slug ON experiences ({fact('task_slug')}, ts DESC)",
        f"CREATE INDEX ix_experiences_trace ON experiences ({fact('trace_id')})",
        # Unique, so that two processes that race are told apart by the database.
        f"CREATE UNIQUE INDEX ix_experiences_idempotency ON experiences ({fact('idempotency_key')})",
        f"""CREATE TABLE tool_call (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            arguments {json} NOT NULL,
            status TEXT NOT NULL,
            started_at_ts {real} NOT NULL,
            ended_at_ts {real} NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL
        )""",
        f"""CREATE TABLE script_run (
            id TEXT PRIMARY KEY,
            command {json} NOT NULL,
            folder TEXT NOT NULL,
            exit_status INTEGER NOT NULL,
            started_at_ts {real} NOT NULL,
            ended_at_ts {real} NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL
        )""",
    ]


def _events(dialect: Dialect) -> list[str]:
    """Version 2: the events, the runs of a spec, and the order of runs by status."""
    slug, status = (dialect.field("content", "structured", name) for name in ("task_slug", "status"))
    its_status = dialect.field("e.content", "structured", "status")
    # The specs of the runs that are there already.
    specs = "json_each(e.meta, '$.spec_ids') AS spec"
    if dialect.name == "postgres":
        specs = "jsonb_array_elements_text(e.meta -> 'spec_ids') AS spec (value)"
    spec, record = dialect.field("context", "spec_id"), dialect.field("context", "record")
    return [
        f"CREATE INDEX ix_experiences_short ON experiences ({dialect.end_of('id')})",
        f"CREATE INDEX ix_experiences_status ON experiences ({status}, created_at DESC)",
        # The few failures of a task would otherwise be looked for among all of its runs.
        f"CREATE INDEX ix_experiences_task_status ON experiences ({slug}, {status}, ts DESC)",
        f"""CREATE TABLE run_spec (
            spec_id TEXT NOT NULL,
            status TEXT NOT NULL,
            ts {dialect.real} NOT NULL,
            run_id TEXT NOT NULL,
            PRIMARY KEY (spec_id, ts, run_id)
        )""",
        # The few failures among the many runs of a spec, too.
        "CREATE INDEX ix_run_spec_status ON run_spec (spec_id, status, ts DESC)",
        f"INSERT INTO run_spec SELECT DISTINCT spec.value, {its_status}, e.ts, e.id FROM experiences e, {specs}",
        f"""CREATE TABLE events (
            seq BIGINT PRIMARY KEY,
            recorded_at TEXT NOT NULL,
            event TEXT NOT NULL,
            type TEXT NOT NULL,
            code TEXT NOT NULL,
            trace_id TEXT NOT NULL,
            span_id TEXT NOT NULL,
            context {dialect.text_json} NOT NULL,
            idempotency_key TEXT NOT NULL,
            prev TEXT NOT NULL,
            digest TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX ix_events_idempotency ON events (idempotency_key)",
        "CREATE INDEX ix_events_type ON events (type, seq DESC)",
        "CREATE INDEX ix_events_trace ON events (trace_id, seq)",
        f"CREATE INDEX ix_events_spec ON events ({spec}, seq)",
        f"CREATE INDEX ix_events_record ON events ({record}, seq)",
    ]


_STEPS: dict[int, Callable[[Session, Dialect], Iterable[str]]] = {
    1: lambda _, dialect: _runs(dialect),
    2: lambda _, dialect: _events(dialect),
    3: keys_and_months,
}
