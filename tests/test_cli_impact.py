"""`muster impact` lists the requirements and tests that a change touches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest

from muster.cli.app import run
from muster.trace.impact import ImpactReport, pytest_node
from repositories import repository, write
from repositories import run as git

HEAD = "# {} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n"
TESTS = """\
# verifies: QUEUE-1001
def test_push() -> None: ...


class TestOrder:
    def test_first(self) -> None:
        '''QUEUE-1002'''


def helper() -> None:
    '''QUEUE-1003'''
"""
FILES = {
    ".gitignore": ".muster/\n",
    "specs/10-queue.md": HEAD.format("Queue")
    + "- [QUEUE-1001] A pool MUST have a bounded queue.\n"
    + "- [QUEUE-1002] A full queue SHOULD say when to retry.\n"
    + "- [QUEUE-1003] A queue MUST keep its order.\n",
    "specs/20-pool.md": HEAD.format("Pool") + "- [POOL-2001] The pool MUST be bounded. (derives: QUEUE-1001)\n",
    "specs/30-worker.md": HEAD.format("Worker") + "- [WORK-3001] A worker MUST be bounded. (derives: POOL-2001)\n",
    "src/queue.py": "class Queue:\n    def push(self) -> None:\n        '''implements: QUEUE-1001'''\n",
    "src/retry.py": "# QUEUE-1002\n",
    "tests/test_queue.py": TESTS,
    "tests/test_worker.py": "# WORK-3001\ndef test_worker() -> None: ...\n",
    "go/pool_test.go": "package pool\n\n// POOL-2001\nfunc TestPool(t *testing.T) {}\n",
    "README.md": "# Read\n\nSee QUEUE-1003.\n",
}
PUSH = """\
QUEUE-1001  tested  A pool MUST have a bounded queue.
  implemented in src/queue.py:3 Queue.push
  test tests/test_queue.py::test_push
  children POOL-2001
"""

Impact = Callable[..., tuple[int, str, str]]


@pytest.fixture
def impact(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Impact:
    """Status, standard output and standard error in a repository of these files."""
    monkeypatch.chdir(repository(tmp_path, FILES))

    def run_impact(*arguments: str) -> tuple[int, str, str]:
        status = run(["impact", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run_impact


def touched(answer: tuple[int, str, str]) -> dict[str, list[str]]:
    """The reasons by ID, from the JSON."""
    assert answer[0] == 0, answer
    return {
        one["id"]: [("no longer " if reason["gone"] else "") + reason["what"] for reason in one["reasons"]]
        for one in json.loads(answer[1])["requirements"]
    }


def edited(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    write(root, {path: text.replace(old, new)})


@pytest.mark.requirement("MU-TRACE-3032")
def test_a_changed_file_touches_what_it_cites_and_its_tests(impact: Impact) -> None:
    expected = (0, PUSH, "1 changed file: 1 requirement touched, 1 test\n")

    assert impact("src/queue.py") == expected
    assert impact("src/q*.py") == expected


@pytest.mark.requirement("MU-TRACE-3032")
def test_a_revision_is_compared_with_the_files_as_they_are_untracked_ones_included(
    tmp_path: Path, impact: Impact
) -> None:
    assert impact("HEAD") == (0, "", "0 changed files: 0 requirements touched, 0 tests\n")
    edited(tmp_path, "src/queue.py", "push", "put")
    write(tmp_path, {"src/new file.py": "# QUEUE-1003\n"})

    assert touched(impact("HEAD", "--format", "json")) == {"QUEUE-1001": ["implements"], "QUEUE-1003": ["implements"]}
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "second")
    assert touched(impact("HEAD", "--format", "json")) == {}
    assert list(touched(impact("HEAD~1", "--format", "json"))) == ["QUEUE-1001", "QUEUE-1003"]
    assert list(touched(impact("HEAD~1..HEAD", "--format", "json"))) == ["QUEUE-1001", "QUEUE-1003"]


@pytest.mark.requirement("MU-TRACE-3032")
def test_three_dots_begin_where_the_branch_left(tmp_path: Path, impact: Impact) -> None:
    git(tmp_path, "checkout", "-q", "-b", "topic")
    git(tmp_path, "checkout", "-q", "main")
    edited(tmp_path, "src/retry.py", "# ", "## ")
    git(tmp_path, "commit", "-q", "-a", "-m", "on main")
    git(tmp_path, "checkout", "-q", "topic")
    edited(tmp_path, "src/queue.py", "push", "put")

    assert list(touched(impact("main...", "--format", "json"))) == ["QUEUE-1001"]
    assert list(touched(impact("main", "--format", "json"))) == ["QUEUE-1001", "QUEUE-1002"]
    assert list(touched(impact("topic...main", "--format", "json"))) == ["QUEUE-1002"]


@pytest.mark.requirement("MU-TRACE-3032")
def test_a_changed_text_touches_what_derives_from_it_down_to_the_last_child(tmp_path: Path, impact: Impact) -> None:
    edited(tmp_path, "specs/10-queue.md", "a bounded queue", "one bounded queue")

    status, out, err = impact("HEAD")

    assert (status, err) == (0, "1 changed file: 3 requirements touched, 3 tests\n")
    assert out == (
        "QUEUE-1001  tested  A pool MUST have one bounded queue.\n"
        "  reworded in specs/10-queue.md:7\n"
        "  test tests/test_queue.py::test_push\n"
        "  children POOL-2001\n"
        "\n"
        "POOL-2001  tested  The pool MUST be bounded.\n"
        "  derives from QUEUE-1001\n"
        "  test go/pool_test.go TestPool\n"
        "  parents QUEUE-1001\n"
        "  children WORK-3001\n"
        "\n"
        "WORK-3001  tested  A worker MUST be bounded.\n"
        "  derives from POOL-2001\n"
        "  test tests/test_worker.py::test_worker\n"
        "  parents POOL-2001\n"
    )


@pytest.mark.requirement("MU-TRACE-3032")
def test_only_requirements_whose_text_differs_count_and_of_a_path_all(tmp_path: Path, impact: Impact) -> None:
    edited(tmp_path, "specs/10-queue.md", "## 1) Rules", "Some words.\n\n## 1) Rules")
    edited(tmp_path, "specs/10-queue.md", "SHOULD say", "MUST say")

    assert touched(impact("HEAD", "--format", "json")) == {"QUEUE-1002": ["tightened"]}
    assert touched(impact("specs/10-queue.md", "--format", "json")) == {
        "QUEUE-1001": ["defined"],
        "QUEUE-1002": ["defined"],
        "QUEUE-1003": ["defined"],
        "POOL-2001": ["derives"],
        "WORK-3001": ["derives"],
    }


@pytest.mark.requirement("MU-TRACE-3032")
def test_what_is_gone_counts_by_what_it_said_before(tmp_path: Path, impact: Impact) -> None:
    (tmp_path / "src/queue.py").unlink()
    edited(tmp_path, "src/retry.py", "QUEUE-1002", "nothing")
    edited(tmp_path, "specs/10-queue.md", "- [QUEUE-1003] A queue MUST keep its order.\n", "")

    since = impact("HEAD")

    assert touched(impact("HEAD", "--format", "json")) == {
        "QUEUE-1001": ["no longer implements"],
        "QUEUE-1002": ["no longer implements"],
        "QUEUE-1003": ["no longer removed"],
    }
    assert since[1].endswith(
        "QUEUE-1003  removed  A queue MUST keep its order.\n"
        "  removed from specs/10-queue.md\n"
        "  test tests/test_queue.py\n"
    )
    assert "  no longer implemented in src/queue.py\n" in since[1]
    assert touched(impact("src/queue.py", "--format", "json")) == {"QUEUE-1001": ["no longer implements"]}


@pytest.mark.requirement("MU-TRACE-3032")
def test_a_mere_mention_is_told_and_runs_nothing(impact: Impact) -> None:
    assert impact("README.md") == (
        0,
        "QUEUE-1003  tested  A queue MUST keep its order.\n  mentioned in README.md:3\n",
        "1 changed file: 1 requirement touched, 0 tests\n",
    )


@pytest.mark.requirement("MU-TRACE-3032")
def test_tests_prints_what_pytest_takes_and_nothing_else(tmp_path: Path, impact: Impact) -> None:
    status, out, err = impact("--tests", "specs/10-queue.md")
    assert (status, out) == (0, "tests/test_queue.py\ntests/test_worker.py::test_worker\n")
    assert err.splitlines() == [
        "muster: not listed, as pytest does not take them: go/pool_test.go",
        "1 changed file: 5 requirements touched, 2 arguments for pytest",
    ]
    assert impact("--tests", "src")[1] == "tests/test_queue.py::TestOrder::test_first\ntests/test_queue.py::test_push\n"
    assert impact("--tests", "tests/test_worker.py")[1] == "tests/test_worker.py\n"
    assert impact("--tests", "README.md") == (
        0,
        "",
        "muster: there is nothing to run\n1 changed file: 1 requirement touched, 0 arguments for pytest\n",
    )
    write(tmp_path, {"tests/conftest.py": "", "tests/support.py": ""})
    assert impact("--tests", "tests/support.py")[1] == ""
    assert impact("--tests", "src", "tests/conftest.py")[1] == "tests\n"


@pytest.mark.requirement("MU-TRACE-3032")
def test_null_keeps_paths_with_spaces_and_quotes_whole(tmp_path: Path, impact: Impact) -> None:
    write(tmp_path, {"tests/it's a/test_new.py": "# QUEUE-1002\ndef test_new() -> None: ...\n"})

    assert impact("--tests", "--null", "src/retry.py")[1].split("\0") == [
        "tests/it's a/test_new.py::test_new",
        "tests/test_queue.py::TestOrder::test_first",
        "",
    ]


def test_tests_are_named_from_where_one_is(impact: Impact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("src")

    assert impact("--tests", "queue.py")[1] == "../tests/test_queue.py::test_push\n"


@pytest.mark.requirement("MU-TRACE-3032", "MU-TRACE-3010")
def test_tests_that_only_the_results_know_belong_too_and_those_that_are_gone_do_not(
    tmp_path: Path, impact: Impact
) -> None:
    names = ("test_queue_1001_full", "test_queue_1001_gone")
    cases = "".join(f'<testcase classname="tests.test_more.TestMore" name="{name}"/>' for name in names)
    cases += '<testcase classname="tests.test_lost" name="test_queue_1001"/>'
    write(
        tmp_path,
        {
            "junit.xml": f'<testsuite name="pytest">{cases}</testsuite>',
            "tests/test_more.py": "class TestMore:\n    def test_queue_1001_full(self) -> None: ...\n",
        },
    )
    found = impact("--tests", "src/queue.py", "--results", "junit.xml")
    edited(
        tmp_path,
        "junit.xml",
        cases,
        cases.replace('<testcase classname="tests.test_more.TestMore" name="test_queue_1001_gone"/>', ""),
    )
    fresh = impact("--tests", "src/queue.py", "--results", "junit.xml")

    assert found[1] == "tests/test_more.py\ntests/test_queue.py::test_push\n"
    assert fresh[1] == "tests/test_more.py::TestMore::test_queue_1001_full\ntests/test_queue.py::test_push\n"


@pytest.mark.requirement("MU-TRACE-3032")
def test_pytest_runs_exactly_what_is_printed(tmp_path: Path) -> None:
    repository(tmp_path, FILES)
    edited(tmp_path, "src/queue.py", "push", "put")
    git(tmp_path, "commit", "-q", "-a", "-m", "second")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    line = f"{sys.executable} -m pytest -v -p no:cacheprovider $({sys.executable} -m muster impact --tests HEAD~1)"

    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    ran = [words.split()[0] for words in done.stdout.splitlines() if "PASSED" in words]
    assert (done.returncode, ran) == (0, ["tests/test_queue.py::test_push"]), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "symbol", "node"),
    [
        ("tests/test_a.py", "", "tests/test_a.py"),
        ("tests/test_a.py", "test_b", "tests/test_a.py::test_b"),
        ("tests/test_a.py", "test_b.inner", "tests/test_a.py::test_b"),
        ("tests/test_a.py", "TestA", "tests/test_a.py::TestA"),
        ("tests/test_a.py", "TestA.TestB.test_c", "tests/test_a.py::TestA::TestB::test_c"),
        ("tests/test_a.py", "TestA.helper", "tests/test_a.py::TestA"),
        ("tests/test_a.py", "Helper.test_c", "tests/test_a.py"),
        ("tests/test_a.py", "helper", "tests/test_a.py"),
        ("src/a.rs", "tests.test_b", ""),
    ],
)
def test_what_pytest_may_not_know_gives_way_to_what_is_around_it(path: str, symbol: str, node: str) -> None:
    assert pytest_node(path, symbol) == node


@pytest.mark.requirement("MU-TRACE-3032")
def test_json_is_valid_under_its_schema(impact: Impact) -> None:
    report = json.loads(impact("specs/20-pool.md", "--format", "json")[1])

    jsonschema.validate(report, msgspec.json.schema(ImpactReport))
    assert (report["schema_version"], report["files"], report["tests"]) == (
        1,
        ["specs/20-pool.md"],
        ["tests/test_worker.py::test_worker"],
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "'nowhere' is neither a file or folder here nor a revision of git"),
        (["nowhere..HEAD"], "'nowhere' of 'nowhere..HEAD' is neither a file or folder here nor a revision of git"),
        (["--", "--output=x"], "'--output=x' is neither a file or folder here nor a revision of git"),
        (["^HEAD"], "'^HEAD' is neither a file or folder here nor a revision of git"),
        ([""], "'' is neither a file or folder here nor a revision of git"),
        (["/"], "/ is outside the project"),
        ([".muster"], ".muster holds no file of the project"),
        (["--null", "src"], "--null is for --tests"),
        (["--tests", "--format", "json", "src"], "--tests prints no JSON"),
    ],
)
def test_what_is_neither_path_nor_revision_is_a_mistake(impact: Impact, arguments: list[str], words: str) -> None:
    impact("src")

    status, out, err = impact(*arguments)

    assert (status, out, err.splitlines()[0]) == (2, "", f"muster: {words}")


def test_outside_git_paths_are_taken_and_revisions_are_not(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, {**FILES, "muster.toml": ""}))

    assert run(["impact", "src/queue.py"]) == 0
    assert capfd.readouterr().out == PUSH
    assert run(["impact", "HEAD"]) == 2


def test_hostile_texts_and_names_stay_words(tmp_path: Path, impact: Impact) -> None:
    spec = HEAD.format("H") + "- [HOST-1001] It MUST \x1b[31m not \u202e `<script>x</script>` שלום.\n"
    write(tmp_path, {"specs/40-h.md": spec, "src/\x1b[31m.py": "# HOST-1001\n"})

    status, out, _ = impact("HEAD")

    assert status == 0
    assert not set(out) & {"\x1b", "\u202e"}
    assert "<script>x</script> שלום" in out
