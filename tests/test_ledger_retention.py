"""Retention: old months go once a checkpoint in the chain tells what they were; the chain is verified from there on."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import to_builtins
from msgspec.structs import asdict

from ledgers import checked, count, raw
from muster import ledger
from muster.cli.app import run as run_command
from muster.ledger import Draft, Entry, Head, Ledger, Refused, ToolCall
from muster.ledger.carrying import exported, history_in, imported
from muster.ledger.chain import inserted
from muster.ledger.database import is_server, opened
from muster.ledger.events import GENESIS, sealed
from muster.ledger.keys import new_uuid
from muster.ledger.months import began, later, month_of
from muster.ledger.task import Task
from muster.ledger.times import iso_of
from test_ledger_events import draft
from test_ledger_months import partitions, run_at, waits

NOW = month_of(time.time())
OLD, RECENT = later(NOW, -30), later(NOW, -3)
BEFORE = later(NOW, -24)


@pytest.fixture
def book(ledger_url: str) -> Iterator[Ledger]:
    fill(ledger_url)
    with ledger.open(ledger_url) as found:
        yield found


def fill(url: str) -> None:
    """Five old runs, five that stay; six old events, six that stay; a run that stays names one of three tool calls."""
    with ledger.open(url) as book:
        times = [began(month) + number for month in (OLD, RECENT) for number in range(4)]
        for name in ("old", "kept", "alone"):
            book.record_tool_call(call(name, times[0]))
        book.record_all([Entry(run=run_at(moment)) for moment in times])
        for name, moment in (("old", times[0]), ("kept", times[-1])):
            run = ledger.begin("caller", key=name, clock=at(moment + 10)).succeeded(tool_calls=[name])
            book.record(run)
    database = opened(url, timeout=30)
    drafts = [
        *map(checked, range(1, 5)),
        *(draft("spec_status_changed", after=status) for status in ("draft", "ready")),
    ]
    drafts += [*map(checked, range(7, 13))]

    def work(session) -> None:  # type: ignore[no-untyped-def]
        prev, events = GENESIS, []
        for number, one in enumerate(drafts, start=1):
            moment = iso_of(began(OLD if number < 7 else RECENT) + number)
            events.append(sealed(asdict(one), number, moment, prev))
            prev = events[-1].digest
        inserted(session, database.dialect, events)

    database.write(work)
    database.close()


def at(moment: float):  # type: ignore[no-untyped-def]
    from ledgers import Time

    return Time(now=moment).clock


def call(name: str, moment: float) -> ToolCall:
    return ToolCall(
        id=name, name="grep", started_at_ts=moment, ended_at_ts=moment, trace_id=new_uuid(), span_id=new_uuid()
    )


def state(book: Ledger) -> tuple[Any, ...]:
    return (book.head(), book.events(), book.runs(limit=None), [one.id for one in book.tool_calls(CALLS)])


CALLS = ["old", "kept", "alone"]


@pytest.mark.requirement("MU-LEDGER-8034")
def test_old_months_go_and_the_chain_is_verified_from_the_checkpoint_on(book: Ledger, ledger_url: str) -> None:
    _, events, runs, calls = state(book)
    assert (len(events), len(runs), calls) == (12, 10, CALLS)

    found = book.retire(BEFORE)

    assert found is not None
    assert (found.seq, found.before, found.runs, found.tool_calls, found.script_runs) == (13, BEFORE, 5, 2, 0)
    assert (found.events, found.first_seq, found.last_seq, found.last_digest) == (6, 1, 6, events[5].digest)
    assert book.events()[:-1] == events[6:]
    last = book.events(last=1)[0]
    assert (last.event, last.type, last.context["last_seq"]) == ("ledger:retired", "ledger_retired", 6)
    assert book.runs(limit=None) == [run for run in runs if run.ts >= began(BEFORE)]
    assert [one.id for one in book.tool_calls(CALLS)] == ["kept"]
    assert (book.broken(), book.begins()) == ([], found)
    for event in events:  # whatever head was kept, it is still compared
        assert book.broken(Head(event.seq, event.digest)) == []
    assert len(book.broken(Head(3, events[4].digest))) == 1
    assert count(book, "run_spec") == 4
    if is_server(ledger_url):
        assert partitions(ledger_url, "experiences") == [f"experiences_{RECENT.replace('-', '_')}"]
        assert f"events_{OLD.replace('-', '_')}" not in partitions(ledger_url, "events")


def test_what_is_old_is_retired_once_and_what_comes_later_after_it(book: Ledger) -> None:
    assert book.retire(later(OLD, -1)) is None
    assert book.retire(BEFORE) is not None
    before = state(book)
    assert book.retire(BEFORE) is None
    assert state(book) == before

    found = book.retire(NOW)

    assert found is not None
    assert (found.events, found.first_seq, found.last_seq, found.runs, found.seq) == (6, 7, 12, 5, 14)
    assert [event.seq for event in book.events()] == [13, 14]
    assert (book.runs(), book.broken()) == ([], [])


def test_a_rehearsal_tells_the_same_and_writes_nothing(book: Ledger) -> None:
    before = state(book)

    found = book.retire(BEFORE, rehearse=True)

    assert state(book) == before
    done = book.retire(BEFORE)
    assert found is not None
    assert done is not None
    assert to_builtins(done) == to_builtins(found) | {"seq": 13}


@pytest.mark.requirement("MU-LEDGER-8010", "MU-LEDGER-8031", "MU-LEDGER-8035")
def test_the_keys_of_what_was_retired_stay_known(book: Ledger) -> None:
    old = book.runs(limit=None)[-1]
    book.retire(BEFORE)
    end = book.head()

    assert book.record(run_at(old.ts)) == old.id
    assert (book.has_run(old.facts.idempotency_key), book.run(old.id)) == (True, None)
    assert book.append(checked(1)) == []
    assert book.head() == end
    assert book.latest("spec_status_changed", "spec", "after") == {"specs/10-queue.md": ("ready", 2)}
    book.append(draft("spec_status_changed", after="final"))
    assert book.latest("spec_status_changed", "spec", "after") == {"specs/10-queue.md": ("final", 3)}


@pytest.mark.requirement("MU-LEDGER-8042")
def test_a_history_is_brought_in_before_and_after(book: Ledger, tmp_path: Path) -> None:
    whole = history_in(b"".join(exported(book)), "whole")
    book.retire(BEFORE)
    cut = history_in(b"".join(exported(book)), "cut")

    assert imported(book, whole).events == imported(book, whole, merge=True).events == 0
    assert len(book.runs(limit=None)) == 5
    with ledger.open(tmp_path / "other.db") as other:
        assert imported(other, cut).events == 7
        assert (other.broken(), other.head()) == ([], book.head())
        assert imported(other, cut).known_events == 7
        [problem] = other.broken(Head(3, GENESIS))
        assert problem == "event 3 of the head is retired, and its digest is not kept here: only a later head tells"
    with ledger.open(tmp_path / "third.db") as third:
        imported(third, whole)
        assert imported(third, cut).events == 1  # the checkpoint alone: nothing is dropped here
        assert third.broken() == []


TAMPERED = {
    "the checkpoint says more": (
        "UPDATE events SET context = replace(CAST(context AS TEXT), '{six}', '{seven}'){cast} WHERE seq = 13",
        ["events 1 to 6 are missing", "event 7 does not follow", "event 13 was changed"],
    ),
    "the checkpoint is of another type": (
        "UPDATE events SET type = 'docs_specs' WHERE seq = 13",
        ["events 1 to 6 are missing", "event 7 does not follow", "event 13 was changed"],
    ),
    "the checkpoint is gone": (
        "DELETE FROM events WHERE seq = 13",
        ["events 1 to 6 are missing", "event 7 does not follow"],
    ),
    "one more is gone": ("DELETE FROM events WHERE seq = 7", ["events 1 to 7 are missing", "event 8 does not follow"]),
    "a digest that was kept": (
        f"UPDATE event_key SET digest = '{GENESIS}' WHERE seq = 2",
        ["the digests that are kept of retired events give"],
    ),
    "a key that was kept": (
        "DELETE FROM event_key WHERE seq = 2",
        ["the digest that is kept of the retired event 2 is missing", "the digests that are kept of retired events"],
    ),
}


@pytest.mark.requirement("MU-LEDGER-8030", "MU-LEDGER-8034")
@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_done_to_the_checkpoint_is_found(book: Ledger, ledger_url: str, what: str) -> None:
    statement, wanted = TAMPERED[what]
    book.retire(BEFORE)
    with raw(ledger_url) as (session, _):
        cast = "::json" if is_server(ledger_url) else ""
        session.run(statement.format(cast=cast, six='"last_seq":6', seven='"last_seq":7'))

    found = book.broken()

    assert len(found) == len(wanted), found
    assert all(map(str.startswith, found, wanted)), found


@pytest.mark.requirement("MU-LEDGER-8030", "MU-LEDGER-8034")
def test_what_is_dropped_without_a_checkpoint_is_found(book: Ledger, ledger_url: str) -> None:
    with raw(ledger_url) as (session, _):
        session.run("DELETE FROM events WHERE seq <= 6")

    assert [text.split(":")[0] for text in book.broken()] == [
        "events 1 to 6 are missing",
        "event 7 does not follow on the one before it",
    ]
    with pytest.raises(Refused, match=r"^nothing is retired: events 1 to 6 are missing"):
        book.retire(NOW)


def test_a_chain_that_does_not_hold_is_not_retired(book: Ledger, ledger_url: str) -> None:
    with raw(ledger_url) as (session, _):
        session.run("UPDATE events SET code = 'X' WHERE seq = 3")
    before = [count(book, table) for table in ("events", "experiences", "tool_call")]

    with pytest.raises(Refused, match=r"^nothing is retired: event 3 was changed"):
        book.retire(BEFORE)

    assert [count(book, table) for table in ("events", "experiences", "tool_call")] == before


def test_nobody_else_records_a_checkpoint(book: Ledger) -> None:
    told: Draft = draft("ledger_retired")
    for record in (lambda: book.append(told), lambda: book.record(run_at(1.0), events=(told,))):
        with pytest.raises(Refused, match="ledger_retired, which only retiring records"):
            record()
    assert book.head().seq == 12


@pytest.mark.parametrize("month", ["2025-13", "2025", "", later(NOW)])
def test_a_month_that_has_not_begun_cannot_be_the_first_to_stay(book: Ledger, month: str) -> None:
    with pytest.raises(ValueError, match=r"^`before` is "):
        book.retire(month)


@pytest.mark.requirement("MU-LEDGER-8006")
def test_a_process_killed_while_it_retires_loses_nothing_in_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    fill(str(path))
    with ledger.open(path) as book:
        before = state(book)
    program = """
        import os, signal, sys
        from muster import ledger
        with ledger.open(sys.argv[1]) as book:
            connection, left = book._database._connection, [int(sys.argv[3])]
            def deleted():
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
            connection.create_function("deleted", 0, deleted)
            for table in ("events", "experiences"):
                done = f"AFTER DELETE ON {table} BEGIN SELECT deleted(); END"
                connection.execute(f"CREATE TEMP TRIGGER of_{table} {done}")
            book.retire(sys.argv[2])
    """
    for deletion in (1, 4, 8, 11):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), path, BEFORE, str(deletion)], check=False
        )
        assert done.returncode == -9
        with ledger.open(path) as book:
            assert (state(book), book.broken()) == (before, [])

    with ledger.open(path) as book:
        assert book.retire(BEFORE) is not None
        assert (book.broken(), len(book.runs())) == ([], 5)


@pytest.mark.requirement("MU-LEDGER-8006")
@pytest.mark.parametrize("table", ["experiences", "events"])
def test_a_process_killed_while_it_retires_loses_nothing_on_a_server(postgres_url: str, table: str) -> None:
    fill(postgres_url)
    with ledger.open(postgres_url) as book:
        before = state(book)
    program = "import sys; from muster import ledger; ledger.open(sys.argv[1]).retire(sys.argv[2])"
    with psycopg.connect(postgres_url) as other:
        other.execute(f"SELECT count(*) FROM {table}".encode())  # it gets as far as this, and waits
        retiring = subprocess.Popen([sys.executable, "-c", program, postgres_url, BEFORE])
        while not waits(postgres_url):
            assert retiring.poll() is None
            time.sleep(0.02)
        retiring.kill()
        retiring.wait()
    while waits(postgres_url):
        time.sleep(0.05)

    with ledger.open(postgres_url) as book:
        assert (state(book), book.broken()) == (before, [])
        assert book.retire(BEFORE) is not None
        assert (book.broken(), len(book.runs())) == ([], 5)


def test_a_month_that_was_retired_is_made_anew_for_what_comes_late(postgres_url: str) -> None:
    fill(postgres_url)
    with ledger.open(postgres_url) as writer, ledger.open(postgres_url) as other:
        writer.record(run_at(began(OLD) + 50))
        assert other.retire(BEFORE) is not None

        identity = writer.record(run_at(began(OLD) + 60))

        assert [run.id for run in writer.runs(until=began(BEFORE))] == [identity]


def called(capfd: pytest.CaptureFixture[str], root: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, standard output and standard error of `muster events` in a project."""
    status = run_command(["-C", str(root), "events", *arguments])
    out, err = capfd.readouterr()
    return status, out, err


def test_old_months_are_retired_from_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "project"
    (root / "specs").mkdir(parents=True)
    (root / "muster.toml").write_text("", encoding="utf-8")
    assert called(capfd, root, "retire", "--dry-run")[0] == 2
    (root / "muster.toml").write_text("[ledger]\nretention_months = 24\n", encoding="utf-8")
    assert called(capfd, root, "retire", "--dry-run") == (0, "", "there is no ledger yet\n")
    fill(str(root / ".muster/ledger.db"))
    told = f"5 runs, 6 events, 2 tool calls and 0 script runs before {BEFORE}"

    assert called(capfd, root, "retire", "--dry-run") == (0, "", f"{told} would be retired\n")
    status, head, err = called(capfd, root, "retire")

    assert (status, head[:3], err.splitlines()[0]) == (0, "13:", f"{told} are retired")
    assert called(capfd, root, "head") == (0, head, "")
    assert called(capfd, root, "retire") == (0, "", f"nothing is older than {BEFORE}\n")
    status, out, err = called(capfd, root, "verify", "--head", head.strip())
    assert (status, out, err.splitlines()) == (
        *(0, ""),
        [
            f"the events 1 to 6, before {BEFORE}, were retired, as event 13 says; the chain begins behind them",
            "13 events, the chain holds and reaches the head 13",
        ],
    )
    for month in ("2025", later(NOW)):
        assert called(capfd, root, "retire", "--before", month)[0] == 2


@pytest.mark.requirement("MU-LEDGER-8010", "MU-LEDGER-8035")
def test_a_task_whose_row_is_retired_is_not_run_again_with_its_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "muster.toml").write_text("", encoding="utf-8")
    arguments = ["-C", str(tmp_path), "run", "--task", "write", "--key", "once"]
    command = [*arguments, "--", sys.executable, "-c", "open('made', 'a').write('x')"]
    with ledger.open(str(tmp_path / ".muster/ledger.db")) as book:
        attempt = ledger.begin(Task("write", "write"), key="once", clock=at(began(OLD)))
        book.record(attempt.succeeded())
        book.retire(BEFORE)

    assert run_command(command) == 0
    assert (
        "muster: write was recorded with this key and is retired since; it is not run again" in capfd.readouterr().err
    )
    assert not (tmp_path / "made").exists()
