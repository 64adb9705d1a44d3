"""Edits that mend findings, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.gate.fixes import Fixed, edited
from muster.model import Edit
from muster.store.files import lock
from muster.store.undo import Restored, keep, restore

if TYPE_CHECKING:
    from pathlib import Path


def edit(line: int, column: int, old: str, new: str) -> Edit:
    return Edit("a.md", line, column, old, new)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_edits_land_at_their_line_and_column_and_keep_line_ends(end: str) -> None:
    text = end.join(("one two", "three", "")) + end

    fixed = edited(text, [edit(2, 1, "three", "3"), edit(1, 5, "two", "2"), edit(1, 1, "", "> ")])

    assert fixed == Fixed(end.join(("> one 2", "3", "")) + end, 3, ())


def test_a_byte_order_mark_has_no_column() -> None:
    assert edited("\ufeffone", [edit(1, 1, "one", "1")]).text == "\ufeff1"


def test_an_edit_may_stand_at_the_end_of_a_text() -> None:
    assert edited("one", [edit(1, 4, "", " two")]).text == "one two"


def test_an_edit_that_overlaps_or_does_not_fit_is_left() -> None:
    first, overlapping, stale, beyond = (
        edit(1, 1, "one two", "1 2"),
        edit(1, 5, "two", "2"),
        edit(2, 1, "four", "4"),
        edit(9, 1, "nine", "9"),
    )

    assert edited("one two\nthree\n", [first, overlapping, stale, beyond]) == Fixed(
        "1 2\nthree\n", 1, (overlapping, stale, beyond)
    )


def test_an_undo_restores_what_the_fix_changed_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"old\r\n")
    with lock(tmp_path):
        keep(tmp_path, {"a.md": b"old\r\n"}, {"a.md": b"new\r\n"})
    (tmp_path / "a.md").write_bytes(b"new\r\n")

    assert restore(tmp_path) == Restored(("a.md",), ())
    assert (tmp_path / "a.md").read_bytes() == b"old\r\n"
    assert restore(tmp_path) is None


def test_an_undo_leaves_what_somebody_changed_since(tmp_path: Path) -> None:
    keep(tmp_path, {"a.md": b"old", "b.md": b"old"}, {"a.md": b"new", "b.md": b"new"})
    (tmp_path / "a.md").write_bytes(b"mine")
    (tmp_path / "b.md").write_bytes(b"new")

    assert restore(tmp_path) == Restored(("b.md",), ("a.md",))
    assert (tmp_path / "a.md").read_bytes() == b"mine"


def test_a_fix_that_was_killed_before_it_wrote_has_nothing_to_undo(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"old")
    keep(tmp_path, {"a.md": b"old"}, {"a.md": b"new"})

    assert restore(tmp_path) == Restored((), ())


def test_the_next_fix_forgets_the_one_before(tmp_path: Path) -> None:
    keep(tmp_path, {"a.md": b"1", "b.md": b"1"}, {"a.md": b"2", "b.md": b"2"})
    keep(tmp_path, {"a.md": b"2"}, {"a.md": b"3"})

    assert sorted(path.name for path in (tmp_path / ".muster" / "undo").iterdir()) == ["0000.before", "files.json"]
