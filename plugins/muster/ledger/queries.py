"""The questions that are put to the ledger, each with the index that answers it.

implements: MU-LEDGER-8003, MU-LEDGER-8040, MU-ALLOC-4023, MU-ALLOC-4026
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.ledger.rows import TYPE
from muster.ledger.shape import is_keepable
from muster.ledger.times import iso_of, within_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.ledger.database import Dialect
    from muster.ledger.rows import RunStatus


_MOST = 2**63 - 1  # of what a database counts


class Wanted(Struct, frozen=True, kw_only=True):
    """Which runs: all that fit each of these, the latest first."""

    task: str | None = None  # its slug
    task_id: str | None = None
    status: RunStatus | str | None = None
    trace: str | None = None
    spec: str | None = None  # a spec_id
    key: str | None = None
    since: float | None = None  # seconds since 1970
    until: float | None = None
    limit: int | None = 50


def can_fit(wanted: Wanted | WantedEvents) -> bool:
    """Whether any row can be what is asked for: no database keeps NUL or half a character, and no time is NaN."""
    values = [getattr(wanted, name) for name in wanted.__struct_fields__]
    texts = (value for value in values if isinstance(value, str))
    return all(map(is_keepable, texts)) and not any(value != value for value in values)  # noqa: PLR0124 -- NaN is not


class Query(Struct, frozen=True):
    """A statement, its parameters, and the index that it needs."""

    text: str
    parameters: tuple[Any, ...]
    index: str


def columns_of_run(dialect: Dialect) -> str:
    """A row of `experiences` as JSON texts, in the order of `Run`."""
    names = ("content", "provenance", "parents", "causes", "meta")
    content, provenance, parents, causes, meta = (f"e.{name}{dialect.as_text}" for name in names)
    return f"e.id, e.type, {content}, {provenance}, {parents}, {causes}, e.session_id, e.created_at, e.ts, {meta}"


def run_query(identity: str, dialect: Dialect) -> Query:
    """The query for a run by its ID, or by the 16 characters that end it."""
    column, index = "e.id", "experiences"
    parameters: tuple[Any, ...] = (identity,)
    further = ""
    if not identity.startswith("task_exec_"):
        column, index = dialect.end_of("e.id"), "ix_experiences_short"
    elif dialect.name == "postgres":
        further, parameters = _in_its_month("id"), (identity, identity)
    text = f"SELECT {columns_of_run(dialect)} FROM experiences e WHERE {column} = {dialect.mark}{further}"
    return Query(text, parameters, index)


def _in_its_month(field: str) -> str:
    """That a run is looked for in the one month in which `run_key` has it."""
    return f" AND e.ts = (SELECT k.ts FROM run_key k WHERE k.{field} = %s)"


def runs_query(wanted: Wanted, dialect: Dialect) -> Query:
    """The query for these runs, by the most selective of its indexes."""

    def fact(name: str) -> str:
        return dialect.field("e.content", "structured", name)

    conditions: list[str] = []
    parameters: list[Any] = []
    source, order, index = "experiences e", "e.created_at DESC", ""
    for value, condition, its_order, its_index in (
        (wanted.key, fact("idempotency_key"), "e.created_at DESC", "ix_experiences_idempotency"),
        (wanted.trace, fact("trace_id"), "e.created_at DESC", "ix_experiences_trace"),
        (wanted.spec, "s.spec_id", "s.ts DESC", "run_spec"),
        (wanted.task_id, fact("task_id"), "e.created_at DESC", "ix_experiences_task"),
        (wanted.task, fact("task_slug"), "e.ts DESC", "ix_experiences_task_slug"),
        (
            wanted.status and str(wanted.status),
            fact("status") if wanted.spec is None else "s.status",
            "e.created_at DESC",
            "ix_experiences_status",
        ),
    ):
        if value is not None:
            of_key = its_index == "ix_experiences_idempotency" and dialect.name == "postgres"
            conditions.append(f"{condition} = {dialect.mark}{_in_its_month('idempotency_key') if of_key else ''}")
            parameters += [value, value] if of_key else [value]
            if not index:
                order, index = its_order, its_index
    if index == "ix_experiences_task_slug" and wanted.status is not None:
        index = "ix_experiences_task_status"
    if index == "run_spec" and wanted.status is not None:
        index = "ix_run_spec_status"
    if wanted.spec is not None:
        source = f"run_spec s JOIN experiences e ON e.id = s.run_id{_IN_ONE_MONTH[dialect.name]}"
    if not index:
        conditions.append(f"e.type = {dialect.mark}")
        parameters.append(TYPE)
        index = "ix_experiences_type_ts"
    for condition, value in _within(wanted, order.split()[0], dialect):
        conditions.append(condition)
        parameters.append(value)
    text = f"SELECT {columns_of_run(dialect)} FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order}"
    if wanted.limit is not None:
        text += f" LIMIT {dialect.mark}"
        parameters.append(_counted("limit", wanted.limit))
    return Query(text, tuple(parameters), index)


_IN_ONE_MONTH = {"sqlite": "", "postgres": " AND e.ts = s.ts"}


def _within(wanted: Wanted, column: str, dialect: Dialect) -> Iterator[tuple[str, Any]]:
    """The conditions on the time, with their values."""
    for moment, sign, margin in ((wanted.since, ">=", -1), (wanted.until, "<", 1)):
        if moment is None:
            continue
        reached = within_reach(moment)
        yield f"{column} {sign} {dialect.mark}", iso_of(reached) if column == "e.created_at" else reached
        if column == "e.created_at" and dialect.name == "postgres":  # its months are told apart by the number
            yield f"e.ts {sign} {dialect.mark}", reached + margin


def _counted(name: str, number: int) -> int:
    """How many rows are asked for."""
    if number < 1:
        raise ValueError(f"`{name}` is {number}; it is at least 1, or None for all")
    return min(number, _MOST)


EVENT_COLUMNS = (
    "seq, recorded_at, event, type, code, trace_id, span_id, context{as_text}, idempotency_key, prev, digest"
)


class WantedEvents(Struct, frozen=True, kw_only=True):
    """Which events: all that fit each of these, in order."""

    spec: str | None = None  # a spec_id: its whole story, from before it was allocated
    trace: str | None = None
    type: str | None = None
    after: int = 0  # a sequence number
    last: int | None = None  # of these, only the last ones


def events_query(wanted: WantedEvents, dialect: Dialect) -> Query:
    """The query for these events."""
    columns = EVENT_COLUMNS.format(as_text=dialect.as_text)
    mark, spec, record = dialect.mark, dialect.field("context", "spec_id"), dialect.field("context", "record")
    conditions = [f"seq > {mark}"]
    parameters: list[Any] = [min(max(wanted.after, 0), _MOST)]
    source, index = "events", "events"
    if wanted.trace is not None:
        conditions.append(f"trace_id = {mark}")
        parameters.append(wanted.trace)
        index = "ix_events_trace"
    if wanted.type is not None:
        conditions.append(f"type = {mark}")
        parameters.append(wanted.type)
        index = "ix_events_type" if index == "events" else index
    if wanted.spec is not None:
        # What was said of its record while it had no identity belongs to its story. There is much without identity,
        # and so no index is to be asked for that: it is asked for the record.
        source = (
            f"(SELECT * FROM events WHERE {spec} = {mark}"
            f" UNION ALL SELECT * FROM events WHERE COALESCE({spec}, '') = '' AND {record} IN"
            f" (SELECT {record} FROM events WHERE {spec} = {mark} AND type = 'spec_allocated')) story"
        )
        parameters = [wanted.spec, wanted.spec, *parameters]
        index = "ix_events_spec"
    text = f"SELECT {columns} FROM {source} WHERE {' AND '.join(conditions)}"
    if wanted.last is None:
        return Query(f"{text} ORDER BY seq", tuple(parameters), index)
    text = f"{text} ORDER BY seq DESC LIMIT {mark}"
    return Query(text, (*parameters, _counted("last", wanted.last)), index)
