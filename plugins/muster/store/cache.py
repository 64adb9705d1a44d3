"""What an earlier run found out, kept in `.muster/cache.db`; losing it costs time and nothing else.

No error reaches the user: a file that is damaged or of another version is made anew, and where
that cannot be, or another process holds it, the cache is empty and forgets. A value that the disk
damaged counts for missing.
"""

from __future__ import annotations

import hashlib
import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from muster.store.files import OutsideRoot, make_own_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SCHEMA = 2
"""The file's `user_version`; a file with another number, also a higher one, is made anew."""

# What a run may touch stands apart from the values: SQLite rewrites a row as a whole.
_TABLES = (
    "CREATE TABLE records (key BLOB PRIMARY KEY, id INTEGER, size INTEGER, used INTEGER) WITHOUT ROWID",
    "CREATE TABLE contents (id INTEGER PRIMARY KEY, value BLOB)",
    "CREATE TABLE looks (path BLOB PRIMARY KEY, stamp TEXT, blob TEXT, used INTEGER) WITHOUT ROWID",
    "CREATE TABLE runs (number INTEGER)",
    "INSERT INTO runs VALUES (0)",
    f"PRAGMA user_version = {SCHEMA}",
)
_CHUNK = 500
_PLACES = ", ".join("?" * _CHUNK)
_FETCH = f"SELECT key, used, value FROM records JOIN contents USING (id) WHERE key IN ({_PLACES})"  # noqa: S608 - no values
_USED = f"SELECT key, used FROM records WHERE key IN ({_PLACES})"  # noqa: S608 - no values

_KEPT_RUNS = 20  # what no saved run has used for so long goes
_NOTED_AFTER = 5  # a use is noted when the last note is so many runs old: most runs then note none
_BUFFER = 16_000_000  # bytes that are put before they are written
_LARGEST = 100_000_000  # a larger value is not kept
_SEAL = 16  # bytes of the digest before each value
_PATIENCE = 0.05  # seconds to wait for another process; after that the cache gives up

# SQLite's codes that say nothing against the file: misuse of ours, no permission, busy, locked, no memory,
# read-only, interrupted, input or output, full, cannot open, refused.
_BLAMELESS = frozenset({0, 3, 5, 6, 7, 8, 9, 10, 13, 14, 23})


class _Unusable(Exception):
    """The file is damaged or of another version, or it is empty because another process is making it."""

    def __init__(self, *, damaged: bool) -> None:
        super().__init__()
        self.damaged = damaged


class Cache:
    """Values by key, and the content IDs of files that were looked at before; for one thread."""

    def __init__(self, folder: Path, limit: int = 1 << 30) -> None:
        self._file = folder / "cache.db"
        self._limit = limit  # bytes of values that are kept
        self._connection: sqlite3.Connection | None = None
        self._damaged = False
        self._run = 0  # the number that this run has when it is saved
        self._records: dict[bytes, bytes] = {}  # put, and not yet written
        self._looks: dict[bytes, tuple[str, str]] = {}
        self._size = 0  # of the records above
        self._wrote = False
        self._used_records: set[bytes] = set()  # by this run, and long ago before
        self._used_looks: set[bytes] = set()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The cache in `folder`, which is `.muster`; nothing is read before it is asked, or made before `put`."""
        return cls(folder)

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values that are known, by key."""
        asked = {_encoded(key): key for key in keys}
        found = {key: self._records[raw] for raw, key in asked.items() if raw in self._records}
        if asked and self._may_read():
            with self._forgiving():
                connection = self._reader()
                for chunk in _chunks(asked):
                    for raw, used, sealed in connection.execute(_FETCH, chunk):
                        value = sealed[_SEAL:]
                        if sealed != _sealed(raw, value):
                            continue
                        found.setdefault(asked[raw], value)
                        if used < self._run - _NOTED_AFTER:
                            self._used_records.add(raw)
        return found

    def note(self, keys: Iterable[str]) -> None:
        """Count these values as used, without reading them."""
        asked = [_encoded(key) for key in keys]
        if asked and self._may_read():
            with self._forgiving():
                connection = self._reader()
                for chunk in _chunks(asked):
                    for raw, used in connection.execute(_USED, chunk):
                        if used < self._run - _NOTED_AFTER:
                            self._used_records.add(raw)

    def put_many(self, items: Mapping[str, bytes]) -> None:
        """Keep these values; they are written by `save` at the latest."""
        for key, value in items.items():
            if len(value) <= _LARGEST:
                self._records[_encoded(key)] = value
                self._size += len(value)
        if self._size > _BUFFER:
            self._write(finish=False)

    def looks(self, stamps: Mapping[str, str]) -> dict[str, str]:
        """The content IDs of the files that bear the stamp under which they were last read, by path."""
        found: dict[str, str] = {}
        if stamps and self._may_read():
            asked = {_encoded(path): path for path in stamps}
            with self._forgiving():
                for raw, stamp, blob, used in self._reader().execute("SELECT path, stamp, blob, used FROM looks"):
                    path = asked.get(raw)
                    if path is not None and stamps[path] == stamp:
                        found[path] = blob
                        if used < self._run - _NOTED_AFTER:
                            self._used_looks.add(raw)
        return found

    def put_looks(self, looks: Mapping[str, tuple[str, str]]) -> None:
        """Keep the stamp and the content ID of files that were read, by path."""
        self._looks.update((_encoded(path), look) for path, look in looks.items())

    def save(self) -> None:
        """Write what was put, drop what no run of late has used, and close."""
        if self._records or self._looks or self._wrote:
            self._write(finish=True)
        self.close()

    def close(self) -> None:
        """Close without saving."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Whatever is wrong with the file inside, the run goes on without it."""
        import sqlite3

        try:
            yield
        except sqlite3.Error as error:
            self._damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BLAMELESS
            self.close()
        except _Unusable as why:
            self._damaged = why.damaged
            self.close()
        except (OSError, OutsideRoot, OverflowError):
            self.close()
        except (TypeError, ValueError):  # a column of another type, or a text that is none
            self._damaged = True
            self.close()

    def _may_read(self) -> bool:
        return self._connection is not None or (not self._damaged and self._file.is_file())

    def _reader(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connected(self._file)
            self._run = _next_run(self._connection)
        return self._connection

    def _write(self, *, finish: bool) -> None:
        """Write what was put in one transaction; a file that proves damaged is made anew, once."""
        for _ in range(2):
            with self._forgiving():
                connection = self._writer()
                _insert_records(connection, self._records, self._run)
                _insert_looks(connection, self._looks, self._run)
                if finish:
                    _note_uses(connection, self._used_records, self._used_looks, self._run)
                    _prune(connection, self._run, self._limit)
                connection.execute("COMMIT")
                self._wrote = True
            if not self._damaged:
                break
        self._records.clear()
        self._looks.clear()
        self._size = 0

    def _writer(self) -> sqlite3.Connection:
        """The connection in a transaction, on a file of our version."""
        if self._connection is None:
            make_own_folder(self._file.parent)
            if self._damaged:
                for suffix in ("", "-journal", "-wal", "-shm"):
                    self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
                self._damaged = False
            self._connection = _connected(self._file)
        self._connection.execute("BEGIN IMMEDIATE")
        if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            for statement in _TABLES:
                self._connection.execute(statement)
        self._run = _next_run(self._connection)
        return self._connection


def _connected(file: Path) -> sqlite3.Connection:
    import sqlite3

    if file.is_symlink() or file.parent.is_symlink():
        raise OutsideRoot(f"{file.name} is reached through a symbolic link")
    connection = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
    connection.execute("PRAGMA page_size = 16384")  # for a new file: large values in few pieces
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _next_run(connection: sqlite3.Connection) -> int:
    """The number of this run."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        raise _Unusable(damaged=bool(version or tables))
    (number,) = connection.execute("SELECT number FROM runs").fetchone()
    return int(number) + 1


def _insert_records(connection: sqlite3.Connection, records: Mapping[bytes, bytes], run: int) -> None:
    keys = [(key,) for key in records]
    connection.executemany("DELETE FROM contents WHERE id = (SELECT id FROM records WHERE key = ?)", keys)
    (first,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM contents").fetchone()
    values = (_sealed(key, value) for key, value in records.items())
    connection.executemany("INSERT INTO contents VALUES (?, ?)", enumerate(values, first))
    rows = [(key, number, len(value), run) for number, (key, value) in enumerate(records.items(), first)]
    connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", rows)


def _insert_looks(connection: sqlite3.Connection, looks: Mapping[bytes, tuple[str, str]], run: int) -> None:
    rows = [(path, stamp, blob, run) for path, (stamp, blob) in looks.items()]
    connection.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)", rows)


def _note_uses(connection: sqlite3.Connection, records: set[bytes], looks: set[bytes], run: int) -> None:
    connection.execute("UPDATE runs SET number = ?", (run,))
    connection.executemany("UPDATE records SET used = ? WHERE key = ?", [(run, key) for key in sorted(records)])
    connection.executemany("UPDATE looks SET used = ? WHERE path = ?", [(run, path) for path in sorted(looks)])


def _prune(connection: sqlite3.Connection, run: int, limit: int) -> None:
    """Drop what is long unused, then the longest unused until the values fit."""
    oldest = run - _KEPT_RUNS
    connection.execute("DELETE FROM looks WHERE used < ?", (oldest,))
    gone = connection.execute("SELECT key, id FROM records WHERE used < ?", (oldest,)).fetchall()
    (total,) = connection.execute("SELECT coalesce(sum(size), 0) FROM records WHERE used >= ?", (oldest,)).fetchone()
    if total > limit:
        kept = "SELECT key, id, size FROM records WHERE used >= ? ORDER BY used, id"
        for key, number, size in connection.execute(kept, (oldest,)).fetchall():
            if total <= limit:
                break
            gone.append((key, number))
            total -= size
    connection.executemany("DELETE FROM records WHERE key = ?", [(key,) for key, _ in gone])
    connection.executemany("DELETE FROM contents WHERE id = ?", [(number,) for _, number in gone])


def _sealed(key: bytes, value: bytes) -> bytes:
    """A value behind a digest of its key and itself: SQLite hands out what the disk damaged without a word."""
    own = hashlib.blake2b(key, digest_size=_SEAL).digest()
    return hashlib.blake2b(value, digest_size=_SEAL, key=own).digest() + value


def _chunks(keys: Iterable[bytes]) -> Iterator[list[bytes | None]]:
    """Keys in pieces of one size, filled up with NULL, which equals no key: one statement serves all."""
    left = iter(keys)
    while chunk := list[bytes | None](itertools.islice(left, _CHUNK)):
        yield chunk + [None] * (_CHUNK - len(chunk))


def _encoded(text: str) -> bytes:
    """Any text as SQLite takes it; names of files may hold lone surrogates."""
    return text.encode("utf-8", "surrogatepass")
