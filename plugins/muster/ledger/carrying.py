"""History as a file: what one CI run hands to the next, and an archive to bring back.

One JSON value a line: a head, then script runs and tool calls, runs, events. A file that was cut off is told.

implements: MU-LEDGER-8042
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster.ledger.backfill import HISTORY as FORMAT
from muster.ledger.book import Entry, Ledger, run_of
from muster.ledger.events import Draft, Event, Head, Stored, breaks_in, problems_in
from muster.ledger.queries import EVENT_COLUMNS, columns_of_run
from muster.ledger.rows import Run, ScriptRun, ToolCall
from muster.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION = 1

_encode = msgspec.json.encode


class NoHistory(ValueError):
    """A file holds no history that can be brought in; nothing of it was."""


class Carried(Struct, frozen=True):
    """What came in, and what was there already."""

    runs: int = 0
    known_runs: int = 0
    events: int = 0
    known_events: int = 0


class History(Struct, frozen=True):
    """What a file of history holds."""

    entries: tuple[Entry, ...] = ()
    events: tuple[Event, ...] = ()


def _line(kind: str, value: Any) -> bytes:
    return _encode({kind: value}) + b"\n"


def lines_of_run(run: Run, scripts: Iterable[ScriptRun] = ()) -> bytes:
    """A single run as a file of history."""
    rows = b"".join(_line("script_run", script) for script in scripts)
    return _head() + rows + _line("run", run) + _end(1, 0)


def _head() -> bytes:
    return _encode({"format": FORMAT, "version": VERSION}) + b"\n"


def _end(runs: int, events: int) -> bytes:
    return _encode({"end": {"runs": runs, "events": events}}) + b"\n"


def exported(book: Ledger) -> Iterator[bytes]:
    """The lines of a file with all that a ledger holds, oldest first."""
    yield _head()
    counts = {"run": 0, "event": 0}
    dialect = book.dialect
    columns = columns_of_run(dialect)
    for part in book.batches(
        f"SELECT {columns} FROM experiences e WHERE e.type = 'TASK_EXECUTION' ORDER BY e.created_at"
    ):
        runs = [run_of(row) for row in part]
        scripts = [name for run in runs for name in run.facts.io.script_runs]
        calls = [name for run in runs for name in run.facts.io.tool_calls]
        yield b"".join(_line("script_run", row) for row in book.script_runs(scripts))
        yield b"".join(_line("tool_call", row) for row in book.tool_calls(calls))
        yield b"".join(_line("run", run) for run in runs)
        counts["run"] += len(runs)
    for part in book.batches(f"SELECT {EVENT_COLUMNS.format(as_text=dialect.as_text)} FROM events ORDER BY seq"):
        yield b"".join(event_line(Stored(*row)) for row in part)
        counts["event"] += len(part)
    yield _end(counts["run"], counts["event"])


def event_line(row: Stored) -> bytes:
    """An event as a line of history, its payload as it was recorded."""
    return _line("event", row.read())


def history_in(data: bytes, name: str) -> History:
    """Read a file of history, all of it before anything is written; raises NoHistory."""
    lines = data.splitlines()
    if not lines or _json_or_none(lines[0]) != {"format": FORMAT, "version": VERSION}:
        raise NoHistory(f"{name}: it is no history of Muster of version {VERSION}")
    found = _Reading()
    for number, line in enumerate(lines[1:], start=2):
        try:
            found.take(line)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            if number == len(lines) and not data.endswith(b"\n"):
                break
            raise NoHistory(f"{name}:{number}: it cannot be read: {error}") from None
    if found.end != {"runs": len(found.entries), "events": len(found.events)}:
        raise NoHistory(f"{name}: it was cut off")
    # A clock that jumped back puts a retry before what it retries; an import needs it behind.
    entries = sorted(found.entries, key=lambda entry: entry.run.facts.attempt if isinstance(entry.run, Run) else 0)
    return History(tuple(entries), tuple(found.events))


class _Reading:
    """What of a history is read so far."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.events: list[Event] = []
        self.end: dict[str, int] | None = None
        self._scripts: dict[str, ScriptRun] = {}
        self._calls: dict[str, ToolCall] = {}

    def take(self, line: bytes) -> None:
        """Read one line; raises ValueError, or what msgspec raises."""
        [(kind, value)] = msgspec.json.decode(line, type=dict[str, msgspec.Raw]).items()
        if self.end is not None:
            raise ValueError("there is more after its end")
        match kind:
            case "script_run":
                script = msgspec.json.decode(value, type=ScriptRun)
                self._scripts[script.id] = script
            case "tool_call":
                call = msgspec.json.decode(value, type=ToolCall)
                self._calls[call.id] = call
            case "run":
                self.entries.append(self._entry(msgspec.json.decode(value, type=Run)))
            case "event":
                self.events.append(msgspec.json.decode(value, type=Event))
            case "end":
                self.end = msgspec.json.decode(value, type=dict[str, int])
            case _:
                raise ValueError(f"{kind!r} is nothing that this Muster knows")

    def _entry(self, run: Run) -> Entry:
        named = run.facts.io
        return Entry(
            run=run,
            script_runs=tuple(self._scripts[name] for name in named.script_runs if name in self._scripts),
            tool_calls=tuple(self._calls[name] for name in named.tool_calls if name in self._calls),
        )


def _json_or_none(line: bytes) -> Any:
    """The value of a line; None where it is no JSON."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def stored_chain(history: History) -> list[Stored]:
    """Its events as a ledger stores them; raises NoHistory where they are no chain."""
    stored = [_stored(event) for event in history.events]
    # A chain may begin elsewhere: its first event says what it follows on.
    first = Head(stored[0].seq - 1, stored[0].prev) if stored and stored[0].seq > 1 else None
    broken = next(breaks_in(stored, first=first), None)
    if broken:
        raise NoHistory(f"the chain of its events is broken: {broken}")
    keys: set[str] = set()
    for event in history.events:
        told = {name: getattr(event, name) for name in Draft.__struct_fields__}
        wrong = [
            *problems_in(Draft(**told)),
            *(["its key is that of an earlier one"] * (event.idempotency_key in keys)),
        ]
        if wrong:
            raise NoHistory(f"event {event.seq} is none that a ledger takes: {wrong[0]}")
        keys.add(event.idempotency_key)
    return stored


def imported(book: Ledger, history: History, *, merge: bool = False) -> Carried:
    """Bring a history in: runs by their keys, events as the continuation of the chain.

    A chain that parted from ours is refused, unless it is merged: then those of its events that are not known here are
    appended to ours, each under a number of ours.
    """
    stored = stored_chain(history)
    book.carry_events(stored, merge=merge, rehearse=True)
    runs = [one.run for one in history.entries if isinstance(one.run, Run)]
    new_runs = sum(not book.has_run(run.facts.idempotency_key) for run in runs)
    book.record_all(history.entries)  # at once: all, or none
    new_events = book.carry_events(stored, merge=merge)
    return Carried(new_runs, len(history.entries) - new_runs, new_events, len(stored) - new_events)


def _stored(event: Event) -> Stored:
    return Stored(**{**msgspec.structs.asdict(event), "context": canonical(event.context).decode()})
