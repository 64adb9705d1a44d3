"""The ledger of a team under load: many writers at once, readers beside them, at several sizes.

`python tests/bench/run.py --only load` measures this alone, in PostgreSQL: a private cluster on loopback, that waits
for the disk at each commit. A writer records a run with its event in a transaction of its own. Afterwards each run that
was reported as recorded has to stand there once, and the chain of all events has to hold.
`python tests/bench/ledger_load.py URL THREADS NUMBER` is one process of the load.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import msgspec
import psycopg

from bench.ledger import made_runs
from bench.measure import Failed, exponent, with_bench
from ledgers import analyzed, checked
from muster.ledger import Event, Head, Ledger, Run, begin
from muster.ledger.book import _columns
from muster.ledger.events import GENESIS, sealed
from muster.ledger.months import made, month_of
from muster.ledger.postgres import _Session
from muster.ledger.statistics import nearest_rank
from muster.ledger.times import iso_of
from muster.text.canonical import canonical
from postgres import Cluster, programs

SIZES, SECONDS = (20_000, 100_000, 500_000), 60
WRITERS, PROCESSES, READERS = 64, 8, 4
WARM = 8  # writes of each writer before the clock runs: the server prepares a statement it has seen five times
MONTHS = 24  # over which the rows that are there already are spread
FAR = (10_000_000, 100_000_000)
_SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB", "max_connections": "120"}
_MONTH = 30.44 * 86_400


@dataclass(frozen=True)
class Level:
    """What was measured beside so many runs, each with an event."""

    size: int
    run_bytes: float  # on the disk, with keys and indexes
    event_bytes: float
    filling: float  # seconds for all rows, copied in
    verifying: float  # seconds for all events
    writes: float  # a second
    latency: tuple[float, float, float]  # milliseconds: p50, p95, p99
    reading: float  # p95 of all questions
    reads: int


@dataclass(frozen=True)
class Load:
    """All sizes."""

    seconds: int
    levels: tuple[Level, ...]
    alone: float  # writes a second of a single writer, beside the smallest


def measure(sizes: Sequence[int] = SIZES, seconds: int = SECONDS) -> Load:
    """Fill a ledger to each size, and load it there."""
    if (installed := programs()) is None:
        raise Failed("no PostgreSQL is installed")
    levels, alone = [], 0.0
    with Cluster(installed) as cluster:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
            for name, value in _SERVER.items():
                server.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        cluster.restart()
        for size in sizes:
            url = cluster.new_database()
            filling = _filled(url, size)
            analyzed(url)
            run_bytes, event_bytes = (_bytes(url, tables) / size for tables in (_RUNS, _EVENTS))
            began = time.perf_counter()
            with Ledger.open(url, timeout=600, reading=True) as book:
                if broken := book.broken():
                    raise Failed(f"the chain is broken: {broken[:3]}")
            verifying = time.perf_counter() - began
            if not alone:
                alone = len(_loaded(url, size, seconds // 4 or 1, 1, 1, 0)[0]) / (seconds // 4 or 1)
            before = _count(url, "experiences")
            writes, reads = _loaded(url, before, seconds, WRITERS, PROCESSES, READERS)
            level = Level(
                size, run_bytes, event_bytes, filling, verifying, len(writes) / seconds,
                (_rank(writes, 50), _rank(writes, 95), _rank(writes, 99)), _rank(reads, 95), len(reads),
            )  # fmt: skip
            print(f"({level})", file=sys.stderr)
            levels.append(level)
    return Load(seconds, tuple(levels), alone)


def _rank(values: Sequence[float], percent: int) -> float:
    return nearest_rank([round(value * 1e6) for value in values], percent) / 1e3 if values else math.nan


# Rows that are there already


def _filled(url: str, size: int) -> float:
    """Bring in so many runs and events of the last two years, as they would stand there; seconds."""
    Ledger.open(url).close()
    now = time.time()
    apart = MONTHS * _MONTH / size
    began = time.perf_counter()
    with psycopg.connect(url) as connection:
        session = _Session(connection)
        moments = [now - apart * (size - number) for number in range(size)]
        made(session, ("experiences", "run_spec"), {month_of(moment) for moment in moments})
        made(session, ("events",), {month_of(moment) for moment in moments})
        for table, rows in _rows(moments):
            with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
    return time.perf_counter() - began


def _rows(moments: Sequence[float]) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """The rows of each table."""
    made_once = made_runs(Random(1))
    templates = [next(made_once) for _ in range(1000)]
    some = 20_000
    head = Head(0, GENESIS)
    for start in range(0, len(moments), some):
        part = range(start, min(start + some, len(moments)))
        runs = [_at(templates[number % 1000], moments[number], number) for number in part]
        facts = [(run, run.facts) for run in runs]
        yield "experiences", (_columns(msgspec.to_builtins(run)) for run in runs)
        yield (
            "run_key",
            (
                (own.idempotency_key, run.id, run.ts, own.trace_id, own.span_id, own.attempt, own.task_id)
                for run, own in facts
            ),
        )
        yield "run_spec", ((run.meta.spec_ids[0], own.status, run.ts, run.id) for run, own in facts)
        events: list[Event] = []
        for number in part:
            draft = msgspec.structs.asdict(checked(number, key=f"filled-{number}"))
            events.append(sealed(draft, head.seq + 1, iso_of(moments[number]), head.digest))
            head = Head(events[-1].seq, events[-1].digest)
        yield (
            "events",
            (
                tuple({**msgspec.structs.asdict(one), "context": canonical(one.context).decode()}.values())
                for one in events
            ),
        )
        yield "event_key", ((one.seq, one.idempotency_key, one.recorded_at, one.digest) for one in events)


def _at(run: Run, moment: float, number: int) -> Run:
    """The same run at another moment, as a run of its own."""
    iso, end = iso_of(moment), f"{number:016x}"
    facts, slug = run.facts, run.facts.task_slug
    replace = msgspec.structs.replace
    own = replace(
        facts, started_at_iso=iso, ended_at_iso=iso, started_at_ts=moment, ended_at_ts=moment, duration_ms=0,
        trace_id=f"{facts.trace_id[:24]}{number:012x}", span_id=f"{facts.span_id[:24]}{number:012x}",
        idempotency_key=f"{facts.idempotency_key[:-16]}{end}",
    )  # fmt: skip
    return replace(
        run, id=f"task_exec_{slug}_{iso}_{end}", content=replace(run.content, structured=own),
        session_id=f"task:{slug}:{iso}:{end}", created_at=iso, ts=moment,
    )  # fmt: skip


_RUNS = ("experiences", "run_spec", "run_key")
_EVENTS = ("events", "event_key")


def _bytes(url: str, tables: Sequence[str]) -> float:
    query = (
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
        " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relkind = 'r' AND coalesce(p.relname, c.relname) = ANY(%s)"
    )
    with psycopg.connect(url) as server:
        return float(server.execute(query.encode(), (list(tables),)).fetchone()[0])  # type: ignore[index]


def _count(url: str, table: str) -> int:
    with psycopg.connect(url) as server:
        return int(server.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()[0])  # type: ignore[index]


# The load


def _loaded(
    url: str, before: int, seconds: int, writers: int, processes: int, readers: int
) -> tuple[list[float], list[float]]:
    """What each write and each question took; raises `Failed` where a run is lost or there twice."""
    command = [sys.executable, __file__, url]
    shares = [[*command, str(writers // processes), str(number)] for number in range(processes)]
    shares += [[*command, str(-readers), str(processes)]] if readers else []
    pipe = subprocess.PIPE
    started = [subprocess.Popen(share, stdin=pipe, stdout=pipe, text=True, env=with_bench()) for share in shares]
    for process in started:  # each says so when all its connections stand, and have done their work once
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise Failed("a writer or a reader of the load failed")
    until = f"{time.time() + seconds}\n"
    said = _told_at_once(started, until)
    if any(process.returncode for process in started):
        raise Failed("a writer or a reader of the load failed")
    told = [json.loads(text) for text in said]
    writes = [took for one in told for took in one["writes"]]
    ids = [identity for one in told for identity in one["ids"]]
    with closing(psycopg.connect(url)) as server:
        rows, keys = (_count(url, table) for table in ("experiences", "run_key"))
        there = {row[0] for row in server.execute(b"SELECT id FROM experiences WHERE id = ANY(%s)", (ids,))}
        [(events, last)] = server.execute(b"SELECT count(*), max(seq) FROM events").fetchall()
    wanted = before + len(ids)
    if len(set(ids)) != len(ids) or there != set(ids) or (rows, keys, events, last) != (wanted,) * 4:
        raise Failed(f"{len(ids)} runs beside {before}: there are {rows} runs, {keys} keys, {events} events to {last}")
    with Ledger.open(url, timeout=600, reading=True) as book:
        if broken := book.broken():
            raise Failed(f"the chain is broken: {broken[:3]}")
    return writes, [took for one in told for took in one["reads"]]


def _told_at_once(started: Sequence[subprocess.Popen[str]], word: str) -> list[str]:
    """What each process says in the end, once all were told the same."""
    for process in started:
        assert process.stdin is not None
        process.stdin.write(word)
        process.stdin.flush()
    return [process.communicate()[0] for process in started]


class _Start:
    """The instant at which all begin, and the one at which they end."""

    def __init__(self, threads: int) -> None:
        self.ready = threading.Barrier(threads + 1)
        self.go = threading.Event()
        self.until = 0.0

    def wait(self) -> None:
        self.ready.wait()
        self.go.wait()


def _write(url: str, start: _Start, name: str, writes: list[float], ids: list[str]) -> None:
    with Ledger.open(url, timeout=120) as book:
        number = 0
        while number < WARM or time.time() < start.until:
            attempt = begin(f"task-{number % 50}", reads=["specs/10-queue.md"], key=f"{name}-{number}")
            run, event = attempt.succeeded(), checked(number, key=attempt.span_id)
            began = time.perf_counter()
            ids.append(book.record(run, events=(event,)))
            number += 1
            if number > WARM:
                writes.append(time.perf_counter() - began)
            elif number == WARM:
                start.wait()


def _read(url: str, start: _Start, name: str, reads: list[float], _: list[str]) -> None:
    random = Random(name)
    with Ledger.open(url, timeout=120, reading=True) as book:
        start.wait()
        while time.time() < start.until:
            now = time.time()
            wanted = random.choice((
                {"limit": 50}, {"task": f"task-{random.randrange(50)}", "limit": 50}, {"status": "failed", "limit": 50},
                {"since": now - _MONTH, "until": now - _MONTH / 2, "limit": 50},
                {"task": f"task-{random.randrange(50)}", "since": now - _MONTH, "limit": 50},
            ))  # fmt: skip
            began = time.perf_counter()
            book.runs(**wanted)
            reads.append(time.perf_counter() - began)
            time.sleep(0.05)


def main() -> None:
    """One process of the load: so many threads that write, or that read where the number is negative."""
    url, threads, number = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    start = _Start(abs(threads))
    took: list[float] = []
    ids: list[str] = []
    work = _write if threads > 0 else _read
    failed: list[BaseException] = []

    def run(name: str) -> None:
        try:
            work(url, start, name, took, ids)
        except BaseException as error:  # noqa: BLE001 -- told below, with the exit status
            failed.append(error)
            start.ready.abort()

    name = f"{number}-{time.time()}"
    started = [threading.Thread(target=run, args=(f"{name}-{one}",)) for one in range(abs(threads))]
    for thread in started:
        thread.start()
    start.ready.wait()
    print("ready", flush=True)
    start.until = float(sys.stdin.readline())
    start.go.set()
    for thread in started:
        thread.join()
    if failed:
        sys.exit(str(failed[0]))
    print(json.dumps({"writes" if threads > 0 else "reads": took, "ids": ids} | {
        "reads" if threads > 0 else "writes": []
    }))  # fmt: skip


# The page


_COLUMNS = (
    *("Runs and events", "writes a second", "p50 ms", "p95 ms", "p99 ms", "readers' p95 ms"),
    *("bytes a run", "bytes an event", "seconds to verify"),
)
HEADING = "### Ledger under load"


def kept(text: str) -> list[str]:
    """The section as it stands in the page: it is measured by itself only."""
    found = re.search(rf"^{HEADING}\n.*?(?=^##)", text, re.MULTILINE | re.DOTALL)
    return [*found[0].rstrip("\n").split("\n"), ""] if found else []


def tables(cost: Load) -> list[str]:
    """The tables of the load."""
    first, last = cost.levels[0], cost.levels[-1]
    what = (
        f"PostgreSQL, {WRITERS} writers in {PROCESSES} processes, {READERS} readers beside them, {cost.seconds} s at"
        " each size: a write is a run with its event, on the disk when it returns. Afterwards no run was lost or there"
        " twice, and the chain of all events held. Server, writers and readers share the machine; a single writer"
        f" beside {first.size:,} runs records {cost.alone:,.0f} a second."
    )
    grown = (
        f"From {first.size:,} to {last.size:,}, the writes a second grow with the exponent {growth(cost, 'writes'):.2f}"
        f", the time to verify with {growth(cost, 'verifying'):.2f}. Extrapolated from the last row, not measured;"
        " bytes and verifying in proportion, writes with that exponent:"
    )
    return [
        HEADING,
        "",
        *textwrap.wrap(what, 96, break_on_hyphens=False),
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{' ---: |' * len(_COLUMNS)}",
        *(_row(one) for one in cost.levels),
        "",
        *textwrap.wrap(grown, 96, break_on_hyphens=False),
        "",
        f"| Runs and events | GB on the disk | writes a second | minutes to verify | GB a month, of {MONTHS} |",
        f"|{' ---: |' * 5}",
        *(_far(cost, size) for size in FAR),
        "",
    ]


def _row(one: Level) -> str:
    times = " | ".join(f"{took:.0f}" for took in (*one.latency, one.reading))
    sizes = f"{one.run_bytes:,.0f} | {one.event_bytes:,.0f}"
    return f"| {one.size:,} | {one.writes:,.0f} | {times} | {sizes} | {one.verifying:.1f} |"


def _far(cost: Load, size: int) -> str:
    last = cost.levels[-1]
    rate = last.writes * (size / last.size) ** min(growth(cost, "writes"), 0.0)
    disk = size * (last.run_bytes + last.event_bytes) / 1e9
    verifying = last.verifying * size / last.size / 60
    return f"| {size:,} | {disk:,.0f} | {rate:,.0f} | {verifying:,.0f} | {disk / MONTHS:,.1f} |"


def growth(cost: Load, what: str) -> float:
    """The exponent with which a figure grows from the first size to the last."""
    first, last = cost.levels[0], cost.levels[-1]
    if first is last:
        return 0.0
    return exponent((first.size, getattr(first, what)), (last.size, getattr(last, what)))


if __name__ == "__main__":
    main()
