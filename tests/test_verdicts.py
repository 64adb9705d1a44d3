"""A check of a project in which nothing changed finds its verdict kept; whatever changes, it is found anew."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster.cli.app import run
from muster.recording import ledger_read
from muster.settings import Settings, settings_from
from muster.specs.discovery import is_input
from muster.store.cache import Cache
from muster.store.tree import tree_of
from muster.workspace import Workspace
from repositories import repository, write

if TYPE_CHECKING:
    from muster.model import Finding

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
SPEC = f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n- [Q-1002] It sings; see [notes](../build/notes.txt).\n"
SETTINGS = '[trace]\nresults = ["junit.xml"]\n'
FILES = {
    "muster.toml": SETTINGS,
    ".gitignore": "build/\n.muster/\njunit.xml\n",
    "specs/10-queue.md": SPEC,
    "src/queue.py": '"""implements: Q-1001"""\n',
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_run():\n    pass\n",
    "requirements/waivers.yaml": "- {requirement: Q-1002, rule: KWD, reason: Soon., owner: Ada, expires: 2027-01-31}\n",
}
JUNIT = '<testsuite><testcase classname="tests.test_queue" name="test_run"/></testsuite>'
TODAY = date(2026, 11, 28)


def later() -> int:
    """A clock for which no file is so young that it may change unnoticed."""
    return time.time_ns() + 10**10


def opened(root: Path, *, use_cache: bool = True) -> Workspace:
    settings = settings_from((root / "muster.toml").read_text("utf-8"), "muster.toml")
    cache = Cache.open(root / ".muster") if use_cache else None
    return Workspace(root, settings, "muster.toml", tree_of(root, cache, is_input(settings), now=later), cache)


def found(root: Path, today: date = TODAY) -> tuple[tuple[Finding, ...], bool]:
    """The findings of a check, and whether the project was read for them; they are those of a check without cache."""
    workspace, bare = opened(root), opened(root, use_cache=False)

    outcome, told = workspace.judged(workspace.settings, today=today)
    expected, more = bare.judged(bare.settings, today=today)

    assert (outcome.findings, told) == (expected.findings, more)
    assert {**vars_of(outcome.counts), "cached": 0} == {**vars_of(expected.counts), "cached": 0}
    return outcome.findings, bool(outcome.project.documents)


def vars_of(counts: object) -> dict[str, int]:
    return {name: getattr(counts, name) for name in counts.__struct_fields__}  # type: ignore[attr-defined]


@pytest.fixture(params=["in a git repository", "in a folder"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = repository(tmp_path, FILES) if request.param == "in a git repository" else write(tmp_path, FILES)
    monkeypatch.chdir(made)
    assert run(["sync"]) == 0
    return made


@pytest.mark.requirement("MU-CORE-0014")
def test_a_second_check_reads_nothing_and_finds_the_same(root: Path) -> None:
    first, read = found(root)
    second, again = found(root)

    assert (read, again) == (True, False)
    assert first == second
    assert first


EDITS = {
    "a spec": {"specs/10-queue.md": SPEC.replace("MUST run", "MUST not run")},
    "a spec that is new": {"specs/20-pool.md": f"# Pool\n\n{HEAD}- [P-1] It MUST grow.\n"},
    "code": {"src/queue.py": "pass\n"},
    "a test that is new": {"tests/test_more.py": "# verifies: Q-1002\ndef test_more():\n    pass\n"},
    "results": {"junit.xml": JUNIT.replace("/></testsuite>", "><failure/></testcase></testsuite>")},
    "settings": {"muster.toml": f'{SETTINGS}[rules]\nignore = ["LNK"]\n'},
    "waivers": {"requirements/waivers.yaml": "[]\n"},
    "a file that git ignores and a link leads to": {"build/notes.txt": "x\n"},
    "a derived file": {"COMPLIANCE.md": "mine\n"},
}


@pytest.mark.requirement("MU-CORE-0014")
@pytest.mark.parametrize("what", EDITS)
def test_a_change_is_seen_at_once_and_its_undoing_too(what: str, root: Path) -> None:
    write(root, {"junit.xml": JUNIT})
    before, _ = found(root)
    was = {path: (root / path).read_text("utf-8") if (root / path).exists() else None for path in EDITS[what]}

    write(root, EDITS[what])
    changed, read = found(root)
    for path, text in was.items():
        if text is None:
            (root / path).unlink()
        else:
            (root / path).write_text(text, "utf-8")
    after, _ = found(root)

    assert read
    assert changed != before or what == "a test that is new"
    assert after == before


@pytest.mark.requirement("MU-CORE-0014")
def test_a_waiver_ends_though_no_file_changes(root: Path) -> None:
    before, _ = found(root)
    after, read = found(root, date(2027, 2, 1))

    assert read
    assert {finding.code for finding in after} - {finding.code for finding in before} == {"SET009", "KWD001"}


def test_a_file_that_may_yet_change_unnoticed_leaves_no_verdict(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    settings = Settings()

    def judged() -> bool:
        cache = Cache.open(tmp_path / ".muster")
        tree = tree_of(tmp_path, cache, is_input(settings), now=(tmp_path / "src/queue.py").stat().st_mtime_ns.__int__)
        outcome, _ = Workspace(tmp_path, settings, "", tree, cache).judged(settings, today=TODAY)
        return bool(outcome.project.documents)

    assert (judged(), judged()) == (True, True)


@pytest.mark.requirement("MU-LEDGER-8022")
def test_the_ledger_hears_the_same_of_a_verdict_that_was_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    time.sleep(2.1)  # until no file is so young that it may change unnoticed
    for _ in range(2):
        run(["check"])
    shown = capsys.readouterr().out

    with ledger_read(root, Settings()) or pytest.fail("no ledger") as book:
        told = [event.context for event in book.events(type="docs_specs")]
    assert shown[: len(shown) // 2] == shown[len(shown) // 2 :]
    assert len(told) == 2
    assert {**told[0], "run_id": ""} == {**told[1], "run_id": ""}
