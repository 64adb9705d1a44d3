"""The embedded store: SQLite in WAL mode.  implements: MU-LEDGER-8001, MU-LEDGER-8005, MU-LEDGER-8006"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from muster.ledger.database import SQLITE, Dialect, LedgerUnavailable, NoLedger, Row
from muster.ledger.schema import FIRST, VERSION, demand_current, migrate, version_of
from muster.store import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Sqlite:
    """A ledger in a file. Any number of processes may have it open; one writes at a time, the others wait."""

    def __init__(self, path: str, *, timeout: float, durable: bool = True, reading: bool = False) -> None:
        self._path = Path(path)
        self._timeout = timeout
        self._reading = reading
        try:
            self._connection = self._connected(durable=durable)
        except LedgerUnavailable as error:
            raise error.at(path) from None
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(error) from error

    @property
    def dialect(self) -> Dialect:
        return SQLITE

    def _connected(self, *, durable: bool) -> sqlite3.Connection:
        if self._reading:
            return self._for_reading()
        if not self._path.parent.is_dir():
            self._make_folder()
        connection = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None)
        try:
            # NORMAL loses nothing when a process dies; FULL waits for the disk, and survives a power cut too.
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            if self._patiently(lambda: _version(connection)) < VERSION:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _for_reading(self) -> sqlite3.Connection:
        """Open what is there and write nothing; on a read-only disk, where not even locks can be written, too."""
        if not self._path.exists():
            raise NoLedger("there is no ledger", FIRST)
        address = self._path.absolute().as_uri()
        connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=self._timeout, isolation_level=None)
        try:
            try:
                version = self._patiently(lambda: _version(connection))
            except sqlite3.OperationalError as error:
                if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                    raise
                connection.close()
                connection = self._unlocked(address)
                version = _version(connection)
            demand_current(version)
        except BaseException:
            connection.close()
            raise
        return connection

    def _unlocked(self, address: str) -> sqlite3.Connection:
        """Open it without a lock, which nobody needs where nobody can write; so SQLite leaves the WAL unread."""
        wal = self._path.with_name(f"{self._path.name}-wal")
        if wal.exists() and wal.stat().st_size:
            raise LedgerUnavailable(
                f"its last rows are in {wal.name}, which can be read only where its folder can be written",
                "copy both files to such a place, or make the folder writable",
            )
        return sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)

    def _make_folder(self) -> None:
        from muster.store.files import OutsideRoot, make_own_folder

        if self._path.parent.name != FOLDER:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return
        try:
            make_own_folder(self._path.parent)
        except OutsideRoot as error:
            problem, _, remedy = str(error).partition("; ")
            raise LedgerUnavailable(problem, remedy) from None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables, or bring them up to date, in one transaction."""
        # No busy handler is asked where the mode changes, so two that make a ledger at once have to be patient.
        self._patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchall())
        _in_transaction(connection, "BEGIN IMMEDIATE", lambda session: migrate(session, SQLITE))

    def _patiently(self, work: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                if _code(error) not in _BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def read(self, work: Callable[[_Session], T]) -> T:
        return self._done("BEGIN", work)

    def write(self, work: Callable[[_Session], T]) -> T:
        return self._done("BEGIN IMMEDIATE", work)

    def _done(self, begin: str, work: Callable[[_Session], T]) -> T:
        try:
            return self._patiently(lambda: _in_transaction(self._connection, begin, work))
        except sqlite3.Error as error:
            if "decode to UTF-8" in str(error) and self._connection.text_factory is str:
                # A text was damaged. Its bytes are let through, so that whoever looks at the row can tell which it is.
                self._connection.text_factory = _text_of
                return self._done(begin, work)
            raise self._unavailable(error) from error

    def settle(self) -> None:
        """It is there as far as anybody can see it."""

    def batches(self, statement: str) -> Iterator[list[Row]]:
        try:
            cursor = self._connection.execute(statement)
            while part := cursor.fetchmany(2000):
                yield part
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def claimed(self, key: str) -> Callable[[], None] | None:
        """Hold a name by a lock on a file, which the system lets go of when the process ends."""
        path = self._path.with_name(f"{self._path.name}.claim-{key.removeprefix('sha256:')[:32]}")
        while True:
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise self._unavailable(error) from error
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return None
            if _is_at(path, descriptor):
                break
            os.close(descriptor)  # who held it took it away meanwhile: what is locked is no file of that name any more

        def release() -> None:
            path.unlink(missing_ok=True)
            os.close(descriptor)

        return release

    def close(self) -> None:
        self._connection.close()

    def _unavailable(self, error: Exception) -> LedgerUnavailable:
        name = str(self._path)
        if isinstance(error, OSError):
            return LedgerUnavailable(f"{name}: {(error.strerror or str(error)).lower()}", "make its folder writable")
        words, remedy = _WORDS.get(_code(error), (str(error), "look at the file, or move it away: a new one is made"))
        return LedgerUnavailable(f"{name}: {words.format(timeout=self._timeout)}", remedy)


_WORDS = {
    sqlite3.SQLITE_NOTADB: ("it is no SQLite database", "move that file away: a new ledger is made"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "move it away, and bring back an export: `muster runs import FILE`"),
    sqlite3.SQLITE_BUSY: (
        "another process has held it for {timeout:g} s",
        "wait until it ends, or raise the setting `ledger.timeout`",
    ),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "make the file and its folder writable"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "make the file and its folder readable and writable"),
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space, and run the command again"),
    sqlite3.SQLITE_IOERR: (
        "the disk fails, or its files may not grow any more",
        "look at the disk and at limits on the size of files, and run the command again",
    ),
}


def _code(error: Exception) -> int:
    """The primary code of an error; 0 where Python itself found something wrong."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _text_of(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is the one that stands at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


class _Session:
    """Statements on a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.months: set[tuple[str, str]] = set()

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement, parameters).rowcount

    def run_all(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(statement, rows)

    def stream(self, statement: str, parameters: Sequence[Any] = ()) -> Iterable[Row]:
        return self._connection.execute(statement, parameters)

    def at_end(self, statement: str, parameters: Sequence[Any]) -> None:
        self.run(statement, parameters)

    def lock_chain(self) -> None:
        """Who writes is alone already."""

    def lock_tables(self, tables: Sequence[str]) -> None:
        """The same."""


def _in_transaction(connection: sqlite3.Connection, begin: str, work: Callable[[_Session], T]) -> T:
    connection.execute(begin)
    try:
        done = work(_Session(connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done


def _version(connection: sqlite3.Connection) -> int:
    return version_of(_Session(connection), SQLITE)
