"""The rows for programs and spreadsheets: JSON, CSV and XLSX.

A cell may hold any text of a document. A spreadsheet takes some of them for formulas, and so none begins like one.

implements: MU-TRACE-3030
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster import __version__
from muster.text.words import unordered
from muster.trace.view import Row, counts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SCHEMA_VERSION = 1
_DANGEROUS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# What XML cannot hold, what steers a terminal, and what turns the text around it.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_MOST = 32_767  # characters that a cell of a spreadsheet may have
_WIDEST = 60
_THEN = datetime(1980, 1, 1, tzinfo=UTC)  # the first day that a ZIP file knows


class TraceReport(Struct, frozen=True):
    """What `muster trace --format json` writes."""

    schema_version: int
    tool: str
    version: str
    results_given: bool
    counts: dict[str, int]  # by status, of these requirements
    requirements: tuple[Row, ...]


def as_json(rows: Sequence[Row], *, given: bool) -> str:
    """Every field of every row."""
    counts = {status.value: number for status, number in counts_of(rows).items()}
    report = TraceReport(SCHEMA_VERSION, "muster", __version__, given, counts, tuple(rows))
    written: str = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return unordered(written, r"\u0023") + "\n"


def _listed(items: Iterable[object]) -> str:
    return "; ".join(str(item) for item in items)


_COLUMNS: dict[str, Callable[[Row], str | int]] = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "level": lambda row: f"{row.level} not" if row.negated else row.level.value,
    "status": lambda row: row.status.value,
    "spec": lambda row: row.spec,
    "line": lambda row: row.line,
    "code": lambda row: _listed(row.code),
    "tests": lambda row: _listed(row.tests),
    "mentions": lambda row: len(row.mentions),
    "results": lambda row: _listed(f"{one.outcome} {one.called}" for one in row.results),
    "parents": lambda row: _listed(row.parents),
    "children": lambda row: _listed(row.children),
    "evidence": lambda row: _listed(row.evidence),
    "suspects": lambda row: _listed(one.path for one in row.suspects),
}
HEADER = tuple(_COLUMNS)


def _cells(row: Row) -> list[str | int]:
    values = [value(row) for value in _COLUMNS.values()]
    return [_printable(value) if isinstance(value, str) else value for value in values]


def _printable(text: str) -> str:
    return _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\r\n", "\n"))


def as_csv(rows: Iterable[Row]) -> str:
    """A line for each row below a header, as RFC 4180 has it: CRLF at the end of each."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([_inert(value) if isinstance(value, str) else value for value in _cells(row)] for row in rows)
    return stream.getvalue()


def _inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


class NoOpenpyxl(RuntimeError):
    """The library that writes spreadsheets is not installed."""


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """A sheet with its header frozen and a filter on each column; the same rows give the same bytes."""
    try:
        from openpyxl import Workbook  # type: ignore[import-untyped]
    except ImportError:
        raise NoOpenpyxl("XLSX needs openpyxl, which is not installed") from None
    book = Workbook()
    sheet = book.active
    sheet.title = "Requirements"
    table: list[list[str | int]] = [list(HEADER), *(_cells(row) for row in rows)]
    for number, values in enumerate(table, start=1):
        for column, value in enumerate(values, start=1):
            _fill(sheet.cell(number, column), value, header=number == 1)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    for column, below in enumerate(zip(*table, strict=True), start=1):
        widest = max(len(line) for value in below for line in str(value).split("\n")[:1])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(widest + 4, _WIDEST)
    stream = io.BytesIO()
    book.save(stream)
    return _timeless(stream.getvalue())


def _fill(cell: Any, value: str | int, *, header: bool) -> None:
    """Give a cell its value: a text stays a text, whatever it looks like."""
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    if isinstance(value, int):
        cell.value = value
        return
    cell.value = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
    cell.data_type = "s"
    # Without this mark, who edits the cell would turn the text into the formula that it looks like.
    cell.quotePrefix = bool(_DANGEROUS.match(value))
    if header:
        cell.font = Font(bold=True)


def _timeless(content: bytes) -> bytes:
    """The same archive without the moment at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _THEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _MOMENT.sub(rb"\g<1>" + _THEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>", data)
            new.writestr(entry, data)
    return stream.getvalue()


_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")
