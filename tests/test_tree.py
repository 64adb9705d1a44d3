"""The files of a project and their content identity, in git and outside it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.identity import blob_id
from muster.store.cache import Cache
from muster.store.tree import tree_of
from repositories import repository, run, write
from unprivileged import folder_of_nobody

Maker = Callable[[Path, dict[str, str]], Path]
A_WHILE_AGO = time.time_ns() - 60_000_000_000


@pytest.fixture(params=["git", "untracked", "folder"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Maker:
    """Makes a project: committed, in a repository but not yet added, or without git."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def untracked(root: Path, files: dict[str, str]) -> Path:
        root.mkdir(parents=True, exist_ok=True)
        run(root, "init", "-q")
        return write(root, files)

    makers: dict[str, Maker] = {"git": repository, "untracked": untracked, "folder": write}
    return makers[request.param]


def markdown(path: str) -> bool:
    return path.endswith(".md")


def ids(**texts: str) -> dict[str, str]:
    return {name.replace("_", ".").replace("..", "/"): blob_id(text.encode()) for name, text in texts.items()}


def aged(path: Path, when: int = A_WHILE_AGO) -> None:
    os.utime(path, ns=(when, when))


def test_entries_are_sorted_by_path_with_their_content_ids(tmp_path: Path, make: Maker) -> None:
    root = make(tmp_path, {"b.md": "b", "a/z.md": "z", "a-b.md": "-", "é.md": "é", "a.md": "a"})

    tree = tree_of(root)

    assert list(tree.entries.items()) == [
        (path, blob_id(text.encode()))
        for path, text in [("a-b.md", "-"), ("a.md", "a"), ("a/z.md", "z"), ("b.md", "b"), ("é.md", "é")]
    ]
    assert list(tree.paths) == list(tree.entries)
    assert (tree.unread, tree.warning, tree.read("a/z.md")) == ({}, "", b"z")


def test_a_changed_file_has_the_id_of_what_stands_there(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a", "code.py": "c", "gone.md": "g", "same.md": "s"})
    write(tmp_path, {"a.md": "changed", "code.py": "changed", "new.md": "n", "new.py": "n"})
    (tmp_path / "gone.md").unlink()
    aged(tmp_path / "same.md")

    tree = tree_of(tmp_path, relevant=markdown)

    assert tree.entries == ids(a_md="changed", new_md="n", same_md="s")
    assert list(tree.paths) == ["a.md", "code.py", "new.md", "new.py", "same.md"]


@pytest.mark.requirement("MU-REQ-1002")
def test_files_that_git_ignores_are_left_out(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "build/\n*.tmp.md\n", "a.md": "a"})
    write(tmp_path, {"build/b.md": "b", "x.tmp.md": "x", "kept.md": "k"})

    assert list(tree_of(tmp_path).paths) == [".gitignore", "a.md", "kept.md"]


def test_the_folder_of_muster_is_never_listed(tmp_path: Path, make: Maker) -> None:
    root = make(tmp_path, {".muster/x.md": "x", "a.md": "a", ".musterful.md": "m"})

    assert list(tree_of(root).paths) == [".musterful.md", "a.md"]


def test_outside_git_folders_of_tools_are_skipped(tmp_path: Path) -> None:
    skipped = ["node_modules/x.md", ".venv/x.md", "__pycache__/x.md", "a/node_modules/x.md"]
    write(tmp_path, dict.fromkeys([*skipped, "a/b.md"], "x"))

    assert list(tree_of(tmp_path).paths) == ["a/b.md"]


@pytest.mark.requirement("MU-CORE-0010")
def test_the_order_in_which_a_folder_is_listed_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path, {f"{folder}/{name}.md": name for folder in "abc" for name in "xyz"})

    def reversed_scan(path: str) -> list[os.DirEntry[str]]:
        return sorted(os.scandir(path), key=lambda entry: entry.name, reverse=True)

    one, other = tree_of(tmp_path), tree_of(tmp_path, scan=reversed_scan)

    assert (list(one.entries.items()), one.digest) == (list(other.entries.items()), other.digest)


def test_what_is_no_ordinary_file_is_no_file(tmp_path: Path, make: Maker) -> None:
    root = make(tmp_path, {"x.md/inner.md": "i", "a.md": "a"})
    os.mkfifo(root / "pipe.md")
    (root / "empty.md").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # a socket's path may not be long
        listener.bind("socket.md")
        os.chdir(here)

        assert list(tree_of(root).paths) == ["a.md", "x.md/inner.md"]


def test_a_tracked_file_that_became_something_else_is_gone(tmp_path: Path) -> None:
    repository(tmp_path, {"pipe.md": "p", "folder.md": "f", "moved/a.md": "a", "kept.md": "k"})
    (tmp_path / "outside").mkdir()
    for name in ("pipe.md", "folder.md", "moved/a.md"):
        (tmp_path / name).unlink()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "moved").rmdir()
    write(tmp_path.parent / "elsewhere", {"a.md": "not ours"})
    (tmp_path / "moved").symlink_to(tmp_path.parent / "elsewhere")

    tree = tree_of(tmp_path)

    assert list(tree.paths) == ["kept.md"]
    assert tree.unread == {"moved": "the link leads out of the project"}


def test_links_are_followed_only_to_files_that_are_not_listed_themselves(tmp_path: Path, make: Maker) -> None:
    links = {
        "twin.md": "a.md",
        "out.md": "/etc/passwd",
        "up.md": "../x.md",
        "broken.md": "nowhere.md",
        "loop.md": "loop.md",
        "folder": "sub",
        "git.md": ".git/config",
        "own.md": ".muster/x.md",
        "alias.md": "node_modules/hidden.md",
    }
    root = make(tmp_path / "root", {"a.md": "a", "sub/b.md": "b", ".gitignore": "/node_modules\n"})
    write(tmp_path, {"x.md": "x", "root/node_modules/hidden.md": "h", "root/.muster/x.md": "x"})
    if not (root / ".git").exists():
        write(root, {".git/config": ""})
        (root / ".git").chmod(0o755)
    for name, target in links.items():
        (root / name).symlink_to(target)
    if (root / ".git/HEAD").exists():
        run(root, "add", "--ignore-errors", *(name for name in links))

    tree = tree_of(root)

    assert list(tree.paths) == [".gitignore", "a.md", "alias.md", "sub/b.md"]
    assert (tree.entries["alias.md"], tree.read("alias.md")) == (blob_id(b"h"), b"h")
    assert tree.twins == {"twin.md": "a.md"}
    assert tree.unread == {
        "broken.md": "the link is broken: No such file or directory",
        "git.md": "the link leads into .git",
        "loop.md": "the link leads to itself",
        "out.md": "the link leads out of the project",
        "own.md": "the link leads into .muster",
        "up.md": "the link leads out of the project",
    }


def test_an_unreadable_file_stays_listed_without_id_and_fails_when_read() -> None:
    with folder_of_nobody() as root:
        write(root, {"a.md": "a", "closed.md": "c", "closed/b.md": "b"})
        (root / "closed.md").chmod(0)
        (root / "closed").chmod(0)

        tree = tree_of(root)

        assert tree.entries == {"a.md": blob_id(b"a"), "closed.md": ""}
        assert tree.unread == {"closed": "the folder cannot be listed: Permission denied"}
        with pytest.raises(PermissionError):
            tree.read("closed.md")


def test_a_file_that_vanishes_or_was_never_listed_cannot_be_read(tmp_path: Path, make: Maker) -> None:
    root = make(tmp_path / "root", {"a.md": "a", "b.md": "b"})
    write(tmp_path, {"secret": "s"})
    tree = tree_of(root)
    (root / "a.md").unlink()
    (root / "b.md").unlink()
    os.mkfifo(root / "b.md")  # reading it would wait for ever

    for path in ("a.md", "b.md", "missing.md", "../secret", "/etc/passwd"):
        with pytest.raises(OSError, match="file") as caught:
            tree.read(path)
        assert path in str(caught.value)


def test_where_git_refuses_the_folder_is_walked_and_the_reason_told(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a"})
    (tmp_path / ".git/config").write_text("[broken\n")

    tree = tree_of(tmp_path)

    assert (list(tree.paths), tree.warning) == (["a.md"], "bad config line 1 in file .git/config")


def test_the_digest_follows_every_change_of_what_is_listed(tmp_path: Path, make: Maker) -> None:
    root = make(tmp_path, {"a.md": "a", "b.md": "b", "c.py": "c"})

    def digest() -> str:
        return tree_of(root, relevant=markdown).digest

    seen = [digest()]
    assert digest() == seen[0]
    for change in (
        lambda: write(root, {"a.md": "changed"}),
        lambda: write(root, {"new.md": "n"}),
        lambda: write(root, {"new.py": "n"}),
        (root / "b.md").unlink,
        lambda: (root / "link.md").symlink_to("nowhere"),
        (root / "c.py").unlink,
    ):
        change()
        seen.append(digest())
    assert len(set(seen)) == len(seen)


def later() -> int:
    """The time in a minute, when no file is fresh any more."""
    return time.time_ns() + 60_000_000_000


def stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def known_looks(folder: Path, root: Path) -> dict[str, str]:
    """What a later run would take from the cache without reading a file."""
    cache = Cache.open(folder)
    found = cache.looks({path.name: stamp(path) for path in root.iterdir()})
    cache.close()
    return found


def test_a_file_that_stands_as_it_was_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root, folder = write(tmp_path / "root", {"a.md": "a", "b.md": "b"}), tmp_path / ".muster"
    cache = Cache.open(folder)
    tree_of(root, cache, now=later)
    cache.save()
    assert known_looks(folder, root) == ids(a_md="a", b_md="b")

    write(root, {"a.md": "A"})  # of the same size
    assert known_looks(folder, root) == ids(b_md="b")
    cache = Cache.open(folder)
    cache.put_looks({"b.md": (stamp(root / "b.md"), "believed")})
    cache.save()
    assert tree_of(root, cache).entries == {**ids(a_md="A"), "b.md": "believed"}
    cache.close()


def test_a_file_written_a_moment_ago_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root, folder = write(tmp_path / "root", {"a.md": "a"}), tmp_path / ".muster"
    cache = Cache.open(folder)

    assert tree_of(root, cache).entries == ids(a_md="a")
    cache.save()
    assert known_looks(folder, root) == {}
