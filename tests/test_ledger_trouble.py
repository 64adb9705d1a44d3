"""A ledger in trouble: no database, a torn WAL, a disk that is full or read-only, a server that goes: in words, and
nothing that was acknowledged is lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from ledgers import checked, count, row_of
from muster import ledger
from muster.ledger import Ledger, LedgerUnavailable, Refused, begin
from postgres import Cluster
from unprivileged import folder_of_nobody

ANEW = "run a command that records, such as `muster check`"


def unavailable(url: str | Path, **options: object) -> tuple[str, str]:
    """What opening a ledger says where it cannot be opened."""
    began = time.monotonic()
    with pytest.raises(LedgerUnavailable) as caught:
        ledger.open(url, **options).close()
    assert time.monotonic() - began < 5, "it kept somebody waiting for nothing"
    return str(caught.value), caught.value.remedy


def told(book: Ledger) -> tuple[str, str]:
    """What recording says where it cannot be done."""
    with pytest.raises(LedgerUnavailable) as caught:
        book.record(row_of())
    return str(caught.value), caught.value.remedy


# SQLite


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"# Notes\n" * 1000)

    for reading in (False, True):
        assert unavailable(path, reading=reading) == (
            f"{path}: it is no SQLite database",
            "move that file away: a new ledger is made",
        )
    assert path.read_bytes() == b"# Notes\n" * 1000


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()

    for reading in (False, True):
        assert unavailable(path, reading=reading) == (
            f"{path}: it is a database of something else",
            "name another place by the setting `ledger.url`",
        )
    assert path.read_bytes() == before


def test_a_ledger_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    missing, empty = tmp_path / "new" / "ledger.db", tmp_path / "empty.db"
    empty.touch()

    assert unavailable(missing, reading=True) == (f"{missing}: there is no ledger", ANEW)
    assert unavailable(empty, reading=True) == (f"{empty}: there is no ledger in it yet", ANEW)
    assert not missing.parent.exists()


@pytest.mark.requirement("MU-LEDGER-8006")
def test_a_torn_wal_loses_only_what_was_torn(tmp_path: Path) -> None:
    path, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    with ledger.open(path) as book:
        ids = [book.record(begin("x").succeeded(), events=(checked(number),)) for number in range(20)]
        for end in ("", "-wal"):
            shutil.copyfile(f"{path}{end}", f"{copy}{end}")
    wal = Path(f"{copy}-wal")
    whole = wal.stat().st_size
    with wal.open("r+b") as file:
        file.truncate(whole * 3 // 4 + 123)

    with ledger.open(copy) as book:
        found = [run.id for run in book.runs()][::-1]
        assert book.broken() == []
        assert book.head().seq == len(found)
        book.record(begin("x").succeeded())

    assert 0 < len(found) < 20
    assert found == ids[: len(found)]


def test_a_folder_that_nobody_may_write_in_can_still_be_read() -> None:
    with folder_of_nobody() as folder:
        path = folder / "ledger.db"
        with ledger.open(path) as book:
            identity = book.record(row_of())
        path.chmod(0o444)
        folder.chmod(0o555)

        with ledger.open(path, reading=True) as book:
            assert [run.id for run in book.runs()] == [identity]
            problem = told(book)
        beside = unavailable(folder / "other" / "ledger.db")

        assert problem == (f"{path}: it cannot be written", "make the file and its folder writable")
        assert beside == (f"{folder}/other/ledger.db: permission denied", "make its folder writable")
        with pytest.raises(LedgerUnavailable) as caught, ledger.open(path) as book:
            book.record(row_of())
        assert str(caught.value) in (f"{path}: it cannot be written", f"{path}: it cannot be opened")


def test_rows_that_only_a_wal_holds_are_not_passed_over_in_a_read_only_folder() -> None:
    with folder_of_nobody() as folder:
        path, there = folder / "ledger.db", folder / "there"
        there.mkdir()
        with ledger.open(path) as book:
            book.record(row_of())
            for end in ("", "-wal"):
                shutil.copyfile(f"{path}{end}", there / f"ledger.db{end}")
        there.chmod(0o555)

        assert unavailable(there / "ledger.db", reading=True) == (
            (
                f"{there}/ledger.db: its last rows are in ledger.db-wal, "
                "which can be read only where its folder can be written"
            ),
            "copy both files to such a place, or make the folder writable",
        )


@pytest.mark.requirement("MU-LEDGER-8006")
def test_a_full_disk_is_told_and_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger.open(path).close()
    program = """
        import resource, sys
        from muster import ledger
        with ledger.open(sys.argv[1]) as book:
            resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
            try:
                while True:
                    print(book.record(ledger.begin("x").succeeded(files_written=["y" * 5000])), flush=True)
            except ledger.LedgerUnavailable as error:
                print(error, error.remedy, sep=" | ", file=sys.stderr)
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), path], capture_output=True, text=True, check=True
    )

    assert done.stderr == (
        f"{path}: the disk fails, or its files may not grow any more | "
        "look at the disk and at limits on the size of files, and run the command again\n"
    )
    ids = done.stdout.split()
    with ledger.open(path) as book:
        assert len(ids) > 5
        assert [run.id for run in book.runs(limit=None)][::-1] == ids
        book.record(row_of())


@pytest.mark.requirement("MU-LEDGER-8005")
def test_a_lock_that_is_not_let_go_of_is_told_after_the_time_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with ledger.open(path, timeout=0.2) as book, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()

        assert told(book) == (
            f"{path}: another process has held it for 0.2 s",
            "wait until it ends, or raise the setting `ledger.timeout`",
        )
        assert 0.15 < time.monotonic() - began < 2
        assert book.runs() == []  # who reads waits for nobody
        other.execute("ROLLBACK")
        book.record(row_of())


def test_many_rows_that_cannot_be_read_are_told_in_words_too(ledger_url: str) -> None:
    with ledger.open(ledger_url) as book, pytest.raises(LedgerUnavailable, match="no_such_table"):
        list(book.batches("SELECT 1 FROM no_such_table"))


def test_a_damaged_row_is_told_and_the_others_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with ledger.open(path) as book:
        first, second = book.record(begin("x").succeeded()), book.record(begin("y").succeeded())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE experiences SET provenance = CAST(x'7b22ff' AS TEXT) WHERE id = ?", (first,))

    with ledger.open(path) as book:
        assert [run.id for run in book.runs(task="y")] == [second]
        with pytest.raises(LedgerUnavailable, match=f"^the run {first} is damaged: "):
            book.runs(task="x")


# PostgreSQL


def test_a_server_that_is_down_is_told_at_once() -> None:
    problem, remedy = unavailable("postgresql://me:geheim@127.0.0.1:1/ledger")

    assert problem == (
        "postgresql://me@127.0.0.1:1/ledger: connection failed: connection to server at "
        '"127.0.0.1", port 1 failed: Connection refused'
    )
    assert remedy == "start the server, or look at the address in `ledger.url` or MUSTER_LEDGER"


@contextmanager
def one_with_a_password(cluster: Cluster) -> Iterator[str]:
    """A user of the server who has to say a password, which is `right`."""
    rules = cluster.data / "pg_hba.conf"
    before = rules.read_text()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE frank LOGIN PASSWORD 'right'")
        rules.write_text(f"host all frank all scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.2)
        try:
            yield f"127.0.0.1:{cluster.port}"
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP ROLE frank")


def test_who_is_not_let_in_is_told_why_and_without_the_password(postgres_cluster: Cluster, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    look = "look at the user and the password of the address, in `ledger.url` or MUSTER_LEDGER"
    make = "make that database: `createdb NAME`"
    with one_with_a_password(postgres_cluster) as host:
        for user, database, problem, remedy in (
            ("frank:wrong", name, 'FATAL:  password authentication failed for user "frank"', look),
            ("frank", name, "fe_sendauth: no password supplied", look),
            ("nobody:wrong", name, 'FATAL:  role "nobody" does not exist', look),
            ("muster:wrong", "nope", 'FATAL:  database "nope" does not exist', make),
        ):
            shown = f"postgresql://{user.split(':')[0]}@{host}/{database}"
            server = f'connection to server at "127.0.0.1", port {postgres_cluster.port} failed'
            assert unavailable(f"postgresql://{user}@{host}/{database}") == (
                f"{shown}: connection failed: {server}: {problem}",
                remedy,
            )
        problem, remedy = unavailable(f"postgresql://frank:right@{host}/{name}")
        assert problem == f"postgresql://frank@{host}/{name}: permission denied for schema public"
        assert remedy == "let the user create tables there, or have somebody do it who may"


@pytest.mark.parametrize("password", ["ge%zzheim", "geh/eim", "12/geheim", "geh eim%", "x@geheim", "@"])
def test_an_address_that_cannot_be_read_does_not_show_its_password(password: str) -> None:
    assert unavailable(f"postgresql://me:{password}@h/d") == (
        "postgresql://me@h/d: the address cannot be read",
        "write postgresql://user:password@host:5432/name, in the password %40 for @, %2F for / and %25 for %",
    )


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused_in_words(postgres_cluster: Cluster, encoding: str) -> None:
    with psycopg.connect(postgres_cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {encoding} ENCODING '{encoding}' TEMPLATE template0".encode())
    url = postgres_cluster.url(encoding.lower())

    assert unavailable(url) == (
        f"{url}: the database is in {encoding}, and a ledger is in UTF8",
        "make another one: `createdb --encoding=UTF8 --template=template0 NAME`",
    )


def test_a_client_of_another_encoding_still_records_in_unicode(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with ledger.open(postgres_url) as book:
        book.record(begin("x").succeeded(text="\u2028 \U0001f600"))

        assert book.runs()[0].content.text == "\u2028 \U0001f600"


@pytest.mark.requirement("MU-LEDGER-8001")
@pytest.mark.parametrize("told", ["address", "environment"])
def test_the_options_of_an_address_are_kept_beside_ours(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    url = postgres_url
    if told == "address":
        url += "?options=-csearch_path%3Dteam"
    else:
        monkeypatch.setenv("PGOPTIONS", "-c search_path=team")
    problem, remedy = unavailable(url)
    assert problem == f"{postgres_url}: no schema has been selected to create in"
    assert remedy == "make the schema that `search_path` names, or leave it out of the address"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA team")

    with ledger.open(url) as book:
        book.record(row_of())

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM team.experiences").fetchone() == (1,)
        assert connection.execute("SELECT to_regclass('public.experiences')").fetchone() == (None,)


@pytest.mark.requirement("MU-LEDGER-8005")
def test_a_server_that_another_session_keeps_waiting_is_told_after_the_time_out(postgres_url: str) -> None:
    with ledger.open(postgres_url, timeout=0.5) as book, psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE experiences IN ACCESS EXCLUSIVE MODE")

        assert told(book) == (
            f"{postgres_url}: canceling statement due to lock timeout",
            "another process holds it: wait, or raise the setting `ledger.timeout`",
        )
        other.rollback()
        book.record(row_of())


@pytest.mark.requirement("MU-LEDGER-8005", "MU-LEDGER-8006")
def test_a_server_that_is_restarted_in_the_middle_loses_nothing_and_doubles_nothing(
    postgres_cluster: Cluster, postgres_url: str
) -> None:
    recorded: list[str] = []
    enough, failed = threading.Event(), []

    def record() -> None:
        try:
            with ledger.open(postgres_url) as book:
                while not enough.is_set():
                    run = begin("x").succeeded()
                    event = checked(key=run.facts.span_id)
                    recorded.append(book.record(run, events=(event,)))
        except (LedgerUnavailable, Refused) as error:
            failed.append(str(error))

    thread = threading.Thread(target=record)
    thread.start()
    for upset in (postgres_cluster.restart, postgres_cluster.kill, None):
        wait_for(recorded, len(recorded) + 50)
        if upset:
            upset()
        if upset == postgres_cluster.kill:
            postgres_cluster.start()
    enough.set()
    thread.join()

    assert failed == []
    with ledger.open(postgres_url) as book:
        stand = Counter(run.id for run in book.runs(limit=None))
        assert stand == Counter(recorded)
        assert count(book, "events") == len(recorded)
        assert book.broken() == []


def wait_for(recorded: list[str], many: int, patience: float = 20.0) -> None:
    until = time.monotonic() + patience
    while len(recorded) < many:
        assert time.monotonic() < until, "nothing more was recorded"
        time.sleep(0.01)
