"""`muster check --watch` on a real terminal and without one, and the screen that it draws."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.cli.screen import CLEARED, screen
from muster.store.tree import everything, tree_of
from muster.store.watching import Eye, differing
from repositories import repository, write
from repositories import run as git

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n- [QUEUE-1001] It MUST run.\n"
SIN = "- [QUEUE-1002] It runs well.\n"
PATH = "specs/10-queue.md"
WAITING = "watching; Ctrl-C ends"
STYLE = re.compile(r"\x1b\[[0-9;]*m")
PATIENCE = 30  # seconds, after which something is wrong
KWD001 = ["--select", "KWD001"]


class Terminal:
    """A watch on a terminal of its own."""

    def __init__(self, root: Path, *arguments: str, columns: int = 100, rows: int = 24) -> None:
        self._leader, follower = pty.openpty()
        self.resize(columns, rows, follower)
        environment = {**os.environ, "TERM": "xterm"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "muster", "check", "--watch", *arguments],
            cwd=root,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        self.seen = ""

    def resize(self, columns: int, rows: int, terminal: int | None = None) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._leader if terminal is None else terminal, termios.TIOCSWINSZ, size)

    def next_screen(self) -> list[str]:
        """The lines of the next screen that is drawn."""
        self.seen = ""
        end = time.monotonic() + PATIENCE
        while not self.seen.endswith(WAITING):
            assert self._read(end), f"no screen; the terminal shows {self.seen!r}"
        _, _, drawn = STYLE.sub("", self.seen).rpartition(CLEARED)
        return drawn.replace("\r\n", "\n").split("\n")

    def interrupt(self) -> int:
        """Press Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)  # what the terminal sends then
        self.seen = ""
        while self._read(time.monotonic() + PATIENCE):
            pass
        os.close(self._leader)
        return self.process.wait(PATIENCE)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._leader], [], [], max(0, end - time.monotonic()))
        try:
            part = os.read(self._leader, 65536) if ready else b""
        except OSError:  # the last process that held the other end is gone
            return False
        self.seen += part.decode()
        return bool(part)


@contextmanager
def watched(root: Path, *arguments: str, **size: int) -> Iterator[Terminal]:
    terminal = Terminal(root, *arguments, **size)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def save(root: Path, path: str, text: str) -> None:
    """Write a file as a whole: no half of it is ever there to be checked."""
    (root.parent / "new").write_text(text, encoding="utf-8")
    (root.parent / "new").replace(root / path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", {".gitignore": ".muster/\n*.json\n", PATH: SPEC})


def summary(found: str) -> str:
    return rf"1 spec, .* in \d+\.\d\d s: {found}, 0 warnings"


def matches(lines: list[str], *patterns: str) -> bool:
    assert len(lines) == len(patterns), lines
    assert [p for line, p in zip(lines, patterns, strict=True) if not re.fullmatch(p, line)] == [], lines
    return True


CHANGED = re.escape(f"changed: {PATH}")
FINDING = (
    r"specs/10-queue\.md:8:3: error\[KWD001\] .*",
    r"  8 \| - \[QUEUE-1002\] It runs well\.",
    r"    \|   \^+",
    r"  help: .*",
    "",
)


@pytest.mark.requirement("MU-RULE-2037")
def test_a_finding_appears_and_vanishes_as_the_file_is_saved(project: Path) -> None:
    with watched(project, *KWD001) as terminal:
        assert matches(terminal.next_screen(), summary("0 errors"), WAITING)

        save(project, PATH, SPEC + SIN)
        assert matches(terminal.next_screen(), *FINDING, summary("1 error"), CHANGED, WAITING)
        assert "\x1b[31;1merror[KWD001]" in terminal.seen

        save(project, PATH, SPEC)
        assert matches(terminal.next_screen(), summary("0 errors"), CHANGED, WAITING)
        assert (terminal.interrupt(), terminal.seen) == (0, "\r\n")


@pytest.mark.requirement("MU-RULE-2037")
def test_ctrl_c_ends_with_the_status_of_the_last_check(project: Path) -> None:
    save(project, PATH, SPEC + SIN)
    with watched(project, *KWD001) as terminal:
        terminal.next_screen()

        assert (terminal.interrupt(), terminal.seen) == (1, "\r\n")


@pytest.mark.requirement("MU-RULE-2037")
def test_broken_settings_are_shown_and_mended_ones_are_followed(project: Path) -> None:
    with watched(project, *KWD001) as terminal:
        terminal.next_screen()

        save(project, "muster.toml", 'fail_on = "sometimes"\n')
        broken = terminal.next_screen()
        save(project, PATH, SPEC + SIN)
        save(project, "muster.toml", '[rules]\nseverity = { KWD001 = "warning" }\n')
        mended = terminal.next_screen()

        assert broken[0].startswith("muster: muster.toml")
        assert "sometimes" in broken[0]
        assert broken[-2:] == [
            "help: the settings are described in the guide, and by `muster schema settings`",
            WAITING,
        ]
        assert "warning[KWD001]" in mended[0]
        assert terminal.interrupt() == 0


@pytest.mark.requirement("MU-RULE-2037")
def test_a_spec_that_goes_a_branch_that_changes_and_a_folder_that_moves_end_nothing(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "other")
    save(project, PATH, SPEC + SIN)
    git(project, "commit", "-qam", "second")
    git(project, "checkout", "-q", "main")
    command = [sys.executable, "-m", "muster", "-C", str(project), "check", "--watch", *KWD001]
    with plain(command, project.parent) as (process, line):
        assert re.fullmatch(summary("0 errors"), line())
        git(project, "checkout", "-q", "other")
        assert [re.fullmatch(summary("1 error"), line()) is not None, line()] == [True, f"changed: {PATH}"]
        (project / PATH).unlink()
        assert line() == "muster: no spec found; looked for specs/**/*.md, **/SPEC/SPEC.md"
        assert [line()[:5], line().partition(" in ")[0][:7], line()] == ["help:", "0 specs", f"changed: {PATH}"]
        project.rename(project.with_name("away"))
        assert line() == f"muster: {project} is not a folder"
        assert line().startswith("help: ")
        project.with_name("away").rename(project)
        git(project, "checkout", "-q", "-f", "main")
        while not re.fullmatch(summary("0 errors"), said := line()):
            assert said
            assert "Traceback" not in said
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


@contextmanager
def plain(command: list[str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], Callable[[], str]]]:
    """A watch whose output is no terminal, and what gives the next line of its standard error."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        errors = process.stderr
        assert errors is not None
        end = threading.Timer(4 * PATIENCE, process.kill)  # then each further line is empty
        end.start()
        try:
            yield process, lambda: errors.readline().removesuffix("\n")
        finally:
            end.cancel()
            if process.poll() is None:
                process.kill()


@pytest.mark.requirement("MU-RULE-2037")
def test_without_a_terminal_each_result_follows_the_last_and_reports_are_rewritten(project: Path) -> None:
    report = project / "out.json"
    command = [
        sys.executable,
        "-m",
        "muster",
        "check",
        "--watch",
        *KWD001,
        "--report",
        "text",
        "--report",
        "json=out.json",
        "--report",
        "text=out.md",
    ]
    with plain(command, project) as (process, line):
        assert re.fullmatch(summary("0 errors"), line())
        assert json.loads(report.read_text(encoding="utf-8"))["findings"] == []
        save(project, PATH, SPEC + SIN)
        assert re.fullmatch(summary("1 error"), line())
        assert line() == f"changed: {PATH}"
        assert [found["line"] for found in json.loads(report.read_text(encoding="utf-8"))["findings"]] == [8]
        time.sleep(0.6)  # its own reports are no change
        process.send_signal(signal.SIGINT)
        shown, rest = process.communicate()

    assert (process.returncode, rest) == (1, "")
    assert matches(shown.splitlines(), *FINDING)


def test_a_commit_changes_what_is_new_since_head(project: Path) -> None:
    save(project, PATH, SPEC + SIN)
    command = [sys.executable, "-m", "muster", "check", "--watch", *KWD001, "--since", "HEAD"]
    with plain(command, project) as (process, line):
        assert re.fullmatch(summary("1 error"), line())
        git(project, "commit", "-qam", "second")
        assert re.fullmatch(summary("0 errors") + "; 1 older finding not shown", line())
        assert line() == "changed: HEAD"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_a_report_on_standard_output_and_a_watch_are_a_mistake(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(project), "check", "--watch", "--report", "json"]) == 2
    assert capfd.readouterr() == (
        "",
        "muster: --watch shows text\nhelp: give the report a file: `--report json=report.json`\n",
    )


def test_a_path_that_is_nothing_ends_a_watch_before_it_begins(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(project), "check", "--watch", "specs/no.md"]) == 2
    assert "specs/no.md: no such file or folder" in capfd.readouterr().err


def test_a_screen_follows_the_size_of_the_terminal(project: Path) -> None:
    write(project, {PATH: SPEC + "".join(f"- [QUEUE-{number}] It runs well.\n" for number in range(1002, 1022))})
    with watched(project, *KWD001, rows=17) as terminal:
        high = terminal.next_screen()
        terminal.resize(100, 9)
        low = terminal.next_screen()
        terminal.resize(30, 3)
        tiny = terminal.next_screen()
        assert terminal.interrupt() == 1

    assert (len(high), high[-3]) == (13, "… 18 more findings")
    assert (len(low), low[-3]) == (8, "… 19 more findings")
    assert tiny[-1] == WAITING
    assert len(tiny) <= 3


def blocks(*texts: str) -> list[Callable[[], str]]:
    return [lambda text=text: text for text in texts]  # type: ignore[misc] # mypy: a default in a lambda


@pytest.mark.parametrize(
    ("texts", "columns", "rows", "expected"),
    [
        (["a\nb\n", "c\n"], 80, 5, ["a", "b", "c", "foot", "end"]),
        (["a\nb\n", "c\n"], 80, 4, ["a", "… 1 more finding", "foot", "end"]),
        (["a\n", "b\nc\n"], 80, 4, ["a", "… 1 more finding", "foot", "end"]),
        (["x" * 10 + "\n", "b\n"], 5, 6, ["x" * 10, "b", "foot", "end"]),
        (["\x1b[31m" + "字" * 5 + "\x1b[0m\n"], 10, 3, ["\x1b[31m" + "字" * 5 + "\x1b[0m", "foot", "end"]),
        (["a\nb\nc\n"], 80, 4, ["a", "b", "foot", "end"]),
        (["a\n"], 80, 2, ["foot", "end"]),
        (["a\n"], 80, 1, ["end"]),
        ([], 80, 24, ["foot", "end"]),
    ],
)
def test_a_screen_is_never_higher_than_the_terminal(
    texts: list[str], columns: int, rows: int, expected: list[str]
) -> None:
    assert screen(blocks(*texts), ["foot", "end"], columns, rows).split("\n") == expected


def test_what_does_not_fit_a_screen_is_not_even_made() -> None:
    def never() -> str:
        raise AssertionError

    assert screen([lambda: "a\n" * 9, never, never], ["end"], 80, 4) == "a\na\n… 2 more findings\nend"


@pytest.mark.parametrize("in_git", [True, False])
def test_two_trees_differ_in_what_came_went_or_changed(in_git: bool, tmp_path: Path) -> None:
    files = {"a.md": "a\n", "b.md": "b\n", "c/d.md": "d\n"}
    root = repository(tmp_path, files) if in_git else write(tmp_path, files)
    before, looked = tree_of(root), time.time_ns()

    assert differing(before, tree_of(root), looked) == []

    write(root, {"a.md": "A\n", "new/e.md": "e\n"})
    (root / "b.md").unlink()
    (root / "link.md").symlink_to("nowhere")
    shutil.move(root / "c", root / "f")

    assert differing(before, tree_of(root), looked) == ["a.md", "b.md", "c/d.md", "f/d.md", "link.md", "new/e.md"]


def test_a_file_that_was_too_young_to_be_sure_of_is_no_change_until_it_changes(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a.py": "a\n", "b.md": "b\n"})
    write(root, {"a.py": "b\n"})

    def later() -> int:
        return time.time_ns() + 10_000_000_000

    before, looked = tree_of(root, None, lambda path: path.endswith(".md")), time.time_ns()
    assert before.versions["a.py"] == ""

    assert differing(before, tree_of(root, None, lambda path: path.endswith(".md"), now=later), looked) == []

    write(root, {"a.py": "c\n"})

    assert differing(before, tree_of(root, None, lambda path: path.endswith(".md"), now=later), looked) == ["a.py"]


def test_an_eye_sees_each_way_to_save_a_file(tmp_path: Path) -> None:
    root = repository(tmp_path, {f"docs/{number}.md": "a\n" for number in range(200)})

    def seen(change: Callable[[], object]) -> bool:
        eye = Eye(root, tree_of(root), everything, str(root / ".git"))
        eye.rest(PATIENCE)  # CPU seconds: git is not asked again while this test runs
        assert not eye.changed()
        change()
        time.sleep(0.3)  # after which everything is due to be looked at
        return eye.changed()

    def replace() -> None:
        (root / "new").write_text("b\n", encoding="utf-8")
        (root / "new").replace(root / "docs/7.md")

    assert not seen(lambda: None)
    assert seen(lambda: (root / "docs/3.md").write_text("b\n", encoding="utf-8"))
    assert seen(replace)
    assert seen((root / "docs/5.md").unlink)
    assert seen(lambda: (root / "docs/new.md").write_text("b\n", encoding="utf-8"))
    assert seen(lambda: (root / "muster.toml").write_text("", encoding="utf-8"))
    assert seen(lambda: git(root, "add", "-A"))
