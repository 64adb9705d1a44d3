"""A folder that is written whole, and never takes anything away that somebody else put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.store.files import NotWritten
from muster.store.whole_folder import clear_half_written, files_in, write_whole

OLD = {"a.txt": b"a"}


def tree(root: Path) -> list[str]:
    """Everything below a folder, hidden things too."""
    return sorted(str(one.relative_to(root)) for one in root.rglob("*"))


def test_a_folder_is_replaced_where_it_holds_what_is_to_be_replaced(tmp_path: Path) -> None:
    write_whole(tmp_path, "made/here", OLD)

    write_whole(tmp_path, "made/here", {"b.txt": b"b"}, replaces=OLD)

    assert (tree(tmp_path), files_in(tmp_path, "made/here")) == (
        ["made", "made/here", "made/here/b.txt"],
        {"b.txt": b"b"},
    )


@pytest.mark.parametrize(
    ("replaces", "other"),
    [(None, ""), (OLD, "made/here/notes/mine.md"), (OLD, "made/here/mine.md"), ({"a.txt": b"b"}, "")],
    ids=["nothing may be replaced", "a folder in it", "another file", "another content"],
)
def test_what_may_not_be_replaced_stays(replaces: dict[str, bytes] | None, other: str, tmp_path: Path) -> None:
    write_whole(tmp_path, "made/here", OLD)
    if other:
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_text("mine")
    before = tree(tmp_path)

    with pytest.raises(NotWritten, match="made/here cannot be written: something else stands there; move it away"):
        write_whole(tmp_path, "made/here", {"b.txt": b"b"}, replaces=replaces)

    assert (tree(tmp_path), (tmp_path / "made/here/a.txt").read_bytes()) == (before, b"a")


def test_what_is_no_ordinary_file_is_told_by_a_name_that_no_file_has(tmp_path: Path) -> None:
    write_whole(tmp_path, "here", OLD)
    (tmp_path / "here/link.txt").symlink_to("a.txt")
    (tmp_path / "here/sub").mkdir()

    assert files_in(tmp_path, "here") == {"a.txt": b"a", "link.txt/ (a symbolic link)": b"", "sub/ (a folder)": b""}


def test_only_folders_that_hold_files_alone_are_cleared_away(tmp_path: Path) -> None:
    ours, theirs = (f".here.{digit * 16}.muster-tmp" for digit in "12")
    write_whole(tmp_path, ours, OLD)
    write_whole(tmp_path, theirs, OLD)
    (tmp_path / theirs / "notes").mkdir()

    assert clear_half_written(tmp_path, "") == [str(tmp_path / ours)]
    assert tree(tmp_path) == [theirs, f"{theirs}/a.txt", f"{theirs}/notes"]
