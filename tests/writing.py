"""A program that records runs: `python tests/writing.py URL ...`, started by tests and by the soak, many at once.

`share NUMBER OF RUNS` records one share of that many runs, a fifth of which have the key of another one; `endless`
records one run after the other until somebody kills it. Each ID that the ledger gives back is printed at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent)

from ledgers import checked
from muster import ledger
from muster.ledger import Ledger, begin


def keys_of(runs: int) -> list[str]:
    """The keys of so many runs, in the order in which they are dealt out: a fifth is there twice."""
    distinct = runs - runs // 5
    keys = [f"key-{number % distinct}" for number in range(runs)]
    Random(runs).shuffle(keys)
    return keys


def share(book: Ledger, number: int, of: int, runs: int) -> Iterator[str]:
    """Record one of `of` shares of the runs; gives their IDs."""
    for key in keys_of(runs)[number::of]:
        yield book.record(begin("soak", key=key, reads=[key]).succeeded())


def endless(book: Ledger) -> Iterator[str]:
    """Record runs without end, every third with a failure before it, each with what a gate said; gives their IDs."""
    for number in count():
        attempt = begin("soak", reads=[f"{os.getpid()}-{number}"])
        if number % 3 == 0:
            yield book.record(attempt.failed("no", files_written=["a.md"]))
            attempt = attempt.again()
        yield book.record(attempt.succeeded(), events=(checked(number, key=attempt.span_id),))


def main() -> None:
    """Do what the command line says."""
    url, what, *numbers = sys.argv[1:]
    with ledger.open(url, durable=False, timeout=120) as book:
        ids = endless(book) if what == "endless" else share(book, *map(int, numbers))
        for identity in ids:
            sys.stdout.write(f"{identity}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
