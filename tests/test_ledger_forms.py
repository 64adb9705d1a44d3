"""Rows of a form that the ledger does not take: each field said, all at once, and nothing written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from ledgers import Row, count, having, refused, row_of, wrong
from muster import ledger
from muster.ledger import Entry, Ledger, Refused, begin


@pytest.fixture
def book(ledger_url: str) -> Iterator[Ledger]:
    with ledger.open(ledger_url) as opened:
        yield opened


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_written(book: Ledger) -> None:
    row = row_of(status="failed", attempt=0, duration_ms=9, extra=1, task_slug="A b")
    row["content"]["structured"]["io"]["tool_calls"] = ["t"]
    row["parents"].pop()
    del row["causes"]

    assert refused(book, row) == [
        "`content.structured.task_slug` is 'A b'; it matches ^[a-z0-9][a-z0-9_-]{0,63}$(?!\\n)",
        "`content.structured.extra` is no field of it",
        "`causes` is missing",
        "`duration_ms` is 9; from start to end it is 2000",
        "`error.type` of a failure must be there",
        "`error.message` of a failure must be there",
        "`parents` has 1, and `retrieval.memory_count` is 2; they must be equal",
        "`attempt` is 0; the first is 1",
        "`io.tool_calls` names 't', which is no row of `tool_call`",
    ]


def test_one_wrong_row_of_a_batch_keeps_all_of_it_out(book: Ledger) -> None:
    bad = row_of(attempt=0)
    entries = [Entry(run=row_of()), Entry(run=bad, events=()), Entry(run={"id": 5})]

    with pytest.raises(Refused) as caught:
        book.record_all(entries)

    assert caught.value.violations[:2] == (f"{bad['id']}: `attempt` is 0; the first is 1", "5: `id` is 5; it is a text")
    assert count(book, "experiences") == 0


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"status": "maybe"}, "is 'maybe'; it is one of success, failed, partial"),
        ({"attempt": 1.5}, "is 1.5; it is a whole number"),
        ({"attempt": True}, "is True; it is a whole number"),
        ({"started_at_ts": "now"}, "is 'now'; it is a number"),
        ({"embedding_skipped": None}, "is None; it is true or false"),
        ({"grants": []}, "is []; it is an object"),
        ({"task_id": ""}, "is empty"),
        ({"task_id": "x" * 501}, "has 501 characters; it has at most 500"),
        ({"schema_version": 2}, "is 2; it is at most 1"),
        ({"started_at_iso": "2027-01-15T08:00:00+01:00"}, "is '2027-01-15T08:00:00+01:00'; it matches ^[0-9]{4}-"),
    ],
)
def test_a_field_of_another_form_is_told_with_what_it_should_be(facts: Row, message: str) -> None:
    [field] = facts
    found = wrong(row_of(**facts))

    assert found[0].startswith(f"`content.structured.{field}` {message}")
    assert len(found) == 1


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_what_no_json_can_hold_is_refused(book: Ledger) -> None:
    row = row_of()

    def told(value: Any) -> list[str]:
        row["content"]["structured"]["retrieval"]["filters"] = {"a": value}
        return refused(book, row)

    for levels in (70, 900, 100_000):
        assert told(deep(levels)) == ["the row nests deeper than 64 levels"]
    assert told({1: 2}) == ["the row has the key 1, which is no text"]
    assert told({1, 2}) == ["the row holds {1, 2}, which JSON does not have"]
    assert told(math.nan) == ["`retrieval.filters` holds nan, which is no number of JSON"]
    assert told([-math.inf]) == ["`retrieval.filters` holds -inf, which is no number of JSON"]


def test_a_row_of_ten_megabytes_is_refused_with_its_size(book: Ledger) -> None:
    row = having(row_of(), lambda row, _: row["content"].update(text="x" * 10_000_000))

    size = len(json.dumps(row, separators=(",", ":")))
    assert refused(book, row) == [f"the row has {size:,} bytes, more than 1,000,000; texts and artifacts stay out"]


def test_a_row_of_any_other_form_is_refused_and_never_a_crash(book: Ledger) -> None:
    rows: list[Row] = [{}, {"content": 5}, {"content": {"structured": []}}, {"content": {}, "meta": {}}]

    for row in rows:
        assert "`id` is missing" in refused(book, row)


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "None"), (5, "5"), ("x", "'x'"), ([1], "[1]"), (Unshowable(), "a value of type Unshowable")],
)
def test_what_is_no_row_at_all_is_refused_as_such(book: Ledger, value: Any, shown: str) -> None:
    assert refused(book, value) == [f"it is {shown}; a run is an object"]


def test_texts_with_nul_and_half_characters_are_kept_readable(book: Ledger) -> None:
    failed = begin("x").failed("a\0b \udcff \ud800 é")
    book.record(failed)

    [run] = book.runs()

    assert run.facts.error is not None
    assert run.facts.error.message == r"a\0b \udcff \ud800 é"


def test_names_with_nul_and_half_characters_are_refused(book: Ledger) -> None:
    for bad in ("a\0b", "a\udcff"):
        assert_refused_as_name(book, bad)


def assert_refused_as_name(book: Ledger, bad: str) -> None:
    row = row_of(idempotency_key=bad)
    row["content"]["structured"]["io"] |= {"tool_calls": [bad]}
    row["meta"]["spec_ids"] = [bad]
    lost = f"is {bad!r}; it holds NUL or half a character, which no database keeps"

    assert refused(book, row) == [
        f"`io.tool_calls` names {bad!r}, which is no row of `tool_call`",
        f"`content.structured.idempotency_key` {lost}",
        f"`content.structured.io.tool_calls` {lost}",
        f"`meta.spec_ids` {lost}",
    ]
    assert refused(book, row_of(trace_id=bad))[0].startswith(f"`content.structured.trace_id` is {bad!r}; it matches")
