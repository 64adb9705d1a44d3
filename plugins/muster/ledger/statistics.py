"""What runs and gate decisions come to: rates, durations, failures, retries and the trend.

implements: MU-LEDGER-8041
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.ledger.rows import RunStatus
from muster.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.ledger.events import Event
    from muster.ledger.rows import Run


class SpecStory(Struct, frozen=True):
    """What the ledger holds of one allocated spec."""

    events: tuple[Event, ...] = ()  # in order, from before it was allocated
    runs: tuple[Run, ...] = ()  # the latest first


class RunHistory(Struct, frozen=True):
    """What the ledger holds, as far as pages show it."""

    runs: tuple[Run, ...] = ()  # the latest first
    decisions: tuple[Event, ...] = ()  # of `muster check`, in order
    stories: Mapping[str, SpecStory] = {}  # by spec_id
    compiles: tuple[Event, ...] = ()  # of prompts, in order
    has_more: bool = False  # runs that are older than these
    problem: str = ""  # why the ledger cannot be read
    remedy: str = ""


NO_HISTORY = RunHistory()


class TaskStatistics(Struct, frozen=True):
    """The runs of a task; each attempt is one of them."""

    slug: str
    name: str  # as its last run has it
    runs: int
    succeeded: int
    p50_ms: int
    p95_ms: int
    last: Run

    @property
    def success_rate(self) -> float:
        return self.succeeded / self.runs


class Retried(Struct, frozen=True):
    """A task that was tried more than once under one trace."""

    first: Run  # the first attempt that is known
    last: Run

    @property
    def attempts(self) -> int:
        return self.last.facts.attempt


class Decision(Struct, frozen=True):
    """What `muster check` decided in one run, all specs together."""

    seq: int  # of its first event
    recorded_at: str
    passed: bool
    errors: int
    warnings: int
    run_id: str = ""
    statuses: Mapping[Status, int] = {}  # requirements by status; empty where the event does not tell


class GateRow(Struct, frozen=True):
    """The decisions of a gate."""

    gate: str
    passes: int
    failures: int
    last: Event


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """The smallest of the values that at least `percent` of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def latest_first(runs: Iterable[Run]) -> list[Run]:
    """Runs by the time they began; those of one moment by their ID, so that the order is the same each time."""
    return sorted(runs, key=lambda run: (run.ts, run.id), reverse=True)


def tasks_in(runs: Iterable[Run]) -> list[TaskStatistics]:
    """Each task, by its slug."""
    by_slug: dict[str, list[Run]] = {}
    for run in latest_first(runs):
        by_slug.setdefault(run.facts.task_slug, []).append(run)
    return [_statistics(slug, own) for slug, own in sorted(by_slug.items())]


def _statistics(slug: str, runs: Sequence[Run]) -> TaskStatistics:
    durations = [run.facts.duration_ms for run in runs]
    return TaskStatistics(
        slug,
        runs[0].facts.task_name,
        len(runs),
        sum(run.facts.status is RunStatus.SUCCESS for run in runs),
        nearest_rank(durations, 50),
        nearest_rank(durations, 95),
        runs[0],
    )


def failures_in(runs: Iterable[Run]) -> list[Run]:
    """The runs that failed, the latest first."""
    return [run for run in latest_first(runs) if run.facts.status is RunStatus.FAILED]


def retries_in(runs: Sequence[Run]) -> list[Retried]:
    """What was tried again, from the first attempt to the last one, the latest first."""
    by_span = {run.facts.span_id: run for run in runs}
    retried = {run.facts.retry_of for run in runs}
    found = []
    for last in latest_first(runs):
        if last.facts.attempt == 1 or last.facts.span_id in retried:
            continue
        first = last
        while (before := by_span.get(first.facts.retry_of or "")) is not None and before.facts.attempt < (
            first.facts.attempt
        ):
            first = before
        found.append(Retried(first, last))
    return found


def trend_in(events: Iterable[Event]) -> list[Decision]:
    """The decisions of the gate `docs_specs`, in order: a run decides spec by spec, and counts once."""
    by_run: dict[str, list[Event]] = {}
    for event in events:
        if event.type == "docs_specs":
            by_run.setdefault(str(event.context.get("run_id")), []).append(event)
    return [
        Decision(
            own[0].seq,
            own[0].recorded_at,
            all(event.event == "gate:pass" for event in own),
            sum(_number(event, "errors") for event in own),
            sum(_number(event, "warnings") for event in own),
            run_id,
            _statuses(own),
        )
        for run_id, own in by_run.items()
    ]


def _statuses(events: Iterable[Event]) -> dict[Status, int]:
    """How many requirements of a run had each status, as far as its events tell.  implements: MU-SITE-9020"""
    counts: Counter[str] = Counter()
    for event in events:
        told = event.context.get("statuses")
        counts.update({name: n for name, n in told.items() if isinstance(n, int)} if isinstance(told, dict) else {})
    return {status: counts[status] for status in Status if counts[status] > 0}


def _number(event: Event, name: str) -> int:
    value = event.context.get(name)
    return value if isinstance(value, int) else 0


def gates_in(events: Iterable[Event]) -> list[GateRow]:
    """How often each gate passed and failed, in the order in which they first decided."""
    decided: dict[str, list[Event]] = {}
    for event in events:
        if event.event in ("gate:pass", "gate:fail"):
            decided.setdefault(gate_of(event), []).append(event)
    found = []
    for gate, own in decided.items():
        counts = Counter(event.event for event in own)
        found.append(GateRow(gate, counts["gate:pass"], counts["gate:fail"], own[-1]))
    return found


_ALLOCATION = ("spec_allocated", "spec_allocation_refused", "spec_allocation_reverted")
_PARTS = ("gate_kind", "gate", "chain", "label")


def gate_of(event: Event) -> str:
    """The name of the gate that decided; those of a work packet and of a chain have several."""
    if event.type in _ALLOCATION:
        return "allocation"
    parts = [str(event.context[name]) for name in _PARTS if event.context.get(name)]
    return " / ".join([event.type, *parts])
