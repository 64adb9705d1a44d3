"""Behaviour that needs several files: each Markdown file under `cases/` is a story that must come true.

A fence with a title is a file, and a `console` fence is a session: after `$ ` a command, then its
standard output, its standard error behind `2> `, and its exit status where that is not 0. What
differs from run to run, or with each new rule, stands as a token (`N.NN s`, `<uuid>`, `<time>`, `N rules`).
`pytest --update` writes down what really happens.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from muster.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
VERIFIES = re.compile(r"<!-- verifies: ([\w, -]+) -->")
FENCE = re.compile(r"(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=fence)\n", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r'title="([^"]+)"')
TOKENS = (
    (re.compile(r"in [0-9]+\.[0-9]{2} s\b"), "in N.NN s"),
    (re.compile(r"\b[0-9]+ rules\b"), "N rules"),
    (re.compile(r'"rules": [0-9]+'), '"rules": N'),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    # What the ledger shows: times, the end of a run's ID, how long it took.
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\b"), "<time>"),
    (re.compile(r"_[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z_[0-9a-f]{16}\b"), "_<time>_<id>"),
    (re.compile(r" +[0-9.]+ m?s  [0-9a-f]{16}\b"), "  N ms  <id>"),
)
SHELL = re.compile(r"[|&;<>$`\\*?\n]")
GIT = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "2026-01-01T00:00:00Z"))
}


class Said(Struct, frozen=True):
    """What a command said, and how it ended."""

    out: str
    err: str
    status: int


class World(Struct, frozen=True):
    """An empty folder in which a case comes true."""

    root: Path
    capture: pytest.CaptureFixture[str]

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")

    def run(self, line: str) -> Said:
        """Run a plain `muster` command in this process, which is quicker, and anything else in bash."""
        words = shlex.split(line)
        if words[0] == "muster" and not SHELL.search(line):
            self.capture.readouterr()
            status = run(words[1:])
            captured = self.capture.readouterr()
            return Said(captured.out, captured.err, status)
        done = subprocess.run(["bash", "-c", line], capture_output=True, check=False, cwd=self.root)
        return Said(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> World:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    settings = {"PATH": binaries, "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for name, value in {**GIT, **settings}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COLUMNS", raising=False)  # what goes into a pipe is as wide as it needs
    for name in ("MUSTER_LEDGER", "MUSTER_TRACE_ID", "MUSTER_SPAN_ID"):  # of a `muster run` that runs the tests
        monkeypatch.delenv(name, raising=False)
    return World(root, capfd)


def marks_of(path: Path) -> list[pytest.MarkDecorator]:
    """The requirements that a case says it verifies, as the marker of its test."""
    found = VERIFIES.search(path.read_text(encoding="utf-8"))
    return [pytest.mark.requirement(*found[1].split(", "))] if found else []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=marks_of(path)) for path in CASES],
)
def test_the_case_comes_true(path: Path, world: World, pytestconfig: pytest.Config) -> None:
    told = path.read_text(encoding="utf-8")

    happened = "".join(retold(told, world))

    if pytestconfig.getoption("--update"):
        path.write_text(happened, encoding="utf-8", newline="")
    else:
        assert happened == told


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_no_case_tells_of_a_traceback_or_of_a_defect(path: Path) -> None:
    told = path.read_text(encoding="utf-8")

    assert "Traceback" not in told
    assert "defect of Muster" not in told


def retold(told: str, world: World) -> Iterator[str]:
    """The case with what really happens, its files written and its commands run on the way."""
    done = 0
    for fence in FENCE.finditer(told):
        yield told[done : fence.start()]
        done = fence.end()
        if title := TITLE.search(fence["info"]):
            world.write(title[1], fence["body"])
            yield fence[0]
        elif fence["info"].strip() == "console":
            yield fenced("".join(session(fence["body"], world)))
        else:
            yield fence[0]
    yield told[done:]


def session(body: str, world: World) -> Iterator[str]:
    for line in body.splitlines():
        if line.startswith("$ "):
            said = world.run(line[2:])
            yield f"{line}\n"
            yield "".join(f"{text}\n" for text in lines_of(said.out, world))
            yield "".join(f"2> {text}\n" for text in lines_of(said.err, world))
            yield f"(exit status {said.status})\n" if said.status else ""


def lines_of(text: str, world: World) -> list[str]:
    text = text.replace(str(world.root), "<root>").replace(str(world.root.parent), "<above>")
    for pattern, token in TOKENS:
        text = pattern.sub(token, text)
    return text.removesuffix("\n").split("\n") if text else []


def fenced(text: str) -> str:
    """The session in a fence longer than any that it shows."""
    longest = max((len(run) for run in re.findall(r"^`+", text, re.MULTILINE)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}console\n{text}{fence}\n"
