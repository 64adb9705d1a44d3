"""The store of a team: PostgreSQL, through psycopg.  implements: MU-LEDGER-8001, MU-LEDGER-8005"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any, TypeVar

from muster.ledger.database import POSTGRES, Dialect, LedgerUnavailable, Row, shown_address
from muster.ledger.parting import CHAIN
from muster.ledger.schema import VERSION, demand_current, migrate, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import psycopg

T = TypeVar("T")
_SCHEMA = CHAIN + 1
_OLDEST = 120_000  # of a server: before, a partition cannot be added while others write
_TRIES = 50  # at tables that others read; half a second each, so that nobody waits longer behind us
# A transaction that ends durably: so has everything that was committed before it.
_SETTLE = b"SELECT pg_logical_emit_message(true, 'muster', '')"


class Postgres:
    """A ledger on a server. A connection that breaks is made anew, and the transaction done again."""

    def __init__(self, address: str, *, timeout: float, reading: bool = False) -> None:
        self._address = address
        self._timeout = timeout
        self._connection: psycopg.Connection[Row] | None = None
        self._stood = False  # a connection did
        self._months: set[tuple[str, str]] = set()
        parts = self._parts()
        self._options = str(parts.get("options") or os.environ.get("PGOPTIONS") or "")
        try:
            version = self.read(lambda session: version_of(session, POSTGRES))
            if reading:
                demand_current(version)
            elif version < VERSION:
                self.write(_prepare)
        except LedgerUnavailable as error:
            self.close()
            raise error.at(shown_address(address)) from None

    def _parts(self) -> dict[str, Any]:
        """What the address says. Refused is what is none, in words of our own: the library shows passwords."""
        from psycopg.conninfo import conninfo_to_dict

        try:
            parts: dict[str, Any] = dict(conninfo_to_dict(self._address))
        except _psycopg().Error:
            parts = {"port": "unreadable"}
        ports = str(parts.get("port") or "").split(",")
        # A bare `@` in a password ends it for the library, which would show what follows as part of a name.
        names = (str(parts.get(name) or "") for name in ("host", "hostaddr", "dbname"))
        if not all(port.isdecimal() for port in ports if port) or any("@" in name for name in names):
            raise LedgerUnavailable(
                f"{shown_address(self._address)}: the address cannot be read",
                "write postgresql://user:password@host:5432/name, in the password %40 for @, %2F for / and %25 for %",
            )

        return parts

    def _demand_usable(self, connection: psycopg.Connection[Row]) -> None:
        if connection.info.server_version < _OLDEST:
            self.close()
            raise LedgerUnavailable(
                f"{shown_address(self._address)}: the server is PostgreSQL {connection.info.server_version // 10_000}",
                "a ledger needs version 12 or later",
            )
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            self.close()
            raise LedgerUnavailable(
                f"{shown_address(self._address)}: the database is in {encoding}, and a ledger is in UTF8",
                "make another one: `createdb --encoding=UTF8 --template=template0 NAME`",
            )

    @property
    def dialect(self) -> Dialect:
        return POSTGRES

    def read(self, work: Callable[[_Session], T]) -> T:
        return self._done(work, settles=False)

    def write(self, work: Callable[[_Session], T]) -> T:
        return self._done(work, settles=True)

    def settle(self) -> None:
        """Have everything that was committed on the disk; a server that only repeats another one has it there."""
        psycopg = _psycopg()
        try:
            self._open(time.monotonic() + self._timeout).execute(_SETTLE)
        except psycopg.errors.ReadOnlySqlTransaction:
            pass
        except psycopg.Error as error:
            raise self._unavailable(error) from error

    def _done(self, work: Callable[[_Session], T], *, settles: bool) -> T:
        """Do it, and again where the server went away: what was recorded is found by its key, and not written twice."""
        psycopg = _psycopg()
        deadline = time.monotonic() + self._timeout
        parted_anew = False
        while True:
            try:
                connection = self._open(deadline)
                return _in_transaction(connection, _Session(connection, self._months), work, settles=settles)
            except psycopg.errors.CheckViolation as error:
                self.close()
                # A partition that was known is retired meanwhile; it is made anew for what comes that late.
                if parted_anew:
                    raise self._unavailable(error) from error
                parted_anew = True
                self._months.clear()
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                lost = self._connection is None or self._connection.closed
                passing = (lost and self._stood) or _is_passing(error)
                self.close()
                if not passing or time.monotonic() > deadline:
                    raise self._unavailable(error) from error
                time.sleep(0.1)
            except psycopg.Error as error:
                self.close()
                raise self._unavailable(error) from error

    def _open(self, deadline: float) -> psycopg.Connection[Row]:
        if self._connection is None or self._connection.closed:
            left = max(int(deadline - time.monotonic()), 2)
            limit = max(int(self._timeout * 1000), 1000)
            self._connection = _psycopg().connect(
                self._address,
                autocommit=True,
                connect_timeout=left,
                application_name="muster",
                client_encoding="utf8",
                # A server that does not answer, or a lock that is never let go of, ends in words and not in silence.
                options=f"{self._options} -c lock_timeout={limit} -c statement_timeout={limit + 1000} -c timezone=UTC",
            )
            self._demand_usable(self._connection)
            self._stood = True
        return self._connection

    def batches(self, statement: str) -> Iterator[list[Row]]:
        try:
            connection = self._open(time.monotonic() + self._timeout)
            with connection.transaction(), connection.cursor(name="muster_batches") as cursor:
                cursor.execute(statement.encode())
                while part := cursor.fetchmany(2000):
                    yield part
        except _psycopg().Error as error:
            raise self._unavailable(error) from error

    def claimed(self, key: str) -> Callable[[], None] | None:
        """Hold a name by a lock of a connection of its own, which the server lets go of when that ends."""
        psycopg = _psycopg()
        number = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)
        try:
            held = psycopg.connect(self._address, autocommit=True, connect_timeout=max(int(self._timeout), 2))
            if held.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone() == (True,):
                release: Callable[[], None] = held.close
                return release
        except psycopg.Error as error:
            raise self._unavailable(error) from error
        held.close()
        return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _unavailable(self, error: Exception) -> LedgerUnavailable:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        words = next((line for line in reversed(lines) if "failed" in line), lines[0])
        state = getattr(error, "sqlstate", None) or next((code for word, code in _STATES.items() if word in words), "")
        remedy = next((text for start, text in _REMEDIES.items() if state.startswith(start)), _REMEDIES[""])
        return LedgerUnavailable(f"{shown_address(self._address)}: {words}", remedy)


def _prepare(session: _Session) -> None:
    session.run("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA,))
    migrate(session, POSTGRES)


_REMEDIES = {
    "28": "look at the user and the password of the address, in `ledger.url` or MUSTER_LEDGER",
    "3D": "make that database: `createdb NAME`",
    "3F": "make the schema that `search_path` names, or leave it out of the address",
    "42501": "let the user create tables there, or have somebody do it who may",
    "57014": "the server is slow: raise the setting `ledger.timeout`",
    "55P03": "another process holds it: wait, or raise the setting `ledger.timeout`",
    "53": "the server is full: free some space or connections",
    "": "start the server, or look at the address in `ledger.url` or MUSTER_LEDGER",
}


# What a server says that lets nobody in comes without its code.
_STATES = {
    "password": "28",
    "pg_hba.conf": "28",
    "role": "28",
    "database system is": "57P03",
    "too many clients": "53300",
    "connection slots": "53300",
    "does not exist": "3D",
}


def _is_passing(error: Exception) -> bool:
    """Whether the server said that it goes, comes, is full, or that two transactions met."""
    said = str(error)
    state = getattr(error, "sqlstate", None) or next((code for word, code in _STATES.items() if word in said), "")
    return state in ("57P01", "57P02", "57P03", "53300", "40001", "40P01")


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise LedgerUnavailable(
            f"PostgreSQL needs psycopg: {str(error).splitlines()[0]}", "`pip install 'mkdocs-muster[postgres]'`"
        ) from None
    return psycopg


def _in_transaction(
    connection: psycopg.Connection[Row], session: _Session, work: Callable[[_Session], T], *, settles: bool
) -> T:
    """Do it wholly or not at all, and where it settles have it on the disk, as well as what it found there.

    What is to be done last holds the lock of the chain, for which all others wait. So it is sent in one go with the
    end of the transaction, which lets go of the lock: nobody waits for our program, nor for the way to it. And it lets
    go before the disk has it, which is waited for afterwards, by many at once. A crash in between loses an end of the
    server's log, which is what was committed last: an event never without those behind it, and none that was reported.
    """
    if connection.pgconn.transaction_status:  # somebody goes through rows meanwhile, and asks about each
        with connection.transaction():
            return work(session)
    connection.execute(b"BEGIN")
    try:
        done = work(session)
    except BaseException:
        if not connection.closed:
            connection.execute(b"ROLLBACK")
        raise
    if session.last:
        with connection.pipeline():
            for statement, parameters in session.last:
                connection.execute(statement, parameters)
            connection.execute(b"COMMIT")
            connection.execute(_SETTLE)
        return done
    connection.execute(b"COMMIT")
    if settles and not session.wrote:  # what it found may be of somebody who still waits for the disk
        connection.execute(_SETTLE)
    return done


class _Session:
    """Statements on a connection."""

    def __init__(self, connection: psycopg.Connection[Row], months: set[tuple[str, str]] | None = None) -> None:
        self._connection = connection
        self.months = set() if months is None else months
        self.wrote = False
        self.last: list[tuple[bytes, Sequence[Any]]] = []  # what is sent together with the end of the transaction

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(statement.encode(), parameters or None).fetchall()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        count = self._connection.execute(statement.encode(), parameters or None).rowcount
        self.wrote = self.wrote or count > 0
        return count

    def run_all(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(statement.encode(), rows)
        self.wrote = True

    def stream(self, statement: str, parameters: Sequence[Any] = ()) -> Iterable[Row]:
        """A cursor of the server: of a million rows, some thousands are held at a time."""
        with self._connection.cursor(name="muster") as cursor:
            cursor.itersize = 5000
            cursor.execute(statement.encode(), parameters or None)
            yield from cursor

    def lock_chain(self) -> None:
        self._connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (CHAIN,))

    def at_end(self, statement: str, parameters: Sequence[Any]) -> None:
        self.last.append((statement.encode(), parameters))

    def lock_tables(self, tables: Sequence[str]) -> None:
        psycopg = _psycopg()
        names = ", ".join(tables)
        for left in reversed(range(_TRIES)):
            try:
                with self._connection.transaction():
                    self._connection.execute(b"SET LOCAL lock_timeout = '500ms'")
                    self._connection.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE".encode())
                    self._connection.execute(b"SET LOCAL lock_timeout = DEFAULT")
                break
            except psycopg.errors.LockNotAvailable:
                if not left:
                    raise
                time.sleep(0.1)
