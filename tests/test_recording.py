"""Muster's own commands record themselves, and nothing of the ledger stops a check."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.cli.app import run
from repositories import repository, write
from unprivileged import folder_of_nobody

HEAD = "# {} SPEC\n\nStatus: {}\n\nConformance language: RFC 2119 and RFC 8174\n\n- [{}-1001] It MUST be.\n"
FILES = {
    ".gitignore": ".muster/\n",
    "specs/10-queue.md": HEAD.format("Queue", "draft", "QUEUE"),
    "specs/20-pay.md": HEAD.format("Pay", "draft", "PAY"),
}

SITE = """site_name: Q
docs_dir: specs
theme: mkdocs
plugins: [muster-specs, muster-compliance: {sync: true, rules: false}, muster-gate]
"""

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", FILES)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def book_of(project: Path) -> ledger.Ledger:
    return ledger.open(project / ".muster/ledger.db")


@pytest.mark.requirement("MU-LEDGER-8022")
@pytest.mark.requirement("MU-LEDGER-8001")
def test_sync_and_check_record_themselves(project: Path, muster: Muster) -> None:
    muster("sync")
    muster("check")

    with book_of(project) as book:
        checked, synced = book.runs()
        [script] = book.script_runs(synced.facts.io.script_runs)
    assert [(one.facts.task_slug, one.facts.status) for one in (synced, checked)] == [
        ("sync", "success"),
        ("check", "success"),
    ]
    assert synced.facts.io.files_written == (
        "COMPLIANCE.md",
        "requirements/pay.yaml",
        "requirements/queue.yaml",
        "requirements/requirements.schema.json",
    )
    assert (synced.parents, synced.facts.retrieval.memory_count) == (("specs/10-queue.md", "specs/20-pay.md"), 2)
    assert script.command[-1] == "sync"
    assert synced.facts.task_config_digest == checked.facts.task_config_digest


@pytest.mark.requirement("MU-LEDGER-8022")
@pytest.mark.requirement("MU-LEDGER-8012")
def test_a_gate_that_fails_and_a_command_that_cannot_run_are_failures_with_their_reasons(
    project: Path, muster: Muster
) -> None:
    muster("sync")
    write(project, {"specs/10-queue.md": FILES["specs/10-queue.md"].replace("MUST be", "is")})

    assert muster("check")[0] == 1
    assert muster("check", "--since", "nowhere")[0] == 2

    with book_of(project) as book:
        broken, failed = book.runs(status="failed")
    assert failed.facts.error == ledger.Failure(type="GateFailed", message="3 errors, 0 warnings")
    assert broken.facts.error is not None
    assert broken.facts.error.type == "UnknownRevision"
    assert "nowhere" in (broken.facts.error.message or "")


@pytest.mark.requirement("MU-LEDGER-8022")
@pytest.mark.parametrize("arguments", [["check", "--no-record"], ["check", "--no-cache"], ["sync", "--check"]])
def test_a_command_that_is_told_not_to_records_nothing(arguments: list[str], project: Path, muster: Muster) -> None:
    muster(*arguments)

    assert not (project / ".muster/ledger.db").exists()


@pytest.mark.requirement("MU-LEDGER-8022")
def test_a_project_that_wants_no_record_has_none(project: Path, muster: Muster) -> None:
    write(project, {"muster.toml": "[ledger]\nrecord = false\n"})

    muster("sync")
    muster("check")

    assert not (project / ".muster/ledger.db").exists()


UNUSABLE: dict[str, tuple[bytes, str, str]] = {
    "no database": (b"I am a text, and a long one at that. " * 99, "it is no SQLite database", "move that file away"),
    "a folder": (b"", "it cannot be opened", "make the file and its folder readable and writable"),
}


@pytest.mark.requirement("MU-LEDGER-8022")
@pytest.mark.parametrize("what", UNUSABLE)
def test_a_ledger_that_cannot_be_used_never_fails_a_check_and_keeps_its_bytes(
    what: str, project: Path, muster: Muster
) -> None:
    muster("sync", "--no-record")
    path, (content, words, remedy) = project / ".muster/ledger.db", UNUSABLE[what]
    if content:
        path.write_bytes(content)
    else:
        path.mkdir()

    status, out, err = muster("check")

    assert (status, out) == (0, "")
    assert err.splitlines()[0].startswith("muster: this run is not recorded: ")
    assert words in err.splitlines()[0]
    assert remedy in err.splitlines()[1]
    assert path.is_dir() or path.read_bytes() == content


@pytest.mark.requirement("MU-LEDGER-8022")
@pytest.mark.requirement("MU-LEDGER-8004")
def test_a_ledger_of_a_newer_muster_is_left_alone(project: Path, muster: Muster) -> None:
    muster("sync")
    path = project / ".muster/ledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE muster_ledger SET version = 99")
    connection.close()

    status, _, err = muster("check")

    assert status == 0
    assert "it is of version 99, and this Muster knows" in err
    assert muster("runs")[0] == 2


@pytest.mark.requirement("MU-LEDGER-8022")
def test_where_nothing_can_be_written_a_check_still_judges(capfd: pytest.CaptureFixture[str]) -> None:
    with folder_of_nobody() as folder:
        write(folder, FILES)
        for path in (folder / "specs", folder):
            path.chmod(0o500)

        status = run(["-C", str(folder), "check", "--select", "KWD"])

    out, err = capfd.readouterr()
    assert (status, out) == (0, "")
    told = r"muster: this run is not recorded: .*/.muster/ledger.db: permission denied\nhelp: make its folder writable"
    assert re.match(told, err), err


@pytest.mark.requirement("MU-LEDGER-8001")
@pytest.mark.requirement("MU-LEDGER-8022")
def test_a_server_serves_as_well(
    project: Path, muster: Muster, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_LEDGER", postgres_url)

    muster("sync")
    muster("check")

    assert not (project / ".muster/ledger.db").exists()
    with ledger.open(postgres_url) as book:
        assert [one.facts.task_slug for one in book.runs()] == ["check", "sync"]
        assert [one.type for one in book.events()] == ["spec_status_changed", "spec_status_changed", "docs_specs"]
    assert muster("events", "verify") == (0, "", "3 events, the chain holds\n")


@pytest.mark.requirement("MU-LEDGER-8022")
def test_a_server_that_is_down_is_told_and_its_password_is_not(
    project: Path, muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_LEDGER", "postgresql://joe:hunter2@127.0.0.1:1/none")
    write(project, {"muster.toml": "[ledger]\ntimeout = 1\n"})

    status, _, err = muster("sync")

    assert status == 0
    assert "muster: this run is not recorded: postgresql://joe@127.0.0.1:1/none: " in err
    assert "hunter2" not in err


@pytest.mark.requirement("MU-LEDGER-8033")
def test_each_change_of_a_specs_status_is_an_event(project: Path, muster: Muster) -> None:
    muster("sync")
    for status in ("ready", "draft", "ready", "ready"):
        write(project, {"specs/10-queue.md": HEAD.format("Queue", status, "QUEUE")})
        muster("check")

    with book_of(project) as book:
        told = [event.context for event in book.events(type="spec_status_changed")]
    assert [(one["spec"], one["before"], one["after"]) for one in told] == [
        ("specs/10-queue.md", None, "draft"),
        ("specs/20-pay.md", None, "draft"),
        ("specs/10-queue.md", "draft", "ready"),
        ("specs/10-queue.md", "ready", "draft"),
        ("specs/10-queue.md", "draft", "ready"),
    ]


@pytest.mark.requirement("MU-LEDGER-8033")
def test_a_status_that_is_scrubbed_or_cut_is_told_once(project: Path, muster: Muster) -> None:
    for status in ("draft - asked of ada@example.org", "long " * 200):
        write(project, {"specs/10-queue.md": HEAD.format("Queue", status, "QUEUE")})
        muster("sync")
        muster("check")
        muster("check")

    with book_of(project) as book:
        told = [one.context["after"] for one in book.events(type="spec_status_changed")]
        assert [run.facts.task_slug for run in book.runs()] == ["check", "check", "sync"] * 2
    assert told == ["draft - asked of [e-mail]", "draft", ("long " * 200)[:200]]


@pytest.mark.requirement("MU-LEDGER-8031")
@pytest.mark.parametrize("part", [["--select", "LNK"], ["--ignore", "KWD"], ["--since", "HEAD"]])
def test_a_check_of_a_part_is_a_run_and_no_decision_of_the_gate(part: list[str], project: Path, muster: Muster) -> None:
    muster("sync")
    write(project, {"specs/10-queue.md": FILES["specs/10-queue.md"].replace("MUST be", "is")})

    muster("check", *part)

    with book_of(project) as book:
        assert [run.facts.task_slug for run in book.runs()] == ["check", "sync"]
        assert book.events(type="docs_specs") == []


@pytest.mark.requirement("MU-LEDGER-8031")
@pytest.mark.site
def test_a_site_build_records_nothing(project: Path, muster: Muster) -> None:
    write(project, {"mkdocs.yml": SITE, "specs/index.md": "# Home\n"})
    muster("sync")
    with book_of(project) as book:
        before = (book.runs(), book.events())

    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet"], cwd=project, capture_output=True, text=True, check=False
    )

    assert built.returncode == 0, built.stderr
    with book_of(project) as book:
        assert (book.runs(), book.events()) == before


@pytest.mark.requirement("MU-LEDGER-8001")
def test_clearing_the_cache_leaves_the_ledger(project: Path, muster: Muster) -> None:
    muster("sync")
    for path in (project / ".muster").glob("cache*"):
        path.unlink()

    muster("check")

    with book_of(project) as book:
        assert len(book.runs()) == 2
