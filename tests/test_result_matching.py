"""A test is matched to a requirement by its properties, by its name, or by the citation inside its function."""

from __future__ import annotations

import time
from typing import Any

import pytest

from muster.model import CaseOutcome, CaseResult, Citation, CitationKind, Defect, Place, Problem
from muster.trace import matching  # pytest would take `tests_by_requirement` for a test
from muster.trace.matching import strange
from muster.trace.named import finder

IDS = frozenset({"OC-CORE-1001", "OC-CORE-1002", "Requirement 1.1.2", "Requirement 1.1", "queue.push", "R12", "queue"})


def ran(name: str, suite: str = "", file: str = "", **more: object) -> CaseResult:
    values = {"names": (name,), **more}
    return CaseResult(name, suite, CaseOutcome.PASSED, Place("r.xml", 7), file, **values)  # type: ignore[arg-type]


def cites(path: str, symbol: str, identifier: str = "OC-CORE-1001", **more: object) -> Citation:
    values = {"kind": CitationKind.VERIFIES, **more}
    return Citation(identifier, Place(path, 3), symbol=symbol, **values)  # type: ignore[arg-type]


def found(results: list[CaseResult], *citations: Citation) -> dict[str, list[int]]:
    """The numbers of the results that verify each requirement."""
    matched = matching.tests_by_requirement(results, citations, IDS)
    return {identifier: [results.index(one) for one in tests] for identifier, tests in matched.items()}


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("test_oc_core_1001_full", ["OC-CORE-1001"]),
        ("TestX/OC-CORE-1001_full", ["OC-CORE-1001"]),
        ("oc_core_1001", ["OC-CORE-1001"]),
        ("TestOC_CORE_1001", ["OC-CORE-1001"]),
        ("queue::tests::oc_core_1001_2_items", ["OC-CORE-1001"]),
        ("test_a[oc-core-1001/OC-CORE-1002]", ["OC-CORE-1001", "OC-CORE-1002"]),
        ("oc_core_10011", []),
        ("oc_core_1001a", []),
        ("xoc_core_1001", []),
        ("oc__core_1001", []),
        ("OC-CORE-1001.5", []),
        ("test_requirement_1_1_2", ["Requirement 1.1.2"]),
        ("Requirement 1.1.2 flags", ["Requirement 1.1.2"]),
        ("Requirement 1.1.3 flags", []),
        ("Requirement 1.1. Flags", ["Requirement 1.1"]),
        ("test_r12", ["R12"]),
        ("queue.push works", ["queue.push"]),
        ("test_queue_push", []),
    ],
)
def test_a_name_gives_an_id_at_the_boundaries_of_words(name: str, ids: list[str]) -> None:
    assert list(finder(IDS)(name)) == ids


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_property_and_a_name_match_without_any_citation() -> None:
    results = [
        ran("test_a", requirements=("OC-CORE-1001", "AUTH-9")),
        ran("test_oc_core_1002"),
        ran("keeps order", "OC-CORE-1002 queue"),
        ran("TestX", names=("TestX", "TestX/OC-CORE-1001")),
    ]

    assert found(results) == {"OC-CORE-1001": [0, 3], "OC-CORE-1002": [1, 2]}


PY, OTHER = "tests/test_q.py", "tests/test_p.py"
JAVA, SRC, TS = "src/test/java/org/x/QTest.java", "crates/q/src", "src/q.test.ts"
OLD = "src/p.test.ts"


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    ("path", "symbol", "results", "hits"),
    [
        # pytest, with and without the file
        (PY, "test_push", [ran("test_push", "tests.test_q"), ran("test_push", "tests.test_p")], [0]),
        (PY, "test_push", [ran("test_push", "tests.test_q", PY), ran("test_push", "tests.test_p", OTHER)], [0]),
        (PY, "test_push", [ran("test_push", "", f"/ci/build/{PY}"), ran("test_push", "", "/ci/test_p.py")], [0]),
        (PY, "TestQ.test_push", [ran("test_push", "tests.test_q"), ran("test_push", "tests.test_q.TestQ")], [1]),
        (PY, "test_push", [ran("test_push", "tests.test_q"), ran("test_push", "tests.test_q.TestQ")], [0]),
        (PY, "test_push", [ran("test_push", "tests.test_q.TestQ", PY), ran("test_push", "tests.test_q", PY)], [1]),
        (PY, "test_push.inner", [ran("test_push", "tests.test_q")], [0]),
        (PY, "test_push", [ran("test_push", "test_q")], [0]),
        ("py/tests/test_q.py", "test_push", [ran("test_push", "tests.test_q"), ran("test_push", "tests.test_p")], [0]),
        (PY, "test_push", [ran("test_push", "tests.test_p")], []),
        (PY, "test_push", [ran("test_push", "tests.test_q.TestQ")], []),
        (PY, "test_push", [ran("test_push")], [0]),
        (PY, "test_push", [ran("test_push"), ran("test_push", "tests.test_p")], []),
        # a class, and a module
        (PY, "TestQ", [ran("test_a", "tests.test_q.TestQ"), ran("test_b", "tests.test_q.TestQ.TestIn")], [0, 1]),
        (PY, "TestQ", [ran("test_a", "tests.test_q.TestQ"), ran("test_b", "tests.test_q.TestQ")], [0, 1]),
        (PY, "TestQ", [ran("test_a", "tests.test_p.TestQ"), ran("test_a", "tests.test_q")], []),
        (PY, "", [ran("test_a", "tests.test_q")], []),
        # Go
        ("m/pkg/q_test.go", "TestPush", [ran("TestPush", "x.org/m/pkg"), ran("TestPush", "x.org/m/other")], [0]),
        ("m/pkg/q_test.go", "TestPush", [ran("TestPush", "x.org/n/pkg"), ran("TestPush", "x.org/m/pkg")], [1]),
        ("pkg/q_test.go", "TestPush", [ran("TestPush", "x.org/n/pkg"), ran("TestPush", "x.org/m/pkg")], []),
        ("q_test.go", "TestPush", [ran("TestPush", "x.org/m")], [0]),
        # Java
        (JAVA, "QTest.push", [ran("push", "org.x.QTest"), ran("push", "org.y.QTest")], [0]),
        (JAVA, "QTest.In.push", [ran("push", "org.x.QTest$In"), ran("push", "org.x.QTest")], [0]),
        (JAVA, "QTest", [ran("push", "org.x.QTest"), ran("pop", "org.x.QTest"), ran("", "org.x.PTest")], [0, 1]),
        # Rust
        (f"{SRC}/a.rs", "tests.push", [ran("a::tests::push", "q"), ran("b::tests::push", "q")], [0]),
        (f"{SRC}/lib.rs", "tests.push", [
            ran("a::tests::push", "q"),
            ran("tests::push", "p"),
            ran("tests::push", "q")
        ], [2]),
        (f"{SRC}/lib.rs", "tests.push", [ran("a::tests::push", "q")], []),
        (f"{SRC}/a/mod.rs", "tests.push", [ran("push", "a::tests")], [0]),
        ("crates/q/tests/full.rs", "push", [ran("push", "q::full"), ran("push", "q::empty")], [0]),
        # Jest and Vitest
        (TS, "Queue.keeps order", [ran("keeps order", "Queue"), ran("keeps order", "Stack")], [0]),
        (TS, "Queue.keeps order", [ran("Queue keeps order when full", "Queue")], []),
        (TS, "Queue.keeps order", [ran("Queue > keeps order", TS, TS), ran("Queue > keeps order", OLD, OLD)], [0]),
        (TS, "Queue", [ran("Queue pushes", "Queue"), ran("Queue pops", "Queue"), ran("a", "Queues")], [0, 1]),
    ],
)  # fmt: skip
def test_a_citation_in_a_function_takes_the_test_at_its_place_and_no_other(
    path: str, symbol: str, results: list[CaseResult], hits: list[int]
) -> None:
    assert found(results, cites(path, symbol)) == ({"OC-CORE-1001": hits} if hits else {})


@pytest.mark.requirement("MU-TRACE-3010")
def test_of_two_citing_files_the_one_that_agrees_better_has_the_test() -> None:
    result = ran("test_push", "b.tests.test_q")
    doubtful = ran("test_pop", "tests.test_q")
    alone = ran("test_peek")
    citations = [cites(f"{folder}/tests/test_q.py", name) for folder in "ab" for name in ("test_pop", "test_peek")]

    assert found(
        [result], cites("a/b/tests/test_q.py", "test_push"), cites("b/tests/test_q.py", "test_push", "OC-CORE-1002")
    ) == {"OC-CORE-1002": [0]}
    assert found([doubtful, alone], *citations) == {}


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    "citation",
    [
        cites(PY, "test_push", kind=CitationKind.MENTIONS),
        cites(PY, "test_push", kind=CitationKind.IMPLEMENTS),
        cites(PY, "test_push", literal=True),
        cites(PY, "test_push", defect=Defect.STALE),
        cites(PY, "test_push", "AUTH-9"),
    ],
    ids=["mentions", "implements", "literal", "stale", "unknown"],
)
def test_a_citation_that_does_not_verify_takes_no_test(citation: Citation) -> None:
    assert found([ran("test_push", "tests.test_q")], citation) == {}


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_hundred_thousand_requirements_and_twice_as_many_tests_take_seconds() -> None:
    ids = frozenset(f"AREA-{number}" for number in range(100_000))
    results = [ran(f"test_{n % 20}_area_{n}", f"tests.test_{n // 20}.TestX") for n in range(100_000)]
    results += [ran(f"test_{n % 10}", f"tests.test_{n // 10}") for n in range(100_000)]
    citations = [cites(f"tests/test_{n // 10}.py", f"test_{n % 10}", f"AREA-{99_999 - n}") for n in range(100_000)]

    started = time.monotonic()
    matched = matching.tests_by_requirement(results, citations, ids)

    assert time.monotonic() - started < 30
    assert [results.index(one) for one in matched["AREA-7"]] == [7, 199_992]
    assert {len(tests) for tests in matched.values()} == {2}


FILES = {
    PY: b"def test_push(): ...\nclass TestBase(Shared): ...\nclass TestQ:\n    def test_pop(self): ...\n",
    "tests/test_p.py": b"from parameterized import parameterized\n@parameterized.expand([1])\ndef test_add(): ...\n",
    "src/q.test.ts": b"it('keeps order', () => {})\n",
}


def problems_of(*results: CaseResult) -> list[Problem]:
    return list(strange(results, IDS, FILES.keys(), FILES.get))


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_property_that_names_an_unknown_requirement_is_strange() -> None:
    result = ran("test_push", "tests.test_q", PY, requirements=("OC-CORE-1009",), node=f"{PY}::test_push")
    far = ran("push", "q", requirements=("Zz",))

    assert problems_of(result, far) == [
        Problem(
            "TRC015",
            Place("r.xml", 7),
            "tests/test_q.py::test_push names OC-CORE-1009, which no spec defines",
            "did you mean OC-CORE-1002? name an ID that a spec defines, or define it",
        ),
        Problem(
            "TRC015",
            Place("r.xml", 7),
            "q::push names Zz, which no spec defines",
            "name an ID that a spec defines, or define it",
        ),
    ]


NAMING: dict[str, Any] = {"requirements": ("OC-CORE-1001",)}


@pytest.mark.requirement("MU-TRACE-3013")
@pytest.mark.parametrize(
    ("result", "gone"),
    [
        (ran("test_push", "tests.test_q", PY, **NAMING), ""),
        (ran("test_push", "tests.test_q", f"/ci/{PY}", **NAMING), ""),
        (ran("test_push", "tests.test_q", "test_q.py", **NAMING), ""),
        (ran("test_push", "tests.test_q", **NAMING), ""),
        (ran("test_gone", "tests.test_q", PY, node=f"{PY}::test_gone", **NAMING), f"{PY}::test_gone"),
        (ran("test_gone", "tests.test_q.TestQ", **NAMING), f"{PY}::test_gone"),
        (ran("test_gone", "tests.test_q.TestBase", PY, **NAMING), ""),
        (ran("test_oc_core_1001", "tests.test_x"), "tests/test_x.py::test_oc_core_1001"),
        (ran("test_gone", "tests.test_x"), ""),
        (ran("test_push", "tests.test_q", "tests/test_x.py", **NAMING), "tests/test_x.py::test_push"),
        (ran("test_add_0_one", "tests.test_p", **NAMING), ""),
        (ran("keeps its order", "Queue", "src/q.test.ts", **NAMING), ""),
        (ran("keeps order", "Queue", "src/x.test.ts", **NAMING), "src/x.test.ts::keeps order"),
        (ran("push", "org.x.QueueTest", **NAMING), ""),
        (ran("TestPush", "example.org/m/pkg", **NAMING), ""),
    ],
)
def test_a_result_of_a_test_that_is_gone_is_strange(result: CaseResult, gone: str) -> None:
    words = f"{gone} stands in the results, and there is no such test"
    remedy = "run the tests again: these results are of another state of the repository"

    assert problems_of(result) == ([Problem("TRC014", Place("r.xml", 7), words, remedy)] if gone else [])
