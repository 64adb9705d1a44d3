"""The rows of `muster trace`, and the files that they become, whatever stands in the specs."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import jsonschema
import msgspec
import openpyxl  # type: ignore[import-untyped]
import pytest

from muster import pipeline
from muster.inputs import memory
from muster.model import Level, Project, ResultFile, Status
from muster.settings import Settings
from muster.trace.sheets import HEADER, TraceReport, as_csv, as_json, as_xlsx
from muster.trace.view import Choice, Cited, Derived, Ran, Row, holes_first, rows_of

HEAD = "# {} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n"
FILES = {
    "specs/10-queue.md": HEAD.format("Queue")
    + "- [QUEUE-1001] A pool MUST have a bounded queue.\n"
    + "- [QUEUE-1002] A full queue SHOULD say when to retry.\n"
    + "- [QUEUE-1003] A queue MUST NOT lose its order.\n"
    + "- [QUEUE-1004] A queue MAY be empty.\n",
    "specs/20-pool.md": HEAD.format("Pool") + "- [POOL-2001] The pool MUST be bounded. (derives: QUEUE-1001)\n",
    "src/queue.py": "# implements: QUEUE-1001, QUEUE-1003\n",
    "tests/test_queue.py": "# QUEUE-1001\ndef test_push(): ...\n",
    "README.md": "# Read\n\nSee QUEUE-1001 and QUEUE-1004.\n",
}
RESULTS = ResultFile(
    "out/junit.xml",
    b"""<testsuite name="pytest"><testcase classname="tests.test_queue" name="test_queue_1001_is_bounded" time="0.5"/>
<testcase classname="tests.test_queue" name="test_queue_1002"><failure message="too late"/></testcase>
<testcase classname="tests.test_queue" name="test_queue_1004"><skipped message="later"/></testcase></testsuite>""",
)


def project_of(files: dict[str, str], *results: ResultFile, settings: Settings | None = None) -> Project:
    return pipeline.run(memory(files), settings or Settings(), results=results, today=date(2027, 1, 1)).project


def rows(files: dict[str, str], *results: ResultFile) -> tuple[Row, ...]:
    project = project_of(files, *results)
    return rows_of(project, project.trace.citations)


@pytest.fixture(scope="module")
def own() -> tuple[Row, ...]:
    return rows(FILES, RESULTS)


@pytest.mark.requirement("MU-TRACE-3030", "MU-TRACE-3007")
def test_a_row_holds_all_that_became_of_a_requirement(own: tuple[Row, ...]) -> None:
    assert [(row.id, row.status, row.reached) for row in own] == [
        ("QUEUE-1001", Status.VERIFIED, Status.VERIFIED),
        ("QUEUE-1002", Status.FAILING, Status.TESTED),
        ("QUEUE-1003", Status.IMPLEMENTED, Status.IMPLEMENTED),
        ("QUEUE-1004", Status.TESTED, Status.TESTED),
        ("POOL-2001", Status.SPECIFIED, Status.SPECIFIED),
    ]
    assert own[0] == Row(
        id="QUEUE-1001",
        title="A pool MUST have a bounded queue.",
        level=Level.MUST,
        negated=False,
        status=Status.VERIFIED,
        reached=Status.VERIFIED,
        spec="specs/10-queue.md",
        line=7,
        code=(Cited("src/queue.py", 1),),
        tests=(Cited("tests/test_queue.py", 1),),
        mentions=(Cited("README.md", 3), Cited("specs/20-pool.md", 7)),
        results=(own[0].results[0],),
        children=(Derived("POOL-2001", "specs/20-pool.md"),),
    )
    assert own[0].results[0] == Ran(
        "test_queue_1001_is_bounded", "tests.test_queue", "", "", own[0].results[0].outcome, "", 0.5, "out/junit.xml"
    )
    assert own[4].parents == (Derived("QUEUE-1001", "specs/10-queue.md"),)


@pytest.mark.requirement("MU-TRACE-3030")
def test_what_is_missing_most_stands_first(own: tuple[Row, ...]) -> None:
    assert [row.id for row in holes_first(own)] == [
        "QUEUE-1002",
        "POOL-2001",
        "QUEUE-1003",
        "QUEUE-1004",
        "QUEUE-1001",
    ]


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), "1001 1002 1003 1004 2001"),
        (Choice(ids=("QUEUE-1002", "POOL-2001")), "1002 2001"),
        (Choice(specs=("specs/1*",)), "1001 1002 1003 1004"),
        (Choice(specs=("specs/20-pool.md",)), "2001"),
        (Choice(specs=("specs",)), "1001 1002 1003 1004 2001"),
        (Choice(levels=(Level.SHOULD, Level.MAY)), "1002 1004"),
        (Choice(statuses=(Status.FAILING, Status.TESTED)), "1002 1004"),
        (Choice(paths=("src",)), "1001 1003"),
        (Choice(paths=("**/*.md",)), "1001 1004"),
        (Choice(paths=(".",)), "1001 1003 1004"),
        (Choice(holes=True), "1002 1003 1004 2001"),
        (Choice(paths=("src",), levels=(Level.MUST,), holes=True), "1003"),
    ],
)
def test_each_filter_takes_what_it_says(own: tuple[Row, ...], choice: Choice, expected: str) -> None:
    assert " ".join(row.id[-4:] for row in own if choice.takes(row)) == expected


@pytest.mark.requirement("MU-TRACE-3007")
def test_where_a_whole_spec_derives_each_of_its_requirements_has_the_parent() -> None:
    mapped = FILES["specs/10-queue.md"] + "\n## 2) Traceability\n\n- QUEUE-1002 → specs/20-pool.md\n"

    found = {row.id: row for row in rows({**FILES, "specs/10-queue.md": mapped})}

    assert found["QUEUE-1002"].children == (Derived("", "specs/20-pool.md"),)
    assert found["POOL-2001"].parents == (
        Derived("QUEUE-1001", "specs/10-queue.md"),
        Derived("QUEUE-1002", "specs/10-queue.md"),
    )


@pytest.mark.requirement("MU-TRACE-3030")
def test_json_holds_every_field_is_valid_under_its_schema_and_the_same_each_time(own: tuple[Row, ...]) -> None:
    written = as_json(own, given=True)
    report = json.loads(written)

    jsonschema.validate(report, msgspec.json.schema(TraceReport))
    assert written == as_json(rows(FILES, RESULTS), given=True)
    assert (report["schema_version"], report["results_given"]) == (1, True)
    assert report["counts"] == {
        "failing": 1,
        "suspect": 0,
        "specified": 1,
        "implemented": 1,
        "tested": 1,
        "waived": 0,
        "verified": 1,
    }
    assert msgspec.json.decode(written, type=TraceReport).requirements == own


@pytest.mark.requirement("MU-TRACE-3030")
def test_csv_has_a_header_a_line_for_each_and_ends_them_as_rfc_4180_says(own: tuple[Row, ...]) -> None:
    written = as_csv(own)
    table = list(csv.reader(io.StringIO(written, newline="")))

    assert written.count("\r\n") == written.count("\n") == len(own) + 1
    assert table[0] == list(HEADER)
    assert dict(zip(HEADER, table[1], strict=True)) == {
        "id": "QUEUE-1001",
        "title": "A pool MUST have a bounded queue.",
        "level": "must",
        "status": "verified",
        "spec": "specs/10-queue.md",
        "line": "7",
        "code": "src/queue.py:1",
        "tests": "tests/test_queue.py:1",
        "mentions": "2",
        "results": "passed tests.test_queue::test_queue_1001_is_bounded",
        "parents": "",
        "children": "POOL-2001",
        "evidence": "",
        "suspects": "",
    }
    assert table[3][2] == "must not"


def row_titled(title: str) -> Row:
    return Row(
        "X-1", title, Level.MUST, negated=False, status=Status.SPECIFIED, reached=Status.SPECIFIED, spec="s", line=1
    )


TITLES = [
    '=HYPERLINK("http://e.example","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    'a, "b"\nc',
    "bell \x07 escape \x1b[31m nul \x00",
    "right \u202e to left \u2066",
    "שלום عالم",
    "<script>alert(1)</script>",
    "x" * 40_000,
]


@pytest.mark.requirement("MU-TRACE-3030")
@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_no_cell_is_a_formula_or_steers_who_reads_it(title: str) -> None:
    in_csv = next(csv.reader(io.StringIO(as_csv([row_titled(title)]).partition("\r\n")[2], newline="")))[1]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([row_titled(title)])))
    cell = book.active["B2"]

    assert in_csv[0] not in "=+-@\t\r＝"
    assert (cell.data_type, cell.quotePrefix) == ("s", title[0] in "=+-@\t＝")  # a lone CR is spelled out
    for text in (in_csv, cell.value):
        assert not set(text) & {"\x00", "\x07", "\x1b", "\u202e", "\u2066"}
    if title.isprintable() and len(title) < 100:
        assert in_csv.removeprefix("'") == cell.value == title
    assert len(cell.value) <= 32_767


@pytest.mark.requirement("MU-TRACE-3030")
def test_a_spreadsheet_has_a_frozen_header_a_filter_widths_and_the_same_bytes_each_time(own: tuple[Row, ...]) -> None:
    content = as_xlsx(own)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    values: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))

    assert content == as_xlsx(own)
    assert values[0] == HEADER
    assert values[1][:6] == (
        "QUEUE-1001",
        "A pool MUST have a bounded queue.",
        "must",
        "verified",
        "specs/10-queue.md",
        7,
    )
    assert [value[0] for value in values[1:]] == [row.id for row in own]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:N6")
    assert sheet.column_dimensions["B"].width == len("A full queue SHOULD say when to retry.") + 4


def test_without_rows_each_file_still_has_its_header() -> None:
    assert as_csv([]) == ",".join(HEADER) + "\r\n"
    assert [*openpyxl.load_workbook(io.BytesIO(as_xlsx([]))).active.iter_rows(values_only=True)] == [HEADER]
    assert json.loads(as_json([], given=False))["requirements"] == []
