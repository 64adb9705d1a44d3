"""A ledger in PostgreSQL is parted by month: partitions are made as they are needed, an older ledger is taken over."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledgers import Time, analyzed, checked, plan_of, raw
from muster import ledger
from muster.ledger import Entry, Run, begin
from muster.ledger.months import OLDER, began, later, month_in, month_of
from muster.ledger.queries import EVENT_COLUMNS, Wanted, columns_of_run, run_query, runs_query
from muster.ledger.schema import migrate
from test_ledger_stores import OF_THE_SOURCE, indexes

DECEMBER = began("2026-12")


def run_at(moment: float, key: str = "") -> Run:
    """A success that began at a moment."""
    return begin("soak", key=key or f"at-{moment}", spec_ids=("spec-1",), clock=Time(now=moment).clock).succeeded()


def partitions(url: str, table: str) -> list[str]:
    with raw(url) as (session, _):
        query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1"
        return [row[0] for row in session.rows(query, (table,))]


@pytest.mark.parametrize(
    ("ts", "month"),
    [
        (0.0, OLDER),
        (began("2020-01") - 0.001, OLDER),
        (began("2020-01"), "2020-01"),
        (DECEMBER - 0.000001, "2026-11"),
        (DECEMBER, "2026-12"),
        (253_402_300_799.0, "9999-12"),
    ],
)
def test_a_moment_is_of_its_month_in_utc(ts: float, month: str) -> None:
    assert month_of(ts) == month


@pytest.mark.parametrize(
    ("iso", "month"),
    [
        ("2026-11-30T23:59:59.999999Z", "2026-11"),
        ("1999-11-30T23:59:59Z", OLDER),
        ("2026-13-01T00:00:00Z", "2026-12"),
        ("2026-00-01T00:00:00Z", "2025-12"),
        ("2020-00-01T00:00:00Z", OLDER),
    ],
)
def test_a_time_that_is_written_down_is_of_the_month_among_whose_times_it_is_sorted(iso: str, month: str) -> None:
    assert month_in(iso) == month


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    assert [later("2026-11"), later("2026-12"), later("2026-01", -1), later("2026-11", -24)] == [
        *("2026-12", "2027-01", "2025-12", "2024-11"),
    ]


@pytest.mark.requirement("MU-LEDGER-8003", "MU-LEDGER-8036")
def test_each_month_has_a_partition_with_the_five_indexes_of_the_source(postgres_url: str) -> None:
    with ledger.open(postgres_url) as book:
        book.record_all([Entry(run=run_at(moment)) for moment in (DECEMBER - 1, DECEMBER, 5.0)])

    ends = ["2026_11", "2026_12", OLDER]
    assert partitions(postgres_url, "experiences") == [f"experiences_{end}" for end in ends]
    assert partitions(postgres_url, "run_spec") == [f"run_spec_{end}" for end in ends]
    assert indexes(postgres_url) >= {f"{name}_{end}" for name in OF_THE_SOURCE for end in ends}
    with raw(postgres_url) as (session, _):
        assert session.rows("SELECT tableoid::regclass::text, ts FROM experiences ORDER BY ts") == [
            ("experiences_older", 5.0),
            ("experiences_2026_11", DECEMBER - 1),
            ("experiences_2026_12", DECEMBER),
        ]


@pytest.mark.requirement("MU-LEDGER-8003", "MU-LEDGER-8036")
def test_a_question_with_a_time_looks_into_its_months_only(postgres_url: str) -> None:
    moments = [began(month) + 1000.0 * n for month in ("2026-07", "2026-08", "2026-09", "2026-10") for n in range(300)]
    with ledger.open(postgres_url) as book:
        book.record_all([Entry(run=run_at(moment)) for moment in moments])
        [run] = book.runs(until=began("2026-09"), limit=1)
        dialect = book.dialect
    analyzed(postgres_url)
    within: dict[str, Any] = {"since": began("2026-08") + 60, "until": began("2026-09") - 60}

    for wanted in (
        Wanted(**within),
        Wanted(task="soak", **within),
        Wanted(task_id="soak", **within),
        Wanted(status="success", **within),
    ):
        query = runs_query(wanted, dialect)
        plan = "\n".join(plan_of(query, postgres_url))
        assert f"{query.index}_2026_08" in plan, plan
        assert not any(f"_2026_{month}" in plan for month in ("07", "09", "10")), plan
    for query in (run_query(run.id, dialect), runs_query(Wanted(key=run.facts.idempotency_key), dialect)):
        with raw(postgres_url) as (session, _):
            lines = [row[0] for row in session.rows(f"EXPLAIN ANALYZE {query.text}", query.parameters)]
        # The month is looked up while the question is answered: the others stand in the plan, and are not executed.
        looked = [line for line in lines if "experiences_2026" in line and "never executed" not in line]
        assert ["_2026_08" in line for line in looked] == [True], "\n".join(lines)


@pytest.mark.requirement("MU-LEDGER-8005", "MU-LEDGER-8010", "MU-LEDGER-8036")
def test_two_writers_make_the_partition_of_a_new_month_in_the_same_instant(postgres_url: str) -> None:
    ledger.open(postgres_url).close()
    months = [later("2027-01", number) for number in range(10)]
    together = threading.Barrier(2)

    def written(writer: int) -> list[str]:
        found = []
        with ledger.open(postgres_url) as book:
            book.runs()  # connected
            for month in months:
                together.wait()
                found.append(book.record(run_at(began(month), key=f"{writer}-{month}")))
                found.append(book.record(run_at(began(month) + 1, key=f"both-{month}")))
        return found

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(written, range(2))

    assert one[1::2] == other[1::2]  # the key of both is recorded once
    assert partitions(postgres_url, "experiences") == [f"experiences_{month.replace('-', '_')}" for month in months]
    with ledger.open(postgres_url) as book:
        assert {run.id for run in book.runs(limit=None)} == {*one, *other}
        assert len(book.runs(limit=None)) == 30


@pytest.mark.requirement("MU-LEDGER-8005", "MU-LEDGER-8010", "MU-LEDGER-8030")
def test_six_writers_at_once_lose_nothing_and_double_nothing(postgres_url: str) -> None:
    program = """
        import sys
        from ledgers import checked
        from muster import ledger
        with ledger.open(sys.argv[1], timeout=120) as book:
            for number in range(20):
                run = ledger.begin("soak", key=f"{sys.argv[2]}-{number}").succeeded()
                own = checked(number, key=f"{sys.argv[2]}-{number}")
                print(book.record(run, events=(own, checked(number, key=f"shared-{number}"))))
    """
    source = "\n".join(line.removeprefix(" " * 8) for line in program.splitlines())
    folder = Path(__file__).parent
    command = [sys.executable, "-c", source, postgres_url]
    started = [
        subprocess.Popen([*command, str(number)], cwd=folder, stdout=subprocess.PIPE, text=True) for number in range(6)
    ]

    ids = [identity for process in started for identity in process.communicate(timeout=300)[0].split()]

    assert [process.returncode for process in started] == [0] * 6
    assert len(set(ids)) == len(ids) == 120
    with ledger.open(postgres_url) as book:
        assert {run.id for run in book.runs(limit=None)} == set(ids)
        assert (book.broken(), book.head().seq, len(book.events())) == ([], 140, 140)


@pytest.mark.requirement("MU-LEDGER-8004")
def test_a_ledger_in_one_piece_is_parted_byte_for_byte(postgres_url: str) -> None:
    whole_ledger(postgres_url)
    runs, events = rows_in(postgres_url)

    with ledger.open(postgres_url) as book:
        assert rows_in(postgres_url) == (runs, events)
        assert (len(runs), len(events)) == (6, 5)
        assert book.broken() == []
        assert [run.id for run in book.runs(spec="spec-1", limit=None)] == [run.id for run in book.runs(limit=None)]
        first = book.runs(limit=None)[-1]
        assert book.record(run_at(first.ts, key="run-0")) == first.id  # its key is known still
        [event] = book.append(checked(7), checked(1))[1:]
        assert (event.seq, book.head().seq) == (1, 6)
        assert book.broken() == []
    assert partitions(postgres_url, "experiences") == [
        *("experiences_2026_10", "experiences_2026_11", "experiences_2026_12", "experiences_older"),
    ]
    assert len(partitions(postgres_url, "events")) == 1
    assert "experiences_whole" not in str(tables(postgres_url))


@pytest.mark.requirement("MU-LEDGER-8004")
def test_a_migration_that_is_killed_is_done_by_the_next_that_opens_it(postgres_url: str) -> None:
    whole_ledger(postgres_url)
    before, there = rows_in(postgres_url), tables(postgres_url)
    program = "import sys; from muster import ledger; ledger.open(sys.argv[1], timeout=60).close()"
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT count(*) FROM events")  # the migration gets as far as this table, and waits
        opening = subprocess.Popen([sys.executable, "-c", program, postgres_url])
        while not waits(postgres_url):
            assert opening.poll() is None
            time.sleep(0.05)
        opening.kill()
        opening.wait()
    while waits(postgres_url):
        time.sleep(0.05)

    assert (rows_in(postgres_url), tables(postgres_url)) == (before, there)
    with ledger.open(postgres_url) as book:
        assert book.broken() == []
    assert rows_in(postgres_url) == before


def waits(url: str) -> bool:
    """Whether somebody waits for a lock."""
    with raw(url) as (session, _):
        query = (
            "SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = %s)"
        )
        return bool(session.rows(query, (url.rpartition("/")[2],)))


def tables(url: str) -> list[str]:
    with raw(url) as (session, _):
        return [row[0] for row in session.rows("SELECT relname FROM pg_class WHERE relnamespace = 2200 ORDER BY 1")]


def rows_in(url: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All runs and events, as texts."""
    with raw(url) as (session, dialect):
        events = EVENT_COLUMNS.format(as_text=dialect.as_text)
        return (
            session.rows(f"SELECT {columns_of_run(dialect)} FROM experiences e ORDER BY e.id"),
            session.rows(f"SELECT {events} FROM events ORDER BY seq"),
        )


def whole_ledger(url: str) -> None:
    """A ledger of version 2 with runs of four times and a chain of five events."""
    from msgspec import to_builtins
    from msgspec.structs import asdict

    from muster.ledger import book
    from muster.ledger.events import GENESIS, sealed
    from muster.text.canonical import canonical

    moments = [*(DECEMBER + n for n in range(3)), DECEMBER - 1, DECEMBER - 40 * 86_400, 7.0]
    prev = GENESIS
    with raw(url) as (session, dialect):
        migrate(session, dialect, to=2)
        for number, moment in enumerate(reversed(moments)):
            row = to_builtins(run_at(moment, key=f"run-{number}"))
            session.run(f"INSERT INTO experiences VALUES ({dialect.marks(10)})", book._columns(row))  # noqa: SLF001
            session.run("INSERT INTO run_spec VALUES ('spec-1', 'success', %s, %s)", (moment, row["id"]))
        for number in range(1, 6):
            event = sealed(asdict(checked(number)), number, f"2026-11-0{number}T00:00:00.000000Z", prev)
            values = {**asdict(event), "context": canonical(event.context).decode()}
            session.run(f"INSERT INTO events VALUES ({dialect.marks(11)})", tuple(values.values()))
            prev = event.digest
