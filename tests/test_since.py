"""`muster check --since`: what a revision had already passes, what a change breaks elsewhere does not."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.store.revision import Revision, revision_of
from muster.store.tree import tree_of
from repositories import repository, write
from repositories import run as git

SPEC = "# {0} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n- [{1}-1001] It MUST run.\n"
QUEUE = SPEC.format("Queue", "QUEUE")
POOL = SPEC.format("Pool", "POOL") + "\nThe [rules](10-queue.md#1-rules) of the queue hold.\n"
SIN = "- [QUEUE-1002] It runs well.\n"
FILES = {".gitignore": ".muster/\n", "specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL}
FOUND = re.compile(r"^(\S+?): \w+\[(\w+)\]", re.MULTILINE)
SUMMARY = re.compile(r"(?<= s: ).*", re.MULTILINE)

Check = Callable[..., tuple[int, list[tuple[str, str]], str]]


@pytest.fixture
def check(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Check:
    """Status, place and code of each finding, and the end of the summary or what went wrong."""

    def run_check(*arguments: str, root: Path = tmp_path) -> tuple[int, list[tuple[str, str]], str]:
        status = run(["-C", str(root), "check", "--ignore", "DRF", *arguments])
        out, err = capfd.readouterr()
        said = SUMMARY.search(err)
        return status, FOUND.findall(out), said[0] if said else err

    return run_check


def test_what_was_wrong_before_passes_and_what_is_new_does_not(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN})

    assert check("--since", "HEAD") == (0, [], "0 errors, 0 warnings; 1 older finding not shown")

    # The lines move, another sin comes in.
    moved = QUEUE.replace("## 1)", "Some words.\n\n## 1)") + SIN + "- [QUEUE-1003] It stops well.\n"
    write(tmp_path, {"specs/10-queue.md": moved})

    assert check("--since", "HEAD") == (
        1,
        [("specs/10-queue.md:11:3", "KWD001")],
        "1 error, 0 warnings; 1 older finding not shown",
    )
    assert check("--since", "HEAD", "specs/20-pool.md")[:2] == (1, [])


@pytest.mark.requirement("MU-RULE-2035", "MU-RULE-2038")
def test_a_change_that_breaks_a_file_which_stays_as_it_is_is_found(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, FILES)
    write(tmp_path, {"specs/10-queue.md": QUEUE.replace("1) Rules", "1) Order")})

    assert check("--since", "HEAD") == (1, [("specs/20-pool.md:9:5", "LNK002")], "1 error, 0 warnings")


def test_a_new_duplicate_is_reported_and_a_mended_finding_is_not_counted(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN})
    write(tmp_path, {"specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL.replace("POOL-1001", "QUEUE-1001")})

    status, found, said = check("--since", "HEAD", "--select", "REQ002,KWD001")

    assert (status, said) == (1, "1 error, 0 warnings")
    assert [code for _, code in found] == ["REQ002"]


def test_a_file_that_was_renamed_keeps_its_older_findings(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {".gitignore": ".muster/\n", "specs/10-queue.md": QUEUE + SIN})
    git(tmp_path, "mv", "specs/10-queue.md", "specs/30-queue.md")

    assert check("--since", "HEAD") == (0, [], "0 errors, 0 warnings; 1 older finding not shown")


def test_before_the_first_commit_everything_is_new(tmp_path: Path, check: Check) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN})

    assert check("--since", "HEAD") == (1, [("specs/10-queue.md:8:3", "KWD001")], "1 error, 0 warnings")
    assert check("--since", "main")[0] == 2


@pytest.mark.parametrize("revision", ["nowhere", "", "--output=x", "HEAD~9", "HEAD:specs"])
def test_a_revision_that_git_does_not_know_is_named(revision: str, tmp_path: Path, check: Check) -> None:
    repository(tmp_path, FILES)

    assert check(f"--since={revision}") == (
        2,
        [],
        f"muster: git knows no revision {revision!r} here\nhelp: `git fetch` it, or name a commit, branch or tag\n",
    )


def test_outside_git_there_is_no_revision(tmp_path: Path, check: Check) -> None:
    write(tmp_path, FILES)

    assert check("--since", "HEAD") == (
        2,
        [],
        "muster: there is no git repository to find revision 'HEAD' in\nhelp: leave `--since` out, or run it in one\n",
    )


def test_a_folder_of_a_repository_is_compared_with_itself(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {f"part/{path}": text for path, text in FILES.items()})
    write(tmp_path / "part", {"specs/10-queue.md": QUEUE + SIN, "specs/20-pool.md": POOL + "Words.\n"})
    git(tmp_path, "commit", "-qam", "second")

    assert check("--since", "HEAD", root=tmp_path / "part")[2] == "0 errors, 0 warnings; 1 older finding not shown"
    assert check("--since", "HEAD~1", root=tmp_path / "part")[1] == [("specs/10-queue.md:8:3", "KWD001")]


def test_what_the_cache_knows_of_a_revision_is_not_read_again(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN, "src/a.py": "# QUEUE-1001 POOL-1001\n"})
    check()
    write(tmp_path, {"specs/20-pool.md": POOL + "More words.\n"})
    trace = tmp_path / ".muster" / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))

    warm = check("--since", "HEAD")
    read_by_warm = "cat-file" in trace.read_text(encoding="utf-8")
    cold = check("--since", "HEAD", "--no-cache")

    assert warm == cold == (0, [], "0 errors, 0 warnings; 1 older finding not shown")
    assert not read_by_warm
    assert trace.read_text(encoding="utf-8").count("built-in: git cat-file") == 1


def test_a_revision_lists_what_a_clean_working_tree_holds(tmp_path: Path) -> None:
    files = {"a.md": "a\n", "b/c.md": "c\n", "b/ü \t.md": "umlaut\n", "b-c.md": "sorts before b/\n", "bin": "\0\n"}
    root = write(tmp_path / "repo", files)
    (root / os.fsdecode(b"\xff.md")).write_text("no UTF-8 in the name\n", encoding="utf-8")
    links = {
        "b/up.md": "../a.md",
        "folder": "b",
        "twice.md": "folder/up.md",
        "loop": "loop",
        "out.md": "../../x",
        "gone": "no",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    repository(root, {})
    tree = tree_of(root)

    with revision_of(root, "HEAD") as then:
        assert (then.entries, list(then.entries)) == (tree.entries, list(tree.entries))
        assert (then.twins, sorted(then.unread)) == (tree.twins, sorted(tree.unread))
        for path in (*tree.entries, *links, "folder/c.md", "folder/no.md", "b", "no", "a.md/..", "../x"):
            assert then.resolved(path) == tree.resolved(path), path
        for path in tree.entries:
            assert (then.read(path), then.reader.text_of(path, 5)) == (tree.read(path), tree.reader.text_of(path, 5))
        assert then.standing("folder/c.md") == b"c\n"
        assert then.standing("no") is None


def test_a_revision_whose_content_git_lacks_is_a_mistake_with_a_remedy(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN})
    blob = git(tmp_path, "rev-parse", "HEAD:specs/20-pool.md")
    (tmp_path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert check("--since", "HEAD", "--no-cache") == (
        2,
        [],
        "muster: git lacks specs/20-pool.md of revision 'HEAD'\nhelp: `git fetch` it\n",
    )


def test_a_revision_without_git_s_process_says_that_git_lacks_it(tmp_path: Path) -> None:
    then = Revision(repository(tmp_path, FILES), "HEAD", None)

    assert (dict(then.entries), then.standing("a"), then.renamed()) == ({}, None, {})
    with pytest.raises(FileNotFoundError):
        then.read("a")


def test_the_working_tree_and_the_index_stay_as_they_are(tmp_path: Path, check: Check) -> None:
    repository(tmp_path, {**FILES, "specs/10-queue.md": QUEUE + SIN})
    write(tmp_path, {"specs/20-pool.md": POOL + "Words.\n", "specs/30-new.md": "# New\n"})
    git(tmp_path, "add", "specs/20-pool.md")
    before = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True).stdout

    check("--since", "HEAD")

    after = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert after == before == b"M  specs/20-pool.md\n?? specs/30-new.md\n"
