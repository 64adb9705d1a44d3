"""What the two stores have in common: how a statement is put to them, and what can go wrong.

implements: MU-LEDGER-8001
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
Row = tuple[Any, ...]


class LedgerUnavailable(Exception):
    """The ledger cannot be used; nothing was written."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy

    def at(self, place: str) -> LedgerUnavailable:
        """The same with the ledger's name before it, where that is not there yet."""
        said = str(self)
        return self if said.startswith(f"{place}: ") else type(self)(f"{place}: {said}", self.remedy)


class NoLedger(LedgerUnavailable):
    """There is none yet, and whoever only reads makes none."""


class Dialect(Struct, frozen=True):
    """How a database spells what SQL leaves open."""

    name: str
    mark: str  # of a parameter
    json: str  # the type of a column that is queried
    text_json: str  # the type of one that is kept byte for byte
    real: str
    as_text: str  # appended to a JSON column to read it as text
    exact: str  # appended to a text to compare it byte by byte

    def field(self, column: str, *path: str) -> str:
        """A field of a JSON column, as text."""
        if self.name == "sqlite":
            return f"json_extract({column}, '$.{'.'.join(path)}')"
        return f"({column} #>> '{{{','.join(path)}}}')"

    def end_of(self, column: str) -> str:
        """The last 16 characters of a text."""
        return f"substr({column}, -16)" if self.name == "sqlite" else f"right({column}, 16)"

    def marks(self, count: int) -> str:
        """`?, ?, ?`."""
        return ", ".join([self.mark] * count)


SQLITE = Dialect("sqlite", "?", "TEXT", "TEXT", "REAL", "", "")
POSTGRES = Dialect("postgres", "%s", "JSONB", "JSON", "DOUBLE PRECISION", "::text", ' COLLATE "C"')


class Session(Protocol):
    """Statements inside one transaction."""

    months: set[tuple[str, str]]
    """The partitions that are known to be there, by table and month; what is made here comes in once it is found."""

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """What a query yields."""

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Change something; how many rows it was."""

    def run_all(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Do the same with each of several rows."""

    def stream(self, statement: str, parameters: Sequence[Any] = ()) -> Iterable[Row]:
        """What a query yields, without holding all of it."""

    def at_end(self, statement: str, parameters: Sequence[Any]) -> None:
        """Have this done together with the end of the transaction; what it yields is not asked for."""

    def lock_chain(self) -> None:
        """Let no other process append an event until the transaction ends."""

    def lock_tables(self, tables: Sequence[str]) -> None:
        """Have tables alone until the transaction ends; whoever waits for them meanwhile waits a moment only."""


class Database(Protocol):
    """A store that is open."""

    @property
    def dialect(self) -> Dialect:
        """How it spells SQL."""

    def read(self, work: Callable[[Session], T]) -> T:
        """Do `work` on one state of the store."""

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` wholly or not at all; it may be done again where a connection broke."""

    def settle(self) -> None:
        """Have on the disk what others have committed."""

    def batches(self, statement: str) -> Iterator[list[Row]]:
        """All rows of a query, some thousands at a time."""

    def claimed(self, key: str) -> Callable[[], None] | None:
        """Hold a name until what is returned is called; None where another process holds it."""

    def close(self) -> None:
        """Let go of it."""


def opened(where: str | Path, *, timeout: float, durable: bool = True, reading: bool = False) -> Database:
    """Open the store that an address names: a path is SQLite, `postgresql://` is PostgreSQL."""
    address = str(where)
    if is_server(address):
        from muster.ledger.postgres import Postgres

        return Postgres(address, timeout=timeout, reading=reading)
    if "://" in address:
        scheme = address.split("://", 1)[0]
        raise LedgerUnavailable(
            f"{scheme}:// is no ledger that Muster knows", "give a path, or postgresql://user@host/name"
        )
    if means_server(address):  # what follows may be a password, and would become the name of a file
        raise LedgerUnavailable(
            "the address of the ledger is no path, and no address of a server that Muster reads",
            "write postgresql://user@host/name, and the password into ~/.pgpass or PGPASSWORD",
        )
    from muster.ledger.sqlite import Sqlite

    return Sqlite(address, timeout=timeout, durable=durable, reading=reading)


# `postgresql:/u@h/d`, and words as of libpq: `host=h dbname=d`. A path may stand before, where a project has its own.
_MEANS_SERVER = (
    r"(?i:(?:^|/)postgres(?:ql)?:|password\s{0,5}="
    r"|(?:^|/)(?:host|hostaddr|port|dbname|user|service)\s{0,5}=.*\s\w+\s{0,5}=)"
)


def means_server(address: str) -> bool:
    """Whether an address is one of a server, or meant to be."""
    return "://" in address or (("=" in address or ":" in address) and re.search(_MEANS_SERVER, address) is not None)


def is_server(address: str) -> bool:
    """Whether an address is that of a PostgreSQL server."""
    return address.startswith(("postgresql://", "postgres://"))


def shown_address(address: str) -> str:
    """An address without its password."""
    if not is_server(address):
        return address
    scheme, rest = address.split("://", 1)
    base, _, options = rest.partition("?")
    if "@" not in base and "@" in options:
        return f"{scheme}://..."  # the password may hold the question mark, or be an option: nobody can tell
    head, at, tail = base.rpartition("@")
    return f"{scheme}://{head.split(':', 1)[0]}{at}{tail}"
