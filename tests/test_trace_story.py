"""The life of one requirement: written, coded, tested, verified, reworded, reviewed, broken, skipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import repositories
from muster.cli.app import run
from muster.model import Status
from muster.workspace import check

HEAD = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n"
SPEC = HEAD + "- [QUEUE-1001] A full queue MUST refuse the {} item.\n"
CODE = '''"""A queue."""


def push(items: list[str], item: str) -> bool:
    """Put an item in, where there is room.  implements: QUEUE-1001"""
    if len(items) >= 3:
        return False
    items.append(item)
    return True
'''
TEST = """import pytest
from waiting import push


@pytest.mark.requirement("QUEUE-1001")
def test_a_full_queue_refuses():
    assert not push(["a", "b", "c"], "d")
"""
MKDOCS = """site_name: Queue
docs_dir: specs
theme: mkdocs
plugins: [muster-specs, muster-compliance: {rules: false}, muster-gate]
"""
SETTINGS = '[trace]\nresults = ["results.json"]\n'


class Project:
    """A repository in which somebody works."""

    def __init__(self, root: Path) -> None:
        files = {"specs/10-queue.md": SPEC.format("newest"), "muster.toml": SETTINGS, "mkdocs.yml": MKDOCS}
        repositories.repository(root, {**files, ".gitignore": "results.json\nsite/\n.muster/\n__pycache__/\n"})
        self.root = root

    def write(self, path: str, text: str) -> None:
        repositories.write(self.root, {path: text})

    def tests(self) -> int:
        """Run the tests, which leave their results behind."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--muster-results", "results.json"]
        command += [] if _is_installed() else ["-p", "muster.pytest_plugin"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, env=_environment())
        return done.returncode

    def build(self) -> str:
        """Build the site, and return the page of the spec's requirements."""
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (self.root / "site" / "compliance" / "queue" / "index.html").read_text(encoding="utf-8")

    def status(self) -> Status:
        return check(self.root).project.trace.statuses["QUEUE-1001"]

    def findings(self) -> list[str]:
        return [finding.code for finding in check(self.root).findings]

    def muster(self, *arguments: str) -> int:
        return run(["-C", str(self.root), *arguments])


def _is_installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.value == "muster.pytest_plugin" for point in entry_points(group="pytest11"))


def _environment() -> dict[str, str]:

    return {**os.environ, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.requirement(
    "MU-TRACE-3011", "MU-TRACE-3012", "MU-TRACE-3013", "MU-TRACE-3020", "MU-TRACE-3021", "MU-TRACE-3022"
)
@pytest.mark.site
def test_a_requirement_is_verified_suspect_reviewed_failing_and_skipped_in_turn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path)
    assert project.status() is Status.SPECIFIED
    project.write("src/waiting.py", CODE)
    assert project.status() is Status.IMPLEMENTED
    project.write("tests/test_waiting.py", TEST)
    assert project.status() is Status.TESTED
    assert project.tests() == 0
    assert project.status() is Status.VERIFIED
    assert project.muster("sync") == 0
    assert project.findings() == []
    page = project.build()
    assert 'muster-verified">verified</span>' in page
    assert "tests/test_waiting.py::test_a_full_queue_refuses" in page

    # The text changes, and with it what everything that cites it was written for.
    project.write("specs/10-queue.md", SPEC.format("oldest"))
    project.muster("sync")
    assert project.status() is Status.SUSPECT
    capsys.readouterr()
    words = "A full queue MUST refuse the [-newest-] {+oldest+} item."
    assert (
        project.muster(
            "check", "--report", "text", "--report", f"json={tmp_path}/r.json", "--report", f"sarif={tmp_path}/r.sarif"
        )
        == 0
    )
    text = capsys.readouterr().out
    assert "src/waiting.py:5:58: warning[TRC005] QUEUE-1001 changed since src/waiting.py was reviewed" in text
    assert "tests/test_waiting.py:5:27: warning[TRC005]" in text
    assert text.count(f"\n  {words}\n") == 2
    report = json.loads((tmp_path / "r.json").read_text())["findings"]
    assert [(f["code"], f["path"], f["detail"]) for f in report] == [
        ("TRC005", "src/waiting.py", words), ("TRC005", "tests/test_waiting.py", words),
    ]  # fmt: skip
    sarif = json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in sarif] == ["TRC005", "TRC005"]
    assert all("[-newest-] {+oldest+}" in result["message"]["text"] for result in sarif)
    page = project.build()
    assert 'muster-suspect">suspect</span>' in page
    assert "<del>newest</del> <ins>oldest</ins>" in page

    capsys.readouterr()
    assert project.muster("review", "QUEUE-1001") == 0
    told = capsys.readouterr()
    assert words in told.out
    assert "2 citing files of 1 requirement reviewed" in told.err
    assert project.status() is Status.VERIFIED
    assert project.findings() == []

    # The test breaks.
    project.write("src/waiting.py", CODE.replace(">= 3", ">= 4"))
    assert project.tests() == 1
    assert project.status() is Status.FAILING
    (finding,) = check(tmp_path).findings
    assert (finding.code, str(finding.place)) == ("TRC007", "specs/10-queue.md:7:3")
    assert finding.message == "QUEUE-1001 is failing: tests/test_waiting.py::test_a_full_queue_refuses failed"

    # Somebody skips it, which proves nothing.
    project.write("tests/test_waiting.py", TEST.replace("def test", '@pytest.mark.skip(reason="flaky")\ndef test'))
    assert project.tests() == 0
    assert project.status() is Status.TESTED


@pytest.mark.requirement("MU-TRACE-3010")
def test_results_under_a_name_that_is_no_utf_8_are_read(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("tests/test_q.py", "# verifies: QUEUE-1001\ndef test_q(): ...\n")
    project.write("muster.toml", '[trace]\nresults = ["*.xml"]\n')
    case = b'<testsuite><testcase classname="tests.test_q" name="test_q"/></testsuite>'
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xff.xml")).write_bytes(case)

    for _ in range(2):
        assert project.status() is Status.VERIFIED


@pytest.mark.requirement("MU-TRACE-3022")
def test_a_review_of_a_path_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Project(tmp_path).muster("review", "--all", "--path", "nope") == 2
    assert "nope: no file of the project" in capsys.readouterr().err


@pytest.mark.requirement("MU-TRACE-3001")
def test_a_report_of_muster_that_lies_about_cites_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("src/a.py", "# implements: QUEUE-1001, QUEUE-1009\n")
    project.muster("sync")
    before = project.findings()

    for form, ending in (("text", "txt"), ("markdown", "md"), ("json", "json"), ("sarif", "sarif"), ("junit", "xml")):
        project.muster("check", "--report", f"{form}={tmp_path}/report.{ending}")
        assert project.findings() == before == ["TRC018", "TRC001"]
