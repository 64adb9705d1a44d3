"""`muster trace` from the command line: what it shows, where it writes, what it refuses."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from muster.cli.app import run
from repositories import repository, write

HEAD = "# {} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n"
FILES = {
    ".gitignore": ".muster/\n",
    "specs/10-queue.md": HEAD.format("Queue")
    + "- [QUEUE-1001] A pool MUST have a bounded queue.\n"
    + "- [QUEUE-1002] A full queue SHOULD say when to retry.\n",
    "src/queue.py": "class Queue:\n    def push(self) -> None:\n        '''implements: QUEUE-1001'''\n",
    "tests/test_queue.py": "# verifies: QUEUE-1001\ndef test_push() -> None: ...\n",
}
PASSED = '<testsuite name="pytest"><testcase classname="tests.test_queue" name="test_push" time="0.1"/></testsuite>'
NARROW = """\
requirement     level   status      title                                   code  tests  results
QUEUE-1002      should  specified   A full queue SHOULD say when to retry.     -      -  -
QUEUE-1001      must    verified    A pool MUST have a bounded queue.          1      1  1 passed
2 requirements          1 verified                                             1      1  1 test
"""
WIDE = """\
requirement     level   status      title                                   code                       tests                            results
QUEUE-1002      should  specified   A full queue SHOULD say when to retry.  -                          -                                -
QUEUE-1001      must    verified    A pool MUST have a bounded queue.       src/queue.py:3 Queue.push  tests/test_queue.py:1 test_push  1 passed
2 requirements          1 verified                                          1                          1                                1 test
"""  # noqa: E501 -- a wide terminal

Trace = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trace(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Trace:
    """Status, standard output and standard error in the project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run_trace(*arguments: str) -> tuple[int, str, str]:
        status = run(["trace", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run_trace


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path, {**FILES, "junit.xml": PASSED})


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.usefixtures("project")
def test_the_table_shows_counts_where_it_is_narrow_and_places_where_it_is_wide(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = "2 requirements: 1 specified, 1 verified; 2 citations in 2 files, 1 result\n"

    assert trace("--results", "junit.xml") == (0, NARROW, summary)
    monkeypatch.setenv("COLUMNS", "150")
    assert trace("--results", "junit.xml") == (0, WIDE, summary)
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = trace("--results", "junit.xml")
    assert (status, max(map(len, out.splitlines())) <= 80, err) == (0, True, summary)
    assert "QUEUE-1001      must    verified    A pool MUST have a b…     1      1  1 passed\n" in out


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.usefixtures("project")
def test_statuses_are_coloured(trace: Trace) -> None:
    out = trace("--color", "always")[1]

    assert "\x1b[33mspecified" in out
    assert "\x1b[36mtested" in out


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.usefixtures("project")
def test_filters_limit_what_is_shown_and_the_summary_says_of_how_many(trace: Trace) -> None:
    def shown(*arguments: str) -> tuple[list[str], str]:
        status, out, err = trace("--format", "csv", *arguments)
        assert status == 0
        return [row["id"] for row in csv.DictReader(io.StringIO(out, newline=""))], err

    one = "1 of 2 requirements: 1 tested; 2 citations in 2 files, no results given\n"
    other = "1 of 2 requirements: 1 specified; 0 citations in 0 files, no results given\n"
    assert shown("queue_1001") == (["QUEUE-1001"], one)
    assert shown("--level", "must") == (["QUEUE-1001"], one)
    assert shown("--path", "src") == (["QUEUE-1001"], one)
    assert shown("--status", "specified") == (["QUEUE-1002"], other)
    assert shown("--spec", "specs/1*", "--level", "should") == (["QUEUE-1002"], other)
    assert shown("--holes", "--results", "junit.xml")[0] == ["QUEUE-1002"]


def test_a_glob_is_relative_to_where_one_is(project: Path, trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "src")

    assert "QUEUE-1001" in trace("--path", "queue.py")[1]
    assert trace("--path", "src/queue.py")[2].startswith("muster: no file under src/src/queue.py cites a requirement\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--spec", "specs/99*"],
            "no spec with requirements lies under specs/99*; there is specs/10-queue.md, for one",
        ),
        (["--path", "lib"], "no file under lib cites a requirement"),
        (["--level", "may"], "none of the 2 requirements is such"),
        (
            ["--holes", "QUEUE-1001", "--results", "junit.xml"],
            "no holes: each of these requirements is verified or waived",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_filter_that_lets_nothing_pass_says_so(trace: Trace, arguments: list[str], words: str) -> None:
    status, out, err = trace(*arguments)

    assert (status, out, err.splitlines()[0]) == (0, "", f"muster: {words}")


def test_a_project_without_specs_or_citations_is_told_what_to_do(tmp_path: Path, trace: Trace) -> None:
    repository(tmp_path, {".gitignore": ".muster/\n"})
    empty = trace()
    write(tmp_path, {"specs/10-queue.md": FILES["specs/10-queue.md"]})

    assert empty[:2] == (0, "")
    assert empty[2].startswith("muster: no spec found; looked for ")
    assert trace("QUEUE-1001")[2].startswith(
        "muster: nothing cites a requirement yet\n"
        "help: write `implements: QUEUE-1001` in a comment where it is fulfilled, and `verifies: QUEUE-1001` above its"
        " test\n"
    )


def test_results_that_belong_to_nothing_are_mentioned(project: Path, trace: Trace) -> None:
    write(project, {"junit.xml": PASSED.replace("test_push", "test_pop")})

    assert trace("--results", "junit.xml")[2].splitlines()[:2] == [
        "muster: none of the 1 test in the results belongs to a requirement",
        "help: write `verifies: ID` in or above the test, or name the requirement in the test's name",
    ]


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.usefixtures("project")
def test_json_and_csv_go_to_standard_output_and_hold_symbols(trace: Trace) -> None:
    report = json.loads(trace("--format", "json", "--results", "junit.xml")[1])

    assert [row["id"] for row in report["requirements"]] == ["QUEUE-1002", "QUEUE-1001"]
    assert report["requirements"][1]["code"] == [
        {"path": "src/queue.py", "line": 3, "symbol": "Queue.push", "stale": False}
    ]
    assert report["requirements"][1]["results"][0]["outcome"] == "passed"


@pytest.mark.requirement("MU-TRACE-3030")
def test_a_spreadsheet_goes_into_a_file_or_a_pipe_and_an_older_one_is_replaced(project: Path, trace: Trace) -> None:
    first = trace("--format", "xlsx", "--output", "trace.xlsx")
    content = (project / "trace.xlsx").read_bytes()
    second = trace("--format", "xlsx", "--output", "trace.xlsx")
    command = [sys.executable, "-m", "muster", "trace", "--format", "xlsx"]
    piped = subprocess.run(command, cwd=project, capture_output=True, check=True).stdout

    assert (first[:2], second[:2]) == ((0, ""), (0, ""))
    assert first[2].startswith("written trace.xlsx\n")
    assert content == (project / "trace.xlsx").read_bytes() == piped
    assert openpyxl.load_workbook(project / "trace.xlsx").active["A2"].value == "QUEUE-1002"


@pytest.mark.usefixtures("project")
def test_a_spreadsheet_is_not_written_to_a_terminal(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert trace("--format", "xlsx") == (
        2,
        "",
        ("muster: XLSX is not for a terminal\nhelp: name a file: `--output trace.xlsx`\n"),
    )


def test_without_openpyxl_one_is_told_how_to_get_it(
    project: Path, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    assert trace("--format", "xlsx", "--output", "trace.xlsx") == (
        2,
        "",
        (
            "muster: XLSX needs openpyxl, which is not installed\n"
            "help: `pip install 'mkdocs-muster[xlsx]'`, or take `--format csv`\n"
        ),
    )
    assert not (project / "trace.xlsx").exists()


@pytest.mark.parametrize(
    ("output", "form"),
    [
        ("specs/10-queue.md", "table"),
        ("src/queue.py", "csv"),
        ("package.json", "json"),
        ("requirements/queue.yaml", "json"),
        (".git/config", "csv"),
        ("src", "csv"),
    ],
)
def test_a_source_is_never_replaced(project: Path, trace: Trace, output: str, form: str) -> None:
    write(project, {"package.json": '{"name": "x"}\n'})
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".muster" not in path.parts}

    status, out, err = trace("--format", form, "--output", output)

    assert (status, out) == (2, "")
    assert err.startswith(f"muster: --output {'' if output == 'src' else 'would '}")
    assert {path: path.read_bytes() for path in before} == before
    assert not (project / "requirements").exists()


@pytest.mark.parametrize("path", ["nowhere.xml", "src"])
@pytest.mark.usefixtures("project")
def test_results_that_are_not_there_are_a_mistake(trace: Trace, path: str) -> None:
    status, out, err = trace("--results", path)

    reason = "is a directory" if path == "src" else "no such file or directory"
    assert (status, out, err.splitlines()[0]) == (2, "", f"muster: --results {path} cannot be read: {reason}")


def test_results_that_hold_none_are_told_of_and_the_rest_is_shown(project: Path, trace: Trace) -> None:
    write(project, {"broken.xml": "<testsuite>"})

    status, _, err = trace("--results", "broken.xml", "--results", "junit.xml")

    assert (status, err.startswith("muster: broken.xml:1: ")) == (0, True)
    assert "1 verified" in err


def test_an_unknown_id_is_a_mistake_with_the_nearest(project: Path, trace: Trace) -> None:
    write(project, {"requirements/retired.yaml": "QUEUE-0009: {reason: nobody used it, successor: QUEUE-1001}\n"})

    assert trace("QEUE-1001") == (2, "", "muster: no spec defines 'QEUE-1001'\nhelp: did you mean QUEUE-1001?\n")
    assert trace("queue-0009") == (
        2,
        "",
        (
            "muster: no spec defines 'queue-0009'\n"
            "help: QUEUE-0009 is retired: nobody used it; QUEUE-1001 took its place\n"
        ),
    )
    assert trace("NOTHING")[2] == "muster: no spec defines 'NOTHING'\nhelp: `muster trace` lists all 2 requirements\n"


@pytest.mark.requirement("MU-TRACE-3014")
def test_the_ratchet_rises_with_what_is_reached_and_never_falls(project: Path, trace: Trace) -> None:
    ratchet = project / "requirements" / "ratchet.yaml"

    first = trace("--ratchet", "--results", "junit.xml")
    written = ratchet.read_text("utf-8")
    (project / "tests" / "test_queue.py").unlink()
    write(project, {"src/retry.py": "# QUEUE-1002\n"})
    second = trace("--ratchet", "--results", "junit.xml")

    assert (first[0], first[2].splitlines()[0]) == (0, "requirements/ratchet.yaml: 1 of 1 entry rose")
    assert written.splitlines()[1:] == ["QUEUE-1001: verified"]
    assert (second[0], second[2].splitlines()[0]) == (0, "requirements/ratchet.yaml: 1 of 2 entries rose")
    assert ratchet.read_text("utf-8").splitlines()[1:] == ["QUEUE-1001: verified", "QUEUE-1002: implemented"]


def test_the_ratchet_is_not_raised_without_results_that_tests_would_need(project: Path, trace: Trace) -> None:
    refused = trace("--ratchet")
    (project / "tests" / "test_queue.py").unlink()
    raised = trace("--ratchet")

    assert refused == (
        2,
        "",
        (
            "muster: the ratchet is not raised: no test results are given, and 1 requirement with tests would be held"
            " to less than they reach\n"
            "help: run the tests, and give their results: `muster trace --ratchet --results junit.xml`\n"
        ),
    )
    assert (raised[0], raised[2].splitlines()[0]) == (0, "requirements/ratchet.yaml: 1 of 1 entry rose")


def test_a_malformed_ratchet_is_not_replaced(project: Path, trace: Trace) -> None:
    write(project, {"requirements/ratchet.yaml": "QUEUE-1001: verified\n<<<<<<< ours\n"})

    status, _, err = trace("--ratchet", "--results", "junit.xml")

    assert (status, err.splitlines()[0]) == (
        2,
        "muster: the ratchet is not raised: requirements/ratchet.yaml:2:1: '<<<<<<< ours' is no entry of the ratchet",
    )
    assert (project / "requirements/ratchet.yaml").read_text("utf-8") == "QUEUE-1001: verified\n<<<<<<< ours\n"


def test_hostile_texts_stay_words_in_the_table(tmp_path: Path, trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "[red]It[/red] MUST [link=http://e]not[/link] :smile: be markup.",
        "It MUST \x1b[31m\x07 not \u202e steer.",
        "שלום MUST stay.",
        "`<script>alert(1)</script>` MUST stay a word.",
        "It MUST " + "x" * 500 + ".",
    ]
    spec = HEAD.format("H") + "".join(f"- [H-100{at}] {text}\n" for at, text in enumerate(texts))
    repository(tmp_path, {".gitignore": ".muster/\n", "specs/10-h.md": spec})
    for columns in ("", "80", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        status, out, _ = trace()

        assert status == 0
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
        assert max(map(len, out.splitlines())) < 200
    assert "[red]It[/red]" in out
    assert ":smile:" in out
    assert "<script>alert(1)</script>" in out
    assert "שלום MUST stay." in out


def test_ids_with_spaces_are_taken(tmp_path: Path, trace: Trace) -> None:
    settings = '[requirements]\nid = "Requirement [0-9]+(?:\\\\.[0-9]+)+"\nmarkers = ["heading"]\nbody = "quote"\n'
    spec = "# Spec\n\nConformance language: RFC 2119 and RFC 8174\n\n#### Requirement 1.1.1\n\n> It MUST run.\n"
    repository(tmp_path, {".gitignore": ".muster/\n", "muster.toml": settings, "specs/10-a.md": spec})

    assert trace("requirement 1.1.1")[2].splitlines()[-1].startswith("1 requirement: 1 specified;")
    assert trace("Requirement 1.1.2")[2].endswith("help: did you mean 'Requirement 1.1.1'?\n")
