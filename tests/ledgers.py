"""Rows for the tests of the ledger, as a program from outside would hand them over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
import pytest

from muster.ledger import Draft, Ledger, Refused, Run, begin
from muster.ledger.database import POSTGRES, SQLITE, Dialect, Session, is_server
from muster.ledger.invariants import Standing, violations
from muster.ledger.keys import new_uuid
from muster.ledger.postgres import _Session as PostgresSession
from muster.ledger.queries import Query
from muster.ledger.sqlite import _Session as SqliteSession
from muster.ledger.task import Clock

Row = dict[str, Any]
TABLES = ("experiences", "run_spec", "tool_call", "script_run", "events")


@dataclass
class Time:
    """A clock that a test sets; `ticks` is what really passes."""

    now: float = 1_800_000_000.0
    ticks: float = 100.0

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, ticks=lambda: self.ticks)

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.ticks += seconds


def as_row(run: Run) -> Row:
    row: Row = json.loads(msgspec.json.encode(run))
    return row


def row_of(**facts: Any) -> Row:
    """A success that took two seconds, with other facts where they are given."""
    time = Time()
    attempt = begin("daily_reflection", reads=["a.md", "b.md"], clock=time.clock)
    time.passes(2.0)
    row = as_row(attempt.succeeded(files_written=["c.md"]))
    row["content"]["structured"] |= facts
    return row


def having(row: Row, change: Callable[[Row, Row], object]) -> Row:
    """A copy of a row in which something is changed; `change` is given it and its facts."""
    copy: Row = json.loads(json.dumps(row))
    change(copy, copy["content"]["structured"])
    return copy


def count(book: Ledger, table: str) -> int:
    return sum(len(part) for part in book.batches(f"SELECT 1 FROM {table}"))


def checked(number: int = 1, *, spec: str | None = None, record: str | None = None, key: str = "") -> Draft:
    """What a check says of itself."""
    context: Row = {
        "spec_id": spec,
        "run_id": f"run-{number}",
        "counts": {"REQ001": number},
        "errors": 1,
        "warnings": 0,
    }
    if record is not None:
        context["record"] = record
    return Draft(
        event="gate:fail",
        type="docs_specs",
        trace_id=new_uuid(),
        span_id=new_uuid(),
        context=context,
        idempotency_key=key or f"check-{number}",
    )


def wrong(row: Any, standing: Standing | None = None) -> list[str]:
    return violations(row, standing or Standing())


def refused(book: Ledger, row: Any, **more: Any) -> list[str]:
    """What a ledger says of a row that it refuses, having written nothing."""
    before = [count(book, table) for table in TABLES]
    with pytest.raises(Refused) as caught:
        book.record(row, **more)
    assert [count(book, table) for table in TABLES] == before
    return list(caught.value.violations)


@contextmanager
def raw(url: str) -> Iterator[tuple[Session, Dialect]]:
    """A store without a ledger's care for it: no tables are made, each statement is a transaction of its own."""
    if is_server(url):
        with psycopg.connect(url, autocommit=True) as server:
            yield PostgresSession(server), POSTGRES
        return
    with closing(sqlite3.connect(url, isolation_level=None)) as connection:
        yield SqliteSession(connection), SQLITE


def plan_of(query: Query, url: str) -> list[str]:
    """How a store answers a query, line by line; nothing is told it but the statement."""
    with raw(url) as (session, dialect):
        explain = "EXPLAIN QUERY PLAN" if dialect is SQLITE else "EXPLAIN"
        return [str(row[-1]).strip() for row in session.rows(f"{explain} {query.text}", query.parameters)]


def analyzed(url: str) -> None:
    """Have the store count, as a server does by itself within a minute."""
    with raw(url) as (session, _):
        session.run("ANALYZE")
