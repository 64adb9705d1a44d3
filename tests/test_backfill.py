"""Runs of the past are read from the reports of other programs, and nothing is made up from a damaged one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from muster.ledger.backfill import pasts_in
from muster.ledger.past import Past
from muster.ledger.rows import RunStatus

PATH = "out/report"
WRITTEN = 1_800_000_000.0  # when the file was
OK, FAILED, PARTIAL = RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.PARTIAL
TIMES = "give times between 1970 and 9999, in ISO 8601 or as seconds since 1970"
STATUSES = "success, succeeded, ok, pass, passed, failed, failure, fail, error, partial, skipped"
FIELDS = "give each result `task` and `status`, and `started_at` and `ended_at` where they are known"
WANTED = "give JUnit XML, what `nox --report FILE` or `pytest --muster-results FILE` writes, or results as JSON"
CORRECT = "correct it, or have the program write the file again"
ANEW = "run the tests again, and give the file that the runner writes then"


def past(name: str, form: str, status: RunStatus, started: float, ended: float, *error: str, **more: Any) -> Past:
    kind, message = error or ("", "")
    values = {"slug": name, "name": name, "error_type": kind, "error_message": message, "retrieved": (PATH,), **more}
    return Past(type=form, status=status, started_ts=started, ended_ts=ended, key="", **values)  # type: ignore[arg-type]


def read(content: str | bytes, path: str = PATH) -> tuple[Past, ...]:
    """The runs of a file without a problem, but for their keys."""
    pasts, problems = pasts_in(content if isinstance(content, bytes) else content.encode(), path, WRITTEN)
    assert problems == ()
    return tuple(replace(one, key="") for one in pasts)


def wrong(content: str | bytes, path: str = PATH) -> tuple[str, ...]:
    """The problems of a file without a run."""
    pasts, problems = pasts_in(content if isinstance(content, bytes) else content.encode(), path, WRITTEN)
    assert pasts == ()
    return problems


def keys(content: str | bytes, path: str = PATH, modified: float = WRITTEN) -> list[str]:
    return [one.key for one in pasts_in(content if isinstance(content, bytes) else content.encode(), path, modified)[0]]


SUITES = """\
<testsuites timestamp="2026-01-02T03:04:05" time="9">
<testsuite name="outer" timestamp="2026-01-02T04:04:05+01:00">
<testsuite name="Queue Tests" time="1,001.5"><testcase name="a"/><testcase name="b"><failure/></testcase>
<testcase name="c"><error message="gone"/></testcase><testcase name="d"><skipped/></testcase></testsuite>
<testsuite name="pop" timestamp="2026-01-02T03:04:06.250Z"><testcase time="0.25"/><testcase time="0.5"/></testsuite>
<testsuite name="none"/>
</testsuite>
<testsuite name="later" time="2"><testcase><skipped/></testcase><testcase status="disabled"/></testsuite>
</testsuites>
"""


@pytest.mark.requirement("MU-LEDGER-8024")
def test_each_suite_of_junit_xml_that_holds_tests_is_a_run() -> None:
    start = 1767323045.0
    failure = ("TestFailure", "2 of 4 tests failed: b")

    assert read(SUITES) == (
        past("Queue Tests", "test", FAILED, start, start + 1001.5, *failure, slug="queue-tests"),
        past("pop", "test", OK, start + 1.25, start + 2),
        past("later", "test", PARTIAL, start, start + 2),
    )


@pytest.mark.requirement("MU-LEDGER-8024")
def test_a_suite_without_a_time_ended_when_its_file_was_written() -> None:
    text = "<testsuite time='1.5'><testcase/></testsuite>"

    assert read(text) == (past("tests", "test", OK, WRITTEN - 1.5, WRITTEN),)
    assert read(text.encode("utf-16")) == read(text)


@pytest.mark.requirement("MU-LEDGER-8024")
def test_what_pytest_writes_tells_of_one_run_in_both_of_its_forms(tmp_path: Path) -> None:
    lines = ("def test_a(): pass", "def test_b(): assert 0", "@pytest.mark.skip", "def test_c(): pass")
    (tmp_path / "test_x.py").write_text("\n".join(("import pytest", *lines)), encoding="utf-8")
    options = ["-p", "no:cacheprovider", "--junit-xml", "junit.xml", "--muster-results", "own.json"]
    before = time.time()
    subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, capture_output=True, check=False)
    junit, own = (read((tmp_path / name).read_bytes()) for name in ("junit.xml", "own.json"))

    words = ("TestFailure", "1 of 3 tests failed: test_b")
    assert junit == (past("pytest", "test", FAILED, junit[0].started_ts, junit[0].ended_ts, *words),)
    assert before <= junit[0].started_ts <= junit[0].ended_ts <= time.time()
    words = ("TestFailure", "1 of 3 tests failed: test_x.py::test_b")
    assert own == (past("pytest", "test", FAILED, own[0].started_ts, WRITTEN, *words),)


@pytest.mark.requirement("MU-LEDGER-8024")
def test_a_report_of_nox_tells_of_a_run_for_each_session() -> None:
    sessions = [
        {"args": {}, "name": "lint", "result": "success", "result_code": 1, "signatures": ["lint"], "duration": 2.5},
        {"name": "tests", "result": "failed", "result_code": 0, "signatures": ["tests-3.11(n=1)"], "reason": None},
        {"name": "docs", "result": "aborted", "result_code": -1, "reason": "python3.9 is missing\nsorry"},
        {"name": "bench", "result": "skipped", "result_code": 2, "reason": "not today", "duration": 0.5},
    ]
    failure = ("SessionFailed", "the session tests-3.11(n=1) failed")

    assert read(json.dumps({"result": 0, "sessions": sessions}, indent=2)) == (
        past("lint", "nox", OK, WRITTEN - 2.5, WRITTEN),
        past("tests-3.11(n=1)", "nox", FAILED, WRITTEN, WRITTEN, *failure, slug="tests-3-11-n-1"),
        past("docs", "nox", FAILED, WRITTEN, WRITTEN, "SessionAborted", "python3.9 is missing"),
        past("bench", "nox", PARTIAL, WRITTEN - 0.5, WRITTEN),
    )


NOXFILE = """\
import nox
nox.options.default_venv_backend = "none"
@nox.session
def good(session): pass
@nox.session
@nox.parametrize("n", [1])
def bad(session, n): session.error("three are left")
@nox.session
def later(session): session.skip("not today")
"""


@pytest.mark.requirement("MU-LEDGER-8024")
def test_what_nox_itself_reports_is_read(tmp_path: Path) -> None:
    program = shutil.which("nox", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        pytest.skip("nox is not installed here")
    (tmp_path / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    done = subprocess.run([program, "--report", "report.json"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 1
    found = read((tmp_path / "report.json").read_bytes())
    starts = [one.started_ts for one in found]  # differ, where this nox gives durations
    assert found == (
        past("good", "nox", OK, starts[0], WRITTEN),
        past("bad(n=1)", "nox", FAILED, starts[1], WRITTEN, "SessionAborted", "three are left", slug="bad-n-1"),
        past("later", "nox", PARTIAL, starts[2], WRITTEN),
    )


START = 1767323045.0


@pytest.mark.requirement("MU-LEDGER-8024")
@pytest.mark.parametrize(
    ("result", "run"),
    [
        ({"task": "a", "status": "OK"}, past("a", "task", OK, WRITTEN, WRITTEN)),
        (
            {"task_name": "Ö Tests", "task_slug": "o_tests", "success": True, "started_at": START, "duration": 2},
            past("o_tests", "task", OK, START, START + 2),
        ),
        (
            {"name": "a", "status": "partial", "start": "2026-01-02T03:04:05Z", "finished_at": "2026-01-02T03:04:06"},
            past("a", "task", PARTIAL, START, START + 1),
        ),
        (
            {"name": "a", "returncode": 3, "ended_at_ts": START, "duration_ms": 1500},
            past("a", "task", FAILED, START - 1.5, START, "TaskFailure", "exit status 3"),
        ),
        (
            {"name": "a", "status": "error", "started_at_iso": "2026-01-02T03:04:05+00:00", "started_at_ts": START},
            past("a", "task", FAILED, START, START, "TaskFailure", 'the result says no more than `status`: "error"'),
        ),
        (
            {"name": "a", "success": False, "exit_code": 1, "error": "\n  disk full\nat line 3"},
            past("a", "task", FAILED, WRITTEN, WRITTEN, "TaskFailure", "disk full"),
        ),
        (
            {"name": "a", "status": "failed", "error": {"type": "OSError", "message": "x" * 600}},
            past("a", "task", FAILED, WRITTEN, WRITTEN, "OSError", "x" * 499 + "…"),
        ),
        (
            {"name": "a", "exit_status": 0, "io": {"files_written": ["b.md", "c\u202e.md"]}},
            past("a", "task", OK, WRITTEN, WRITTEN, files=("b.md", "c\\u202e.md")),
        ),
        (
            {"name": "\ud800\0", "status": "ok"},
            past("\\ud800\\x00", "task", OK, WRITTEN, WRITTEN, slug="task-cce158ff"),
        ),
    ],
)
def test_a_result_of_a_script_is_read_by_the_usual_names_of_its_fields(result: dict[str, Any], run: Past) -> None:
    text = json.dumps(result)

    assert read(text) == (run,)
    assert read(f"\ufeff[{text}]") == (run,)
    assert read(f"{text}\n\n{text}\n") == (run, run)


@pytest.mark.requirement("MU-LEDGER-8024")
def test_in_json_lines_each_line_stands_for_itself() -> None:
    row = '{"type": "TASK_EXECUTION", "content": {}}'
    text = f'{{"task": "a", "status": "ok"}}\n5\n{row}\n{{"task": "b", "success": true}}\n{row}\n{{"task": "c", "st'
    pasts, problems = pasts_in(text.encode(), PATH, WRITTEN)

    assert [one.name for one in pasts] == ["a", "b"]
    assert problems == (
        f"{PATH}:2: a result is 5, and no object; {FIELDS}",
        f"{PATH}:6: the file ends in the middle of its JSON; {CORRECT}",
        f"{PATH}:3: 2 rows of type TASK_EXECUTION, from another ledger; take them over with `muster runs import`",
    )


@pytest.mark.requirement("MU-LEDGER-8024")
def test_of_many_problems_the_first_are_told_one_by_one() -> None:
    problems = wrong("5\n" * 200, "out.jsonl")

    assert (len(problems), problems[-1]) == (51, f"out.jsonl:51: 150 more problems from here on; {CORRECT}")


@pytest.mark.requirement("MU-LEDGER-8024")
@pytest.mark.parametrize(
    "text",
    [
        SUITES,
        '{"schema_version": 1, "tests": [{"node": "a", "outcome": "passed", "seconds": 1}]}',
        '{"result": 1, "sessions": [{"name": "a", "result": "success"}, {"name": "a", "result": "success"}]}',
        '[{"task": "a", "status": "ok"}, {"task": "a", "status": "ok", "duration": 1}]',
    ],
    ids=["junit", "own", "nox", "tasks"],
)
def test_a_copy_of_a_file_tells_of_the_same_runs_and_another_file_of_others(text: str) -> None:
    first = keys(text)

    assert len(set(first)) == len(first) > 0
    assert keys(text, "elsewhere/copy", 5_000_000.0) == first
    assert not set(keys(text.replace("a", "b", 1).replace("1", "1.0625"))) & set(first)


@pytest.mark.requirement("MU-LEDGER-8024")
def test_a_result_keeps_its_key_while_lines_are_added_and_fields_are_moved() -> None:
    first = '{"task": "a", "status": "ok"}'

    assert keys(f'{first}\n{{"task": "b", "status": "ok"}}\n')[0] == keys('[{"status": "ok", "task": "a"}]')[0]


@pytest.mark.requirement("MU-LEDGER-8024")
@pytest.mark.parametrize(
    ("content", "line", "message", "remedy"),
    [
        (b"", 1, "the file is empty", "leave it out, or run what writes it again"),
        (b"12 passed in 1 s", 1, "the file is neither XML nor JSON", WANTED),
        (b'{\n"task": "\xff"}', 2, "the file is not UTF-8", CORRECT),
        (b"[]", 1, "the file tells of no run", WANTED),
        (b"<testsuites><testsuite/></testsuites>", 1, "the file tells of no run", WANTED),
        (b'{"task": "a",\n', 1, "the file ends in the middle of its JSON", CORRECT),
        (b'{"task":\n"a', 2, "the file ends in the middle of its JSON", CORRECT),
        (b'{"task"\n 1}', 2, "the file is no JSON: Expecting ':' delimiter, column 2", CORRECT),
        (b'{"task": "a", "task": "a"}', 1, "an object has the key 'task' twice", CORRECT),
        (b'{"task": "a", "duration": NaN}', 1, "NaN is no number in JSON", CORRECT),
        (b'{"task": %b}' % (b"9" * 5_000), 1, "a number has too many digits", CORRECT),
        (b'[{"a":' * 100_000, 1, "the JSON is nested too deep", WANTED),
        (b'{"x": 1, "y": 2}', 1, "a result with the fields 'x, y' names no task", FIELDS),
        (b'{"task": "a"}', 1, "a result says neither `status` nor `success` nor `exit_code`", FIELDS),
        (b'{"task": "a", "success": "yes"}', 1, "`success` is 'yes'; it is true or false", FIELDS),
        (b'{"task": "a", "exit_code": true}', 1, "`exit_code` is True; it is a whole number", FIELDS),
        (
            b'{"task": "a", "status": "done"}',
            1,
            f"`status` is 'done'; it is one of {STATUSES}",
            FIELDS,
        ),
        (
            b'{"task": "a", "status": "ok", "exit_code": 1}',
            1,
            "`status` is 'ok' and `exit_code` is 1, which contradict each other",
            "correct the one that is wrong",
        ),
        (
            b'{"schema_version": 1, "tests": [{"node": "a"}]}',
            1,
            "the JSON holds no results of Muster: Object missing required field `outcome` - at `$[0]`",
            "run `pytest --muster-results FILE` again",
        ),
        (
            b'{"schema_version": 2, "tests": []}',
            1,
            "the results are of version 2, and this Muster knows version 1",
            "run `pytest --muster-results FILE` again",
        ),
        (
            b'{"result": 1, "sessions": [{"name": "a", "result": "fine"}]}',
            1,
            "session 1 is not as nox writes it: Invalid enum value 'fine' - at `$.result`",
            "run `nox --report FILE` again",
        ),
        (
            b'{"result": 1, "sessions": [{"name": "a", "result": "failed", "duration": -1}]}',
            1,
            "session 1: `duration` is -1.0, and no duration",
            "give a number that is 0 or more",
        ),
        (b"<testsuite>\n<testcase/>\n", 3, "the file ends in the middle of its XML", ANEW),
        (b"<testsuite>" * 100_000, 1, "elements are nested more than 32 deep, and JUnit XML is flat", ANEW),
        (b"<testsuite><testcase><testcase>", 1, "a <testcase> stands inside another one", ANEW),
        (
            b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>',
            1,
            "the file declares a document type, 'lolz', and may define entities: it is not read",
            "results of tests need none; remove the <!DOCTYPE ...>",
        ),
        (
            b"<html/>",
            1,
            "the root is <html>, and JUnit XML has <testsuites> or <testsuite>",
            "have the runner write JUnit XML; no other XML is read",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_damaged_or_foreign_is_one_problem_in_words(
    content: bytes, line: int, message: str, remedy: str
) -> None:
    assert wrong(content) == (f"{PATH}:{line}: {message}; {remedy}",)


@pytest.mark.requirement("MU-LEDGER-8024")
@pytest.mark.parametrize(
    ("times", "message", "remedy"),
    [
        ('"started_at": -1', "`started_at` is -1, before 1970 or after 9999", TIMES),
        ('"started_at": 1767323045000', "`started_at` is 1767323045000, before 1970 or after 9999", TIMES),
        ('"started_at": 1e999', "`started_at` is inf, and no time", TIMES),
        ('"start": "0000-01-01"', "`start` is '0000-01-01', and no time", TIMES),
        ('"start": "99999-01-01"', "`start` is '99999-01-01', and no time", TIMES),
        ('"start": "1969-12-31T23:59:59"', "`start` is '1969-12-31T23:59:59', before 1970 or after 9999", TIMES),
        ('"start": "9999-12-31T23:59:59-10:00"', "`start` is '9999-12-31T23:59:59-10:00', before 1970 or after 9999",
         TIMES),
        ('"start": false', "`start` is False, and no time", TIMES),
        ('"duration": -0.5', "`duration` is -0.5, and no duration", "give a number that is 0 or more"),
        ('"duration_ms": "soon"', "`duration_ms` is 'soon', and no duration", "give a number that is 0 or more"),
        ('"duration": 1e300', "the run starts -1e+300 seconds after 1970", TIMES),
        ('"start": 5, "end": 4', "the run ends 1.0 seconds before it starts", "correct the times in the file"),
        ('"start": 5, "started_at_ts": 3605', "`started_at_ts` is 3605 and `start` is 5, which are different times",
         "correct the one that is wrong"),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_is_a_problem_and_no_run(times: str, message: str, remedy: str) -> None:
    assert wrong(f'{{"task": "a", "status": "ok", {times}}}') == (f"{PATH}:1: {message}; {remedy}",)


@pytest.mark.requirement("MU-LEDGER-8024")
def test_a_suite_with_a_time_that_cannot_be_leaves_the_others_standing() -> None:
    suites = "".join(
        f"<testsuite name='s' {words}><testcase {case}/></testsuite>\n"
        for words, case in (
            ("timestamp='0000-00-00'", ""),
            ("timestamp='99999-01-01T00:00:00'", ""),
            ("time='nan'", ""),
            ("time='-1'", ""),
            ("", "time='inf'"),
            ("time='1'", ""),
        )
    )
    pasts, problems = pasts_in(f"<testsuites>\n{suites}</testsuites>".encode(), PATH, WRITTEN)

    assert [replace(one, key="") for one in pasts] == [past("s", "test", OK, WRITTEN - 1, WRITTEN)]
    assert problems == (
        f"{PATH}:2: `timestamp` is '0000-00-00', and no time; {TIMES}",
        f"{PATH}:3: `timestamp` is '99999-01-01T00:00:00', and no time; {TIMES}",
        f"{PATH}:4: `time` is 'nan', and no duration; give a number that is 0 or more",
        f"{PATH}:5: `time` is '-1', and no duration; give a number that is 0 or more",
        f"{PATH}:6: `time` is 'inf', and no duration; give a number that is 0 or more",
    )


_WORDS = st.sampled_from(
    "task name status ok failed error message start end duration result sessions tests schema_version node outcome "
    "passed seconds signatures 2026-01-02 exit_code".split()
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), _WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=8),
    max_leaves=30,
)


@pytest.mark.requirement("MU-LEDGER-8024")
@given(st.one_of(st.binary(), _VALUES.map(lambda value: json.dumps(value).encode())), st.sampled_from(["a", "a.jsonl"]))
def test_whatever_a_file_holds_it_tells_of_runs_or_has_a_problem(content: bytes, path: str) -> None:
    pasts, problems = pasts_in(content, path, WRITTEN)

    assert pasts or problems
    for one in pasts:
        assert 0 <= one.started_ts <= one.ended_ts
        assert bool(one.error_type) == bool(one.error_message) == (one.status is FAILED)
