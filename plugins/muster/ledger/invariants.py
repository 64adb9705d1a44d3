"""What must hold of a run before anything is written, all violations at once.

Each check names the fields that it reads, so that one with a wrong form is told once and not again by each check.

implements: MU-LEDGER-8010, MU-LEDGER-8011, MU-LEDGER-8012, MU-LEDGER-8013, MU-LEDGER-8014, MU-LEDGER-8015,
MU-LEDGER-8016, MU-LEDGER-8017
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.ledger.rows import Method, Run, RunStatus, ScriptRun, ToolCall, Trigger
from muster.ledger.shape import is_keepable, misshapen, shown
from muster.ledger.times import agree, duration_ms, iso_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 1_000_000  # of a row: texts and artifacts stay out of the ledger
_LOST = "it holds NUL or half a character, which no database keeps"
_ROWS = ("tool_calls", "script_runs")
_OF_THE_ROW = ("id", "session_id", "provenance", "parents", "created_at", "ts", "meta")
_METHODS = {Trigger.SCHEDULED: Method.SCHEDULED_TASK, Trigger.MANUAL: Method.MANUAL_TASK}


def wrong_of_part(row: Mapping[str, Any], kind: type[ToolCall | ScriptRun]) -> list[str]:
    """Each thing that is wrong with the row of a tool call or a script run."""
    wrong = misshapen(row, kind)
    bad = {field for field, _ in wrong}
    found = [f"`{field}` {problem}" for field, problem in wrong]
    times = [name for name in ("started_at_ts", "ended_at_ts") if name not in bad]
    found += [_no_time(name, row[name]) for name in times if not _is_time(row[name])]
    if "id" not in bad and not is_keepable(row["id"]):
        found.append(f"`id` is {shown(row['id'])}; {_LOST}")
    return found


class Prior(Struct, frozen=True):
    """An attempt that a run may follow on."""

    attempt: int
    task_id: str


class Standing(Struct, frozen=True):
    """What the ledger holds that a run refers to."""

    spans: dict[str, Prior] = {}  # the attempts of its trace, by span
    tool_calls: frozenset[str] = frozenset()
    script_runs: frozenset[str] = frozenset()


def violations(row: Mapping[str, Any], standing: Standing) -> list[str]:
    """Each thing that is wrong with a row, by field; none where it may be written."""
    wrong = misshapen(row, Run)
    found = [f"`{field}` {problem}" for field, problem in wrong]
    if not isinstance(row.get("content"), dict) or not isinstance(row["content"].get("structured"), dict):
        return found
    bad = {field for field, _ in wrong}
    for fields, check in _CHECKS:
        if not any(_touches(field, one) for field in fields for one in bad):
            found += check(row, row["content"]["structured"], standing)
    return found


def _touches(field: str, wrong: str) -> bool:
    name = field if field in _OF_THE_ROW else f"content.structured.{field}"
    return wrong == name or wrong.startswith((f"{name}.", f"{name}[")) or name.startswith(f"{wrong}.")


_Facts = dict[str, Any]
_Check = Callable[["Mapping[str, Any]", _Facts, Standing], Iterator[str]]


def _no_time(name: str, value: float) -> str:
    return f"`{name}` is {shown(value)}; it is a time between 1970 and 9999"


def _is_time(seconds: float) -> bool:
    return math.isfinite(seconds) and 0 <= seconds < 253_402_300_800  # the year 10000


def _finite(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    """A time that is no number would be neither before nor after any other."""
    times = {"content.structured.started_at_ts": facts["started_at_ts"]}
    times |= {"content.structured.ended_at_ts": facts["ended_at_ts"], "ts": row["ts"]}
    for name, value in times.items():
        if not _is_time(value):
            yield _no_time(name, value)


def _times_agree(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    pairs = [
        ("started_at_iso", "started_at_ts", facts),
        ("ended_at_iso", "ended_at_ts", facts),
        ("created_at", "ts", row),
    ]
    for text, number, holder in pairs:
        if math.isfinite(holder[number]) and not agree(holder[text], holder[number]):
            there = iso_of(holder[number]) if _is_time(holder[number]) else "no time"
            yield f"`{text}` is {holder[text]} and `{number}` is {holder[number]!r}, which is {there}; they must agree"


def _names(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    """The ID of a run and that of its session say the task and the start."""
    slug, started = facts["task_slug"], facts["started_at_ts"]
    for field, start, joint in (("id", "task_exec_", "_"), ("session_id", "task:", ":")):
        rest = row[field].removeprefix(start)[:-17]  # without the 16 characters at its end
        told = rest.removeprefix(f"{slug}{joint}")
        if _is_time(started) and (told == rest or not agree(told, started)):
            wanted = f"{start}{slug}{joint}{iso_of(started)}{joint}"
            yield f"`{field}` is {row[field]}; of this task and start it begins with {wanted}"


def _method(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    told, trigger = row["provenance"]["method"], facts["scheduled_vs_manual"]
    if told != _METHODS[Trigger(trigger)]:
        yield f"`provenance.method` is {told}, and `scheduled_vs_manual` is {trigger}; they must agree"


def _duration(_: Mapping[str, Any], facts: _Facts, __: Standing) -> Iterator[str]:
    started, ended, told = facts["started_at_ts"], facts["ended_at_ts"], facts["duration_ms"]
    if not (_is_time(started) and _is_time(ended)):
        return
    wanted = duration_ms(started, ended)
    if abs(told - wanted) > 1 or told < 0:
        yield f"`duration_ms` is {told}; from start to end it is {wanted}"
    if facts["status"] == RunStatus.SUCCESS and ended < started:
        yield f"`ended_at_ts` of a success is {ended!r}, before `started_at_ts` {started!r}"


def _failure(_: Mapping[str, Any], facts: _Facts, __: Standing) -> Iterator[str]:
    error = facts["error"]
    if facts["status"] == RunStatus.FAILED:
        for name in ("type", "message"):
            if error is None or not (error.get(name) or "").strip():
                yield f"`error.{name}` of a failure must be there"
    elif facts["status"] == RunStatus.SUCCESS and error is not None:
        yield "`error` of a success is null"


def _parents(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    count = facts["retrieval"].get("memory_count", 0)
    if len(row["parents"]) != count:
        yield f"`parents` has {len(row['parents'])}, and `retrieval.memory_count` is {count}; they must be equal"


def _attempt(_: Mapping[str, Any], facts: _Facts, standing: Standing) -> Iterator[str]:
    attempt, prior = facts["attempt"], facts["retry_of"]
    if attempt < 1:
        yield f"`attempt` is {attempt}; the first is 1"
    elif attempt == 1 and prior is not None:
        yield f"`retry_of` is {prior}, and a first attempt retries nothing"
    elif attempt > 1 and prior is None:
        yield f"`retry_of` is null, and attempt {attempt} retries the one before it"
    elif prior is not None:
        found, trace = standing.spans.get(prior), facts["trace_id"]
        if found is None or found.attempt != attempt - 1:
            what = f"attempt {found.attempt}" if found else "nothing"
            hint = "" if prior in standing.spans else " (one whose key was known is not recorded)"
            words = f"it is the span of attempt {attempt - 1}{hint}"
            yield f"`retry_of` is {prior}, which is {what} of trace {trace}; {words}"
        elif found.task_id != facts["task_id"]:
            yield f"`retry_of` is {prior}, an attempt at {shown(found.task_id)}, and this is {shown(facts['task_id'])}"


def _span(_: Mapping[str, Any], facts: _Facts, standing: Standing) -> Iterator[str]:
    if facts["span_id"] in standing.spans:
        yield f"`span_id` {facts['span_id']} is that of another attempt; each has its own"


def _named_rows(_: Mapping[str, Any], facts: _Facts, standing: Standing) -> Iterator[str]:
    for field in _ROWS:
        there = getattr(standing, field)
        for name in facts["io"].get(field, ()):
            if name not in there:
                yield f"`io.{field}` names {shown(name)}, which is no row of `{field[:-1]}`"


def _plain_filters(_: Mapping[str, Any], facts: _Facts, __: Standing) -> Iterator[str]:
    """JSON has no NaN."""
    pending = [facts["retrieval"].get("filters", {})]
    while pending:
        value = pending.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield f"`retrieval.filters` holds {value}, which is no number of JSON"
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value


def _latency(_: Mapping[str, Any], facts: _Facts, __: Standing) -> Iterator[str]:
    latency = facts["retrieval"].get("latency_ms")
    if latency is not None and not math.isfinite(latency):
        yield f"`retrieval.latency_ms` is {latency}; it is a number"


def _keepable(row: Mapping[str, Any], facts: _Facts, _: Standing) -> Iterator[str]:
    """Texts are scrubbed of what no database keeps; names stay as they are, and so have to be without it."""
    named = [("content.structured.idempotency_key", facts["idempotency_key"])]
    named += [(f"content.structured.io.{field}", name) for field in _ROWS for name in facts["io"].get(field, ())]
    named += [("meta.spec_ids", name) for name in row["meta"].get("spec_ids", ())]
    if facts["error"] is not None:
        named.append(("content.structured.error.stack_hash", facts["error"].get("stack_hash") or ""))
    for field, name in named:
        if not is_keepable(name):
            yield f"`{field}` is {shown(name)}; {_LOST}"


_CHECKS: tuple[tuple[tuple[str, ...], _Check], ...] = (
    (("started_at_ts", "ended_at_ts", "ts"), _finite),
    (("started_at_iso", "ended_at_iso", "started_at_ts", "ended_at_ts", "created_at", "ts"), _times_agree),
    (("id", "session_id", "task_slug", "started_at_ts"), _names),
    (("provenance", "scheduled_vs_manual"), _method),
    (("started_at_ts", "ended_at_ts", "duration_ms", "status"), _duration),
    (("status", "error"), _failure),
    (("parents", "retrieval"), _parents),
    (("attempt", "retry_of", "trace_id", "task_id"), _attempt),
    (("span_id",), _span),
    (("io",), _named_rows),
    (("retrieval",), _plain_filters),
    (("retrieval",), _latency),
    (("idempotency_key", "io", "error", "meta"), _keepable),
)
