"""The ledger as a program uses it: record runs and events, and ask for them.

implements: MU-LEDGER-8002, MU-LEDGER-8010, MU-LEDGER-8016, MU-LEDGER-8026, MU-LEDGER-8030
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import msgspec

from muster.ledger.chain import Parted, appended, continued, events_of, head_in, new_events
from muster.ledger.database import LedgerUnavailable, opened
from muster.ledger.events import Draft, Stored, breaks_in, problems_in
from muster.ledger.invariants import MOST_BYTES, Prior, Standing, violations, wrong_of_part
from muster.ledger.months import is_month, made, month_of
from muster.ledger.queries import (
    EVENT_COLUMNS,
    Wanted,
    WantedEvents,
    can_fit,
    events_query,
    run_query,
    runs_query,
)
from muster.ledger.retired import beginning, breaks_before, demand_none
from muster.ledger.retiring import TOLD, BrokenChain, retire
from muster.ledger.rows import Run, ScriptRun, ToolCall
from muster.ledger.scrubbing import Scrubber
from muster.ledger.shape import is_keepable, shown, size_of, unwritable
from muster.ledger.standing import key_of, known_keys, parts_of, present, spans_of, trace_of
from muster.ledger.times import iso_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from muster.ledger.database import Database, Dialect, Row, Session
    from muster.ledger.events import Event, Head
    from muster.ledger.retired import Checkpoint

_encode = msgspec.json.encode
_decode_run = msgspec.json.Decoder(Run).decode


class Refused(ValueError):
    """A row is not recorded; `violations` holds everything that is wrong with it."""

    def __init__(self, name: str, violations: Sequence[str]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(f"{name}: {violation}" for violation in violations))


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A run with the rows that it names, and the events that it gave rise to: recorded all, or none."""

    run: Run | Mapping[str, Any]
    tool_calls: tuple[ToolCall, ...] = ()
    script_runs: tuple[ScriptRun, ...] = ()
    events: tuple[Draft, ...] = ()


class Ledger:
    """An open ledger; close it, or use it in a `with`."""

    def __init__(self, database: Database, scrubber: Scrubber) -> None:
        self._database = database
        self._scrubber = scrubber

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        timeout: float = 30.0,
        durable: bool = True,
        reading: bool = False,
        scrub: Iterable[str] = (),
    ) -> Self:
        """Open a ledger by its path or its PostgreSQL address; one that is not there is made.

        `timeout` is how long to wait for another process, `durable` whether what is recorded survives a power cut and
        not only a killed process, `reading` that nothing will be written, `scrub` further patterns to take out.
        """
        database = opened(where, timeout=timeout, durable=durable, reading=reading)
        return cls(database, Scrubber(scrub))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._database.close()

    @property
    def dialect(self) -> Dialect:
        """How its database spells SQL."""
        return self._database.dialect

    def claimed(self, key: str) -> Callable[[], None] | None:
        """Hold a name until what is returned is called; None where another process holds it."""
        return self._database.claimed(key)

    def scrubbed_text(self, text: str) -> str:
        """A text as the ledger would keep it."""
        return self._scrubber.text(text)

    def scrubbed_command(self, words: Sequence[str]) -> tuple[str, ...]:
        """A command line without its secrets, those included that are an option's next word."""
        return self._scrubber.command(words)

    # Recording

    def record(self, run: Run | Mapping[str, Any], **more: Any) -> str:
        """Record a run and return its ID; that of the first where its key is known. Raises `Refused`.

        `tool_calls` and `script_runs` are rows that it names, `events` what came of it.
        """
        return self.record_all([Entry(run=run, **more)])[0]

    def record_all(self, entries: Sequence[Entry]) -> list[str]:
        """Record several runs, all or none, and return their IDs in the order of the entries."""
        rows = [_plain(entry.run) for entry in entries]
        flaws = [_flaw(row) for row in rows]
        clean = [
            row if flaw or not _has_parts(row) else self._scrubber.run(row)
            for row, flaw in zip(rows, flaws, strict=True)
        ]

        def work(session: Session) -> list[str]:
            firsts = self._demand_right(session, entries, clean, flaws)
            if self.dialect.name == "postgres":
                months = {month_of(row["ts"]) for row, first in zip(clean, firsts, strict=True) if first is None}
                made(session, ("experiences", "run_spec"), months)
            found: dict[str, str] = {}  # what stands for each row of the batch
            drafts: list[Draft] = []
            for entry, row, first in zip(entries, clean, firsts, strict=True):
                found[row["id"]] = found.get(first, first) if first else self._insert(session, entry, row)
                if found[row["id"]] == row["id"]:  # what came of a run that is recorded already is so too
                    drafts += entry.events
            appended(session, self.dialect, drafts, self._scrubber)
            return [found[row["id"]] for row in clean]

        return self._database.write(work)

    def _demand_right(
        self, session: Session, entries: Sequence[Entry], rows: Sequence[dict[str, Any]], flaws: Sequence[str]
    ) -> list[str | None]:
        """The ID of the first run where a key is known; raises `Refused` with every violation of all other rows."""
        found: list[str] = []
        firsts: list[str | None] = []
        known = known_keys(session, self.dialect, rows)
        spans = spans_of(session, self.dialect, rows)
        for entry, row, flaw in zip(entries, rows, flaws, strict=True):
            first = None if flaw else known.get(key_of(row) or "")
            firsts.append(first)
            wrong = [flaw] if flaw else []
            if not flaw and first is None:  # where it is known nothing will be written, and so nothing can be wrong
                wrong = violations(row, self._standing(session, entry, row, spans))
            if not wrong and first is None:
                facts = row["content"]["structured"]
                known[facts["idempotency_key"]] = row["id"]
                own = spans.setdefault(facts["trace_id"], {})
                own[facts["span_id"]] = Prior(facts["attempt"], facts["task_id"])
            found += [f"{row.get('id', 'a run')}: {problem}" if len(rows) > 1 else problem for problem in wrong]
            for draft in entry.events:
                wrong = [*problems_in(draft), *demand_none([draft.type])]
                found += [f"event {draft.type}: {problem}" for problem in wrong]
        if found:
            raise Refused("the run is not recorded", found)
        return firsts

    def _standing(
        self, session: Session, entry: Entry, row: Mapping[str, Any], spans: Mapping[str, dict[str, Prior]]
    ) -> Standing:
        """What the row refers to, as far as its form lets one tell."""
        trace, (tool_calls, script_runs) = trace_of(row), parts_of(row)
        own_calls, own_scripts = ({part.id for part in parts} for parts in (entry.tool_calls, entry.script_runs))
        return Standing(
            spans.get(trace, {}) if trace else {},
            present(session, self.dialect, "tool_call", tool_calls) | own_calls,
            present(session, self.dialect, "script_run", script_runs) | own_scripts,
        )

    def _insert(self, session: Session, entry: Entry, row: Mapping[str, Any]) -> str:
        """Insert a run that is right; where another process was quicker with its key, the ID is that one's."""
        if not session.run(*_insertion(self.dialect, row)):
            first = known_keys(session, self.dialect, [row]).get(key_of(row) or "")
            if first is None:
                raise Refused("the run is not recorded", [f"`id` is {row['id']}, which another run has"])
            return first
        for tool_call in entry.tool_calls:
            self._insert_tool_call(session, tool_call)
        for script_run in entry.script_runs:
            self._insert_script_run(session, script_run)
        for spec in row["meta"].get("spec_ids", ()):
            session.run(
                f"INSERT INTO run_spec VALUES ({self.dialect.marks(4)}) ON CONFLICT DO NOTHING",
                (spec, row["content"]["structured"]["status"], row["ts"], row["id"]),
            )
        identity: str = row["id"]
        return identity

    def record_tool_call(self, call: ToolCall) -> str:
        """Record a call of a tool, which a run can name then; one that is there already stays as it is."""
        self._database.write(lambda session: self._insert_tool_call(session, call))
        return call.id

    def record_script_run(self, script: ScriptRun) -> str:
        """Record a command that ran, which a run can name then; one that is there already stays as it is."""
        self._database.write(lambda session: self._insert_script_run(session, script))
        return script.id

    def _insert_tool_call(self, session: Session, call: ToolCall) -> None:
        row = self._part(call)
        values = (row["id"], row["name"], _text(row["arguments"]), row["status"])
        self._insert_part(session, "tool_call", (*values, *_span_columns(row)))

    def _insert_script_run(self, session: Session, script: ScriptRun) -> None:
        row = self._part(script)
        values = (row["id"], _text(row["command"]), row["folder"], row["exit_status"])
        self._insert_part(session, "script_run", (*values, *_span_columns(row)))

    def _part(self, part: ToolCall | ScriptRun) -> dict[str, Any]:
        """A tool call or a script run as it is written; raises `Refused`."""
        row = msgspec.structs.asdict(part)
        flaw = _flaw(row)
        if wrong := [flaw] if flaw else wrong_of_part(row, type(part)):
            raise Refused(f"the {'tool call' if isinstance(part, ToolCall) else 'script run'} is not recorded", wrong)
        if "command" in row:
            row["command"] = self._scrubber.command(row["command"])
        return self._scrubber.row(row)

    def _insert_part(self, session: Session, table: str, values: tuple[Any, ...]) -> None:
        marks = self.dialect.marks(len(values))
        session.run(f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING", values)

    # Events

    def append(self, *drafts: Draft) -> list[Event]:
        """Append events; one whose key is known is that event already. One that was retired is not given.

        Raises `Refused`.
        """
        wrong = [problem for draft in drafts for problem in [*problems_in(draft), *demand_none([draft.type])]]
        if wrong:
            raise Refused("the event is not recorded", wrong)
        self._database.write(lambda session: appended(session, self.dialect, drafts, self._scrubber))
        keys = [draft.idempotency_key for draft in drafts]
        return self._database.read(lambda session: events_of(session, self.dialect, keys))

    def head(self) -> Head:
        """The end of the chain of events, which is on the disk by now: it may be written down elsewhere."""
        found = self._database.read(lambda session: head_in(session, self.dialect))
        self._database.settle()
        return found

    def events(self, **wanted: Any) -> list[Event]:
        """The events that fit, in order: `spec`, `trace`, `type`, `after` a number, and of these the `last` ones."""
        asked = WantedEvents(**wanted)
        if not can_fit(asked):
            return []
        query = events_query(asked, self.dialect)
        rows = self._database.read(lambda session: session.rows(query.text, query.parameters))
        found = [Stored(*row).read() for row in rows]
        return found[::-1] if asked.last is not None else found

    def latest(self, type: str, key: str, value: str) -> dict[str, tuple[str, int]]:  # noqa: A002 - as events have it
        """By one field of the payload, the last value of another in events of a type, and how many there are.

        Those that were retired count. Only of what `TOLD` names is it kept what they said.
        """
        if (type, key, value) not in TOLD:
            raise ValueError(f"what {type} says of {value} by {key} is not kept: name it in TOLD")
        fields = [self.dialect.field("context", name) for name in (key, value)]
        query = f"SELECT {', '.join(fields)} FROM events WHERE type = {self.dialect.marks(1)} ORDER BY seq"
        marks = " AND ".join(f"{column} = {self.dialect.mark}" for column in ("type", "field", "told"))
        retired = f"SELECT name, last, times FROM event_told WHERE {marks}"

        def work(session: Session) -> tuple[list[Row], list[Row]]:
            return session.rows(retired, (type, key, value)), session.rows(query, (type,))

        before, rows = self._database.read(work)
        found: dict[str, tuple[str, int]] = {name: (last, times) for name, last, times in before}
        for name, last in rows:
            found[name] = (last, found.get(name, ("", 0))[1] + 1)
        return found

    def broken(self, head: Head | None = None) -> list[str]:
        """Where the chain of events does not hold; none where it does, up to the `head` of an earlier day.

        Where old events were retired it begins behind them, as the checkpoint says that was sealed then.
        """
        query = f"SELECT {EVENT_COLUMNS.format(as_text=self.dialect.as_text)} FROM events ORDER BY seq"

        def work(session: Session) -> list[str]:
            begins = beginning(session, self.dialect)
            before = list(breaks_before(session, begins, head)) if begins else []
            later = None if begins and head and head.seq <= begins.last_seq else head
            rows = (Stored(*row) for row in session.stream(query))
            return before + list(breaks_in(rows, later, begins.end if begins else None))

        return self._database.read(work)

    def begins(self) -> Checkpoint | None:
        """The checkpoint behind which the chain begins; None where it begins with its first event."""
        return self._database.read(lambda session: beginning(session, self.dialect))

    def retire(self, before: str, *, rehearse: bool = False) -> Checkpoint | None:
        """Drop the months before one such as `2025-01`: runs, events and what they name; None where none are there.

        First a checkpoint is sealed in the chain, so that it can be verified from there on. Their keys stay: what was
        recorded once is known. With `rehearse` nothing is written. Raises `Refused` where the chain does not hold.
        """
        if not is_month(before) or before > month_of(time.time()):
            raise ValueError(f"`before` is {before}; it is a month up to this one, such as 2025-01")

        def work(session: Session) -> Checkpoint | None:
            return retire(session, self.dialect, before, rehearse=rehearse)

        try:
            return self._database.write(work)
        except BrokenChain as error:
            raise Refused("nothing is retired", error.args) from None

    # Asking

    def runs(self, **wanted: Any) -> list[Run]:
        """The latest runs that fit `task`, `task_id`, `status`, `trace`, `spec`, `key`, `since` and `until`."""
        asked = Wanted(**wanted)
        if not can_fit(asked):
            return []
        query = runs_query(asked, self.dialect)
        rows = self._database.read(lambda session: session.rows(query.text, query.parameters))
        return [run_of(row) for row in rows]

    def run(self, identity: str) -> Run | None:
        """A run by its ID, or by the 16 characters that end it."""
        if not is_keepable(identity):
            return None
        query = run_query(identity, self.dialect)
        rows = self._database.read(lambda session: session.rows(query.text, query.parameters))
        return run_of(rows[0]) if rows else None

    def script_runs(self, names: Sequence[str]) -> list[ScriptRun]:
        """The rows of `script_run` by these IDs."""
        command = f"command{self.dialect.as_text}"
        columns = f"id, {command}, folder, exit_status, started_at_ts, ended_at_ts, trace_id, span_id"
        return [
            msgspec.convert(_with_json(ScriptRun, row), ScriptRun) for row in self._parts("script_run", columns, names)
        ]

    def tool_calls(self, names: Sequence[str]) -> list[ToolCall]:
        """The rows of `tool_call` by these IDs."""
        arguments = f"arguments{self.dialect.as_text}"
        columns = f"id, name, {arguments}, status, started_at_ts, ended_at_ts, trace_id, span_id"
        return [
            msgspec.convert(_with_json(ToolCall, row), ToolCall) for row in self._parts("tool_call", columns, names)
        ]

    def _parts(self, table: str, columns: str, names: Sequence[str]) -> list[Row]:
        query = f"SELECT {columns} FROM {table} WHERE id = {self.dialect.mark}"
        known = [name for name in names if is_keepable(name)]
        return self._database.read(lambda session: [row for name in known for row in session.rows(query, (name,))])

    def has_run(self, key: str) -> bool:
        """Whether a run with this key is recorded."""
        row = {"content": {"structured": {"idempotency_key": key}}}
        return bool(self._database.read(lambda session: known_keys(session, self.dialect, [row])))

    # Carrying

    def batches(self, statement: str) -> Iterator[list[Row]]:
        """All rows of a query, some thousands at a time."""
        return self._database.batches(statement)

    def carry_events(self, events: Sequence[Stored], *, merge: bool = False, rehearse: bool = False) -> int:
        """Continue our chain with another one, and return how many events are new.

        Raises `Parted` where the two parted, unless they are merged: then what is unknown here is appended to ours.
        With `rehearse` nothing is written.
        """

        def work(session: Session) -> int:
            if rehearse:
                fresh = new_events(session, self.dialect, events, merge=merge)
                return len(events if fresh is None else fresh)
            return continued(session, self.dialect, events, merge=merge)

        return self._database.write(work)


def run_of(row: Row) -> Run:
    """A run from its row, as `columns_of_run` orders it."""
    identity, kind, content, provenance, parents, causes, session, created, ts, meta = row
    head = _encode({"id": identity, "type": kind, "session_id": session, "created_at": created, "ts": ts})
    parts = {"content": content, "provenance": provenance, "parents": parents, "causes": causes, "meta": meta}
    try:
        return _decode_run(head[:-1] + "".join(f',"{name}":{text}' for name, text in parts.items()).encode() + b"}")
    except ValueError as error:
        raise LedgerUnavailable(f"the run {identity} is damaged: {error}", "bring it back from an export") from None


def _plain(run: Run | Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(run, Run | Mapping):
        raise Refused("the run is not recorded", [f"it is {shown(run)}; a run is an object"])
    if not isinstance(run, Run):
        return dict(run)
    try:
        row: dict[str, Any] = msgspec.to_builtins(run)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused("the run is not recorded", [f"it cannot be written as JSON: {error}"]) from None
    return row


def _has_parts(row: Mapping[str, Any]) -> bool:
    """Whether a row has what scrubbing and looking up go into; one that has not is refused for it."""
    content, meta = row.get("content"), row.get("meta")
    return isinstance(content, dict) and isinstance(content.get("structured"), dict) and isinstance(meta, dict)


def _flaw(row: Mapping[str, Any]) -> str:
    """Why a row is not even looked at; empty where it is."""
    if problem := unwritable(row):
        return f"the row {problem}"
    size = size_of(row)
    return (
        f"the row has {size:,} bytes, more than {MOST_BYTES:,}; texts and artifacts stay out"
        if size > MOST_BYTES
        else ""
    )


def _columns(row: Mapping[str, Any]) -> tuple[Any, ...]:
    texts = [_text(row[name]) for name in ("content", "provenance", "parents", "causes")]
    created = iso_of(row["ts"])  # in one form, as texts are what these are sorted by
    return (row["id"], row["type"], *texts, row["session_id"], created, row["ts"], _text(row["meta"]))


def _insertion(dialect: Dialect, row: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement that inserts a run unless its key or its ID is known, and its values."""
    values = _columns(row)
    if dialect.name == "sqlite":
        return f"INSERT INTO experiences VALUES ({dialect.marks(10)}) ON CONFLICT DO NOTHING", values
    facts = row["content"]["structured"]
    told = (facts[name] for name in ("trace_id", "span_id", "attempt", "task_id"))
    keys = (facts["idempotency_key"], row["id"], row["ts"], *told)
    key = f"INSERT INTO run_key VALUES ({dialect.marks(7)}) ON CONFLICT DO NOTHING RETURNING id"
    kinds = ("text", "text", *["jsonb"] * 4, "text", "text", "double precision", "jsonb")
    marks = ", ".join(f"%s::{kind}" for kind in kinds)
    return f"WITH own AS ({key}) INSERT INTO experiences SELECT {marks} FROM own", (*keys, *values)


def _text(value: Any) -> str:
    return _encode(value).decode()


def _span_columns(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["started_at_ts"], row["ended_at_ts"], row["trace_id"], row["span_id"])


def _with_json(kind: type[msgspec.Struct], row: Row) -> dict[str, Any]:
    """A row as fields of its type, the JSON among them understood."""
    names = kind.__struct_fields__
    values = dict(zip(names, row, strict=True))
    for name in ("command", "arguments"):
        if name in values:
            values[name] = msgspec.json.decode(values[name])
    return values


__all__ = ["Entry", "Ledger", "LedgerUnavailable", "Parted", "Refused"]
