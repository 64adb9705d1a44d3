"""Kill a process that records into the ledger at random instants, and prove that nothing acknowledged is lost.

`python tests/soak/kill_ledger.py [--kills 300] [--processes 16] [--runs 20000] [--seed 1]`. In SQLite, and in
PostgreSQL where Debian's programs for it are installed. The writer says each ID as soon as the ledger gives it; after
each SIGKILL the ledger has to open, hold every run that was said, and have its chain of events whole. Then many
processes write at once, a fifth of their runs with the key of another one, into a ledger that is not there yet.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import writing
from muster import ledger
from muster.ledger import begin
from postgres import Cluster, programs

A_LEDGER = 10  # kills: then a new one, so that some kills fall into the making of it
LONGEST = (0.006, 0.08)  # seconds from the start of a writer to its end: the opening of a ledger is quickly over


class Broken(Exception):
    """A kill left something that it must not leave, or lost what it must not lose."""


class Hit(StrEnum):
    """Where in the work of a writer a kill fell."""

    BEFORE = "before the first run"
    DURING = "between two runs"
    WITHIN = "between the record of a run and the word of it"


@dataclass(frozen=True)
class Store:
    """One of the two, and how it gives the address of a new ledger."""

    name: str
    new: Callable[[], str]


def main() -> int:
    """Run the kills and the crowd in each store, and say what they hit; 1 where something is lost or broken."""
    options = _options()
    with _stores() as stores:
        for store in stores:
            try:
                _killed(store, options)
                if options.runs:
                    _crowded(store, options)
            except Broken as broken:
                print(f"error: {store.name}: {broken}", file=sys.stderr)
                return 1
    return 0


def _killed(store: Store, options: argparse.Namespace) -> None:
    began = time.perf_counter()
    hits = kills(store, options.kills, Random(f"{options.seed}:{store.name}"))
    print(f"{store.name}: {'; '.join(f'{hits[hit]} {hit}' for hit in Hit)}")
    if options.kills >= 100 and not all(hits[hit] for hit in Hit):
        raise Broken("the kills did not fall into each part of the work, so too little is proved")
    print(f"{store.name}: {options.kills} kills in {time.perf_counter() - began:.0f} s: nothing lost, all whole")


def _crowded(store: Store, options: argparse.Namespace) -> None:
    began = time.perf_counter()
    distinct = crowd(store, options.processes, options.runs)
    what = f"{options.processes} processes, {options.runs:,} runs in {time.perf_counter() - began:.0f} s"
    print(f"{store.name}: {what}: exactly the {distinct:,} distinct ones stand, none failed")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill a writer of the ledger, and look for what is lost.")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=16, help="that write at once")
    parser.add_argument("--runs", type=int, help="of all of these; by default 20000, and none with few kills")
    options = parser.parse_args()
    if options.runs is None:
        options.runs = 20_000 if options.kills >= 100 else 0
    return options


@contextmanager
def _stores() -> Iterator[list[Store]]:
    installed = programs()
    with tempfile.TemporaryDirectory(prefix="muster-soak-") as folder:

        def path() -> str:
            return f"{tempfile.mkdtemp(dir=folder)}/ledger.db"

        if installed is None:
            print("skipped: no PostgreSQL is installed", file=sys.stderr)
            yield [Store("SQLite", path)]
            return
        with Cluster(installed) as cluster:
            yield [Store("SQLite", path), Store("PostgreSQL", cluster.new_database)]


# Kills


def kills(store: Store, count: int, random: Random) -> Counter[Hit]:
    """Kill a writer so often and count what the kills hit; raise `Broken` at the first loss."""
    hits: Counter[Hit] = Counter()
    url, said = store.new(), list[str]()
    spare = 0  # runs that were recorded, and their writer killed before it could say so
    for number in range(count):
        if number % A_LEDGER == 0:
            url, said, spare = store.new(), [], 0
        fresh = _said_until_killed(url, random.uniform(0, random.choice(LONGEST)))
        said += fresh
        unsaid = _unsaid(url, said, f"kill {number + 1}") - spare
        spare += unsaid
        # A server may still end what a writer had asked for, and so be late by one.
        if not 0 <= spare <= number % A_LEDGER + 1:
            raise Broken(f"kill {number + 1} left {unsaid} runs of which nobody was told")
        hits[Hit.WITHIN if unsaid else Hit.DURING if fresh else Hit.BEFORE] += 1
    return hits


def _said_until_killed(url: str, seconds: float) -> list[str]:
    """The IDs that a writer said before it was killed, so many seconds after its start."""
    reading, writing_end = os.pipe()
    child = os.fork()  # quicker by far than a new Python; nothing is open here that it could share
    if child == 0:
        _write(url, writing_end)
    os.close(writing_end)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="ascii") as pipe:
        lines = pipe.read().splitlines()
    if failed := [line for line in lines if line.startswith("error")]:
        raise Broken(f"a writer failed: {failed[0]}")
    return lines


def _write(url: str, end: int) -> None:
    """In the child: record, and say each ID in one write, until somebody kills us."""
    try:
        with ledger.open(url, durable=False) as book:
            for identity in writing.endless(book):
                os.write(end, f"{identity}\n".encode())
    except BaseException as error:  # noqa: BLE001 -- whatever it is, the parent has to know
        os.write(end, f"error {error!r}\n".encode())
    finally:
        os._exit(1)


def _unsaid(url: str, said: list[str], what: str) -> int:
    """How many runs stand that nobody was told of; raise `Broken` where one is lost, or the chain is broken."""
    with ledger.open(url) as book:
        stand = [run.id for run in book.runs(limit=None)]
        if lost := set(said) - set(stand):
            raise Broken(f"{what} lost {len(lost)} runs that were acknowledged, such as {min(lost)}")
        if broken := book.broken():
            raise Broken(f"{what} broke the chain of events: {broken[0]}")
    return len(stand) - len(said)


# Many at once


def crowd(store: Store, processes: int, runs: int) -> int:
    """Have so many processes write at once; gives how many distinct runs stand, raises `Broken` where it is another."""
    url = store.new()
    command = [sys.executable, writing.__file__, url, "share"]
    shares = [[*command, str(number), str(processes), str(runs)] for number in range(processes)]
    with tempfile.TemporaryFile() as errors:
        started = [subprocess.Popen(share, stdout=subprocess.DEVNULL, stderr=errors) for share in shares]
        statuses = [process.wait() for process in started]
        if any(statuses):
            errors.seek(0)
            raise Broken(f"{sum(map(bool, statuses))} processes failed:\n{errors.read().decode()[-2000:]}")
    wanted = {begin("soak", key=key).idempotency_key for key in writing.keys_of(runs)}
    with ledger.open(url) as book:
        stand = Counter(run.facts.idempotency_key for run in book.runs(limit=None))
    if stand != Counter(wanted):
        raise Broken(f"{stand.total():,} runs stand, {len(stand):,} of them distinct, and not {len(wanted):,}")
    return len(wanted)


if __name__ == "__main__":
    sys.exit(main())
