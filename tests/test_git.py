"""What git knows of a folder: asked of real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from muster.identity import blob_id
from muster.store import git
from muster.store.git import Listing, UnknownRevision
from repositories import repository, run

ODD = ["new\nline.md", 'quo"te.md', "tab\t.md", "ünï.md", os.fsdecode(b"\xff\xfe.md"), " blank .md", "H 100644 ab 0.md"]


def listed(root: Path) -> Listing:
    found = git.listing(root)
    assert found is not None
    return found


def everything(_path: str) -> bool:
    return True


@pytest.mark.requirement("MU-REQ-1002")
def test_tracked_changed_new_deleted_and_ignored_files_are_told_apart(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "*.log\n", "a.md": "a", "b.md": "b", "gone.md": "g", "staged.md": "s"})
    (tmp_path / "b.md").write_text("changed")
    (tmp_path / "gone.md").unlink()
    (tmp_path / "new.md").write_text("n")
    (tmp_path / "x.log").write_text("l")
    (tmp_path / "staged.md").write_text("ss")
    run(tmp_path, "add", "staged.md")

    found = listed(tmp_path)

    assert found.tracked == {
        ".gitignore": blob_id(b"*.log\n"),
        "a.md": blob_id(b"a"),
        "staged.md": blob_id(b"ss"),
    }
    assert found.dirty == {"b.md", "gone.md"}
    assert found.untracked == ("new.md",)


def test_a_root_below_the_top_of_the_repository_sees_only_itself(tmp_path: Path) -> None:
    repository(tmp_path, {"top.md": "t", "sub/a.md": "a", "sub/b.md": "b", "sub/deep/c.md": "c"})
    (tmp_path / "top.md").write_text("changed")
    (tmp_path / "sub/b.md").write_text("changed")
    (tmp_path / "sub/new.md").write_text("n")
    (tmp_path / "other.md").write_text("n")

    found = listed(tmp_path / "sub")

    assert found.tracked == {"a.md": blob_id(b"a"), "deep/c.md": blob_id(b"c")}
    assert (found.dirty, found.untracked) == (frozenset({"b.md"}), ("new.md",))
    assert git.read_at(tmp_path / "sub", "HEAD", everything) == {"a.md": b"a", "b.md": b"b", "deep/c.md": b"c"}


@pytest.mark.requirement("MU-REQ-1002")
@pytest.mark.parametrize("folder", ["", "part/"])
def test_an_environment_and_a_built_site_that_nobody_ignores_are_nobodys_source(tmp_path: Path, folder: str) -> None:
    tracked = {f"{folder}node_modules/kept.md": "k", f"{folder}a.md": "a"}
    repository(tmp_path, tracked)
    root = tmp_path / folder
    for path in (".venv/lib/x.py", "site/index.html", "site/sitemap.xml", "docs/site/sitemap.xml", "new.md"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")

    found = listed(root)

    assert sorted(found.tracked) == ["a.md", "node_modules/kept.md"]
    assert sorted(found.untracked) == ["docs/site/sitemap.xml", "new.md"]


def test_any_file_name_survives(tmp_path: Path) -> None:
    repository(tmp_path, dict.fromkeys(ODD, "x"))
    (tmp_path / ("untracked" + ODD[4])).write_text("y")
    (tmp_path / ODD[0]).write_text("changed")

    found = listed(tmp_path)

    assert found.tracked == dict.fromkeys(sorted(ODD[1:]), blob_id(b"x"))
    assert (found.dirty, found.untracked) == (frozenset({ODD[0]}), ("untracked" + ODD[4],))
    assert git.read_at(tmp_path, "HEAD", everything) == dict.fromkeys(ODD, b"x")


def test_a_link_whose_name_looks_like_an_entry_is_no_file(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a"})
    name = "H 100644 ab 0\tphantom.md"
    (tmp_path / name).symlink_to("a.md")
    run(tmp_path, "add", "-A")

    found = listed(tmp_path)

    assert (found.tracked, found.links) == ({"a.md": blob_id(b"a")}, (name,))


def test_submodules_and_foreign_repositories_are_left_out(tmp_path: Path) -> None:
    repository(tmp_path / "module", {"m.md": "m"})
    repository(tmp_path / "root", {"a.md": "a"})
    run(tmp_path / "root", "submodule", "--quiet", "add", "../module", "inner")
    repository(tmp_path / "root/foreign", {"f.md": "f"})
    (tmp_path / "root/inner/m.md").write_text("changed")

    found = listed(tmp_path / "root")

    assert sorted(found.tracked) == [".gitmodules", "a.md"]
    assert (found.dirty, found.untracked) == (frozenset(), ())


def test_the_sides_of_a_conflict_are_one_file_to_be_looked_at(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "base", "b.md": "b"})
    run(tmp_path, "checkout", "-q", "-b", "side")
    (tmp_path / "a.md").write_text("side")
    run(tmp_path, "commit", "-q", "-a", "-m", "side")
    run(tmp_path, "checkout", "-q", "main")
    (tmp_path / "a.md").write_text("main")
    run(tmp_path, "commit", "-q", "-a", "-m", "main")
    with pytest.raises(subprocess.CalledProcessError):
        run(tmp_path, "merge", "side")

    found = listed(tmp_path)

    assert (found.tracked, found.dirty) == ({"b.md": blob_id(b"b")}, frozenset({"a.md"}))


def test_files_that_git_was_told_not_to_look_at_are_to_be_looked_at(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a", "assumed.md": "x", "skipped.md": "x"})
    run(tmp_path, "update-index", "--assume-unchanged", "assumed.md")
    run(tmp_path, "update-index", "--skip-worktree", "skipped.md")

    assert (sorted(listed(tmp_path).tracked), listed(tmp_path).dirty) == (
        ["a.md"],
        frozenset({"assumed.md", "skipped.md"}),
    )


def test_without_repository_or_git_there_is_no_listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert (git.listing(tmp_path), git.branches(tmp_path), git.refusal(tmp_path)) == (None, {}, "")
    assert git.listing(tmp_path / "missing") is None

    monkeypatch.setenv("PATH", str(tmp_path))
    assert (git.listing(tmp_path), git.branches(tmp_path), git.refusal(tmp_path)) == (None, {}, "")
    with pytest.raises(UnknownRevision) as caught:
        git.read_at(tmp_path, "HEAD", everything)
    assert str(caught.value) == ("git knows no revision 'HEAD' here; `git fetch` it, or name a commit, branch or tag")


def test_a_folder_that_its_repository_ignores_is_no_part_of_it(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "build/\n"})
    (tmp_path / "build").mkdir()
    (tmp_path / "build/a.md").write_text("a")

    assert git.listing(tmp_path / "build") is None


def test_an_empty_repository_lists_nothing(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")

    assert (listed(tmp_path).tracked, listed(tmp_path).untracked, git.branches(tmp_path)) == ({}, (), {})


def test_why_git_refuses_is_told(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a"})
    (tmp_path / ".git/config").write_text("[broken\n")

    assert git.listing(tmp_path) is None
    assert git.refusal(tmp_path) == "bad config line 1 in file .git/config"


def test_what_a_hook_sets_in_the_environment_does_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, {"top.md": "t", "sub/a.md": "a"})
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")

    assert listed(tmp_path / "sub").tracked == {"a.md": blob_id(b"a")}


@pytest.mark.requirement("MU-REQ-1043")
def test_the_files_of_a_revision_are_read_as_they_were(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "one\r\n", "b.md": "", "c.txt": "c", "same.md": "one\r\n"})
    (tmp_path / "link.md").symlink_to("a.md")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-q", "-m", "second")
    run(tmp_path, "tag", "-a", "-m", "v1", "v1")
    (tmp_path / "a.md").write_text("two")

    for revision in ("HEAD", "main", "v1", run(tmp_path, "rev-parse", "--short", "HEAD")):
        then = git.read_at(tmp_path, revision, lambda path: path.endswith(".md"))
        assert list(then.items()) == [("a.md", b"one\r\n"), ("b.md", b""), ("same.md", b"one\r\n")]
    assert git.read_at(tmp_path, "HEAD~1", lambda path: path == "link.md") == {}


@pytest.mark.parametrize("revision", ["", "nowhere", "--output=x", "-h", "HEAD~9", "a\0b", "HEAD:a.md", "ü"])
def test_an_unknown_revision_is_named_and_runs_nothing(tmp_path: Path, revision: str) -> None:
    repository(tmp_path, {"a.md": "a"})

    with pytest.raises(UnknownRevision) as caught:
        git.read_at(tmp_path, revision, everything)
    assert str(caught.value) == (
        f"git knows no revision {revision!r} here; `git fetch` it, or name a commit, branch or tag"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "a.md"]


def test_a_blob_that_git_has_lost_is_named(tmp_path: Path) -> None:
    repository(tmp_path, {"a.md": "a", "b.md": "b"})
    blob = blob_id(b"b")
    (tmp_path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(UnknownRevision) as caught:
        git.read_at(tmp_path, "HEAD", everything)
    assert str(caught.value) == "git lacks b.md of revision 'HEAD'; `git fetch` it"


@pytest.mark.requirement("MU-REQ-1040")
def test_local_and_remote_branches_are_listed_once_for_each_commit(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin", {"a.md": "a"})
    run(origin, "checkout", "-q", "-b", "topic")
    (origin / "b.md").write_text("b")
    run(origin, "add", "-A")
    run(origin, "commit", "-q", "-m", "topic")
    run(origin, "checkout", "-q", "main")
    run(tmp_path, "clone", "-q", "origin", "clone")
    clone = tmp_path / "clone"
    run(clone, "branch", "same")

    found = git.branches(clone)

    assert found == {
        "refs/heads/main": run(origin, "rev-parse", "main"),
        "refs/remotes/origin/topic": run(origin, "rev-parse", "topic"),
    }
    assert [sorted(git.read_at(clone, name, everything)) for name in found] == [["a.md"], ["a.md", "b.md"]]


@pytest.mark.parametrize("data", [b"", b"a", b"\r\n\0" * 1000])
def test_a_blob_id_is_the_one_that_git_gives(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)

    assert blob_id(data) == run(tmp_path, "hash-object", "--no-filters", "x")
