"""The cache: a real SQLite file that may be lost, damaged or held by another, and never troubles a run."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from muster.store.cache import SCHEMA, Cache
from unprivileged import folder_of_nobody

DATA = {"one": b"1", "two": b"\x00\xff" * 100_000, "three": b"", "\ud800": b"surrogate"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".muster"


def saved(folder: Path, items: dict[str, bytes], limit: int = 1 << 30) -> None:
    cache = Cache(folder, limit)
    cache.put_many(items)
    cache.save()


def known(folder: Path, keys: list[str] | None = None) -> dict[str, bytes]:
    cache = Cache.open(folder)
    found = cache.get_many(list(DATA) if keys is None else keys)
    cache.close()
    return found


def looks(folder: Path, stamps: dict[str, str]) -> dict[str, str]:
    cache = Cache.open(folder)
    found = cache.looks(stamps)
    cache.close()
    return found


def count(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / "cache.db")
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(number)


def test_what_was_saved_is_known_to_the_next_run(folder: Path) -> None:
    saved(folder, DATA)

    assert known(folder, [*DATA, "other"]) == DATA
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "cache.db"]
    assert (folder / ".gitignore").read_text() == "*\n"


def test_what_was_put_is_known_at_once_and_nothing_is_made_before_it_is_saved(folder: Path) -> None:
    cache = Cache.open(folder)
    assert cache.get_many(["one"]) == {}
    cache.put_many({"one": b"1"})

    assert cache.get_many(["one", "two"]) == {"one": b"1"}
    assert not folder.exists()


def test_a_run_that_puts_nothing_writes_nothing(folder: Path) -> None:
    saved(folder, DATA)
    before = (folder / "cache.db").stat()
    cache = Cache.open(folder)
    cache.get_many(list(DATA))
    cache.save()

    after = (folder / "cache.db").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_value_put_again_replaces_the_old_one(folder: Path) -> None:
    saved(folder, DATA)
    saved(folder, {"two": b"new"})

    assert known(folder) == {**DATA, "two": b"new"}
    assert count(folder, "contents") == len(DATA)


def test_more_keys_than_sqlite_takes_at_once_are_found(folder: Path) -> None:
    many = {f"{number:064d}": b"%d" % number for number in range(2_345)}
    saved(folder, many)

    assert known(folder, list(many)) == many


def test_large_amounts_are_written_along_the_way(folder: Path) -> None:
    cache = Cache.open(folder)
    for number in range(5):
        cache.put_many({f"{number}": bytes([number]) * 10_000_000})
    assert count(folder, "records") == 4
    cache.save()

    assert known(folder, [str(number) for number in range(5)]) == {str(n): bytes([n]) * 10_000_000 for n in range(5)}


def test_looks_are_known_by_path_and_stamp(folder: Path) -> None:
    cache = Cache.open(folder)
    cache.put_looks({"a.md": ("1:2", "ab"), "\udcff.md": ("3:4", "cd")})
    cache.save()

    assert looks(folder, {"a.md": "1:2", "\udcff.md": "3:4"}) == {"a.md": "ab", "\udcff.md": "cd"}
    assert looks(folder, {"a.md": "1:3", "b.md": "1:2"}) == {}


def test_what_twenty_saved_runs_did_not_use_is_dropped(folder: Path) -> None:
    cache = Cache.open(folder)
    cache.put_many({"used": b"u", "unused": b"n"})
    cache.put_looks({"used.md": ("1", "u"), "unused.md": ("1", "n")})
    cache.save()
    for number in range(25):
        cache = Cache.open(folder)
        assert cache.get_many(["used"]) == {"used": b"u"}
        assert cache.looks({"used.md": "1"}) == {"used.md": "u"}
        cache.put_many({str(number): b""})
        cache.save()

    assert known(folder, ["used", "unused", "3", "4"]) == {"used": b"u", "4": b""}
    assert looks(folder, {"used.md": "1", "unused.md": "1"}) == {"used.md": "u"}


def test_the_longest_unused_goes_when_the_values_grow_too_large(folder: Path) -> None:
    for number in range(6):
        saved(folder, {str(number): bytes(1000)}, limit=3500)

    assert sorted(known(folder, list("012345"))) == ["3", "4", "5"]
    assert (count(folder, "records"), count(folder, "contents")) == (3, 3)


@pytest.mark.parametrize(
    "garbage", [b"not a database, but some text\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000, b""]
)
def test_a_damaged_file_is_empty_and_made_anew(folder: Path, garbage: bytes) -> None:
    saved(folder, DATA)
    (folder / "cache.db").write_bytes(garbage)

    assert known(folder) == {}
    saved(folder, {"one": b"1"})
    assert known(folder) == {"one": b"1"}


def test_damage_in_the_middle_is_healed_by_the_run_that_meets_it(folder: Path) -> None:
    saved(folder, {str(number): bytes(5000) for number in range(200)})
    data = (folder / "cache.db").read_bytes()
    (folder / "cache.db").write_bytes(data[:16384] + b"\xff" * (len(data) - 16384))
    keys = [str(number) for number in range(200)]

    cache = Cache.open(folder)
    assert (cache.get_many(keys), cache.looks({"a": "b"})) == ({}, {})
    cache.put_many({"0": b"0"})
    cache.save()
    assert known(folder, keys) == {"0": b"0"}


@pytest.mark.parametrize("version", [SCHEMA + 1, SCHEMA - 1, 99])
def test_a_file_of_another_version_is_made_anew(folder: Path, version: int) -> None:
    saved(folder, DATA)
    connection = sqlite3.connect(folder / "cache.db")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()

    assert known(folder) == {}
    saved(folder, {"one": b"1"})
    assert known(folder) == {"one": b"1"}


def test_missing_tables_are_made_anew(folder: Path) -> None:
    saved(folder, DATA)
    connection = sqlite3.connect(folder / "cache.db")
    connection.execute("DROP TABLE runs")
    connection.close()

    saved(folder, {"one": b"1"})
    assert known(folder) == {"one": b"1"}


@pytest.mark.parametrize("mode", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_file_that_another_process_holds_is_not_waited_for_and_not_harmed(folder: Path, mode: str) -> None:
    saved(folder, {"one": b"1"})
    other = sqlite3.connect(folder / "cache.db", isolation_level=None)
    other.execute(f"BEGIN {mode}")
    started = time.monotonic()
    cache = Cache.open(folder)
    found = cache.get_many(["one"])
    cache.put_many({"two": b"2"})
    cache.save()
    took = time.monotonic() - started
    other.execute("ROLLBACK")
    other.close()

    assert found == ({"one": b"1"} if mode == "IMMEDIATE" else {})
    assert known(folder) == {"one": b"1"}
    assert took < 0.5


def test_two_runs_at_once_both_end(folder: Path) -> None:
    one, other = Cache.open(folder), Cache.open(folder)
    one.put_many({"one": b"1"})
    other.put_many({"two": b"2"})
    one.save()
    other.save()

    assert known(folder) == {"one": b"1", "two": b"2"}


def test_a_read_only_project_has_an_empty_cache_that_forgets() -> None:
    with folder_of_nobody() as root:
        root.chmod(0o555)
        saved(root / ".muster", DATA)

        assert (known(root / ".muster"), list(root.iterdir())) == ({}, [])


def test_a_read_only_cache_is_read() -> None:
    with folder_of_nobody() as root:
        folder = root / ".muster"
        saved(folder, DATA)
        (folder / "cache.db").chmod(0o444)
        folder.chmod(0o555)
        saved(folder, {"new": b"n"})

        assert known(folder, [*DATA, "new"]) == DATA


@pytest.mark.parametrize("name", [".muster", ".muster/cache.db"])
def test_nothing_is_written_through_a_link(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    if name != ".muster":
        folder.mkdir()
    (tmp_path / name).symlink_to(tmp_path / "elsewhere" / ("" if name == ".muster" else "x.db"))
    saved(folder, DATA)

    assert (known(folder), list((tmp_path / "elsewhere").iterdir())) == ({}, [])


@pytest.mark.parametrize("name", [".muster", ".muster/cache.db"])
def test_something_else_in_its_place_is_left_alone(tmp_path: Path, folder: Path, name: str) -> None:
    if name == ".muster":
        folder.write_text("a file")
    else:
        (tmp_path / name).mkdir(parents=True)
    saved(folder, DATA)

    assert known(folder) == {}
    assert (tmp_path / name).is_file() == (name == ".muster")


def test_sqlite_is_not_imported_before_there_is_something_to_open(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from muster.store.cache import Cache\n"
        "cache = Cache.open(Path(sys.argv[1])); cache.get_many(['a']); cache.looks({'a': 'b'}); cache.save()\n"
        "print('sqlite3' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)

    assert (ran.stdout, ran.stderr) == ("False\n", "")
