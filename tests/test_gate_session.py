"""The project's own gate, `nox -s docs_specs`, passes on its own repository and fails where that is wrong."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest

from muster.cli.app import run
from repositories import ROOT, checkout

SPEC = "specs/10-requirements.md"
DERIVED = "requirements/requirements.yaml"


@pytest.fixture(scope="module", name="checkout")
def _checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("clone") / "muster")


@pytest.fixture
def clone(checkout: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkout, tmp_path / "muster", symlinks=True))


def docs_specs(root: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, list[tuple[str, str, int]]]:
    """Exit status of the gate at `root`; code, path and line of each error."""
    report = root.parent / "report.json"
    status = run(["-C", str(root), "check", "--report", f"json={report}"])
    capfd.readouterr()
    findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
    return status, [(f["code"], f["path"], f["line"]) for f in findings if f["severity"] == "error"]


def line_of(text: str, words: str) -> int:
    """The number of the first line with these words."""
    return text[: text.index(words)].count("\n") + 1


def test_the_session_runs_the_check_and_nothing_else() -> None:
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    (session,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "docs_specs"]

    calls = [ast.unparse(node.value) for node in session.body if isinstance(node, ast.Expr)][1:]

    assert [ast.unparse(decorator) for decorator in session.decorator_list] == ["nox.session"]
    assert calls == ["session.install('-e', '.')", "session.run('muster', 'check', *session.posargs)"]


@pytest.mark.requirement("MU-CORE-0030")
def test_the_gate_passes_on_the_repository_as_it_is(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert docs_specs(checkout, capfd) == (0, [])


@pytest.mark.requirement("MU-RULE-2014", "MU-CORE-0030")
def test_the_gate_fails_on_a_hand_edited_requirement_file(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = clone / DERIVED
    text = file.read_text(encoding="utf-8")
    line = line_of(text, "level: must")
    file.write_text(text.replace("level: must", "level: should", 1), encoding="utf-8")

    assert docs_specs(clone, capfd) == (1, [("DRF001", DERIVED, line)])


@pytest.mark.requirement("MU-RULE-2010", "MU-CORE-0030")
def test_the_gate_fails_on_a_duplicate_id(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = clone / SPEC
    text = file.read_text(encoding="utf-8").replace("- [MU-REQ-1003] ", "- [MU-REQ-1002] ")
    file.write_text(text, encoding="utf-8")
    line = line_of(text, "Specs MUST be ordered by path")

    status, found = docs_specs(clone, capfd)

    assert (status, [finding for finding in found if finding[0] == "REQ002"]) == (1, [("REQ002", SPEC, line)])
    assert {code for code, _, _ in found} == {"DRF001", "REQ002", "TRC001"}  # what was MU-REQ-1003 is cited


@pytest.mark.requirement("MU-RULE-2011", "MU-CORE-0030")
def test_the_gate_fails_on_a_requirement_without_keyword(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = clone / SPEC
    text = file.read_text(encoding="utf-8").replace("Files that git ignores MUST be left out", "Ignored files stay out")
    file.write_text(text, encoding="utf-8")
    line = line_of(text, "Ignored files stay out")

    status, found = docs_specs(clone, capfd)

    assert (status, [finding for finding in found if finding[0] == "KWD001"]) == (1, [("KWD001", SPEC, line)])
    assert {code for code, _, _ in found} == {"DRF001", "KWD001", "TRC005"}  # what cites it was written for other words


@pytest.mark.requirement("MU-REQ-1030")
def test_every_requirement_of_the_repository_stands_in_a_committed_file() -> None:
    wanted = [
        match
        for spec in sorted((ROOT / "specs").glob("[0-9][0-9]-*.md"))
        for match in re.findall(r"^- \[(MU-[A-Z]+-[0-9]+)\]", spec.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    found = [
        match
        for file in sorted((ROOT / "requirements").glob("*.yaml"))
        for match in re.findall(r"^  (MU-[A-Z]+-[0-9]+):$", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert len(wanted) > 100
    assert sorted(found) == sorted(wanted)
