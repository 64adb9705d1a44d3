"""What a terminal gets, and what everything else gets."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from muster.cli.terminal import Progress, coloured, coloured_diff, visible
from muster.text.words import counted

SPEC = "# Queue SPEC\n\n- [QUEUE-1001] It runs.\n"


STYLE = re.compile(r"\x1b\[[01]m")  # bold is no colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {}, True, False),
    ],
)
def test_colour_is_for_terminals_unless_somebody_says_otherwise(
    choice: str, environment: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert coloured(choice, Terminal() if terminal else io.StringIO()) is expected


def test_control_characters_of_a_document_are_spelled_out() -> None:
    assert visible("a\x1b[31mb\u202ec\x85\td\n") == "a\\x1b[31mb\\u202ec\\x85\td\n"


def test_a_diff_is_coloured_line_by_line() -> None:
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\x1b\n+new\n same\n"

    assert coloured_diff(diff, colour=False) == diff.replace("\x1b", "\\x1b")
    assert coloured_diff(diff, colour=True) == (
        "\x1b[1m--- a/x\x1b[0m\n\x1b[1m+++ b/x\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n"
        "\x1b[31m-old\\x1b\x1b[0m\n\x1b[32m+new\x1b[0m\n same\n"
    )


def test_numbers_agree_with_their_nouns() -> None:
    assert (counted(1, "file"), counted(2000, "file"), counted(2, "fix", "fixes")) == (
        "1 file",
        "2,000 files",
        "2 fixes",
    )


def on_a_terminal(command: list[str], folder: Path, **environment: str) -> str:
    """What a command shows on a terminal of 80 columns."""
    leader, follower = pty.openpty()
    settings = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment}
    settings.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    with subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=settings
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                shown += (part := os.read(leader, 65536))
            except OSError:  # the last process that held the other end is gone
                break
            if not part:
                break
        process.wait()
    os.close(leader)
    return shown.decode()


def test_a_terminal_gets_colours_and_a_table(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "10-queue.md").write_text(SPEC, encoding="utf-8")

    check = on_a_terminal([sys.executable, "-m", "muster", "check", "--select", "KWD001"], tmp_path)
    plain = on_a_terminal([sys.executable, "-m", "muster", "check", "--select", "KWD001"], tmp_path, NO_COLOR="1")
    rules = on_a_terminal([sys.executable, "-m", "muster", "rule"], tmp_path, NO_COLOR="1")

    assert "\x1b[31;1merror[KWD001]\x1b[0m" in check
    assert "\x1b" not in plain
    rules = STYLE.sub("", rules)
    assert "\x1b" not in rules
    assert "KWD001" in rules
    assert max(map(len, rules.splitlines())) <= 80


@pytest.mark.requirement("MU-CORE-0034")
def test_progress_shows_after_a_second_and_on_a_terminal_only(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from muster.cli.terminal import Progress\n"
        "with Progress('reading specs') as progress:\n"
        "    progress(1, 9)\n"
        "    time.sleep(float(sys.argv[1]))\n"
        "    progress(5, 9)\n"
        "    time.sleep(0.2)\n"
    )

    slow = on_a_terminal([sys.executable, "-c", program, "1.05"], tmp_path)
    quick = on_a_terminal([sys.executable, "-c", program, "0"], tmp_path)

    assert "reading specs" in slow
    assert quick == ""


def test_progress_is_silent_where_nobody_watches(capfd: pytest.CaptureFixture[str]) -> None:
    with Progress("reading specs") as progress:
        progress(1, 2)

    assert capfd.readouterr() == ("", "")
