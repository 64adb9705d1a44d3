"""The diffs of a response, as git and as people write them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from muster.chains.fences import Fence
from muster.chains.patch import patch_in
from muster.chains.turn import Changed, Patch, Said
from repositories import OPTIONS, repository, run, write

PLAIN = """\
diff --git a/src/a.py b/src/a.py
index 1111111..2222222 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,3 +1,3 @@ def f():
 one
-two
+zwei
 three
"""
AT = 11  # of the first line in the fence


def fence_of(text: str, info: str = "diff") -> Fence:
    return Fence(AT - 1, AT + text.count("\n"), info, tuple(text.splitlines()))


def patch_of(text: str) -> Patch:
    patch = patch_in([fence_of(text)])
    assert patch is not None
    return patch


def files_of(text: str) -> list[tuple[str, str, bool]]:
    patch = patch_of(text)
    assert patch.broken == ()
    return [(file.path, file.before, file.binary) for file in patch.files]


def git(root: Path, *arguments: str) -> str:
    command = ["git", *OPTIONS, *arguments]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def named(root: Path, *arguments: str) -> list[tuple[str, str]]:
    """What git says changed: each path, and what it was called before."""
    words = iter(git(root, "diff", "--cached", "--name-status", "-z", *arguments).split("\0")[:-1])
    found = []
    for word in words:
        first = next(words)
        found.append((next(words), first) if word[0] in "RC" else (first, ""))
    return found


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A repository with changes of every kind in its index."""
    lines = "".join(f"line {number}\n" for number in range(40))
    files = {
        "plain.txt": lines,
        "old name.txt": "x" + lines,
        "moved/böse.py": "y" + lines,
        "gone.txt": "bye\n",
        "gone empty": "",
        "script.sh": "echo\n",
        'quo"te.txt': "q\n",
        "tab\there.txt": "t\n",
        "back\\slash.txt": "b\n",
        "è un file.txt": "e\n",
        " and b/and.txt": "a\n",
        "copied.txt": "z" + lines,
        "a/b/a b/c": "d\n",
        "dashes.sql": "-- one\n++ two\nthree\n",
        "no end": "last",
    }
    root = repository(tmp_path / "scratch", files)
    (root / "data.bin").write_bytes(bytes(range(256)) * 4)
    (root / "old bin").write_bytes(bytes(range(256)) * 8)
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "second")
    write(root, {"plain.txt": lines.replace("line 3\n", "").replace("line 30\n", "-- a\n++ b\n")})
    run(root, "mv", "old name.txt", "new name.txt")
    run(root, "mv", "moved/böse.py", "moved/gut ü.py")
    (root / "moved/gut ü.py").write_text("y" + lines + "more\n", encoding="utf-8")
    (root / "gone.txt").unlink()
    (root / "gone empty").unlink()
    (root / "script.sh").chmod(0o755)
    for name in ('quo"te.txt', "tab\there.txt", "back\\slash.txt", "è un file.txt", " and b/and.txt", "a/b/a b/c"):
        (root / name).write_text("new\n", encoding="utf-8")
    write(root, {"copy.txt": "z" + lines, "copied.txt": "zz" + lines, "dashes.sql": "three\n", "empty new": ""})
    write(root, {"no end": "other", "new.txt": "n\n"})
    (root / "data.bin").write_bytes(bytes(range(255, -1, -1)) * 4)
    (root / "new.bin").write_bytes(bytes(range(256)) * 3)
    (root / "old bin").rename(root / "moved bin")
    (root / "link").symlink_to("plain.txt")
    run(root, "add", "-A")
    return root


@pytest.mark.requirement("MU-CHAIN-7032")
@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="renames-found"),
        pytest.param(("-C",), id="copies-found"),
        pytest.param(("-U0",), id="no-context"),
        pytest.param(("-U1000",), id="all-context"),
        pytest.param(("--binary",), id="binaries-in-full"),
        pytest.param(("--no-prefix",), id="no-prefix"),
        pytest.param(("--stat", "--patch"), id="statistics-before"),
    ],
)
@pytest.mark.parametrize("quoting", ["true", "false"])
def test_the_files_of_a_real_diff_are_those_that_git_names(
    changed: Path, options: tuple[str, ...], quoting: str
) -> None:
    settings = ("-c", f"core.quotePath={quoting}")
    text = git(changed, *settings, "diff", "--cached", "-M", *options)
    copies = tuple(option for option in options if option == "-C")

    patch = patch_of(text)

    assert patch.broken == ()
    assert [(file.path, file.before) for file in patch.files] == named(changed, "-M", *copies)
    assert {file.path for file in patch.files if file.binary} == {"data.bin", "new.bin"}


@pytest.mark.parametrize("prefix", ["true", "false"])
def test_mnemonic_prefixes_are_no_part_of_a_path(changed: Path, prefix: str) -> None:
    text = git(changed, "-c", f"diff.mnemonicPrefix={prefix}", "diff", "--cached", "-M")

    assert [file[:2] for file in files_of(text)] == named(changed, "-M")


def test_a_file_stands_at_the_line_of_its_head() -> None:
    both = PLAIN + PLAIN.replace("a.py", "b.py")

    assert patch_of(both) == Patch(10, (Changed("src/a.py", 11), Changed("src/b.py", 20)))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        pytest.param("--- x.py\n+++ x.py\n@@ -1 +1 @@\n-a\n+b\n", [("x.py", "", False)], id="no-prefix-at-all"),
        pytest.param("--- a/x\n+++ a/x\n@@ -1 +1 @@\n-a\n+b\n", [("a/x", "", False)], id="a-folder-called-a"),
        pytest.param("--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+a\n", [("n.py", "", False)], id="new"),
        pytest.param("--- a/o.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", [("o.py", "", False)], id="deleted"),
        pytest.param(
            "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
            [("../../etc/passwd", "", False)],
            id="out-of-the-root",
        ),
        pytest.param(
            "--- a/my file.txt\t2026-01-01 10:00:00\n+++ b/my file.txt\t2026-01-01 10:00:01\n@@ -1 +1 @@\n-a\n+b\n",
            [("my file.txt", "", False)],
            id="with-times",
        ),
        pytest.param("Binary files a/x and b/x differ\n", [("x", "", True)], id="binary-without-git"),
        pytest.param("Binary files a/x and y and b/x and y differ\n", [("x and y", "", True)], id="binary-called-and"),
        pytest.param(
            "Binary files /dev/null and b/new.bin differ\n", [("new.bin", "", True)], id="new-binary-without-git"
        ),
        pytest.param(
            "diff --git a/r.sh b/r.sh\nold mode 100644\nnew mode 100755\n", [("r.sh", "", False)], id="mode-alone"
        ),
        pytest.param(
            PLAIN.replace(" three", "-- x\n+++ y\n three").replace("-1,3 +1,3", "-1,4 +1,4"),
            [("src/a.py", "", False)],
            id="removed-dashes",
        ),
        pytest.param(PLAIN.replace(" three", ""), [("src/a.py", "", False)], id="an-editor-cut-the-space"),
        pytest.param(PLAIN + "-- \n2.40.1\n\n", [("src/a.py", "", False)], id="a-mail"),
        pytest.param(
            PLAIN + "\ncommit 123\nAuthor: A\n\n    Words\n\n" + PLAIN.replace("a.py", "b.py"),
            [("src/a.py", "", False), ("src/b.py", "", False)],
            id="a-log",
        ),
    ],
)
def test_other_forms_of_a_diff_are_read(text: str, files: list[tuple[str, str, bool]]) -> None:
    assert files_of(text) == files


@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.parametrize(
    ("text", "broken"),
    [
        pytest.param(
            PLAIN.replace(" three\n", ""),
            Said("a hunk with 2 old and 2 new lines where its header says 3 and 3", 15),
            id="truncated",
        ),
        pytest.param(
            PLAIN.replace("-1,3 +1,3", "-1,2 +1,2"),
            Said("a line that the header of the hunk above does not count", 19),
            id="too-long",
        ),
        pytest.param(
            PLAIN.replace("@@ -1,3 +1,3 @@ def f():", "@@ def f(): @@"),
            Said("the header of a hunk without its line numbers", 15),
            id="no-numbers",
        ),
        pytest.param(
            PLAIN.replace("@@ -1,3 +1,3 @@ def f():\n", ""),
            Said("lines of a hunk without its header `@@ -1,2 +1,3 @@`", 15),
            id="no-hunk-header",
        ),
        pytest.param(
            PLAIN.replace("--- a/src/a.py\n+++ b/src/a.py\n", ""),
            Said("a hunk of no file: `---` and `+++` are missing", 13),
            id="no-names",
        ),
        pytest.param(
            PLAIN.replace(" three", "three"),
            Said("a hunk with 2 old and 2 new lines where its header says 3 and 3", 15),
            id="a-line-of-no-kind",
        ),
        pytest.param("--- a/x\n+++ b/x\n", Said("a file without a hunk", 11), id="names-alone"),
        pytest.param(
            "@@ -1 +1 @@\n-a\n+b\n", Said("a hunk of no file: `---` and `+++` are missing", 11), id="hunk-alone"
        ),
        pytest.param("(no changes)\n", Said("a block without a diff in it", 10), id="words"),
        pytest.param("", Said("a block without a diff in it", 10), id="nothing"),
        pytest.param(
            "*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch\n",
            Said("a patch of another form, which is no unified diff", 11),
            id="apply-patch",
        ),
        pytest.param(
            "diff --cc a.py\nindex 1,2..3\n--- a/a.py\n+++ b/a.py\n@@@ -1,1 -1,1 +1,2 @@@\n++a\n",
            Said("a combined diff of a merge, which is no unified one", 11),
            id="combined",
        ),
        pytest.param(
            f"--- a/x\n+++ b/x\n@@ -1,{'9' * 5000} +1 @@\n-a\n+b\n",
            Said("the header of a hunk without its line numbers", 13),
            id="endless-number",
        ),
    ],
)
def test_what_does_not_parse_is_told_at_its_line(text: str, broken: Said) -> None:
    assert patch_of(text).broken == (broken,)


def test_a_broken_hunk_hides_no_file_behind_it() -> None:
    cut = PLAIN.replace(" three\n", "")
    bare = "--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-a\n+b\n"

    patch = patch_of(cut.replace("-1,3 +1,3", "-1,9 +1,9") + bare + PLAIN.replace("a.py", "c.py"))

    assert [file.path for file in patch.files] == ["src/a.py", "b.py", "src/c.py"]
    assert [said.line for said in patch.broken] == [15]


def test_only_fences_that_hold_a_diff_are_read() -> None:
    text = fence_of("$ pytest\n1 passed in 0.1s\n", "text")
    unnamed = fence_of(PLAIN, "")

    assert patch_in([text]) is None
    assert patch_in([]) is None
    assert patch_in([text, unnamed]) == Patch(10, (Changed("src/a.py", 11),))


@pytest.mark.parametrize("kind", ["hunks", "files", "one-hunk", "broken", "dashes"])
def test_a_long_diff_is_read_to_its_end(kind: str) -> None:
    piece = {
        "hunks": "@@ -1 +1 @@\n-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n+b\n",
        "files": PLAIN + "\n",
        "one-hunk": "+added a line of some forty characters...\n",
        "broken": "@@ -1,5 +1 @@\n-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n+b\n",
        "dashes": "--- a aaaaaaaaaaaaaaaaaaaaaaaaaaa/x\n+++ b b\n",
    }[kind]
    count = 400_000 // len(piece)
    head = "--- a/x\n+++ b/x\n" + (f"@@ -0,0 +1,{count} @@\n" if kind == "one-hunk" else "")

    patch = patch_in([fence_of(head + piece * count)])

    assert patch is not None
    assert len(patch.files) == (count + 1 if kind in ("files", "dashes") else 1)
    assert bool(patch.broken) == (kind in ("files", "broken", "dashes"))


def test_the_log_of_this_repository_is_read_whole() -> None:
    root = Path(__file__).parents[1]
    if not (root / ".git").exists():
        pytest.skip("no repository")
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "log", "-n", "20", "-M", "--format=%H"]
    text = subprocess.run([*command, "-p"], cwd=root, capture_output=True, check=True, env=environment).stdout
    told = subprocess.run([*command, "--numstat", "-z"], cwd=root, capture_output=True, check=True, env=environment)

    patch = patch_of(text.decode("utf-8", "replace"))

    assert patch.broken == ()
    assert len(patch.files) == sum(piece.count(b"\t") == 2 for piece in told.stdout.replace(b"\n", b"\0").split(b"\0"))
