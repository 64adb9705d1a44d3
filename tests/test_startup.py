"""Start-up is the product: what a command does not need, it does not import."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from muster.cli.app import run

IMPORTED = re.compile(r"^import time: .*\| +([\w.]+)$", re.MULTILINE)
SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n- [QUEUE-1001] It MUST run.\n"


def imported_by(*arguments: str, folder: Path) -> set[str]:
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return set(IMPORTED.findall(done.stderr))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "10-queue.md").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["sync"]) == 0
    return tmp_path


def test_the_version_imports_nothing_but_the_package_itself(tmp_path: Path) -> None:
    bare = imported_by("-c", "import runpy", folder=tmp_path)

    extra = imported_by("-m", "muster", "--version", folder=tmp_path) - bare

    assert extra == {"muster"}


@pytest.mark.requirement("MU-CORE-0014")
def test_a_check_in_which_nothing_changed_imports_no_pipeline_and_no_rule(project: Path) -> None:
    time.sleep(2.1)  # until no file is so young that it may change unnoticed
    assert run(["check"]) == 0

    found = imported_by("-m", "muster", "check", folder=project)

    assert "muster.verdicts" in found
    assert found & {"muster.pipeline", "muster.rules.table", "muster.text.source", "difflib"} == set()


@pytest.mark.parametrize("arguments", [["check", "--report", "json"], ["sync"]])
def test_a_warm_run_imports_neither_a_parser_nor_a_site_generator_nor_tables(
    arguments: list[str], project: Path
) -> None:
    found = imported_by("-m", "muster", *arguments, folder=project)

    heavy = {"mkdocs", "markdown", "markdown_it", "yaml", "ftfy", "rich", "concurrent.futures.process"}
    reading = {"muster.specs.reading", "muster.links.reading", "muster.text.yaml"}
    assert found & (heavy | reading) == set()
    assert "muster.pipeline" in found


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["schema", "settings"]])
def test_help_imports_no_pipeline(arguments: list[str], tmp_path: Path) -> None:
    found = imported_by("-m", "muster", *arguments, folder=tmp_path)

    assert found & {"muster.pipeline", "markdown_it", "mkdocs", "yaml", "rich"} == set()


def test_the_command_line_never_imports_the_site_generator(project: Path) -> None:
    for arguments in (["init"], ["pages", "out"], ["rule"], ["id", "QUEUE"], ["check", "--no-cache"]):
        assert "mkdocs" not in imported_by("-m", "muster", *arguments, folder=project)
