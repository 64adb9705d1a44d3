"""`muster explain` tells all that is known of one requirement."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest

from muster.cli.app import run
from muster.trace.explaining import Explanation
from repositories import repository, write

HEAD = "# {} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n"
FILES = {
    ".gitignore": ".muster/\n",
    "specs/10-queue.md": HEAD.format("Queue")
    + "- [QUEUE-1001] A pool MUST have a `bounded`\n  queue.\n"
    + "- [QUEUE-1002] A full queue SHOULD say when to retry.\n"
    + "- [QUEUE-1003] A queue MUST NOT lose its order.\n",
    "specs/20-pool.md": HEAD.format("Pool") + "- [POOL-2001] The pool MUST be bounded. (derives: QUEUE-1001)\n",
    "src/queue.py": "class Queue:\n    def push(self) -> None:\n        '''implements: QUEUE-1001'''\n",
    "tests/test_queue.py": "# verifies: QUEUE-1001\ndef test_push() -> None: ...\n",
    "README.md": "# Read\n\nSee QUEUE-1001. Not QUEUE-10011.\n",
}
CASE = '<testcase classname="tests.test_queue" name="{}" time="0.25">{}</testcase>'
WHOLE = """\
QUEUE-1001  must  verified
verified: 2 of 2 tests passed

  A pool MUST have a `bounded`
  queue.

defined      specs/10-queue.md:7
section      1) Rules
anchor       #QUEUE-1001
package      queue
fingerprint  sha256:0

From it derive
  POOL-2001  specified  The pool MUST be bounded.

Code
  src/queue.py:3 Queue.push

Tests
  tests/test_queue.py:1 test_push

Results
  passed  tests.test_queue::test_push in 0.25 s
  passed  tests.test_queue::test_queue_1001 in 0.25 s

Mentions
  README.md:3
  specs/20-pool.md:7
"""

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Status, standard output and standard error in a project of these files."""
    monkeypatch.chdir(repository(tmp_path, FILES))

    def run_explain(*arguments: str) -> tuple[int, str, str]:
        status = run(["explain", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run_explain


def results(root: Path, **outcomes: str) -> None:
    """Write a results file: the text of each test by its name."""
    cases = "".join(CASE.format(name, inner) for name, inner in outcomes.items())
    write(root, {"junit.xml": f'<testsuite name="pytest">{cases}</testsuite>'})


def sentence(answer: tuple[int, str, str]) -> str:
    assert answer[0] == 0, answer
    return answer[1].splitlines()[1]


@pytest.mark.requirement("MU-TRACE-3031")
def test_all_that_is_known_is_told_in_order(tmp_path: Path, explain: Explain) -> None:
    results(tmp_path, test_push="", test_queue_1001="")

    status, out, err = explain("queue_1001", "--results", "junit.xml")

    lines = ["fingerprint  sha256:0" if line.startswith("fingerprint") else line for line in out.splitlines()]
    assert (status, "\n".join(lines) + "\n", err) == (0, WHOLE, "")


@pytest.mark.requirement("MU-TRACE-3031", "MU-TRACE-3007")
def test_a_child_tells_its_parent_and_its_findings(tmp_path: Path, explain: Explain) -> None:
    write(tmp_path, {"specs/20-pool.md": FILES["specs/20-pool.md"].replace("MUST", "will")})

    out = explain("POOL-2001")[1]

    assert "\nDerives from\n  QUEUE-1001  tested  A pool MUST have a bounded queue.\n" in out
    assert "\nFindings\n" in out
    assert "  specs/20-pool.md:7:3: error[KWD001] POOL-2001 has no RFC 2119 keyword\n" in out


@pytest.mark.requirement("MU-TRACE-3031")
def test_a_finding_of_a_longer_id_is_none_of_this_one(tmp_path: Path, explain: Explain) -> None:
    write(tmp_path, {"src/more.py": "# QUEUE-1002\n# QUEUE-1002x\n# QUEUE-10021\n"})

    findings = explain("QUEUE-1002", "--format", "json")[1]

    assert json.loads(findings)["findings"] == []


@pytest.mark.requirement("MU-TRACE-3031")
def test_each_status_has_its_reason(tmp_path: Path, explain: Explain) -> None:
    given = ("--results", "junit.xml")
    results(tmp_path, test_other="")

    assert sentence(explain("QUEUE-1002")) == "specified: neither code nor a test cites it"
    assert sentence(explain("QUEUE-1001")) == "tested: 1 place in tests cites it, and no results are given"
    assert (
        sentence(explain("QUEUE-1001", *given))
        == "tested: 1 place in tests cites it, and none of the results is of such a test"
    )
    results(tmp_path, test_push="<skipped/>")
    assert sentence(explain("QUEUE-1001", *given)) == "tested: its 1 test was skipped"
    results(tmp_path, test_push="<skipped/>", test_queue_1001="")
    assert sentence(explain("QUEUE-1001", *given)) == "verified: 1 of 2 tests passed, 1 skipped"
    results(tmp_path, test_push='<failure message="too late"/>', test_queue_1001="")
    failed = explain("QUEUE-1001", *given)
    assert sentence(failed) == "failing: 1 of 2 tests failed: tests.test_queue::test_push"
    assert "  failed  tests.test_queue::test_push in 0.25 s\n    too late\n" in failed[1]
    write(tmp_path, {"src/more.py": "# QUEUE-1003\n"})
    assert sentence(explain("QUEUE-1003")) == "implemented: 1 place in code cites it, and no test does"


@pytest.mark.requirement("MU-TRACE-3031", "MU-TRACE-3015")
def test_evidence_and_waivers_are_told(tmp_path: Path, explain: Explain) -> None:
    side = {
        "requirements/evidence.yaml": "- {requirement: QUEUE-1002, kind: inspection, owner: Ann, date: 2027-01-31,"
        " reference: README.md}\n",
        "requirements/waivers.yaml": "- {rule: TRC, requirement: QUEUE-1003, reason: not yet, owner: Bob,"
        " expires: 2999-12-31}\n- {rule: KWD001, requirement: QUEUE-1003, reason: old, owner: Cy,"
        " expires: 2001-01-01}\n",
    }
    write(tmp_path, side)

    proved, waived = explain("QUEUE-1002"), explain("QUEUE-1003")

    assert sentence(proved) == "verified: inspection by Ann on 2027-01-31: README.md"
    assert "\nEvidence\n  inspection by Ann on 2027-01-31: README.md (requirements/evidence.yaml:1)\n" in proved[1]
    assert waived[1].splitlines()[:2] == [
        "QUEUE-1003  must not  waived",
        "waived: Bob answers for it until 2999-12-31: not yet",
    ]
    assert "\nWaivers\n  Bob until 2999-12-31: not yet (TRC)\n  Cy until 2001-01-01 (over): old (KWD001)\n" in waived[1]


@pytest.mark.requirement("MU-TRACE-3031", "MU-TRACE-3021")
def test_a_suspect_shows_the_words_of_then_and_now(
    tmp_path: Path, explain: Explain, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync"]) == 0
    capfd.readouterr()
    write(tmp_path, {"specs/10-queue.md": FILES["specs/10-queue.md"].replace("`bounded`", "*short*")})

    status, out, _ = explain("QUEUE-1001")

    assert status == 0
    assert out.splitlines()[1] == (
        "suspect: its text changed since README.md, specs/20-pool.md, src/queue.py and 1 more were reviewed"
    )
    assert "\n  src/queue.py\n  tests/test_queue.py\n    A pool MUST have a [-`bounded`-] {+short+} queue.\n" in out
    coloured = explain("QUEUE-1001", "--color", "always")[1]
    assert "\x1b[31m[-`bounded`-]\x1b[0m \x1b[32m{+short+}\x1b[0m" in coloured


@pytest.mark.requirement("MU-TRACE-3031")
def test_json_is_valid_under_its_schema_and_the_same_each_time(tmp_path: Path, explain: Explain) -> None:
    results(tmp_path, test_push="")
    first = explain("QUEUE-1001", "--format", "json", "--results", "junit.xml")
    second = explain("QUEUE-1001", "--format", "json", "--results", "junit.xml")
    told = json.loads(first[1])

    assert first == second
    jsonschema.validate(told, msgspec.json.schema(Explanation))
    assert (told["schema_version"], told["why"], told["requirement"]["id"]) == (
        1,
        "1 of 1 test passed",
        "QUEUE-1001",
    )
    assert told["children"] == [
        {
            "id": "POOL-2001",
            "spec": "specs/20-pool.md",
            "title": "The pool MUST be bounded.",
            "status": "specified",
        }
    ]


def test_an_unknown_id_is_a_mistake_with_the_nearest(explain: Explain) -> None:
    assert explain("QEUE-1003") == (
        2,
        "",
        "muster: no spec defines 'QEUE-1003'\nhelp: did you mean QUEUE-1003?\n",
    )


def test_an_id_with_spaces_needs_no_quotes_and_hostile_text_stays_text(tmp_path: Path, explain: Explain) -> None:
    settings = '[requirements]\nid = "Requirement [0-9]+(?:\\\\.[0-9]+)+"\nmarkers = ["heading"]\nbody = "quote"\n'
    text = "> It MUST \x1b[31m\x07 not \u202e steer <script>x</script> שלום " + "y" * 500 + ".\n"
    spec = f"# Spec\n\nConformance language: RFC 2119 and RFC 8174\n\n#### Requirement 1.1.1\n\n{text}"
    write(tmp_path, {"muster.toml": settings, "specs/10-queue.md": spec, "specs/20-pool.md": "# Pool\n"})

    status, out, _ = explain("requirement", "1.1.1")

    assert (status, out.splitlines()[0]) == (0, "Requirement 1.1.1  must  specified")
    assert not set(out) & {"\x1b", "\x07", "\u202e"}
    assert "<script>x</script> שלום" in out
