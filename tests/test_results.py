"""Results of tests are read from what five runners write, and from nothing that is damaged."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest
from junitparser import JUnitXml, TestCase

from muster.model import CaseOutcome, CaseResult, Place, Problem
from muster.trace.cases import folded_name
from muster.trace.own_results import OwnTest, rendered
from muster.trace.results import merged, results_in

P, F, S = CaseOutcome.PASSED, CaseOutcome.FAILED, CaseOutcome.SKIPPED
PATH = "out/results.xml"

PYTEST = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="6" time="0.310"
 timestamp="2026-01-02T03:04:05.678901+00:00" hostname="box">
<testcase classname="tests.test_ids.TestNext" name="test_a[x-1]" file="tests/test_ids.py" line="11" time="0.001">
<properties><property name="requirement" value="IDS-1001"/><property name="Requirements" value="IDS-1002; IDS-1003"/>
</properties></testcase>
<testcase classname="tests.test_ids.TestNext" name="test_a[(y) z]" file="tests/test_ids.py" line="11" time="0.002">
<failure message="AssertionError: assert 1 == 2&#10;  more">def test_a(x):
&gt;   assert 1 == 2</failure></testcase>
<testcase classname="tests.test_ids" name="test_b" file="tests/test_ids.py" line="30" time="0.000">
<skipped type="pytest.skip" message="no network">tests/test_ids.py:30: no network</skipped></testcase>
<testcase classname="tests.test_ids" name="test_c" file="tests/test_ids.py" line="40" time="0.100">
<error message="failed on teardown with &quot;OSError: gone&quot;">trace</error></testcase>
<testcase classname="tests.test_ids" name="test_d" file="tests/test_ids.py" line="50" time="0.200" />
<testcase classname="tests.test_ids" name="test_e" file="tests/test_ids.py" line="60" time="0.000">
<skipped type="pytest.xfail" message="later"/></testcase>
</testsuite></testsuites>
"""

NEXTEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="4" failures="1" errors="0" uuid="5d5a" time="0.412">
    <testsuite name="oc-queue" tests="3" disabled="0" errors="0" failures="1">
        <testcase name="queue::tests::test_push" classname="oc-queue" time="0.004"/>
        <testcase name="queue::tests::test_flaky" classname="oc-queue" time="0.010">
            <flakyFailure timestamp="2026-01-02T03:04:05Z" time="0.02" message="thread panicked" type="test failure">
                <system-err>noise</system-err>
            </flakyFailure>
        </testcase>
        <testcase name="queue::tests::test_pop::case_2" classname="oc-queue" time="0.005">
            <failure message="thread 'x' panicked at src/queue.rs:9:5" type="test failure">left: 1</failure>
            <rerunFailure message="again" type="test failure"><system-out>o</system-out></rerunFailure>
            <system-out>running 1 test</system-out>
        </testcase>
    </testsuite>
    <testsuite name="oc-queue::admission" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="test_full" classname="oc-queue::admission" time="0.003"/>
    </testsuite>
</testsuites>
"""

GO = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="0" time="0.5">
	<testsuite tests="4" failures="1" time="0.006000" name="example.org/m/pkg" timestamp="2026-01-02T03:04:05Z">
		<properties><property name="go.version" value="go1.22 linux/amd64"></property></properties>
		<testcase classname="example.org/m/pkg" name="TestPush" time="0.010000"></testcase>
		<testcase classname="example.org/m/pkg" name="TestPush/empty" time="0.000000"></testcase>
		<testcase classname="example.org/m/pkg" name="TestPush/OC-CORE-1001_full" time="0">
			<failure message="Failed">=== RUN   TestPush/OC-CORE-1001_full&#xA;    push_test.go:12: want 2</failure>
		</testcase>
		<testcase classname="example.org/m/pkg" name="TestPop" time="0">
			<skipped message="short"></skipped></testcase>
	</testsuite>
</testsuites>
"""

SUREFIRE = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="org.x.QueueTest" time="1,024.5"
 tests="4" errors="0" skipped="0" failures="1"
 xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd">
  <properties><property name="java.version" value="21"/><property name="req">OC-CORE-1004
 OC-CORE-1005</property></properties>
  <testcase name="push(int)[1]" classname="org.x.QueueTest" time="1,024.5"/>
  <testcase name="push{int}[2]" classname="org.x.QueueTest" time="0.001"/>
  <testcase name="pop" classname="org.x.QueueTest" time="0.001">
    <flakyFailure message="late" type="java.lang.AssertionError"><stackTrace>at</stackTrace></flakyFailure>
  </testcase>
  <testcase name="peek" classname="org.x.QueueTest" time="0.002">
    <failure message="expected: 1" type="java.lang.AssertionError">at</failure>
    <rerunError message="again" type="java.io.IOException"><stackTrace>at</stackTrace></rerunError>
  </testcase>
</testsuite>
"""

JEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="3" failures="1" errors="0" time="1.1">
  <testsuite name="Queue" errors="0" failures="1" skipped="0" tests="2" time="0.5">
    <testcase classname="Queue keeps order (fifo)" name="Queue keeps order (fifo)" time="0.01"></testcase>
    <testcase classname="Queue add(1)" name="add(1)" time="0.002" file="src/queue.test.ts">
      <failure>Error: expect(received).toBe(expected)
    at Object.toBe</failure>
    </testcase>
  </testsuite>
  <testsuite name="src/pop.test.ts">
    <testcase classname="src/pop.test.ts" name="Pop &gt; is empty" time="0"/>
  </testsuite>
</testsuites>
"""
SAMPLES = [PYTEST, NEXTEST, GO, SUREFIRE, JEST]


def read(text: str | bytes) -> tuple[CaseResult, ...]:
    results, problems = results_in(text.encode() if isinstance(text, str) else text, PATH)
    assert problems == ()
    return results


def case(name: str, suite: str, outcome: CaseOutcome, line: int, **more: object) -> CaseResult:
    values = {"names": (name,), **more}
    return CaseResult(name=name, suite=suite, outcome=outcome, place=Place(PATH, line), **values)  # type: ignore[arg-type]


@pytest.mark.requirement("MU-TRACE-3010")
def test_what_pytest_writes_is_read_with_its_properties_files_and_nodes() -> None:
    file = "tests/test_ids.py"
    inner = {"file": file, "node": f"{file}::TestNext::test_a"}

    assert read(PYTEST) == (
        case(
            "test_a",
            "tests.test_ids.TestNext",
            P,
            4,
            **inner,
            requirements=("IDS-1001", "IDS-1002", "IDS-1003"),
            seconds=0.001,
            names=("test_a[x-1]",),
        ),
        case(
            "test_a",
            "tests.test_ids.TestNext",
            F,
            7,
            **inner,
            message="AssertionError: assert 1 == 2",
            seconds=0.002,
            names=("test_a[(y) z]",),
        ),
        case("test_b", "tests.test_ids", S, 10, file=file, node=f"{file}::test_b", message="no network"),
        case(
            "test_c",
            "tests.test_ids",
            F,
            12,
            file=file,
            node=f"{file}::test_c",
            message='failed on teardown with "OSError: gone"',
            seconds=0.1,
        ),
        case("test_d", "tests.test_ids", P, 14, file=file, node=f"{file}::test_d", seconds=0.2),
        case("test_e", "tests.test_ids", S, 15, file=file, node=f"{file}::test_e", message="later"),
    )


@pytest.mark.requirement("MU-TRACE-3010")
def test_what_nextest_writes_is_read_and_a_flaky_test_passed_in_the_end() -> None:
    assert read(NEXTEST) == (
        case("queue::tests::test_push", "oc-queue", P, 4, seconds=0.004),
        case("queue::tests::test_flaky", "oc-queue", P, 5, seconds=0.01),
        case(
            "queue::tests::test_pop",
            "oc-queue",
            F,
            10,
            message="thread 'x' panicked at src/queue.rs:9:5",
            seconds=0.005,
            names=("queue::tests::test_pop::case_2",),
        ),
        case("test_full", "oc-queue::admission", P, 17, seconds=0.003),
    )


@pytest.mark.requirement("MU-TRACE-3010")
def test_what_gotestsum_writes_is_read_and_a_failed_subtest_fails_its_test() -> None:
    names = ("TestPush", "TestPush/OC-CORE-1001_full", "TestPush/empty")

    assert merged(read(GO)) == (
        case("TestPop", "example.org/m/pkg", S, 10, message="short"),
        case(
            "TestPush", "example.org/m/pkg", F, 7, message="push_test.go:12: want 2", seconds=0.01, runs=3, names=names
        ),
    )


@pytest.mark.requirement("MU-TRACE-3010")
def test_what_surefire_writes_is_read_and_a_property_of_a_suite_holds_for_all_of_it() -> None:
    named = ("OC-CORE-1004", "OC-CORE-1005")

    assert merged(read(SUREFIRE)) == (
        case("peek", "org.x.QueueTest", F, 12, message="expected: 1", seconds=0.002, requirements=named),
        case("pop", "org.x.QueueTest", P, 9, message="", seconds=0.001, requirements=named),
        case(
            "push",
            "org.x.QueueTest",
            P,
            7,
            seconds=1024.501,
            runs=2,
            requirements=named,
            names=("push(int)[1]", "push{int}[2]"),
        ),
    )


@pytest.mark.requirement("MU-TRACE-3010")
def test_what_jest_and_vitest_write_is_read_and_titles_are_kept_whole() -> None:
    assert read(JEST) == (
        case("Queue keeps order (fifo)", "Queue", P, 4, seconds=0.01),
        case(
            "add(1)",
            "Queue add(1)",
            F,
            5,
            file="src/queue.test.ts",
            message="Error: expect(received).toBe(expected)",
            seconds=0.002,
        ),
        case("Pop > is empty", "src/pop.test.ts", P, 11, file="src/pop.test.ts"),
    )


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize("text", SAMPLES, ids=["pytest", "nextest", "gotestsum", "surefire", "jest"])
def test_as_many_tests_are_read_as_another_reader_counts(text: str) -> None:
    tree: Any = JUnitXml.fromstring(text.encode())  # a suite, where that is the root
    suites = list(tree) if isinstance(tree, JUnitXml) else [tree]
    theirs = [one for suite in suites for one in suite if isinstance(one, TestCase)]
    ours = read(text)

    assert [one.names[0] for one in ours] == [one.name for one in theirs]
    assert [one.outcome is F for one in ours] == [one.is_failure or one.is_error for one in theirs]
    assert [one.outcome is S for one in ours] == [one.is_skipped for one in theirs]


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("test_a", "test_a"),
        ("test_a[a b]", "test_a"),
        ("push()", "push"),
        ("TestPush/a/b", "TestPush"),
        ("Push/0", "Push"),
        ("tests::push::case_1_empty", "tests::push"),
        ("keeps order (fifo)", "keeps order (fifo)"),
        ("[1] value", "[1] value"),
        ("", ""),
    ],
)
def test_a_full_name_is_cut_to_that_of_its_function(full: str, name: str) -> None:
    assert folded_name(full) == name


BILLION = '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n <!ENTITY a "aaaaaaaaaa">\n' + "".join(
    f' <!ENTITY {name} "{f"&{before};" * 10}">\n' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
DOCUMENT_TYPE = (
    "the file declares a document type, {!r}, and may define entities: it is not read",
    "results of tests need none; remove the <!DOCTYPE ...>",
)
ANEW = "run the tests again, and give the file that the runner writes then"
OURS = "run the tests again with `pytest --muster-results FILE`"
WANTED = "give JUnit XML, or what `pytest --muster-results FILE` writes"
OPEN = b"<testsuite>\n<testcase name='a'/>\n"
FORM = "the file is no well-formed XML: "


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    ("content", "line", "message", "remedy"),
    [
        (OPEN + b"<testcase name='b'>\n", 4, "the file ends in the middle of its XML", ANEW),
        (OPEN + b"<testcase na", 3, "the file ends in the middle of its XML", ANEW),
        (OPEN + b"<x></y></testsuite>", 3, FORM + "mismatched tag, column 6", ANEW),
        (OPEN + b"<failure>&nbsp;", 3, FORM + "undefined entity, column 10", ANEW),
        (OPEN + b"\xff\xfe</testsuite>", 3, FORM + "not well-formed (invalid token), column 1", ANEW),
        (b"\n" + PYTEST.encode(), 2, FORM + "XML or text declaration not at start of entity, column 1", ANEW),
        (b"12 passed in 0.1 s\n", 1, "the file is neither XML nor JSON, and no test results", WANTED),
        (b"\x7fELF\0\0", 1, "the file is binary, and no test results", WANTED),
        (b"\x1f\x8b\x08 zip", 1, "the file is binary, and no test results", WANTED),
        (b" \n", 1, "the file is empty", "run the tests again: the runner wrote nothing"),
        ((BILLION + "]>\n<testsuite>&j;</testsuite>").encode(), 2, DOCUMENT_TYPE[0].format("lolz"), DOCUMENT_TYPE[1]),
        (
            b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><testsuite/>",
            1,
            DOCUMENT_TYPE[0].format("x"),
            DOCUMENT_TYPE[1],
        ),
        (
            b"<html>\n</html>",
            1,
            "the root is <html>, and JUnit XML has <testsuites> or <testsuite>",
            "have the runner write JUnit XML; `muster trace` reads no other XML",
        ),
        (
            b"<?xml version='1.0' encoding='klingon'?><testsuite/>",
            1,
            "the file declares an encoding that cannot be read: unknown encoding: klingon",
            "have the runner write UTF-8",
        ),
        (b"<testsuite>\n" * 50_000, 33, "elements are nested more than 32 deep, and JUnit XML is flat", ANEW),
        (OPEN + b"<testcase>\n<testcase>", 4, "a <testcase> stands inside another one", ANEW),
        (
            b'{"schema_version": 2}',
            1,
            "the file is of version 2, and this Muster knows version 1",
            "use the Muster that wrote it, or run the tests again with this one",
        ),
        (b'{"tests": []}', 1, "the JSON has no schema_version that Muster ever wrote", WANTED),
        (b'{"schema_version": 1,\n"tests": [', 2, "the file ends in the middle of its JSON", OURS),
        (
            b'{"schema_version": 1,\n"tests": [}',
            2,
            "the file is no JSON: JSON is malformed: invalid character (byte 32)",
            OURS,
        ),
        (b'{"schema_version": 1,\n"tests": [{"node": "\xff"}]}', 2, "the file is not UTF-8", OURS),
        (
            b'{"schema_version": 1, "tests": [1]}',
            1,
            "the JSON holds no results of Muster: Expected `object`, got `int` - at `$.tests[0]`",
            OURS,
        ),
        (b'{"a":' * 100_000, 1, "the JSON is nested too deep to be test results", OURS),
        (b"[]", 1, "the JSON holds no results of Muster: Expected `object`, got `array`", OURS),
    ],
)  # fmt: skip
def test_a_damaged_file_gives_one_problem_at_its_line_and_no_result(
    content: bytes, line: int, message: str, remedy: str
) -> None:
    assert results_in(content, PATH) == ((), (Problem("TRC010", Place(PATH, line), message, remedy),))


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    "content",
    [
        (BILLION + "]>\n<testsuite>&j;</testsuite>").encode(),
        b"<testsuite>" * 500_000,
        b"<testsuite><testcase name='a'><failure>" + b"x" * 30_000_000,
        b"<testsuite name='" + b"x" * 40_000_000,
    ],
    ids=["billion laughs", "deep", "long text", "long tag"],
)
def test_a_hostile_file_takes_neither_memory_nor_time(content: bytes) -> None:
    started = time.monotonic()
    tracemalloc.start()
    results, problems = results_in(content, PATH)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (results, len(problems)) == ((), 1)
    assert peak < 60_000_000  # of a tag that is too long, 16 MB are held, and once more while the buffer grows
    assert time.monotonic() - started < 20


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_file_above_the_limit_is_not_looked_into() -> None:
    words = "the file has 200,000,001 bytes, more than 200,000,000"
    remedy = "leave out what the tests print, or give the results in several files"

    assert results_in(bytes(200_000_001), PATH) == ((), (Problem("TRC010", Place(PATH), words, remedy),))


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_long_message_keeps_its_first_line_printable_and_short() -> None:
    text = f"\n\n  one\u202etwo {'x' * 5_000}\nthree"
    (result,) = read(f"<testsuite><testcase name='a'><failure>{text}</failure></testcase></testsuite>")

    assert (result.message, len(result.message)) == ("one\\u202etwo " + "x" * 286 + "…", 300)


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_file_in_another_encoding_and_one_without_tests_are_read() -> None:
    text = "<testsuite><testcase name='test_ä'/></testsuite>"

    assert [one.name for one in read(text.encode("utf-16"))] == ["test_ä"]
    assert [one.name for one in read(b"\xef\xbb\xbf" + text.encode())] == ["test_ä"]
    assert read("<testsuites/>") == ()


def entry(full: str, outcome: CaseOutcome, line: int = 1, suite: str = "m") -> CaseResult:
    return case(folded_name(full), suite, outcome, line, names=(full,))


@pytest.mark.requirement("MU-TRACE-3010", "MU-TRACE-3013")
@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([entry("a", F), entry("a", P)], P),
        ([entry("a", P), entry("a", F)], F),
        ([entry("a[1]", F), entry("a[2]", P)], F),
        ([entry("a[1]", F), entry("a[2]", P), entry("a[1]", P)], P),
        ([entry("a[1]", S), entry("a[2]", P)], P),
        ([entry("a[1]", S), entry("a[2]", S)], S),
        ([entry("a", P), entry("a", S)], S),
    ],
    ids=["retried", "failed later", "one fails", "retried parameter", "one skipped", "all skipped", "skipped later"],
)
def test_retries_and_parameters_are_one_test(entries: list[CaseResult], outcome: CaseOutcome) -> None:
    (result,) = merged(entries)

    assert (result.name, result.outcome, result.runs) == ("a", outcome, len(entries))


@pytest.mark.requirement("MU-TRACE-3010")
def test_tests_of_one_name_in_two_suites_stay_two_in_a_fixed_order() -> None:
    entries = [entry("b", P, 1, "n"), entry("a", P, 2, "n"), entry("a", F, 3, "m")]

    assert merged(entries) == merged(entries[::-1]) == (entries[2], entries[1], entries[0])


@pytest.mark.requirement("MU-TRACE-3010")
def test_of_many_names_fifty_are_kept_and_those_that_may_name_a_requirement_first() -> None:
    plain = [entry(f"a[{number:03}]", P) for number in range(200)]
    telling = [entry(f"a[OC-CORE-{number}]", P) for number in range(1000, 1060)]

    assert merged(plain)[0].names == tuple(one.names[0] for one in plain[:50])
    assert merged(plain + telling)[0].names == tuple(one.names[0] for one in telling)


OWN = (
    OwnTest(
        "tests/test_q.py::T::test_b[a::b]", "tests/test_q.py", "test_b[a::b]", "tests.test_q.T", F, 0.1234, "no\n", ()
    ),
    OwnTest("tests/test_q.py::test_a", "tests/test_q.py", "test_a", "tests.test_q", P, 0.5, "", ("Q 1.2", "Q-1001")),
)


@pytest.mark.requirement("MU-TRACE-3011")
def test_our_own_results_are_read_as_they_were_written() -> None:
    written = rendered(OWN[::-1])

    assert written == rendered(OWN)
    assert read(written) == (
        case(
            "test_b",
            "tests.test_q.T",
            F,
            2,
            file="tests/test_q.py",
            node="tests/test_q.py::T::test_b",
            message="no",
            seconds=0.123,
            names=("test_b[a::b]",),
        ),
        case(
            "test_a",
            "tests.test_q",
            P,
            3,
            file="tests/test_q.py",
            node="tests/test_q.py::test_a",
            seconds=0.5,
            requirements=("Q 1.2", "Q-1001"),
        ),
    )
    assert read(rendered(())) == ()


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_wrong_entry_of_our_own_results_is_reported_at_its_line() -> None:
    (problem,) = results_in(rendered(OWN).replace(b'"passed"', b'"great"'), PATH)[1]

    assert (problem.place, problem.message) == (
        Place(PATH, 3),
        "the JSON holds no results of Muster: Invalid enum value 'great' - at `$.tests[1].outcome`",
    )
