"""The chain of events: many append to it at once, and whatever is done to it afterwards is found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from ledgers import checked, raw
from muster import ledger
from muster.ledger import Event, Ledger
from muster.ledger.database import Dialect, Session
from muster.ledger.events import GENESIS
from muster.ledger.queries import EVENT_COLUMNS
from muster.text.canonical import canonical, digest_of

Change = Callable[[Session, Dialect], object]


@pytest.fixture
def book(ledger_url: str) -> Iterator[Ledger]:
    with ledger.open(ledger_url) as opened:
        yield opened


def set_to(column: str, value: Any) -> Change:
    return lambda session, dialect: session.run(f"UPDATE events SET {column} = {dialect.mark} WHERE seq = 3", (value,))


def put_back(session: Session, _: Dialect) -> None:
    """Another time of the same month: in PostgreSQL, a later month has no place yet."""
    session.run("UPDATE events SET recorded_at = substr(recorded_at, 1, 8) || '01T00:00:00.000000Z' WHERE seq = 3")


def renumbered(session: Session, _: Dialect) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.run(f"UPDATE events SET seq = {new} WHERE seq = {old}")


def contents_swapped(session: Session, dialect: Dialect) -> None:
    columns = ("recorded_at", "trace_id", "span_id", "context", "idempotency_key", "digest")
    texts = ", ".join(f"context{dialect.as_text}" if column == "context" else column for column in columns)
    rows = session.rows(f"SELECT {texts} FROM events WHERE seq IN (2, 3) ORDER BY seq")
    changes = ", ".join(f"{column} = {dialect.mark}" for column in columns)
    session.run(f"UPDATE events SET idempotency_key = {dialect.mark} WHERE seq = 2", ("between",))
    for seq, row in ((3, rows[0]), (2, rows[1])):
        session.run(f"UPDATE events SET {changes} WHERE seq = {seq}", row)


def inserted(session: Session, dialect: Dialect) -> None:
    """A forger who knows how digests are made puts one between 3 and 4; those behind move."""
    for seq in (5, 4):
        session.run(f"UPDATE events SET seq = {seq + 1} WHERE seq = {seq}")
    [(prev, moment)] = session.rows("SELECT digest, recorded_at FROM events WHERE seq = 3")
    forged = asdict(checked(9)) | {"seq": 4, "recorded_at": moment, "prev": prev}
    event = Event(**forged, digest=digest_of(forged))
    values = asdict(event) | {"context": canonical(event.context).decode()}
    session.run(f"INSERT INTO events VALUES ({dialect.marks(11)})", tuple(values.values()))


def rid_of(which: str) -> Change:
    return lambda session, _: session.run(f"DELETE FROM events WHERE {which}")


OTHER = '{"counts":{"REQ001":3},"errors":1,"run_id":"run-4","spec_id":null,"warnings":0}'
CHANGED = "event 3 was changed"
UNTIED = {n: f"event {n} does not follow on the one before it" for n in range(1, 7)}
OTHERWISE = {n: f"event {n} was changed" for n in range(1, 7)}
ENDS = "event 5 of the head is missing: the chain ends with"
DONE: dict[str, tuple[Change, list[str]]] = {
    "recorded_at": (put_back, [CHANGED]),
    "event": (set_to("event", "gate:pass"), [CHANGED]),
    "type": (set_to("type", "docs_specz"), [CHANGED]),
    "code": (set_to("code", "X"), [CHANGED]),
    "trace_id": (set_to("trace_id", "0"), [CHANGED]),
    "span_id": (set_to("span_id", "0"), [CHANGED]),
    "idempotency_key": (set_to("idempotency_key", "other"), [CHANGED]),
    "context": (set_to("context", OTHER), [CHANGED]),
    "a space in the context": (set_to("context", OTHER + " "), [f"{CHANGED}: its context is not written"]),
    "prev": (set_to("prev", GENESIS), [UNTIED[3], CHANGED]),
    "digest": (set_to("digest", f"sha256:{'a' * 64}"), [CHANGED, UNTIED[4]]),
    "a row is lost": (rid_of("seq = 3"), ["event 3 is missing", UNTIED[4]]),
    "the first are lost": (rid_of("seq < 3"), ["events 1 to 2 are missing", UNTIED[3]]),
    "the last is lost": (rid_of("seq = 5"), [f"{ENDS} 4"]),
    "all are lost": (rid_of("seq > 0"), [f"{ENDS} 0"]),
    "two change places": (renumbered, [UNTIED[2], OTHERWISE[2], UNTIED[3], CHANGED, UNTIED[4]]),
    "two change contents": (contents_swapped, [OTHERWISE[2], UNTIED[3], CHANGED, UNTIED[4]]),
    "one is put between": (inserted, [UNTIED[5], OTHERWISE[5], OTHERWISE[6], "event 5 has the digest"]),
}


@pytest.mark.requirement("MU-LEDGER-8030")
def test_whatever_is_done_to_the_chain_is_found(book: Ledger, ledger_url: str) -> None:
    book.append(*map(checked, range(1, 6)))
    head = book.head()
    columns = EVENT_COLUMNS.format(as_text=book.dialect.as_text)
    with raw(ledger_url) as (session, dialect):
        before = session.rows(f"SELECT {columns} FROM events ORDER BY seq")
        for name, (change, wanted) in DONE.items():
            change(session, dialect)

            found = book.broken(head)

            assert len(found) == len(wanted), (name, found)
            assert all(map(str.startswith, found, wanted)), (name, found)
            session.run("DELETE FROM events")
            for row in before:
                session.run(f"INSERT INTO events VALUES ({dialect.marks(11)})", row)
            assert book.broken(head) == []


@pytest.mark.requirement("MU-LEDGER-8030")
def test_whatever_sqlite_lets_somebody_put_into_a_column_is_found(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    with ledger.open(path) as book:
        book.append(*map(checked, range(1, 6)))
        with raw(path) as (session, _):
            for value in ("NULL", "5", "x'ff'", "CAST(x'7b22ff' AS TEXT)", "'{'", "'[]'", "printf('%.*c', 9000, '[')"):
                for column in ("context", "trace_id", "code"):
                    session.run("CREATE TABLE kept AS SELECT * FROM events")
                    session.run("DROP TABLE events")
                    session.run("CREATE TABLE events AS SELECT * FROM kept")
                    session.run(f"UPDATE events SET {column} = {value} WHERE seq = 3")

                    [found] = book.broken()

                    assert found.startswith("event 3 was changed: "), (column, value)
                    session.run("DROP TABLE events")
                    session.run("ALTER TABLE kept RENAME TO events")


@pytest.mark.requirement("MU-LEDGER-8005", "MU-LEDGER-8030")
def test_four_processes_append_to_one_chain(book: Ledger, ledger_url: str) -> None:
    program = """
        import sys
        from ledgers import checked
        from muster import ledger
        with ledger.open(sys.argv[1]) as book:
            for number in range(30):
                book.append(checked(number, key=f"{sys.argv[2]}-{number}"), checked(number, key=f"shared-{number}"))
    """
    source = "\n".join(line.removeprefix(" " * 8) for line in program.splitlines())
    folder = Path(__file__).parent
    started = [
        subprocess.Popen([sys.executable, "-c", source, ledger_url, str(number)], cwd=folder) for number in range(4)
    ]

    assert [process.wait(120) for process in started] == [0] * 4

    assert (book.broken(), book.head().seq) == ([], 4 * 30 + 30)
