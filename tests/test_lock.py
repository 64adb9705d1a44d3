"""The review lock: what becomes suspect, what does not, and how the file survives renames and merges."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import repositories
from muster import pipeline, workspace
from muster.inputs import memory
from muster.model import Outcome, Status, Suspect
from muster.settings import Settings
from muster.text.fingerprint import fingerprint
from muster.trace.lock import MARK, Lock, lock_in, rendered

HEAD = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n"
OLD = "A full queue MUST refuse the newest item."
NEW = "A full queue MUST refuse the oldest item."
CODE = "# implements: Q-1001\n"
LOCK = "requirements/trace.lock"


def spec(text: str, number: int = 1001) -> str:
    return f"{HEAD}- [Q-{number}] {text}\n"


def run(files: dict[str, str]) -> Outcome:
    return pipeline.run(memory(files), Settings())


def synced(files: dict[str, str]) -> dict[str, str]:
    """The files with those that `sync` would write."""
    found = dict(files)
    for file in run(files).files:
        if file.text is None:
            found.pop(file.path, None)
        else:
            found[file.path] = file.text
    return found


def codes(files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(f.code, f.place.path, f.place.line) for f in run(files).findings]


@pytest.mark.requirement("MU-TRACE-3020")
def test_the_lock_has_a_line_for_each_citing_file_and_one_for_each_text() -> None:
    files = synced(
        {"specs/q.md": spec(OLD), "src/b.py": CODE, "src/a.py": CODE + CODE, "README.md": "As Q-1001 says.\n"}
    )
    mark = fingerprint(OLD)

    assert files[LOCK] == MARK + (
        f'["Q-1001", "{mark}", "README.md"]\n'
        f'["Q-1001", "{mark}", "src/a.py"]\n'
        f'["Q-1001", "{mark}", "src/b.py"]\n'
        f'["{mark}", "{OLD}"]\n'
    )
    assert codes(files) == []


@pytest.mark.requirement("MU-TRACE-3020")
def test_without_citations_there_is_no_lock_and_an_old_one_goes() -> None:
    assert LOCK not in synced({"specs/q.md": spec(OLD), "src/a.py": 'x = "Q-1001"\n'})
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    del files["src/a.py"]
    assert ("DRF002", LOCK, 1) in codes(files)
    assert LOCK not in synced(files)


@pytest.mark.requirement("MU-TRACE-3012", "MU-TRACE-3021")
def test_a_changed_word_makes_each_citing_file_suspect_and_shows_both_texts() -> None:
    before = synced({"specs/q.md": spec(OLD), "src/a.py": f"#\n{CODE}", "tests/test_a.py": CODE})
    after = synced({**before, "specs/q.md": spec(NEW)})
    outcome = run(after)
    words = f"{OLD[:28]} [-newest-] {{+oldest+}} item."

    assert [(f.code, str(f.place), f.message, f.detail) for f in outcome.findings] == [
        ("TRC005", "src/a.py:2:15", "Q-1001 changed since src/a.py was reviewed", words),
        ("TRC005", "tests/test_a.py:1:15", "Q-1001 changed since tests/test_a.py was reviewed", words),
    ]  # fmt: skip
    assert outcome.project.trace.suspects == (
        Suspect("Q-1001", "src/a.py", OLD),
        Suspect("Q-1001", "tests/test_a.py", OLD),
    )
    assert outcome.project.trace.statuses == {"Q-1001": Status.SUSPECT}
    assert after[LOCK] == before[LOCK]


@pytest.mark.requirement("MU-TRACE-3021")
@pytest.mark.parametrize(
    "text", ["A full\n  queue **MUST** refuse the _newest_ item.", "A  full queue MUST refuse   the newest item.  "]
)
def test_editorial_changes_make_no_suspect(text: str) -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})

    assert codes(synced({**files, "specs/q.md": spec(text)})) == []


@pytest.mark.requirement("MU-TRACE-3021")
def test_a_text_that_comes_back_is_no_suspect_any_more() -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    changed = synced({**files, "specs/q.md": spec(NEW)})

    assert codes(synced({**changed, "specs/q.md": spec(OLD)})) == []


@pytest.mark.requirement("MU-TRACE-3020")
def test_a_new_citation_is_trusted_as_it_stands_also_beside_a_suspect_one() -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    changed = synced({**files, "specs/q.md": spec(NEW), "src/b.py": CODE})

    assert [one.path for one in run(changed).project.trace.suspects] == ["src/a.py"]
    assert set(lock_in(changed[LOCK], LOCK)[0][0].texts.values()) == {OLD, NEW}


@pytest.mark.requirement("MU-TRACE-3020")
def test_a_renamed_file_inherits_its_review_and_a_copy_does_not() -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    changed = {**files, "specs/q.md": spec(NEW), "lib/a.py": CODE, "src/z.py": CODE}
    del changed["src/a.py"]

    # Of two that could be meant, the one with the old name.
    assert [one.path for one in run(changed).project.trace.suspects] == ["lib/a.py"]
    copied = {**files, "specs/q.md": spec(NEW), "lib/a.py": CODE}
    assert [one.path for one in run(copied).project.trace.suspects] == ["src/a.py"]


@pytest.mark.requirement("MU-TRACE-3020")
def test_a_suspect_file_that_is_split_or_moved_into_another_stays_suspect() -> None:
    specs = spec(OLD) + "- [Q-1002] It MUST go.\n"
    files = synced({"specs/q.md": specs, "src/a.py": "# Q-1001 Q-1002\n", "src/z.py": "# Q-1002\n"})
    changed = synced({**files, "specs/q.md": specs.replace("newest", "oldest").replace("go", "stay")})
    del changed["src/a.py"]
    split = synced({**changed, "src/b.py": "# Q-1001\n", "src/c.py": "# Q-1002\n"})
    assert [(one.id, one.path) for one in run(split).project.trace.suspects] == [
        ("Q-1001", "src/b.py"), ("Q-1002", "src/c.py"), ("Q-1002", "src/z.py"),
    ]  # fmt: skip
    del split["src/b.py"]
    moved = synced({**split, "src/z.py": "# Q-1001 Q-1002\n"})
    assert [(one.id, one.path) for one in run(moved).project.trace.suspects] == [
        ("Q-1001", "src/z.py"), ("Q-1002", "src/c.py"), ("Q-1002", "src/z.py"),
    ]  # fmt: skip


@pytest.mark.requirement("MU-TRACE-3020")
def test_a_checkout_with_other_line_ends_has_not_drifted(tmp_path: Path) -> None:
    root = repositories.repository(tmp_path / "a", {"specs/q.md": spec(OLD), "src/a.py": CODE})
    workspace.sync(root, workspace.check(root))
    repositories.run(root, "add", "-A")
    repositories.run(root, "commit", "-qm", "second")
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", "a", "b"], cwd=tmp_path, check=True)

    assert b"\r\n" in (tmp_path / "b" / LOCK).read_bytes()
    assert [finding.code for finding in workspace.check(tmp_path / "b").findings] == []


@pytest.mark.requirement("MU-TRACE-3020")
def test_the_lock_of_a_second_sync_is_the_same_and_in_the_same_order() -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE, "src/B.py": CODE})

    assert synced(files) == files
    lines = files[LOCK].splitlines()[1:]
    assert lines == sorted(lines)


@pytest.mark.requirement("MU-TRACE-3020")
def test_two_branches_that_cite_merge_without_conflict_and_one_that_conflicts_keeps_both(tmp_path: Path) -> None:
    sources = {"specs/q.md": spec(OLD) + "- [Q-1002] It MUST go.\n", "src/m.py": "# Q-1001 Q-1002\n"}
    root = repositories.repository(tmp_path / "r", sources)

    def git(*arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            ["git", *repositories.OPTIONS, *arguments], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def write(path: str, text: str) -> None:
        (root / path).write_text(text)
        workspace.sync(root, workspace.check(root))
        git("add", "-A")
        git("commit", "-qm", path)

    write("src/n.py", "# Q-1001\n")
    git("checkout", "-qb", "other")
    write("src/z.py", "# Q-1002\n")
    git("checkout", "-q", "-")
    write("src/a.py", "# Q-1001\n")
    git("merge", "-q", "--no-edit", "other")
    assert [f for f in workspace.check(root).findings if "trace.lock" in f.place.path] == []

    git("checkout", "-qb", "left")
    write("src/a1.py", "# Q-1001\n")
    git("checkout", "-q", "HEAD~1")
    git("checkout", "-qb", "right")
    write("src/a2.py", "# Q-1001\n")
    git("merge", "-q", "left", status=1)
    found = [f for f in workspace.check(root).findings if f.code in ("TRC011", "DRF001") and f.place.path == LOCK]
    line = (root / LOCK).read_text().split("\n").index("<<<<<<< HEAD") + 1
    assert [(f.code, f.place.line, f.message) for f in found] == [
        ("TRC011", line, "the lock has conflict markers of git")
    ]
    workspace.sync(root, workspace.check(root))
    assert [f for f in workspace.check(root).findings if f.place.path == LOCK] == []
    assert {"src/a1.py", "src/a2.py"} <= set(lock_in((root / LOCK).read_text(), LOCK)[0][0].pairs["Q-1001"])


@pytest.mark.requirement("MU-TRACE-3020")
@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[1, 2]",
        '["Q-1001"]',
        '["a", "b", "c"]',
        '["a", "b"]',
        "[" * 10_000,
        '{"a": 1}',
        '["Q-1001", null, "a"]',
    ],
)
def test_a_line_that_is_no_entry_is_reported_and_the_others_count(line: str) -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    text = files[LOCK] + line + "\n"

    (lock,), problems = lock_in(text, LOCK)
    assert lock.pairs == lock_in(files[LOCK], LOCK)[0][0].pairs
    assert [(problem.code, problem.place.line) for problem in problems] == [("TRC011", 4)]
    assert [code for code, path, _ in codes({**files, LOCK: text}) if path == LOCK] == ["TRC011"]


@pytest.mark.requirement("MU-TRACE-3020")
def test_of_two_reviews_in_a_conflict_none_clears_what_the_other_left_open() -> None:
    files = synced({"specs/q.md": spec(OLD), "src/a.py": CODE})
    changed = synced({**files, "specs/q.md": spec(NEW)})
    other = changed[LOCK].replace(fingerprint(OLD), fingerprint(NEW)).replace(OLD, NEW)
    conflict = f"<<<<<<< a\n{changed[LOCK]}=======\n{other}>>>>>>> b\n"

    assert [one.path for one in run({**changed, LOCK: conflict}).project.trace.suspects] == ["src/a.py"]


NAMES = st.text(st.characters(exclude_categories=()), max_size=20)


@pytest.mark.requirement("MU-TRACE-3020")
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 3), max_size=3), max_size=4), NAMES)
def test_any_names_and_texts_come_back_as_they_were(pairs: dict[str, dict[str, int]], text: str) -> None:
    own = {name: {path: f"sha256:{n}" for path, n in files.items()} for name, files in pairs.items() if files}
    lock = Lock(own, {f"sha256:{n}": text for n in range(4)})

    written = rendered(lock)
    (read,), problems = lock_in(written, LOCK)
    assert problems == ()
    assert (read.pairs, read.texts, read.whole) == (own, lock.texts, True)
    assert written.encode("utf-8").decode("utf-8") == written
    assert len(written.splitlines()) == written.count("\n")
