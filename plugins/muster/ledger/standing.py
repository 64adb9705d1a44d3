"""What stands in the ledger already that a new run refers to, or that makes it one and the same.

A row that is looked up may still be of any form: what its form does not tell is refused later, by its invariants.

implements: MU-LEDGER-8010, MU-LEDGER-8015, MU-LEDGER-8016
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from muster.ledger.invariants import Prior
from muster.ledger.shape import is_keepable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muster.ledger.database import Dialect, Row, Session

_AT_ONCE = 200  # values in one statement


def key_of(row: Mapping[str, Any]) -> str | None:
    """The idempotency key of a run."""
    return _text(_facts(row).get("idempotency_key"))


def trace_of(row: Mapping[str, Any]) -> str | None:
    """The trace of a run."""
    return _text(_facts(row).get("trace_id"))


def parts_of(row: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The tool calls and the script runs that a run names."""
    told = _facts(row).get("io")
    effects = told if isinstance(told, dict) else {}
    calls, scripts = (effects.get(field) for field in ("tool_calls", "script_runs"))
    return _texts(calls), _texts(scripts)


def known_keys(session: Session, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The ID of the run that stands, for each key of these rows that is known."""
    query = "SELECT idempotency_key, id FROM run_key WHERE idempotency_key"
    found: dict[str, str] = dict(_found(session, dialect, query, map(key_of, rows)))
    if dialect.name == "sqlite":  # whose `run_key` holds those that were retired
        key = dialect.field("content", "structured", "idempotency_key")
        found.update(_found(session, dialect, f"SELECT {key}, id FROM experiences WHERE {key}", map(key_of, rows)))
    return found


def spans_of(session: Session, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Prior]]:
    """The attempts by their spans, for each trace of these rows."""
    queries = ["SELECT trace_id, span_id, attempt, task_id FROM run_key WHERE trace_id"]
    if dialect.name == "sqlite":
        names = ("trace_id", "span_id", "attempt", "task_id")
        trace, *told = (dialect.field("content", "structured", name) for name in names)
        queries.append(f"SELECT {trace}, {', '.join(told)} FROM experiences WHERE {trace}")
    found: dict[str, dict[str, Prior]] = {}
    for query in queries:
        for name, span, number, task_id in _found(session, dialect, query, map(trace_of, rows)):
            found.setdefault(name, {})[span] = Prior(int(number), task_id)
    return found


def present(session: Session, dialect: Dialect, table: str, names: Iterable[str]) -> frozenset[str]:
    """Which of these names are rows of a table."""
    # A row that is about to be retired is waited for: a run must not name it then.
    end = " FOR KEY SHARE" if dialect.name == "postgres" else ""
    return frozenset(row[0] for row in _found(session, dialect, f"SELECT id FROM {table} WHERE id", names, end))


def _found(
    session: Session, dialect: Dialect, query: str, values: Iterable[str | None], end: str = ""
) -> Iterator[Row]:
    wanted = iter({value for value in values if value is not None})
    while some := tuple(islice(wanted, _AT_ONCE)):
        yield from session.rows(f"{query} IN ({dialect.marks(len(some))}){end}", some)


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    content = row.get("content")
    facts = content.get("structured") if isinstance(content, dict) else None
    return facts if isinstance(facts, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and is_keepable(value) else None


def _texts(values: Any) -> list[str]:
    return [text for text in map(_text, values) if text] if isinstance(values, list | tuple) else []
