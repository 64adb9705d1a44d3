"""What a run has to be before it is written: its form, and the invariants 8010 to 8018."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledgers import Row, Time, as_row, count, having, refused, row_of, wrong
from muster import ledger
from muster.ledger import Entry, Ledger, Refused, Run, RunStatus, ScriptRun, Task, ToolCall, begin
from muster.ledger.keys import new_uuid
from muster.ledger.times import agree, duration_ms, iso_of, seconds_of, window_start

KEYS = {  # of `reference/task-execution.md`, in its order
    *("schema_version", "task_id", "task_slug", "task_name", "task_type", "scheduled_vs_manual"),
    *("status", "started_at_iso", "ended_at_iso", "started_at_ts", "ended_at_ts", "duration_ms"),
    *("trace_id", "span_id", "attempt", "retry_of", "idempotency_key", "task_config_digest", "retrieval", "io"),
    *("embedding_skipped", "provenance_runner", "grants", "error"),
}
OTHER = "01234567-89ab-4def-8123-456789abcdef"


@pytest.fixture
def book(ledger_url: str) -> Iterator[Ledger]:
    with ledger.open(ledger_url) as opened:
        yield opened


@pytest.mark.requirement("MU-LEDGER-8002")
def test_a_run_comes_back_as_it_was_recorded(book: Ledger) -> None:
    row = row_of()
    row["content"]["structured"]["retrieval"] |= {"query": "ä\n\u2028", "filters": {"n": [1, 2.5, None]}}

    identity = book.record(row)

    assert identity == row["id"]
    assert [as_row(run) for run in book.runs()] == [row]
    assert re.fullmatch(r"task_exec_daily_reflection_2027-01-15T08:00:00\.000000Z_[0-9a-f]{16}", row["id"])
    assert re.fullmatch(r"task:daily_reflection:2027-01-15T08:00:00\.000000Z:[0-9a-f]{16}", row["session_id"])


@pytest.mark.requirement("MU-LEDGER-8002")
def test_the_schema_accepts_what_the_store_gives_back_and_has_the_24_keys_of_the_reference(book: Ledger) -> None:
    book.record(row_of())
    failed = begin("x").failed(ValueError("no"))
    book.record(failed)
    schema = msgspec.json.schema(Run)
    checker = jsonschema.Draft202012Validator(schema)

    for run in book.runs():
        checker.validate(as_row(run))
    assert len(KEYS) == 24
    assert set(schema["$defs"]["Structured"]["properties"]) == KEYS
    assert set(as_row(failed)["content"]["structured"]) == KEYS
    assert [error.json_path for error in checker.iter_errors(row_of(attempt="1"))] == ["$.content.structured.attempt"]
    assert [error.json_path for error in checker.iter_errors(row_of(span_id=f"{OTHER}\n"))] == [
        "$.content.structured.span_id"
    ]


START, END = "2027-01-15T08:00:00.000000Z", "2027-01-15T08:00:02.000000Z"


@pytest.mark.requirement("MU-LEDGER-8011")
def test_a_success_ends_after_it_began() -> None:
    before = {"ended_at_ts": 1799999999.0, "ended_at_iso": "2027-01-15T07:59:59Z", "duration_ms": 0}
    message = "`ended_at_ts` of a success is 1799999999.0, before `started_at_ts` 1800000000.0"

    assert wrong(row_of(**before)) == [message]
    assert wrong(row_of(**before, status="partial")) == []


@pytest.mark.requirement("MU-LEDGER-8011", "MU-LEDGER-8017")
def test_a_duration_is_that_from_start_to_end() -> None:
    at_once = {"ended_at_ts": 1.8e9, "ended_at_iso": START}

    assert wrong(row_of(duration_ms=7)) == ["`duration_ms` is 7; from start to end it is 2000"]
    assert wrong(row_of(duration_ms=-1, **at_once)) == ["`duration_ms` is -1; from start to end it is 0"]
    assert wrong(row_of(duration_ms=2001)) == []  # another way to round


def disagreeing(field: str, text: str, number: float, there: str) -> list[str]:
    name = "ts" if field == "created_at" else field.replace("iso", "ts")
    return [f"`{field}` is {text} and `{name}` is {number}, which is {there}; they must agree"]


@pytest.mark.requirement("MU-LEDGER-8017")
def test_times_as_text_and_as_number_agree() -> None:
    late, never, early = "2027-01-15T09:00:00.000000Z", "2027-13-15T08:00:02Z", "1970-01-01T00:00:05.500000Z"

    assert wrong(row_of(started_at_iso=late)) == disagreeing("started_at_iso", late, 1_800_000_000.0, START)
    assert wrong(row_of(ended_at_iso=never)) == disagreeing("ended_at_iso", never, 1_800_000_002.0, END)
    assert wrong(row_of(ended_at_iso="2027-01-15T08:00:03Z"))[0].startswith("`ended_at_iso` is 2027-01-15T08:00:03Z")
    assert wrong(row_of() | {"ts": 5.5}) == disagreeing("created_at", START, 5.5, early)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 1e300, 253_402_300_800.0])
def test_a_time_that_is_none_is_refused_and_said_once_as_such(value: float) -> None:
    shown = str(value) if not math.isfinite(value) else repr(value)

    found = wrong(row_of(started_at_ts=value))

    assert found[0] == f"`content.structured.started_at_ts` is {shown}; it is a time between 1970 and 9999"
    assert found[1:] in ([], disagreeing("started_at_iso", START, value, "no time"))


@pytest.mark.requirement("MU-LEDGER-8012")
def test_a_failure_says_what_failed_and_is_recorded(book: Ledger) -> None:
    lacking = ["`error.type` of a failure must be there", "`error.message` of a failure must be there"]
    failed = begin("x").failed(ZeroDivisionError("by nought"))

    book.record(failed)

    assert wrong(row_of(status="failed")) == lacking
    assert wrong(row_of(status="failed", error={"type": "", "message": None, "stack_hash": None})) == lacking
    assert wrong(row_of(status="failed", error={"type": " \t", "message": "\n", "stack_hash": None})) == lacking
    assert wrong(row_of(error={"type": "E", "message": "m"})) == ["`error` of a success is null"]
    assert wrong(row_of(status="partial", error={"type": "E", "message": "m"})) == []
    assert [
        (run.facts.error.type, run.facts.error.message) for run in book.runs(status="failed") if run.facts.error
    ] == [("ZeroDivisionError", "by nought")]


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.requirement("MU-LEDGER-8012")
@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (Mute(), "Error", ("Mute", "Mute")),
        (ValueError(" "), "Error", ("ValueError", "ValueError")),
        ("\n", "Timeout", ("Timeout", "Timeout")),
        ("late", " ", ("Error", "late")),
    ],
)
def test_a_failure_that_says_nothing_is_recorded_too(
    book: Ledger, error: Exception | str, kind: str, told: tuple[str, str]
) -> None:
    book.record(begin("x").failed(error, kind=kind))

    [found] = [run.facts.error for run in book.runs()]
    assert found is not None
    assert (found.type, found.message) == told


@pytest.mark.requirement("MU-LEDGER-8013")
def test_parents_are_as_many_as_memories() -> None:
    assert wrong(having(row_of(), lambda row, _: row["parents"].pop())) == [
        "`parents` has 1, and `retrieval.memory_count` is 2; they must be equal"
    ]
    assert wrong(having(row_of(), lambda _, facts: facts.update(retrieval={}))) == [
        "`parents` has 2, and `retrieval.memory_count` is 0; they must be equal"
    ]


@pytest.mark.requirement("MU-LEDGER-8014")
def test_a_retry_keeps_the_trace_and_has_a_span_of_its_own(book: Ledger) -> None:
    first = begin("x")
    second = first.again()
    book.record(first.failed("no"))

    book.record(second.succeeded())

    assert second.trace_id == first.trace_id
    assert (second.number, second.retry_of) == (2, first.span_id)
    assert second.idempotency_key != first.idempotency_key
    assert [run.facts.attempt for run in book.runs(trace=first.trace_id)] == [2, 1]
    third = as_row(second.again().succeeded())
    third["content"]["structured"]["span_id"] = first.span_id
    assert refused(book, third) == [f"`span_id` {first.span_id} is that of another attempt; each has its own"]


@pytest.mark.requirement("MU-LEDGER-8014")
@pytest.mark.parametrize("field", ["trace_id", "span_id"])
@pytest.mark.parametrize("value", ["01234567-89ab-5def-8123-456789abcdef", OTHER.upper(), f"{OTHER}\n", "", "x"])
def test_a_trace_and_a_span_are_version_4_uuids(field: str, value: str) -> None:
    [message] = wrong(row_of(**{field: value}))

    assert message.startswith(f"`content.structured.{field}` is {value!r}; it matches ^[0-9a-f]{{8}}-")


@pytest.mark.requirement("MU-LEDGER-8015")
def test_an_attempt_names_the_one_before_it(book: Ledger) -> None:
    first = begin("x", trace_id=OTHER)
    book.record(first.failed("no"))
    span = first.span_id

    def told(attempt: int, prior: str | None) -> list[str]:
        return refused(book, row_of(trace_id=OTHER, attempt=attempt, retry_of=prior))

    assert told(0, None) == ["`attempt` is 0; the first is 1"]
    assert told(1, OTHER) == [f"`retry_of` is {OTHER}, and a first attempt retries nothing"]
    assert told(2, None) == ["`retry_of` is null, and attempt 2 retries the one before it"]
    nothing = f"`retry_of` is {OTHER}, which is nothing of trace {OTHER}; it is the span of attempt 1"
    assert told(2, OTHER) == [f"{nothing} (one whose key was known is not recorded)"]
    assert told(3, span) == [f"`retry_of` is {span}, which is attempt 1 of trace {OTHER}; it is the span of attempt 2"]


@pytest.mark.requirement("MU-LEDGER-8015")
def test_an_attempt_retries_one_at_the_same_task(book: Ledger) -> None:
    first = begin("x")
    book.record(first.failed("no"))
    row = as_row(replace(first.again(), task=Task("y")).succeeded())
    message = f"`retry_of` is {first.span_id}, an attempt at 'x', and this is 'y'"

    assert refused(book, row) == [message]
    other = replace(first, task=Task("z"), span_id=OTHER)
    with pytest.raises(Refused, match="an attempt at 'z', and this is 'y'"):
        book.record_all([Entry(run=other.failed("no")), Entry(run=replace(other.again(), task=Task("y")).succeeded())])


SHORT = "2027-01-15T08:00:00Z"


@pytest.mark.requirement("MU-LEDGER-8002")
@pytest.mark.parametrize(
    "start",
    [
        f"other_{SHORT}",
        "daily_reflection_2027-01-15T08:00:01Z",
        "daily_reflection_2026-02-30T99:99:99Z",
        f"x_daily_reflection_{SHORT}",
    ],
)
def test_the_id_of_a_run_and_of_its_session_say_the_task_and_the_start(book: Ledger, start: str) -> None:
    slug, _, moment = start.rpartition("_")
    row = row_of()
    row["id"], row["session_id"] = f"task_exec_{start}_{'a' * 16}", f"task:{slug}:{moment}:{'b' * 16}"

    assert refused(book, row) == [
        f"`id` is {row['id']}; of this task and start it begins with task_exec_daily_reflection_{START}_",
        f"`session_id` is {row['session_id']}; of this task and start it begins with task:daily_reflection:{START}:",
    ]
    row["id"] = f"task_exec_daily_reflection_{SHORT}_{'a' * 16}"
    row["session_id"] = f"task:daily_reflection:2027-01-15T08:00:00.0+00:00:{'b' * 16}"
    assert book.record(row) == row["id"]


@pytest.mark.requirement("MU-LEDGER-8002")
def test_the_provenance_says_the_same_as_the_trigger(book: Ledger) -> None:
    assert refused(book, row_of(scheduled_vs_manual="scheduled")) == [
        "`provenance.method` is MANUAL_TASK, and `scheduled_vs_manual` is scheduled; they must agree"
    ]


@pytest.mark.requirement("MU-LEDGER-8016")
def test_a_run_names_only_tool_calls_and_scripts_that_stand_or_come_with_it(book: Ledger) -> None:
    run = begin("x")
    spans: Row = {"started_at_ts": 1.0, "ended_at_ts": 2.0, "trace_id": run.trace_id, "span_id": run.span_id}
    call, script = ToolCall(id="t1", name="grep", **spans), ScriptRun(id="s1", command=("ls",), exit_status=0, **spans)
    row = as_row(run.succeeded(tool_calls=["t1", "t2"], script_runs=["s1"]))

    assert refused(book, row, script_runs=(script,)) == [
        "`io.tool_calls` names 't1', which is no row of `tool_call`",
        "`io.tool_calls` names 't2', which is no row of `tool_call`",
    ]
    book.record_tool_call(msgspec.structs.replace(call, id="t2"))
    book.record(row, tool_calls=(call,), script_runs=(script,))
    assert (book.tool_calls(["t1"]), book.script_runs(["s1"])) == ([call], [script])


def test_a_script_run_with_a_time_that_is_none_is_refused(book: Ledger) -> None:
    spans: Row = {"started_at_ts": math.nan, "ended_at_ts": -5.0, "trace_id": OTHER, "span_id": OTHER}

    with pytest.raises(Refused) as caught:
        book.record_script_run(ScriptRun(id="s\0", command=("ls",), exit_status=2**40, **spans))

    assert caught.value.violations == (
        "`exit_status` is 1099511627776; it is at most 2147483647",
        "`started_at_ts` is nan; it is a time between 1970 and 9999",
        "`ended_at_ts` is -5.0; it is a time between 1970 and 9999",
        r"`id` is 's\x00'; it holds NUL or half a character, which no database keeps",
    )
    assert count(book, "script_run") == 0


@pytest.mark.requirement("MU-LEDGER-8010")
def test_a_known_key_gives_the_first_id_whatever_else_the_row_says(book: Ledger) -> None:
    first = begin("x", key="k").succeeded()
    book.record(first)

    assert book.record(first) == first.id
    assert book.record(begin("x", key="k").failed("later")) == first.id
    assert (
        book.record({"content": {"structured": {"idempotency_key": first.facts.idempotency_key}}, "id": "y"})
        == first.id
    )
    assert [run.id for run in book.runs()] == [first.id]


@pytest.mark.requirement("MU-LEDGER-8010")
def test_a_batch_may_hold_the_same_run_twice_and_a_retry_of_its_own(book: Ledger) -> None:
    first = begin("x")
    failed, again = first.failed("no"), first.again().succeeded()

    found = book.record_all([Entry(run=run) for run in (failed, failed, again, failed)])

    assert found == [failed.id, failed.id, again.id, failed.id]
    assert count(book, "experiences") == 2


def test_an_id_that_another_run_has_is_refused(book: Ledger) -> None:
    book.record(first := row_of())

    assert refused(book, having(row_of(), lambda row, _: row.update(id=first["id"]))) == [
        f"`id` is {first['id']}, which another run has"
    ]


@pytest.mark.requirement("MU-LEDGER-8018")
def test_the_key_of_a_scheduled_run_comes_from_task_window_and_attempt() -> None:
    task, noon = Task("report", window="1d"), 1_800_014_400.0

    same = [begin(task, scheduled_for=noon + later).idempotency_key for later in (0.0, 3600.0)]

    assert len(set(same)) == 1
    others = [
        begin(task, scheduled_for=noon + 86_400),
        begin(task, scheduled_for=noon).again(),
        begin(Task("other", window="1d"), scheduled_for=noon),
    ]
    assert len({*same, *(attempt.idempotency_key for attempt in others)}) == 4
    assert begin(task).succeeded().facts.scheduled_vs_manual == "scheduled"
    assert [iso_of(window_start(window, noon + 1)) for window in ("15m", "1h", "1d", "1w")] == [
        *("2027-01-15T12:00:00.000000Z", "2027-01-15T12:00:00.000000Z"),
        *("2027-01-15T00:00:00.000000Z", "2027-01-11T00:00:00.000000Z"),
    ]


@pytest.mark.requirement("MU-LEDGER-8018")
def test_the_key_of_another_run_comes_from_the_caller_or_is_new() -> None:
    assert begin("x", key="a").idempotency_key == begin("x", key="a").idempotency_key
    keys = [
        *(begin("x", key="a"), begin("x", key="b"), begin("y", key="a")),
        *(begin("x", key="a").again(), begin("x"), begin("x")),
    ]
    assert len({attempt.idempotency_key for attempt in keys}) == 6
    names = ("日本", "日本語", "Ä", "Täglich", "Töglich", "!", "?", "a" * 600, "a" * 601, "", "task")
    tasks = [begin(name, key="a") for name in names]
    assert len({attempt.idempotency_key for attempt in tasks}) == 10  # the last two are one
    slugs = [attempt.task.slug for attempt in tasks]
    assert [slugs[number] for number in (3, 4, 7, 9, 10)] == ["t-glich", "t-glich", "a" * 64, "task", "task"]
    odd = [slugs[number] for number in (0, 1, 2, 5, 6)]
    assert len(set(odd)) == 5
    assert all(re.fullmatch("task-[0-9a-f]{8}", slug) for slug in odd)
    assert [wrong(as_row(attempt.succeeded())) for attempt in tasks] == [[]] * 11
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", attempt.idempotency_key) for attempt in keys)


@pytest.mark.requirement("MU-LEDGER-8017")
def test_a_clock_that_jumps_back_does_not_change_how_long_it_took(book: Ledger) -> None:
    time = Time()
    attempt = begin("x", clock=time.clock)
    time.now -= 3600
    time.ticks += 1.5

    book.record(attempt.succeeded())

    facts = book.runs()[0].facts
    assert (facts.started_at_ts, facts.ended_at_ts, facts.duration_ms) == (1_800_000_000.0, 1_800_000_001.5, 1500)
    again = attempt.again()
    time.ticks += 1
    assert again.succeeded().facts.started_at_iso == "2027-01-15T07:00:00.000000Z"


@pytest.mark.parametrize("status", RunStatus)
def test_whatever_an_attempt_ends_with_is_right(status: RunStatus) -> None:
    error = ledger.task.failure_of("no") if status is RunStatus.FAILED else None

    assert wrong(as_row(begin("Täglich!", reads=["a"], spec_ids=[new_uuid()]).ended(status, error=error))) == []


@pytest.mark.requirement("MU-LEDGER-8017")
@given(st.floats(min_value=0, max_value=253_402_300_799.9, allow_nan=False))
def test_every_time_comes_back_from_its_text(seconds: float) -> None:
    text = iso_of(seconds)

    assert agree(text, seconds)
    assert abs(seconds_of(text) - seconds) <= 1e-6
    assert len(text) == 27
    assert not agree(text, seconds + 0.1)


@given(st.floats(0, 4e9), st.floats(0, 1e6))
def test_a_duration_is_never_negative(started: float, length: float) -> None:
    assert duration_ms(started + length, started) == 0
    assert abs(duration_ms(started, started + length) - length * 1000) <= 1
