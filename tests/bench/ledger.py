"""The ledger with ten thousand runs and with a million: how fast it records, and whether its answers stay as fast.

`python tests/bench/run.py --only ledger` measures this alone. PostgreSQL is measured where Debian's programs for it
are installed: a private cluster on loopback, as in the tests.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace

from bench import synthetic
from bench.measure import Failed, process
from ledgers import analyzed, plan_of, raw
from muster.ledger import Attempt, Draft, Entry, Ledger, Run, Task, begin
from muster.ledger.database import is_server
from muster.ledger.keys import new_uuid
from muster.ledger.queries import Query, Wanted, runs_query
from muster.ledger.task import Clock
from postgres import Cluster, programs

TASKS, SPECS = 50, 200
FAILED, RETRIED = 0.05, 0.8  # of the runs, and of these
CHECKED, PAIRS = 1000, 41  # requirements of the project that is checked, and how often
A_BATCH, SINGLE, CALLS, EVENTS = 1000, 500, 51, 100_000
_BEGAN = 1_700_000_000.0
_APART = 27.0  # seconds between two runs


@dataclass(frozen=True)
class Question:
    """A documented query: the index that its plan shows, and the median of its calls at both sizes in seconds."""

    name: str
    index: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


@dataclass(frozen=True)
class Store:
    """What one of the two stores takes."""

    name: str
    batch: tuple[float, float]  # runs recorded a second, in batches, up to each of the sizes
    single: tuple[float, float]  # and one by one
    questions: tuple[Question, ...]
    verifying: float  # seconds for all events
    bytes_a_run: float


@dataclass(frozen=True)
class Recorded:
    """What a warm check takes that records itself, of one that does not; medians of pairs."""

    requirements: int
    pairs: int
    wall: float
    cpu: float


@dataclass(frozen=True)
class Cost:
    """Both stores, at both sizes."""

    small: int
    large: int
    events: int
    calls: int
    stores: tuple[Store, ...]
    recorded: Recorded


def measure(small: int, large: int) -> Cost:
    """Two ledgers in each store, filled with runs of the same kind, and asked in turn: noise meets both."""
    found = []
    with tempfile.TemporaryDirectory(prefix="muster-bench-ledger-") as folder:
        recorded = _recorded(Path(folder, "project"))
        for name in ("small", "large"):
            Path(folder, name).mkdir()
        urls = (f"{folder}/small/ledger.db", f"{folder}/large/ledger.db")
        found.append(_store("SQLite", urls, (small, large)))
    if (installed := programs()) is None:
        print("skipped: no PostgreSQL is installed", file=sys.stderr)
    else:
        with Cluster(installed) as cluster:
            urls = (cluster.new_database(), cluster.new_database())
            found.append(_store("PostgreSQL", urls, (small, large)))
    print(f"(load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr)
    return Cost(small, large, EVENTS, CALLS, tuple(found), recorded)


def _recorded(root: Path) -> Recorded:
    """What recording adds to a warm check, in SQLite: the median of many pairs, in turn first and second."""
    root.mkdir()
    synthetic.write_project(root, synthetic.plan(CHECKED))
    check = [sys.executable, "-m", "muster", "check"]
    process(check, root)
    walls, cpus = [], []
    for number in range(PAIRS):
        commands = [check, [*check, "--no-record"]]
        samples = [process(command, root) for command in (commands if number % 2 else commands[::-1])]
        own, other = samples if number % 2 else samples[::-1]
        walls.append(own.wall / other.wall)
        cpus.append(own.cpu / other.cpu)
    return Recorded(CHECKED, PAIRS, statistics.median(walls), statistics.median(cpus))


def _store(name: str, urls: tuple[str, str], sizes: tuple[int, int]) -> Store:
    with Ledger.open(urls[0]) as small, Ledger.open(urls[1]) as large:
        first, second = (_filled(book, size) for book, size in zip((small, large), sizes, strict=True))
        print(f"({name}: {second.batch:,.0f} runs a second up to {sizes[1]:,})", file=sys.stderr)
        for url in urls:
            analyzed(url)
        taken = _size(urls[1]) / sizes[1]
        questions = tuple(_questions(small, large, urls[1], sizes))
        verifying = _verified(small)
    return Store(name, (first.batch, second.batch), (first.single, second.single), questions, verifying, taken)


@dataclass(frozen=True)
class _Rate:
    """Runs recorded in a second: in batches, and one by one at the end."""

    batch: float
    single: float


def _filled(book: Ledger, size: int) -> _Rate:
    """Record so many runs; the making of them is not counted."""
    runs, spent = made_runs(Random(size)), 0.0
    for start in range(0, size - SINGLE, A_BATCH):
        entries = [Entry(run=next(runs)) for _ in range(min(A_BATCH, size - SINGLE - start))]
        began = time.perf_counter()
        book.record_all(entries)
        spent += time.perf_counter() - began
    some = [next(runs) for _ in range(SINGLE)]
    began = time.perf_counter()
    for run in some:
        book.record(run)
    return _Rate((size - SINGLE) / spent, SINGLE / (time.perf_counter() - began))


def made_runs(random: Random) -> Iterator[Run]:
    """Runs of fifty tasks without end; one in twenty fails, most of these are tried again, each is about a spec."""
    specs = [new_uuid() for _ in range(SPECS)]
    tasks = [Task(f"task-{number}", f"Task {number}", type="docs") for number in range(TASKS)]
    moment = _BEGAN
    clock = Clock(now=lambda: moment, ticks=lambda: moment)
    while True:
        moment += _APART * random.random() * 2
        reads = tuple(f"specs/{random.randrange(100)}-area.md" for _ in range(random.randrange(4)))
        attempt = begin(random.choice(tasks), reads=reads, spec_ids=(random.choice(specs),), clock=clock)
        run, again = _ended(attempt, random)
        yield run
        while again:
            attempt = attempt.again()
            run, again = _ended(attempt, random)
            yield run


def _ended(attempt: Attempt, random: Random) -> tuple[Run, bool]:
    """How an attempt ends, after some seconds, and whether there is another."""
    later = attempt.tick + random.expovariate(0.3)
    attempt = replace(attempt, clock=Clock(now=attempt.clock.now, ticks=lambda: later))
    files = [f"docs/page-{random.randrange(500)}.md" for _ in range(random.randrange(3))]
    if random.random() >= FAILED:
        return attempt.succeeded(files_written=files), False
    again = random.random() < RETRIED and attempt.number < 5
    return attempt.failed("the gate found 3 errors", "GateFailed"), again


def _asked(book: Ledger, size: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The documented queries with how many runs each gives: at both sizes as many, or they could not be compared."""
    # In the middle, the start of a retry that worked: its trace has two runs.
    around = book.runs(status="failed", until=_BEGAN + _APART * size / 2, limit=100)
    failed = next(run for run in around if len(book.runs(trace=run.facts.trace_id)) == 2)
    facts, spec = failed.facts, failed.meta.spec_ids[0]
    yield "the latest", 50, {}
    yield "the latest until a time", 50, {"until": failed.ts}
    yield "of a task", 50, {"task": facts.task_slug}
    yield "of a task's ID", 50, {"task_id": facts.task_id}
    yield "of a trace", 2, {"trace": facts.trace_id}
    yield "of a spec", 25, {"spec": spec, "limit": 25}
    yield "of a key", 1, {"key": facts.idempotency_key}
    yield "that failed", 50, {"status": "failed"}
    yield "of a task, that failed", 2, {"task": facts.task_slug, "status": "failed", "limit": 2}
    yield "of a task, until a time", 25, {"task": facts.task_slug, "until": failed.ts, "limit": 25}


def _questions(small: Ledger, large: Ledger, url: str, sizes: tuple[int, int]) -> Iterator[Question]:
    """Each query with its plan's index in the large ledger, and the medians of its calls, in turn at both sizes."""
    for (name, count, lesser), (_, _, wanted) in zip(_asked(small, sizes[0]), _asked(large, sizes[1]), strict=True):
        index = planned_index(runs_query(Wanted(**wanted), large.dialect), url)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(CALLS):
            for book, asked, taken in ((small, lesser, times[0]), (large, wanted, times[1])):
                began = time.perf_counter()
                answer = book.runs(**asked)
                taken.append(time.perf_counter() - began)
                if len(answer) != count:
                    raise Failed(f"the query {name!r} gives {len(answer)} runs and not {count}")
        yield Question(name, index, statistics.median(times[0]), statistics.median(times[1]))


def planned_index(query: Query, url: str) -> str:
    """The index by which a query is answered; raises `Failed` where its plan shows another, or none."""
    lines = plan_of(query, url)
    if not any(query.index in line and ("INDEX" in line or "Index" in line) for line in lines):
        raise Failed(f"{query.text} is not answered by {query.index}:\n" + "\n".join(lines))
    return query.index


def _verified(book: Ledger) -> float:
    """Append the events, and look through all of them."""
    trace, span = new_uuid(), new_uuid()
    for start in range(0, EVENTS, A_BATCH):
        book.append(*(_event(number, trace, span) for number in range(start, start + A_BATCH)))
    began = time.perf_counter()
    if broken := book.broken():
        raise Failed(f"the chain of events is broken: {broken[:3]}")
    return time.perf_counter() - began


def _event(number: int, trace: str, span: str) -> Draft:
    context = {"spec_id": None, "run_id": f"run-{number}", "counts": {"REQ001": 2}, "errors": 2, "warnings": 0}
    return Draft(
        event="gate:fail" if number % 20 == 0 else "gate:pass",
        type="docs_specs",
        trace_id=trace,
        span_id=span,
        context=context,
        idempotency_key=f"bench:{number}",
    )


def _size(url: str) -> int:
    """What a ledger takes on the disk, before events come in."""
    if not is_server(url):
        return sum(path.stat().st_size for path in Path(url).parent.iterdir())
    with raw(url) as (session, _):
        return int(session.rows("SELECT pg_database_size(current_database())")[0][0])
