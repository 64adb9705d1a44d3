"""The pytest plugin, in sessions of its own: real processes, with and without xdist."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from muster.model import CaseOutcome
from muster.trace.results import merged, results_in

SPEC = """\
# Queue SPEC

Conformance language: RFC 2119 and RFC 8174

## 1) Behaviour

- [QUEUE-1001] It MUST push.
- [QUEUE-1002] It MUST pop.
- [QUEUE-1003] It MUST peek.
"""
MARKED = """\
import pytest

pytestmark = pytest.mark.requirement("QUEUE-1001")

@pytest.mark.requirement("QUEUE-1002", "QUEUE-1003")
def test_push(): pass

@pytest.mark.requirement("QUEUE-1002")
class TestPop:
    @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.requirement("QUEUE-1003"))])
    def test_pop(self, n): assert n == 1, "more than one\\nline"
"""
OUTCOMES = """\
import pytest

@pytest.fixture
def broken(): raise OSError("no disk")

@pytest.fixture
def leaking():
    yield
    raise OSError("still open")

def test_passes(): pass
def test_fails(): assert 0, "zero"
def test_setup(broken): pass
def test_teardown(leaking): pass
def test_skips(): pytest.skip("no network")
@pytest.mark.skip(reason="later")
def test_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_xfail(): assert 0
@pytest.mark.xfail(strict=False)
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_xpass_strict(): pass
"""
RERUNS = """\
import pytest

def pytest_runtest_protocol(item, nextitem):
    # As pytest-rerunfailures does it: a failed attempt is reported as a rerun, and all phases run again.
    from _pytest.runner import runtestprotocol
    for attempt in (1, 2):
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            if attempt == 1 and report.failed:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
TWICE = "runs = []\ndef test_a():\n    runs.append(1)\n    assert len(runs) == 2\n"
WITH_XDIST = ("-p", "xdist.plugin", "-n", "2")


def project(folder: Path, **files: str) -> Path:
    """A project with a spec, and tests by their names."""
    texts = {"specs/10-queue.md": SPEC, "muster.toml": "", "pytest.ini": "[pytest]\n"}
    texts |= {f"tests/{name}.py": text for name, text in files.items()}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def command(*arguments: str) -> list[str]:
    start = [sys.executable, "-m", "pytest", "-p", "muster.pytest_plugin", "-p", "no:cacheprovider"]
    return [*start, "--strict-markers", "-q", *arguments]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


def written(folder: Path, path: str = "out/results.json") -> list[dict[str, Any]]:
    """The tests of a results file, without the seconds."""
    value = json.loads((folder / path).read_text())
    assert list(value) == ["schema_version", "tests"]
    assert value["schema_version"] == 1
    assert all(test.pop("seconds") >= 0 for test in value["tests"])
    return list(value["tests"])


@pytest.mark.requirement("MU-TRACE-3010", "MU-TRACE-3011")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_markers_of_functions_classes_modules_and_parameters_stand_in_the_results(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    folder = project(tmp_path, test_q=MARKED)
    done = run(folder, "--muster-results", "out/results.json", "--junit-xml", "out/junit.xml", *more)
    file, suite = "tests/test_q.py", "tests.test_q"
    rows = [
        ("TestPop::test_pop[1]", "test_pop[1]", f"{suite}.TestPop", "passed", "", ["QUEUE-1001", "QUEUE-1002"]),
        (
            "TestPop::test_pop[2]",
            "test_pop[2]",
            f"{suite}.TestPop",
            "failed",
            "AssertionError: more than one",
            ["QUEUE-1001", "QUEUE-1002", "QUEUE-1003"],
        ),
        ("test_push", "test_push", suite, "passed", "", ["QUEUE-1001", "QUEUE-1002", "QUEUE-1003"]),
    ]

    assert (done.returncode, done.stderr) == (1, "")
    assert written(folder) == [
        {
            "node": f"{file}::{node}",
            "file": file,
            "name": name,
            "suite": around,
            "outcome": outcome,
            "message": message,
            "requirements": ids,
        }
        for node, name, around, outcome, message, ids in rows
    ]
    results, problems = results_in((folder / "out/junit.xml").read_bytes(), "out/junit.xml")
    ours, none = results_in((folder / "out/results.json").read_bytes(), "out/results.json")
    assert (problems, none) == ((), ())
    assert [(one.suite, one.name, one.outcome, one.requirements, one.names) for one in merged(results)] == [
        (one.suite, one.name, one.outcome, one.requirements, one.names) for one in merged(ours)
    ]
    assert len(results) == sum(suite.tests for suite in JUnitXml.fromfile(str(folder / "out/junit.xml"))) == 3


@pytest.mark.requirement("MU-TRACE-3011", "MU-TRACE-3013")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_each_way_to_end_has_its_outcome(tmp_path: Path, more: tuple[str, ...]) -> None:
    folder = project(tmp_path, test_o=OUTCOMES)
    done = run(folder, "--muster-results", "out/results.json", *more)

    assert done.returncode == 1
    assert {test["name"]: (test["outcome"], test["message"]) for test in written(folder)} == {
        "test_passes": ("passed", ""),
        "test_fails": ("failed", "AssertionError: zero"),
        "test_setup": ("failed", "OSError: no disk"),
        "test_teardown": ("failed", "OSError: still open"),
        "test_skips": ("skipped", "no network"),
        "test_skipped": ("skipped", "later"),
        "test_xfail": ("skipped", "known"),
        "test_xpass": ("passed", ""),
        "test_xpass_strict": ("failed", "[XPASS(strict)]"),
    }


@pytest.mark.requirement("MU-TRACE-3011")
def test_of_several_attempts_the_last_one_counts(tmp_path: Path) -> None:
    folder = project(tmp_path, conftest=RERUNS, test_r=TWICE)
    done = run(folder, "--muster-results", "out/results.json")

    assert done.returncode == 0, done.stdout
    assert [(test["name"], test["outcome"]) for test in written(folder)] == [("test_a", "passed")]


@pytest.mark.requirement("MU-TRACE-3011")
def test_an_interrupted_session_writes_the_tests_that_ended(tmp_path: Path) -> None:
    text = "import time\ndef test_a(): pass\ndef test_b():\n    open('here', 'w').close()\n    time.sleep(60)\n"
    folder = project(tmp_path, test_i=text)
    with subprocess.Popen(
        command("--muster-results", "out/results.json"), cwd=folder, env=environment(), stdout=subprocess.DEVNULL
    ) as session:
        deadline = time.monotonic() + 60
        while not (folder / "here").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        session.send_signal(signal.SIGINT)
        status = session.wait(60)

    assert status == 2
    assert [(test["name"], test["outcome"]) for test in written(folder)] == [("test_a", "passed")]


UNKNOWN = """\
import pytest
pytestmark = pytest.mark.requirement("QUEUE-1001")
@pytest.mark.requirement("QUEUE-1009", "AUTH-1")
def test_a(): open("ran", "w")
@pytest.mark.requirement("AUTH-1")
def test_b(): open("ran", "w")
"""


@pytest.mark.requirement("MU-TRACE-3011")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_unknown_ids_stop_a_strict_session_before_any_test_with_the_nearest_known_ones(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    folder = project(tmp_path, test_u=UNKNOWN)
    done = run(folder, "--muster-strict", "--muster-results", "out/results.json", *more)

    assert done.returncode == 4
    assert done.stderr == (
        "ERROR: requirement markers that cannot stand:\n"
        "  tests/test_u.py::test_a and 1 more: no spec defines AUTH-1; name an ID that a spec defines, or define it\n"
        "  tests/test_u.py::test_a: no spec defines QUEUE-1009; "
        "did you mean QUEUE-1003? name an ID that a spec defines, or define it\n\n"
    )
    assert "Traceback" not in done.stdout
    assert not (folder / "ran").exists()
    assert not (folder / "out").exists()


@pytest.mark.requirement("MU-TRACE-3011")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_a_strict_session_runs_where_all_ids_are_known(tmp_path: Path, more: tuple[str, ...]) -> None:
    folder = project(tmp_path, test_k=MARKED.replace("assert n == 1", "assert n"))

    assert run(folder, "--muster-strict", *more).returncode == 0
    assert run(folder, *more).returncode == 0


@pytest.mark.requirement("MU-TRACE-3011")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_a_mistake_in_the_settings_stops_a_strict_session_with_its_words(tmp_path: Path, more: tuple[str, ...]) -> None:
    folder = project(tmp_path, test_k=MARKED)
    (folder / "muster.toml").write_text("[specs]\ninclud = []\n")
    done = run(folder, "--muster-strict", *more)

    assert done.returncode == 4
    assert done.stderr.startswith("ERROR: --muster-strict: ")
    assert "includ" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.requirement("MU-TRACE-3011")
@pytest.mark.parametrize("more", [(), WITH_XDIST], ids=["alone", "xdist"])
def test_a_marker_without_an_id_is_a_mistake_only_where_that_is_asked(tmp_path: Path, more: tuple[str, ...]) -> None:
    text = "import pytest\n@pytest.mark.requirement(1001)\ndef test_a(): pass\n"
    folder = project(tmp_path, test_m=text)
    done = run(folder, "--muster-strict", *more)

    assert done.returncode == 4
    assert done.stderr == (
        "ERROR: requirement markers that cannot stand:\n  tests/test_m.py::test_a: @pytest.mark.requirement(1001) "
        'names no requirement; write it like @pytest.mark.requirement("QUEUE-1001")\n\n'
    )
    # The name of the marker is a common one: somebody else's is left alone.
    assert run(folder, "--muster-results", "out/results.json", *more).returncode == 0
    assert [test["requirements"] for test in written(folder)] == [[]]


@pytest.mark.requirement("MU-TRACE-3011", "MU-TRACE-3013")
def test_a_test_that_takes_its_worker_down_keeps_its_requirements(tmp_path: Path) -> None:
    text = (
        "import os, pytest\npytestmark = pytest.mark.requirement('QUEUE-1001')\n"
        "@pytest.fixture\ndef boom(): os._exit(1)\ndef test_boom(boom): pass\ndef test_ok(): pass\n"
    )
    folder = project(tmp_path, test_c=text)
    done = run(folder, "--muster-results", "out/results.json", *WITH_XDIST)

    assert done.returncode == 1
    assert {test["name"]: (test["outcome"], test["requirements"]) for test in written(folder)} == {
        "test_boom": ("failed", ["QUEUE-1001"]),
        "test_ok": ("passed", ["QUEUE-1001"]),
    }


@pytest.mark.requirement("MU-TRACE-3011")
def test_results_that_cannot_be_written_fail_the_session_in_words(tmp_path: Path) -> None:
    folder = project(tmp_path, test_p="def test_a(): pass\n")
    done = run(folder, "--muster-results", "muster.toml/results.json")
    into = run(folder, "--muster-results", "specs")

    assert (done.returncode, into.returncode) == (4, 4)
    assert "ERROR: --muster-results: " in done.stdout
    assert into.stderr == "ERROR: --muster-results: specs is a folder; name a file\n\n"
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.requirement("MU-TRACE-3011")
def test_a_session_without_the_options_loads_nothing_of_muster_and_leaves_no_file(tmp_path: Path) -> None:
    text = "import sys\ndef test_a():\n    assert [n for n in sys.modules if n.startswith('muster.')] == {!r}\n"
    folder = project(tmp_path, test_n=text.format(["muster.pytest_plugin"]))
    before = sorted(path.name for path in folder.iterdir())
    done = run(folder)

    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.requirement("MU-TRACE-3013")
def test_a_skipped_test_is_no_passed_one(tmp_path: Path) -> None:
    text = "import pytest\n@pytest.mark.requirement('QUEUE-1001')\ndef test_a(): pytest.skip('no')\n"
    folder = project(tmp_path, test_s=text)
    run(folder, "--muster-results", "r.json")
    (result,) = results_in((folder / "r.json").read_bytes(), "r.json")[0]

    assert (result.outcome, result.requirements) == (CaseOutcome.SKIPPED, ("QUEUE-1001",))
