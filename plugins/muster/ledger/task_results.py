"""The results that scripts write of their tasks: an object each, with the names that are common for what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from muster.ledger.past import Past, Times, first_line, moment_in, past_of, seconds_in
from muster.ledger.rows import RunStatus
from muster.ledger.shape import shown
from muster.text.unreadable import Unreadable
from muster.text.words import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = ("task", "task_slug", "task_name", "name")
_STARTED = ("started_at", "started_at_ts", "started_at_iso", "started", "start", "start_time")
_ENDED = (
    "ended_at", "ended_at_ts", "ended_at_iso", "ended", "end", "end_time", "finished_at", "finished", "completed_at"
)  # fmt: skip
_DURATIONS = {"duration": 1.0, "duration_seconds": 1.0, "duration_s": 1.0, "duration_ms": 0.001}
_EXITS = ("exit_code", "exit_status", "returncode")
_STATUSES = {
    **dict.fromkeys(("success", "succeeded", "ok", "pass", "passed"), RunStatus.SUCCESS),
    **dict.fromkeys(("failed", "failure", "fail", "error"), RunStatus.FAILED),
    **dict.fromkeys(("partial", "skipped"), RunStatus.PARTIAL),
}
_HELP = "give each result `task` and `status`, and `started_at` and `ended_at` where they are known"


def run_of_task(entry: Any, modified: float, line: int) -> Past:
    """The run that one result tells of; raises `Unreadable`."""
    if not isinstance(entry, dict):
        raise Unreadable(line, f"a result is {shown(entry)}, and no object", _HELP)
    name = next((text for key in _NAMES if isinstance(text := entry.get(key), str) and text.strip()), "")
    if not name:
        keys = ", ".join(list(entry)[:5])
        raise Unreadable(line, f"a result with the fields {shown(keys)} names no task", _HELP)
    status, reason = _status(entry, line)
    started, ended = _moment(entry, _STARTED, line), _moment(entry, _ENDED, line)
    span = Times(started, ended, _duration(entry, line)).span(modified, line)
    kind, message = _error(entry.get("error"), reason)
    past = past_of("task", name, (status, kind, message), span, (json.dumps(entry, sort_keys=True),))
    return replace(past, files=_files(entry))


def _status(entry: Mapping[str, Any], line: int) -> tuple[RunStatus, str]:
    """What the result says in each way that it says it, and in words; they must not contradict each other."""
    told: dict[str, RunStatus] = {}
    if (word := entry.get("status")) is not None:
        if not isinstance(word, str) or word.strip().casefold() not in _STATUSES:
            raise Unreadable(line, f"`status` is {shown(word)}; it is one of {', '.join(_STATUSES)}", _HELP)
        told["status"] = _STATUSES[word.strip().casefold()]
    if (success := entry.get("success")) is not None:
        if not isinstance(success, bool):
            raise Unreadable(line, f"`success` is {shown(success)}; it is true or false", _HELP)
        told["success"] = RunStatus.SUCCESS if success else RunStatus.FAILED
    for key in _EXITS:
        if (code := entry.get(key)) is None:
            continue
        if not isinstance(code, int) or isinstance(code, bool):
            raise Unreadable(line, f"`{key}` is {shown(code)}; it is a whole number", _HELP)
        told[key] = RunStatus.FAILED if code else RunStatus.SUCCESS
    if not told:
        raise Unreadable(line, "a result says neither `status` nor `success` nor `exit_code`", _HELP)
    if {RunStatus.SUCCESS, RunStatus.FAILED} <= set(told.values()):
        words = " and ".join(f"`{key}` is {shown(entry[key])}" for key in told)
        raise Unreadable(line, f"{words}, which contradict each other", "correct the one that is wrong")
    key, status = next(iter(told.items()))
    exits = [f"exit status {entry[key]}" for key in _EXITS if entry.get(key)]
    return status, exits[0] if exits else f"the result says no more than `{key}`: {json.dumps(entry[key])}"


def _moment(entry: Mapping[str, Any], keys: tuple[str, ...], line: int) -> float | None:
    told = {key: moment_in(entry[key], key, line) for key in keys if entry.get(key) is not None}
    if told and max(told.values()) - min(told.values()) >= 1:
        words = " and ".join(f"`{key}` is {shown(entry[key])}" for key in told)
        raise Unreadable(line, f"{words}, which are different times", "correct the one that is wrong")
    return next(iter(told.values()), None)


def _duration(entry: Mapping[str, Any], line: int) -> float | None:
    for key, unit in _DURATIONS.items():
        if entry.get(key) is not None:
            return seconds_in(entry[key], key, line) * unit
    return None


def _error(error: Any, reason: str) -> tuple[str, str]:
    """Type and message of an error that is a text, an object, or not told; both say something."""
    if isinstance(error, str):
        return "TaskFailure", first_line(error) or reason
    if not isinstance(error, dict):
        return "TaskFailure", reason
    kind, message = error.get("type"), error.get("message")
    return (
        kind.strip() if isinstance(kind, str) and kind.strip() else "TaskFailure",
        (first_line(message) if isinstance(message, str) else "") or reason,
    )


def _files(entry: Mapping[str, Any]) -> tuple[str, ...]:
    effects = entry.get("io")
    written = entry.get("files_written") or (effects.get("files_written") if isinstance(effects, dict) else None)
    return tuple(printable(path) for path in written if isinstance(path, str)) if isinstance(written, list) else ()
