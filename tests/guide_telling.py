"""Command lines of the guide, run in a folder: what they print, with constants in place of what differs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guide_story import Told, muster_words
from muster.cli.app import run

SHELL = re.compile(r"[|&;<>$`*?]")
# What differs from run to run or with each new rule, and what stands for it on the pages.
CONSTANTS = (
    (re.compile(r"\d+ rules in \d+\.\d\d s"), "140 rules in 0.14 s"),
    (re.compile(r"^(  passed  \S+)$", re.MULTILINE), r"\1 in 0.001 s"),  # one that took less than can be told
    (re.compile(r" in \d+\.\d+ s$", re.MULTILINE), " in 0.001 s"),
    (re.compile(r"((?:passed|failed|no tests ran).*) in \d+\.\d\ds\b"), r"\1 in 0.02s"),
    (re.compile(r"Documentation built in \d+\.\d\d seconds"), "Documentation built in 0.50 seconds"),
)
ENVIRONMENT = {
    "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    "NO_COLOR": "1",
}


def steady(text: str) -> str:
    """What was printed, with the constants of the pages."""
    for pattern, constant in CONSTANTS:
        text = pattern.sub(constant, text)
    return text


def teller(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    """A command line with what it prints, standard output before standard error."""

    def call(line: str) -> str:
        if line.startswith("muster ") and not SHELL.search(line):
            capfd.readouterr()
            with pytest.MonkeyPatch.context() as patch:
                patch.delenv("COLUMNS", raising=False)  # what goes into a pipe is as wide as it needs
                run(muster_words(line))
            return steady(f"$ {line}\n{''.join(capfd.readouterr())}")
        environment = {**os.environ, **ENVIRONMENT}
        environment.pop("COLUMNS", None)
        done = subprocess.run(
            ["bash", "-c", line], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        return steady(f"$ {line}\n{done.stdout}{done.stderr}")

    return call
