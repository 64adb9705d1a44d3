"""Whatever goes wrong ends in a message, a remedy and an exit status."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster.cli.app import run
from muster.cli.errors import Mistake, status_of
from muster.store.files import lock
from unprivileged import folder_of_nobody

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n- [QUEUE-1001] It MUST run.\n"
Captured = pytest.CaptureFixture[str]


def raising(error: BaseException) -> Callable[[], int]:
    def call() -> int:
        raise error

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "10-queue.md").write_text(SPEC, encoding="utf-8")
    return tmp_path


@pytest.mark.requirement("MU-CORE-0033")
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Mistake("it is so", help="do so"), 2, "muster: it is so\nhelp: do so\n"),
        (KeyboardInterrupt(), 130, "muster: interrupted\n"),
        (BrokenPipeError(), 141, ""),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.md"),
            2,
            "muster: a.md: no space left on device\nhelp: free some space, and run the command again\n",
        ),
        (
            ZeroDivisionError("by zero"),
            2,
            (
                "muster: this is a defect of Muster: ZeroDivisionError: by zero\n"
                "help: set MUSTER_DEBUG=1 to see where it happened, and report it with the traceback\n"
            ),
        ),
    ],
)
def test_each_failure_has_its_words_and_its_status(
    error: BaseException, status: int, said: str, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSTER_DEBUG", raising=False)

    assert (status_of(raising(error)), capfd.readouterr().err) == (status, said)


def test_muster_debug_shows_where_a_defect_is(capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DEBUG", "1")

    status_of(raising(ZeroDivisionError("by zero")))

    assert capfd.readouterr().err.startswith("Traceback (most recent call last):\n")


def test_a_lock_that_another_process_holds_is_told_with_a_remedy(tmp_path: Path, capfd: Captured) -> None:
    def call() -> int:
        with lock(tmp_path), lock(tmp_path, timeout=0):
            return 0

    assert status_of(call) == 2
    assert capfd.readouterr().err == (
        "muster: another muster has held .muster/lock for 0 s\nhelp: wait until it ends, or end it, and run again\n"
    )


def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    command = f"{sys.executable} -m muster rule --all | head -n 1; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stdout.splitlines()[0].startswith("# ")
    assert done.stdout.splitlines()[1] in ("0", "141")
    assert done.stderr == ""


def test_an_interrupt_ends_quietly_with_130(project: Path) -> None:
    os.mkfifo(project / "reports")
    command = [sys.executable, "-m", "muster", "check", "--report", "json=reports"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        # It waits for somebody to read the pipe, at which it surely arrives.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out, err) == (130, "", "\nmuster: interrupted\n")


def test_a_pipe_or_a_device_takes_a_report(project: Path, capfd: Captured) -> None:
    assert run(["-C", str(project), "check", "--select", "KWD", "--report", f"text={os.devnull}"]) == 0
    assert capfd.readouterr().out == ""
    assert not Path(os.devnull).is_file()


def test_a_name_that_the_encoding_lacks_is_spelled_out(project: Path) -> None:
    (project / "specs" / "20-ä.md").write_text("- [QUEUE-1001] It runs.\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "muster", "check", "--select", "KWD"],
        capture_output=True,
        check=False,
        cwd=project,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert done.returncode == 1
    assert done.stdout.startswith(rb"specs/20-\xe4.md:1:3: error[KWD001] ")


def as_nobody(arguments: list[str], prepare: Callable[[Path], None], capfd: Captured) -> tuple[int, str, str]:
    """Run a command in a project of a user for whom permissions count."""
    run(["--help"])  # what is imported later is found by then
    with folder_of_nobody() as folder:
        (folder / "specs").mkdir()
        (folder / "specs" / "10-queue.md").write_text(SPEC, encoding="utf-8")
        run(["-C", str(folder), "sync"])
        prepare(folder)
        capfd.readouterr()
        status = run(["-C", str(folder), *arguments])
        captured = capfd.readouterr()
    return status, captured.out, captured.err


@pytest.mark.requirement("MU-CORE-0022")
def test_a_file_without_the_right_to_read_is_a_finding_and_the_others_are_checked(capfd: Captured) -> None:
    def prepare(folder: Path) -> None:
        (folder / "specs" / "20-secret.md").write_text(SPEC, encoding="utf-8")
        (folder / "specs" / "20-secret.md").chmod(0)
        (folder / "specs" / "30-more.md").write_text("- [MORE-1001] It runs.\n", encoding="utf-8")

    status, out, err = as_nobody(["check", "--select", "ENC,KWD001"], prepare, capfd)

    assert [line for line in out.splitlines() if line.startswith("specs/")] == [
        "specs/20-secret.md:1:1: error[ENC002] specs/20-secret.md cannot be read: Permission denied",
        "specs/30-more.md:1:3: error[KWD001] MORE-1001 has no RFC 2119 keyword",
    ]
    assert (status, err[:8]) == (1, "2 specs,")


@pytest.mark.requirement("MU-CORE-0020")
def test_a_folder_without_the_right_to_write_is_told_with_a_remedy(capfd: Captured) -> None:
    def prepare(folder: Path) -> None:
        (folder / "specs" / "10-queue.md").write_text(SPEC.replace("run", "walk"), encoding="utf-8")
        (folder / "COMPLIANCE.md").unlink()
        (folder / "requirements").chmod(0o500)

    status, out, err = as_nobody(["sync"], prepare, capfd)

    assert (status, out) == (2, "")
    assert err == (
        "muster: requirements/queue.yaml is not written: permission denied\n"
        "help: give yourself the right to write the folder it is in\n"
    )
