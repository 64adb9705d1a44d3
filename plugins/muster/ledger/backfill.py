"""Runs of the past, from the reports that other programs wrote: JUnit XML, reports of nox, results as JSON.

implements: MU-LEDGER-8024
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from muster.ledger.past import Past
from muster.ledger.reports import runs_of_nox, runs_of_own_tests, runs_of_suites
from muster.ledger.rows import TYPE
from muster.ledger.task import Clock, Task, begin, failure_of
from muster.ledger.task_results import run_of_task
from muster.text.unreadable import Unreadable
from muster.text.utf8 import encodable
from muster.text.words import counted, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.ledger.rows import Run

__all__ = ["Past", "pasts_in"]

HISTORY = "muster-history"  # what the first line of an export says
MOST_BYTES = 200_000_000
MOST_PROBLEMS = 50  # of one file that are told one by one
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINES = (".jsonl", ".ndjson")
_WANTED = "give JUnit XML, what `nox --report FILE` or `pytest --muster-results FILE` writes, or results as JSON"
_CORRECT = "correct it, or have the program write the file again"


def pasts_in(content: bytes, path: str, modified: float) -> tuple[tuple[Past, ...], tuple[str, ...]]:
    """The runs that a report tells of, and every problem with it in words, `path:line: what; help`.

    `modified` is when the file was written: the end of a run of which the report tells no time. A file that is damaged
    tells of none, except in JSON Lines, where each line stands for itself.
    """
    found: list[Past | Unreadable] = []
    try:
        found.extend(_read(content, path, modified))
    except RecursionError:
        found.append(Unreadable(1, "the JSON is nested too deep", _WANTED))
    except Unreadable as error:
        found.append(error)
    if not found:
        found.append(Unreadable(1, "the file tells of no run", _WANTED))
    pasts = tuple(replace(one, retrieved=(encodable(path),)) for one in found if isinstance(one, Past))
    return pasts, _worded([one for one in found if isinstance(one, Unreadable)], path)


def _worded(problems: Sequence[Unreadable], path: str) -> tuple[str, ...]:
    shown = printable(path)
    told = [f"{shown}:{one.line}: {one.message}; {one.remedy}" for one in problems[:MOST_PROBLEMS]]
    if left := problems[MOST_PROBLEMS:]:
        told.append(f"{shown}:{left[0].line}: {counted(len(left), 'more problem')} from here on; {_CORRECT}")
    return tuple(told)


def _read(content: bytes, path: str, modified: float) -> Iterable[Past | Unreadable]:
    if len(content) > MOST_BYTES:
        words = f"the file has {len(content):,} bytes, more than {MOST_BYTES:,}"
        raise Unreadable(1, words, "give it in several files")
    if not content.strip():
        raise Unreadable(1, "the file is empty", "leave it out, or run what writes it again")
    body = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(_UTF16) or body.startswith(b"<"):
        return runs_of_suites(content, modified)
    if not body.startswith((b"{", b"[")) and not path.endswith(_LINES):
        raise Unreadable(1, "the file is neither XML nor JSON", _WANTED)
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "the file is not UTF-8", _CORRECT) from None
    if path.endswith(_LINES) or _has_lines(text):
        return _of_entries(_lines(text), modified)
    return _of_document(_parsed(text, 1), content, modified)


def _has_lines(text: str) -> bool:
    """Whether the first line is a JSON object by itself, and there are more."""
    first, _, rest = text.strip().partition("\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _of_document(document: Any, content: bytes, modified: float) -> Iterable[Past | Unreadable]:
    if isinstance(document, dict):
        if isinstance(document.get("sessions"), list) and "result" in document:
            return runs_of_nox(content, document["sessions"], modified)
        if isinstance(document.get("tests"), list) and "schema_version" in document:
            return runs_of_own_tests(content, document, modified)
    entries = document if isinstance(document, list) else [document]
    return _of_entries(((1, entry) for entry in entries), modified)


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    """Each line of JSON Lines with its number: its value, or what is wrong with it."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, _parsed(line, number)
            except Unreadable as error:
                yield number, error
            except RecursionError:
                yield number, Unreadable(number, "the JSON is nested too deep", _CORRECT)


def _of_entries(entries: Iterable[tuple[int, Any]], modified: float) -> Iterator[Past | Unreadable]:
    rows: list[int] = []  # the lines of rows of a ledger, which are no results
    for line, entry in entries:
        if isinstance(entry, Unreadable):
            yield entry
        elif isinstance(entry, dict) and entry.get("format") == HISTORY:
            raise Unreadable(line, "the file is a history of Muster", "take it over with `muster runs import`")
        elif isinstance(entry, dict) and entry.get("type") == TYPE:
            rows.append(line)
        else:
            try:
                yield run_of_task(entry, modified, line)
            except Unreadable as error:
                yield error
    if rows:
        words = f"{counted(len(rows), 'row')} of type {TYPE}, from another ledger"
        yield Unreadable(rows[0], words, "take them over with `muster runs import`")


def _parsed(text: str, line: int) -> Any:
    """The value of a JSON text that begins in `line`; raises `Unreadable`."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for name, value in pairs:
            if name in members:
                raise Unreadable(line, f"an object has the key {shortened(name)!r} twice", _CORRECT)
            members[name] = value
        return members

    def constant(name: str) -> Any:
        raise Unreadable(line, f"{name} is no number in JSON", _CORRECT)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            end = line + text.rstrip().count("\n")
            raise Unreadable(end, "the file ends in the middle of its JSON", _CORRECT) from None
        words = f"the file is no JSON: {error.msg}, column {error.colno}"
        raise Unreadable(line + error.lineno - 1, words, _CORRECT) from None
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(line, "a number has too many digits", _CORRECT) from None


def run_of_past(past: Past) -> Run:
    """The row of a run of the past, marked as one that nobody recorded while it ran."""
    begun = begin(
        Task(past.slug, past.name, past.type),
        key=past.key,
        reads=past.retrieved,
        source="backfill",
        backfilled=True,
        clock=Clock(now=lambda: past.started_ts, ticks=lambda: 0.0),
    )
    # The clock that counts stands at the end by now.
    attempt = replace(begun, tick=past.started_ts - past.ended_ts)
    failure = failure_of(past.error_message, past.error_type) if past.error_type else None
    return attempt.ended(past.status, error=failure, files_written=past.files)
