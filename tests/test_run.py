"""`muster run`: a command, what it is recorded as, and what it is not run for twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.cli.app import run
from postgres import Cluster
from repositories import repository

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n- [QUEUE-1001] It MUST be.\n"
TASKS = """
[[tasks]]
slug = "nightly"
name = "Nightly build"
type = "documentation"
command = ["sh", "-c", "echo built >> built.txt"]
window = "1d"
reads = ["specs/*.md"]

[[tasks]]
slug = "flaky"
command = ["sh", "-c", "test -f fixed.txt || { touch fixed.txt; exit 3; }"]
retries = 2
"""
MUSTER = [sys.executable, "-m", "muster"]

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", {"specs/10-queue.md": SPEC, "muster.toml": TASKS})


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def runs_in(project: Path, **wanted: object) -> list[ledger.Run]:
    with ledger.open(project / ".muster/ledger.db") as book:
        return book.runs(**wanted)


@pytest.mark.requirement("MU-LEDGER-8020")
@pytest.mark.requirement("MU-LEDGER-8007")
def test_a_command_is_recorded_with_its_status_its_output_passed_through(project: Path, muster: Muster) -> None:
    script = "echo out; echo err >&2; echo new > specs/new.md; echo '#' >> specs/10-queue.md; exit 7"

    status, out, err = muster("run", "--task", "docs", "--reads", "specs/10-queue.md", "--", "sh", "-c", script)

    assert (status, out, err) == (7, "out\n", "err\n")
    [recorded] = runs_in(project)
    facts = recorded.facts
    assert (facts.task_slug, facts.status, facts.attempt, facts.retry_of) == ("docs", "failed", 1, None)
    assert facts.error is not None
    assert (facts.error.type, facts.error.message) == ("ExitStatus", "sh ended with exit status 7")
    assert facts.io.files_written == ("specs/10-queue.md", "specs/new.md")
    assert (recorded.parents, facts.retrieval.memory_count) == (("specs/10-queue.md",), 1)
    assert (facts.provenance_runner.pid, facts.provenance_runner.name) == (os.getpid(), "muster")
    assert facts.ended_at_ts >= facts.started_at_ts > time.time() - 60
    with ledger.open(project / ".muster/ledger.db") as book:
        [ran] = book.script_runs(facts.io.script_runs)
    assert (ran.command, ran.exit_status, ran.trace_id) == (("sh", "-c", script), 7, facts.trace_id)


@pytest.mark.requirement("MU-LEDGER-8020")
@pytest.mark.parametrize(
    ("words", "status", "kind", "message"),
    [
        (["no-such-command"], 127, "CommandNotFound", "there is no command 'no-such-command'"),
        (["./specs/10-queue.md"], 126, "CommandNotStarted", "./specs/10-queue.md cannot be started: permission denied"),
        (["sh", "-c", "kill -9 $$"], 137, "Signal", "sh was ended by SIGKILL"),
    ],
)
def test_a_command_that_does_not_end_by_itself_is_told_as_a_shell_does(
    words: list[str], status: int, kind: str, message: str, project: Path, muster: Muster
) -> None:
    assert muster("run", "--task", "docs", "--", *words)[0] == status

    [recorded] = runs_in(project)
    assert recorded.facts.error == ledger.Failure(type=kind, message=message)


@pytest.mark.requirement("MU-LEDGER-8021")
@pytest.mark.requirement("MU-LEDGER-8014")
def test_each_attempt_is_recorded_under_one_trace(project: Path, muster: Muster) -> None:
    status, _, err = muster("run", "flaky")

    assert (status, err) == (0, "muster: sh ended with exit status 3; attempt 2 of 3\n")
    second, first = runs_in(project)
    assert [(one.facts.attempt, one.facts.status) for one in (first, second)] == [(1, "failed"), (2, "success")]
    assert second.facts.trace_id == first.facts.trace_id
    assert second.facts.retry_of == first.facts.span_id != second.facts.span_id


@pytest.mark.requirement("MU-LEDGER-8021")
def test_retries_end_with_the_last_status(project: Path, muster: Muster) -> None:
    assert muster("run", "--task", "never", "--retries", "3", "--", "sh", "-c", "exit 5")[0] == 5

    assert [one.facts.attempt for one in runs_in(project)] == [4, 3, 2, 1]


@pytest.mark.requirement("MU-LEDGER-8025")
@pytest.mark.requirement("MU-LEDGER-8018")
def test_a_task_is_run_once_in_its_window(project: Path, muster: Muster) -> None:
    assert muster("run", "nightly") == (0, "", "")

    status, _, err = muster("run", "nightly")

    [recorded] = runs_in(project)
    assert (status, err) == (
        0,
        f"muster: nightly is recorded already in this window of 1d: {recorded.id}; it is not run again\n",
    )
    assert (project / "built.txt").read_text() == "built\n"
    facts = recorded.facts
    assert (facts.task_name, facts.task_type, facts.scheduled_vs_manual) == (
        "Nightly build",
        "documentation",
        "scheduled",
    )
    assert recorded.provenance.method == "SCHEDULED_TASK"
    assert recorded.parents == ("specs/10-queue.md",)


@pytest.mark.requirement("MU-LEDGER-8025")
def test_a_task_that_failed_in_its_window_is_not_run_again_and_is_no_success(project: Path, muster: Muster) -> None:
    words = ("--task", "bad", "--window", "1w", "--retries", "1", "--", "sh", "-c", "echo ran >> ran.txt; exit 6")

    assert [muster("run", *words)[0] for _ in range(2)] == [6, 6]

    assert (project / "ran.txt").read_text() == "ran\nran\n"
    assert len(runs_in(project)) == 2


@pytest.mark.requirement("MU-LEDGER-8020")
def test_two_checks_inside_one_task_are_two_runs(project: Path, muster: Muster) -> None:
    once = f"{sys.executable} -m muster check"

    muster("run", "--task", "ci", "--", "sh", "-c", f"{once}; {once}")

    assert [one.facts.task_slug for one in runs_in(project)] == ["check", "check", "ci"]


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_command_that_removes_the_ledger_is_recorded_in_a_new_one(project: Path, muster: Muster) -> None:
    muster("run", "--task", "clean", "--", "rm", "-rf", ".muster")

    assert [one.facts.task_slug for one in runs_in(project)] == ["clean"]


@pytest.mark.requirement("MU-LEDGER-8025")
def test_a_scheduler_that_fires_eight_times_at_once_runs_it_once(project: Path) -> None:
    command = [*MUSTER, "run", "--task", "slow", "--window", "1w", "--", "sh", "-c", "sleep 0.5; echo ran >> ran.txt"]
    fired = [subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE) for _ in range(8)]

    assert [process.wait() for process in fired] == [0] * 8
    for process in fired:
        assert process.stderr is not None
        process.stderr.close()
    assert (project / "ran.txt").read_text() == "ran\n"
    assert len(runs_in(project)) == 1


@pytest.mark.requirement("MU-LEDGER-8018")
def test_a_key_of_ones_own_is_run_once_and_another_key_again(project: Path, muster: Muster) -> None:
    words = ("--task", "import", "--", "sh", "-c", "echo in >> in.txt")

    assert [muster("run", "--key", key, *words)[0] for key in ("a", "a", "b")] == [0, 0, 0]

    assert (project / "in.txt").read_text() == "in\nin\n"
    assert len(runs_in(project)) == 2


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_muster_command_that_a_task_runs_joins_its_trace(project: Path, muster: Muster) -> None:
    muster("run", "--task", "gate", "--", *MUSTER, "sync")

    outer, inner = sorted(runs_in(project), key=lambda one: one.facts.task_slug)
    assert (outer.facts.task_slug, inner.facts.task_slug) == ("gate", "sync")
    assert inner.facts.trace_id == outer.facts.trace_id
    assert inner.causes == (outer.facts.span_id,)


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_run_that_is_told_to_stop_stops_its_command_and_is_recorded(project: Path) -> None:
    command = [*MUSTER, "run", "--task", "long", "--retries", "5", "--", "sh", "-c", "touch begun; exec sleep 60"]
    process = subprocess.Popen(command, cwd=project)
    while not (project / "begun").exists():
        time.sleep(0.02)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    [recorded] = runs_in(project)
    assert recorded.facts.error == ledger.Failure(type="Signal", message="sh was ended by SIGTERM")


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_second_interrupt_while_the_run_is_recorded_loses_nothing(project: Path) -> None:
    for number in range(300):
        (project / f"specs/{number}.txt").write_text("x")
    command = [*MUSTER, "run", "--task", "long", "--", "sh", "-c", "touch begun; exec sleep 60"]
    process = subprocess.Popen(command, cwd=project, start_new_session=True)
    while not (project / "begun").exists():
        time.sleep(0.02)

    os.killpg(process.pid, signal.SIGINT)
    for _ in range(20):
        time.sleep(0.01)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGINT)

    process.wait(timeout=20)  # with 130, or by an interrupt that came when all was done
    [recorded] = runs_in(project)
    assert recorded.facts.error == ledger.Failure(type="Signal", message="sh was ended by SIGINT")


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_signal_that_is_ignored_stays_so_for_the_command(project: Path) -> None:
    command = ["nohup", *MUSTER, "run", "--task", "long", "--", "sh", "-c", "touch begun; sleep 1; touch ended"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (project / "begun").exists():
        time.sleep(0.02)

    process.send_signal(signal.SIGHUP)

    assert process.wait(timeout=20) == 0
    assert (project / "ended").exists()


@pytest.mark.requirement("MU-LEDGER-8013")
def test_very_many_files_that_go_in_are_named_as_one_set(project: Path, muster: Muster) -> None:
    many = TASKS.replace("specs/*.md", "data/**")
    (project / "muster.toml").write_text(many)
    (project / "data").mkdir()
    for number in range(6000):
        (project / f"data/a-name-that-is-not-short-at-all-{number}.txt").touch()

    assert muster("run", "nightly")[0] == 0

    [recorded] = runs_in(project)
    assert len(recorded.parents) == recorded.facts.retrieval.memory_count == 1
    assert recorded.parents[0].startswith("6000 files sha256:")


@pytest.mark.requirement("MU-LEDGER-8025")
def test_a_second_start_ends_as_its_own_last_attempt_and_not_as_another_of_the_trace(muster: Muster) -> None:
    one, other = ("run", "--task", "a", "--key", "1"), ("run", "--task", "a", "--key", "2")
    script = " ".join([*MUSTER, *one, "--", "sh", "-c", "'exit 3'", ";", *MUSTER, *other, "--", "true"])
    muster("run", "--task", "outer", "--", "sh", "-c", script)

    assert muster(*one, "--", "true")[0] == 3


@pytest.mark.requirement("MU-LEDGER-8020")
def test_names_that_are_no_text_are_spelled_out(project: Path, muster: Muster) -> None:
    assert muster("run", "--task", "odd", "--name", "\udcff", "--", "true", "\udcfe")[0] == 0

    [recorded] = runs_in(project)
    assert recorded.facts.task_name == "\\udcff"


@pytest.mark.requirement("MU-LEDGER-8023")
def test_a_secret_on_the_command_line_is_not_stored(project: Path, muster: Muster) -> None:
    muster("run", "--task", "push", "--", "true", "--password", "hunter2", "--url=https://joe:hunter2@example.org/x")

    stored = b"".join(path.read_bytes() for path in (project / ".muster").glob("ledger.db*"))
    assert b"hunter2" not in stored
    with ledger.open(project / ".muster/ledger.db") as book:
        [ran] = book.script_runs(book.runs()[0].facts.io.script_runs)
    assert ran.command == ("true", "--password", "[secret]", "--url=https://[credentials]@example.org/x")


@pytest.mark.parametrize(
    ("arguments", "message", "remedy"),
    [
        ([], "there is nothing to run", "name a task of the settings, or `--task SLUG -- COMMAND`"),
        (
            ["nigtly"],
            "no task 'nigtly' is defined in the settings",
            "did you mean `muster run nightly`? a command needs a slug: `muster run --task SLUG -- COMMAND`",
        ),
        (
            ["--", "ls", "-l"],
            "no task 'ls' is defined in the settings",
            "defined are nightly, flaky; a command needs a slug: `muster run --task SLUG -- COMMAND`",
        ),
        (
            ["--task", "docs", "--type", "", "--", "ls"],
            "`--type` is ''; it is a text that is not empty",
            "`muster run --help` shows how it is used",
        ),
        (["--task", "docs"], "there is no command after --task", "`muster run --task docs -- COMMAND`"),
        (
            ["--task", "My Docs", "--", "ls"],
            "`--task` is 'My Docs'; it is lower case, digits, `-` and `_`, at most 64",
            "`muster run --help` shows how it is used",
        ),
        (
            ["--task", "docs", "--window", "1y", "--", "ls"],
            "`--window` is '1y'; write 15m, 1h, 1d or 1w",
            "`muster run --help` shows how it is used",
        ),
        (
            ["--task", "docs", "--spec", "specs/99.md", "--", "ls"],
            "specs/99.md is no spec and no elicitation record",
            "name a path of the project, or a spec_id",
        ),
    ],
)
def test_what_cannot_be_run_is_told(arguments: list[str], message: str, remedy: str, muster: Muster) -> None:
    assert muster("run", *arguments) == (2, "", f"muster: {message}\nhelp: {remedy}\n")


@pytest.mark.requirement("MU-LEDGER-8020")
def test_without_a_ledger_nothing_is_run_and_forgotten(
    project: Path, muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_LEDGER", "postgresql://nobody@127.0.0.1:1/none")
    (project / "muster.toml").write_text("ledger = { timeout = 1 }\n")

    status, _, err = muster("run", "--task", "docs", "--", "touch", "ran.txt")

    assert status == 2
    assert err.startswith("muster: the ledger cannot be used: postgresql://nobody@127.0.0.1:1/none: ")
    assert not (project / "ran.txt").exists()


@pytest.mark.requirement("MU-LEDGER-8020")
def test_a_run_whose_ledger_goes_away_meanwhile_is_kept_in_a_file_that_can_be_brought_in(
    project: Path, muster: Muster, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_LEDGER", postgres_cluster.new_database())
    (project / "muster.toml").write_text("ledger = { timeout = 1 }\n")
    marker, wait = (
        project / "begun",
        f"touch begun; while [ -f begun ]; do {sys.executable} -c 'import time; time.sleep(.05)'; done",
    )
    process = subprocess.Popen(
        [*MUSTER, "run", "--task", "docs", "--", "sh", "-c", wait], cwd=project, stderr=subprocess.DEVNULL
    )
    while not marker.exists():
        time.sleep(0.02)
    postgres_cluster.stop()
    try:
        marker.unlink()
        assert process.wait(timeout=30) == 0
    finally:
        postgres_cluster.start()

    [kept] = (project / ".muster/unrecorded").iterdir()
    status, _, err = muster("runs", "import", str(kept.relative_to(project)))

    assert (status, err) == (0, "1 run and 0 events brought in, 0 and 0 known\n")
    assert [one["content"]["structured"]["task_slug"] for one in json.loads(muster("runs", "--format", "json")[1])] == [
        "docs"
    ]
