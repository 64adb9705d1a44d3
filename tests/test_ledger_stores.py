"""Both stores of the ledger: their tables, what their queries go by, and many processes that write at once."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import writing
from ledgers import analyzed, checked, plan_of, raw, row_of
from muster import ledger
from muster.ledger import Entry, LedgerUnavailable, RunStatus, begin
from muster.ledger.database import SQLITE, Session, opened, shown_address
from muster.ledger.queries import Wanted, run_query, runs_query
from muster.ledger.schema import VERSION, migrate, version_of

SPEC, OTHER_SPEC = "7f0a3c2e-1111-5222-8333-444455556666", "7f0a3c2e-1111-5222-8333-444455557777"
OF_THE_SOURCE = {
    "ix_experiences_type_ts",
    "ix_experiences_task",
    "ix_experiences_task_slug",
    "ix_experiences_trace",
    "ix_experiences_idempotency",
}


def indexes(url: str) -> set[str]:
    with raw(url) as (session, dialect):
        sqlite, postgres = "SELECT name FROM sqlite_master WHERE type = 'index'", "SELECT indexname FROM pg_indexes"
        return {row[0] for row in session.rows(sqlite if dialect is SQLITE else postgres)}


def version(url: str) -> int:
    with raw(url) as (session, dialect):
        return version_of(session, dialect)


def unavailable(url: str, **options: object) -> tuple[str, str]:
    """What opening a ledger says where it cannot be opened."""
    with pytest.raises(LedgerUnavailable) as caught:
        ledger.open(url, **options).close()
    return str(caught.value), caught.value.remedy


@pytest.mark.requirement("MU-LEDGER-8003")
def test_the_five_indexes_of_the_source_stand_under_their_names(ledger_url: str) -> None:
    ledger.open(ledger_url).close()

    assert indexes(ledger_url) >= OF_THE_SOURCE


@pytest.mark.requirement("MU-LEDGER-8001")
def test_the_embedded_store_is_in_wal_mode(tmp_path: Path) -> None:
    url = str(tmp_path / "new" / "ledger.db")
    ledger.open(url).close()

    with raw(url) as (session, _):
        assert session.rows("PRAGMA journal_mode") == [("wal",)]


def filled(url: str) -> None:
    """Some thousand runs of 25 tasks and 40 specs, one in twenty failed."""
    with ledger.open(url) as book:
        for start in range(0, 4000, 1000):
            runs = []
            for number in range(start, start + 1000):
                attempt = begin(f"task-{number % 25}", key=str(number), spec_ids=(f"spec-{number % 40}",))
                runs.append(attempt.failed("no") if number % 20 == 7 else attempt.succeeded())
            book.record_all([Entry(run=run) for run in runs])
    analyzed(url)


@pytest.mark.requirement("MU-LEDGER-8003")
def test_each_documented_query_goes_by_its_index(ledger_url: str) -> None:
    filled(ledger_url)
    with ledger.open(ledger_url) as book:
        run = book.runs(limit=1)[0]
        dialect = book.dialect
    asked = {
        "ix_experiences_type_ts": Wanted(since=run.ts - 5, until=run.ts + 5),
        "ix_experiences_task_slug": Wanted(task="task-7"),
        "ix_experiences_task": Wanted(task_id="task-7"),
        "ix_experiences_trace": Wanted(trace=run.facts.trace_id),
        "ix_experiences_idempotency": Wanted(key=run.facts.idempotency_key),
        "ix_experiences_status": Wanted(status=RunStatus.FAILED),
        "ix_experiences_task_status": Wanted(task="task-7", status="failed"),
        "run_spec": Wanted(spec="spec-7"),
        "ix_run_spec_status": Wanted(spec="spec-7", status="failed"),
    }
    shown = run_query(run.id[-16:], dialect)
    assert shown.index == "ix_experiences_short"
    assert shown.index in "\n".join(plan_of(shown, ledger_url))

    for index, wanted in asked.items():
        query = runs_query(wanted, dialect)
        plan = "\n".join(plan_of(query, ledger_url))
        assert (query.index, index in plan, "SCAN" in plan, "Seq Scan" in plan) == (index, True, False, False), plan
        assert ("TEMP B-TREE" in plan) <= (index == "ix_experiences_trace"), plan  # of a trace, a few are sorted


@pytest.mark.requirement("MU-LEDGER-8040")
def test_each_question_gives_what_fits_it_the_latest_first(ledger_url: str) -> None:
    filled(ledger_url)

    keys = {begin(f"task-{n % 25}", key=str(n)).idempotency_key: n for n in range(4000)}

    with ledger.open(ledger_url) as asked:

        def numbers(**wanted: object) -> list[int]:
            return [keys[run.facts.idempotency_key] for run in asked.runs(**wanted)]

        assert numbers(limit=3) == [3999, 3998, 3997]
        assert numbers(task="task-7", limit=3) == numbers(task_id="task-7", limit=3) == [3982, 3957, 3932]
        assert numbers(status="failed", limit=2) == [3987, 3967]
        assert numbers(task="task-7", status="failed", limit=None) == list(range(3907, 0, -100))
        assert numbers(spec="spec-7", limit=2) == [3967, 3927]
        assert numbers(spec="spec-7", task="task-7", limit=2) == [3807, 3607]
        assert numbers(spec="spec-7", status="failed", limit=2) == [3967, 3927]
        assert numbers(spec="spec-8", status="failed") == []
        middle = asked.runs(limit=2000)[-1]
        assert numbers(until=middle.ts, limit=1) == [1999]
        assert len(numbers(since=middle.ts, limit=None)) == 2000
        assert len(numbers(task="task-0", since=middle.ts, limit=None)) == 80
        assert asked.run(middle.id) == asked.run(middle.id[-16:]) == middle
        assert asked.run("0" * 16) is None


@pytest.mark.requirement("MU-LEDGER-8040")
def test_a_time_of_another_form_is_sorted_among_the_others(ledger_url: str) -> None:
    row = row_of()
    row["created_at"] = "2027-01-15T08:00:00Z"
    with ledger.open(ledger_url) as book:
        book.record(row)

        [run] = book.runs(until=row["ts"] + 0.1)
        assert run.created_at == "2027-01-15T08:00:00.000000Z"
        assert book.runs(until=row["ts"]) == []


def test_what_no_row_can_be_is_asked_for_in_vain(ledger_url: str) -> None:
    with ledger.open(ledger_url) as book:
        book.record(begin("x", spec_ids=[SPEC]).succeeded())
        book.append(checked())

        for text in ("a\0", "\udcff"):
            for name in ("task", "task_id", "status", "trace", "spec", "key"):
                assert book.runs(**{name: text}) == []
            for name in ("spec", "trace", "type"):
                assert book.events(**{name: text}) == []
            assert (book.run(text), book.has_run(text)) == (None, False)
            assert (book.script_runs([text]), book.tool_calls([text])) == ([], [])
        for more in ({}, {"spec": SPEC}):
            for much in (1e300, math.inf, 2**70):
                assert (len(book.runs(until=much, **more)), len(book.runs(since=much, **more))) == (1, 0)
                assert (len(book.runs(until=-much, **more)), len(book.runs(since=-much, **more))) == (0, 1)
            assert (book.runs(since=math.nan, **more), book.runs(until=math.nan, **more)) == ([], [])
        assert (len(book.runs(limit=2**70)), len(book.events(last=2**70))) == (1, 1)
        assert (book.events(after=2**70), len(book.events(after=-(2**70)))) == ([], 1)


@pytest.mark.parametrize("number", [0, -1])
def test_fewer_rows_than_one_cannot_be_asked_for(ledger_url: str, number: int) -> None:
    with ledger.open(ledger_url) as book:
        with pytest.raises(ValueError, match=f"^`limit` is {number}; it is at least 1, or None for all$"):
            book.runs(limit=number)
        with pytest.raises(ValueError, match=f"^`last` is {number}; it is at least 1, or None for all$"):
            book.events(last=number)


@pytest.mark.requirement("MU-LEDGER-8004")
def test_an_older_ledger_is_migrated_with_what_it_holds(ledger_url: str) -> None:
    row = old_ledger(ledger_url)

    with ledger.open(ledger_url) as book:
        assert [run.id for run in book.runs(spec=SPEC)] == [row["id"]]
        assert [run.id for run in book.runs(spec=OTHER_SPEC, status="success")] == [row["id"]]
        assert book.run(str(row["id"])[-16:]) == book.runs()[0]
        assert book.broken() == []
    assert version(ledger_url) == VERSION


@pytest.mark.requirement("MU-LEDGER-8004")
def test_a_migration_that_fails_in_the_middle_leaves_the_older_ledger_whole(ledger_url: str) -> None:
    row = old_ledger(ledger_url)
    with raw(ledger_url) as (session, _):
        session.run("CREATE TABLE events (of_somebody_else TEXT)")
    before = indexes(ledger_url)

    problem, _ = unavailable(ledger_url)

    assert problem.startswith(f"{shown_address(ledger_url)}: ")
    assert "events" in problem
    assert (version(ledger_url), indexes(ledger_url)) == (1, before)
    with raw(ledger_url) as (session, _):
        assert session.rows("SELECT id FROM experiences") == [(row["id"],)]
        session.run("DROP TABLE events")
    ledger.open(ledger_url).close()
    assert version(ledger_url) == VERSION


def old_ledger(url: str) -> dict[str, object]:
    """A ledger of version 1 with a run in it."""
    row = row_of()
    row["meta"]["spec_ids"] = [SPEC, OTHER_SPEC, SPEC]
    with raw(url) as (session, dialect):
        if dialect is SQLITE:
            session.run("PRAGMA journal_mode = WAL")
        migrate(session, dialect, to=1)
        texts = [ledger.book._text(row[name]) for name in ("content", "provenance", "parents", "causes")]  # noqa: SLF001
        values = (row["id"], row["type"], *texts, row["session_id"], row["created_at"], row["ts"])
        marks = dialect.marks(10)
        session.run(f"INSERT INTO experiences VALUES ({marks})", (*values, ledger.book._text(row["meta"])))  # noqa: SLF001
    assert version(url) == 1
    return row


@pytest.mark.requirement("MU-LEDGER-8004")
def test_a_newer_ledger_is_refused_in_words(ledger_url: str) -> None:
    ledger.open(ledger_url).close()
    with raw(ledger_url) as (session, _):
        session.run("UPDATE muster_ledger SET version = 99")

    assert unavailable(ledger_url) == (
        f"{shown_address(ledger_url)}: it is of version 99, and this Muster knows {VERSION}",
        "install a newer Muster, or name another place",
    )


def test_the_tables_of_others_on_a_server_are_left_alone(postgres_url: str) -> None:
    with raw(postgres_url) as (session, _):
        session.run("CREATE TABLE theirs (id INTEGER)")

    with ledger.open(postgres_url) as book:
        book.record(row_of())

    with raw(postgres_url) as (session, _):
        assert session.rows("SELECT * FROM theirs") == []


@pytest.mark.requirement("MU-LEDGER-8005", "MU-LEDGER-8010")
def test_eight_processes_write_into_a_store_that_is_not_there_yet(ledger_url: str) -> None:
    processes, runs = 8, 400
    command = [sys.executable, writing.__file__, ledger_url, "share"]
    shares = [[*command, str(number), str(processes), str(runs)] for number in range(processes)]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(share, stdout=pipe, stderr=pipe, text=True) for share in shares]

    said = [process.communicate(timeout=120) for process in started]

    assert [process.returncode for process in started] == [0] * processes, [error for _, error in said]
    ids = [identity for output, _ in said for identity in output.split()]
    keys = {begin("soak", key=key).idempotency_key for key in writing.keys_of(runs)}
    assert (len(ids), len(set(ids)), len(keys)) == (400, 320, 320)
    with ledger.open(ledger_url, reading=True) as book:
        stand = book.runs(limit=None)
    assert {run.id for run in stand} == set(ids)
    assert sorted(run.facts.idempotency_key for run in stand) == sorted(keys)


@pytest.mark.requirement("MU-LEDGER-8005")
def test_many_that_make_a_ledger_in_the_same_instant_make_one(ledger_url: str) -> None:
    together = threading.Barrier(12)

    def made(_: int) -> int:
        together.wait()
        with ledger.open(ledger_url) as book:
            book.record(begin("x").succeeded())
            return len(book.runs(limit=None))

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(made, range(12)))

    assert max(found) == 12
    assert version(ledger_url) == VERSION


def test_a_name_is_held_by_one_at_a_time(ledger_url: str) -> None:
    with ledger.open(ledger_url) as one, ledger.open(ledger_url) as other:
        release = one.claimed("sha256:abc")
        assert release is not None
        assert other.claimed("sha256:abc") is None
        another = other.claimed("sha256:abd")
        release()
        again = other.claimed("sha256:abc")

        assert another is not None
        assert again is not None
        another()
        again()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:secret@h:5/d?sslmode=require", "postgresql://u@h:5/d"),
        ("postgresql://u:se@cret@h/d", "postgresql://u@h/d"),
        ("postgres://u:se/cret@h/d", "postgres://u@h/d"),
        ("postgresql://u:s?cret@h/d", "postgresql://..."),
        ("postgresql://h:5432/d?password=sec@ret", "postgresql://..."),
        ("postgresql://h/d?user=u&password=secret", "postgresql://h/d"),
        ("postgresql://h:5432/d", "postgresql://h:5432/d"),
        (".muster/ledger.db", ".muster/ledger.db"),
    ],
)
def test_a_password_is_never_shown(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def test_an_address_of_another_kind_is_refused() -> None:
    assert unavailable("mysql://h/d") == (
        "mysql:// is no ledger that Muster knows",
        "give a path, or postgresql://user@host/name",
    )


@pytest.mark.parametrize(
    "address",
    [
        *("host=h password=hunter2", "host=h dbname=hunter2 user=u", "dbname = d password = hunter2"),
        *("postgresql:/u:hunter2@h/d", "postgres:u:hunter2@h", "POSTGRESQL:/u:hunter2@h/d"),
    ],
)
def test_an_address_that_is_not_written_as_one_becomes_no_file(tmp_path: Path, address: str) -> None:
    for told in (address, str(tmp_path / address)):
        for reading in (False, True):
            assert unavailable(told, reading=reading) == (
                "the address of the ledger is no path, and no address of a server that Muster reads",
                "write postgresql://user@host/name, and the password into ~/.pgpass or PGPASSWORD",
            )
    assert list(tmp_path.iterdir()) == []


def test_a_path_may_have_such_words_in_it(tmp_path: Path) -> None:
    ledger.open(tmp_path / "postgres" / "user=ada" / "postgresql.db").close()

    assert [path.name for path in tmp_path.glob("postgres/user=ada/*")] == ["postgresql.db"]


def test_what_fails_in_a_transaction_leaves_nothing(ledger_url: str) -> None:
    ledger.open(ledger_url).close()
    database = opened(ledger_url, timeout=5)

    def work(session: Session) -> float:
        session.run("DELETE FROM muster_ledger")
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        database.write(work)
    database.close()

    assert version(ledger_url) == VERSION
