"""The store of a team: PostgreSQL, through psycopg.  implements: MU-LEDGER-8001, MU-LEDGER-8005"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any, TypeVar

from muster.ledger.database import POSTGRES, Dialect, LedgerUnavailable, Row, shown_address
from muster.ledger.schema import VERSION, demand_current, migrate, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import psycopg

T = TypeVar("T")
_CHAIN = 0x6D757374  # the number of the lock under which events are appended
_SCHEMA = _CHAIN + 1


class Postgres:
    """A ledger on a server. A connection that breaks is made anew, and the transaction done again."""

    def __init__(self, address: str, *, timeout: float, reading: bool = False) -> None:
        self._address = address
        self._timeout = timeout
        self._connection: psycopg.Connection[Row] | None = None
        self._stood = False  # a connection did
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

    def _demand_unicode(self, connection: psycopg.Connection[Row]) -> None:
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
        return self.write(work)

    def write(self, work: Callable[[_Session], T]) -> T:
        """Do it, and again where the server went away: what was recorded is found by its key, and not written twice."""
        psycopg = _psycopg()
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                connection = self._open(deadline)
                with connection.transaction():
                    return work(_Session(connection))
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                lost = self._connection is None or self._connection.closed
                passing = (lost and self._stood) or _is_passing(error)
                self.close()
                if not passing or time.monotonic() > deadline:
                    raise self._unavailable(error) from error
                time.sleep(0.1)
            except psycopg.Error as error:
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
            self._demand_unicode(self._connection)
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


class _Session:
    """Statements on a connection."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(statement.encode(), parameters or None).fetchall()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement.encode(), parameters or None).rowcount

    def stream(self, statement: str, parameters: Sequence[Any] = ()) -> Iterable[Row]:
        """A cursor of the server: of a million rows, some thousands are held at a time."""
        with self._connection.cursor(name="muster") as cursor:
            cursor.itersize = 5000
            cursor.execute(statement.encode(), parameters or None)
            yield from cursor

    def lock_chain(self) -> None:
        self._connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (_CHAIN,))
