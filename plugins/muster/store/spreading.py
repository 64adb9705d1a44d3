"""Work spread over processes so that none of it is lost: what a dead worker took along is done again.

The work is a function of a module, from bytes to bytes. What it gives does not depend on where it runs, and so neither
do the results.

implements: MU-FOLIO-9506, MU-FOLIO-9507
"""

from __future__ import annotations

import os
import queue
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

_LOOK = 2.0  # seconds between two looks whether somebody is still working


class Spread(Struct, frozen=True):
    """What was worked out, in the order of what was asked; None where each process that tried it died."""

    results: tuple[bytes | None, ...]
    notes: tuple[str, ...] = ()  # what went wrong on the way


class Count:
    """How much of the work is done, told to whoever shows it."""

    def __init__(self, total: int, tell: Callable[[int, int], None] | None) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def one(self) -> None:
        """Say that one more is done."""
        self._done += 1
        if self._tell is not None:
            self._tell(self._done, self._total)


def gathered(
    executor: Executor,
    work: Callable[[bytes], bytes],
    asked: dict[int, bytes],
    count: Count,
    is_alive: Callable[[], bool] = lambda: True,
) -> tuple[dict[int, bytes], str]:
    """What an executor works out, by number, and why the rest of it is missing; "" where nothing is."""
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    futures: dict[int, Future[bytes]] = {}
    found: dict[int, bytes] = {}
    why = ""
    for number, one in asked.items():
        try:
            futures[number] = executor.submit(work, one)
        except Exception as error:  # noqa: BLE001 -- the pool broke while it was being filled
            why = _words(error)
            break
        futures[number].add_done_callback(lambda _, number=number: ended.put(number))  # type: ignore[misc]
    left = len(futures)
    while left:
        try:
            number = ended.get(timeout=_LOOK)
        except queue.Empty:
            if is_alive():
                continue
            why = "no worker is left"
            break
        left -= 1
        try:
            found[number] = futures[number].result()
            count.one()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the work is done elsewhere
            why = _words(error)
    return found, why


def in_processes(
    work: Callable[[bytes], bytes],
    asked: Sequence[bytes],
    workers: int = 0,
    tell: Callable[[int, int], None] | None = None,
) -> Spread:
    """The work in as many processes, by default one a core; with one, in this process.

    Where a process dies, what is missing is tried once more, then one by one in a process that it has for itself: what
    ends this too is told as None.
    """
    count = Count(len(asked), tell)
    workers = min(workers or os.cpu_count() or 1, max(len(asked), 1))
    if workers == 1:
        return Spread(tuple(_done_here(work, one, count) for one in asked))
    return recovered(work, asked, workers, count, {}, ())


def recovered(
    work: Callable[[bytes], bytes],
    asked: Sequence[bytes],
    workers: int,
    count: Count,
    found: dict[int, bytes],
    notes: tuple[str, ...],
) -> Spread:
    """The work with that of it which is `found` already."""
    found = dict(found)
    for again in (False, True):
        missing = {number: one for number, one in enumerate(asked) if number not in found}
        if not missing:
            break
        pool = ProcessPoolExecutor(min(workers, len(missing)))
        try:
            more, why = gathered(pool, work, missing, count)
        finally:
            pool.shutdown(cancel_futures=True)
        found |= more
        if why:
            lost = len(missing) - len(more)
            then = "once more" if not again else "one by one"
            notes = (*notes, f"{why}: {lost:,} of {len(asked):,} repositories are read {then}")
    missing = {number: one for number, one in enumerate(asked) if number not in found}
    found |= _one_by_one(work, missing, count)
    return Spread(tuple(found.get(number) for number in range(len(asked))), notes)


def _one_by_one(work: Callable[[bytes], bytes], missing: dict[int, bytes], count: Count) -> dict[int, bytes]:
    """Each in turn, in a process that works at nothing else, and that is replaced where it dies."""
    found: dict[int, bytes] = {}
    pool: ProcessPoolExecutor | None = None
    for number, one in missing.items():
        pool = pool or ProcessPoolExecutor(1)
        try:
            found[number] = pool.submit(work, one).result()
        except BrokenProcessPool:
            pool.shutdown()
            pool = None
        count.one()
    if pool is not None:
        pool.shutdown()
    return found


def _done_here(work: Callable[[bytes], bytes], one: bytes, count: Count) -> bytes:
    done = work(one)
    count.one()
    return done


def _words(error: BaseException) -> str:
    if isinstance(error, BrokenProcessPool):
        return "a worker died"
    with suppress(Exception):
        return f"a worker failed ({type(error).__name__}: {str(error).splitlines()[0][:200]})"
    return f"a worker failed ({type(error).__name__})"
