"""Measurements of whole processes: wall time, CPU time with that of their children, and peak memory."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A measured process ended otherwise than it should, so its figure means nothing."""


@dataclass(frozen=True)
class Sample:
    """What one run cost; `peak` is the resident memory of its largest process, in bytes."""

    wall: float
    cpu: float
    peak: int
    count: int = 0  # of what it found, where it counts that


def process(
    command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,), settings: Mapping[str, str] | None = None
) -> Sample:
    """Run a command to its end and measure it; raise `Failed` where it ends with another status.

    `settings` go into its environment.
    """
    environment = {**os.environ, **settings} if settings else None
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in statuses:
            output.seek(0)
            said = output.read()[-2000:].decode(errors="replace")
            raise Failed(f"{' '.join(command)} ended with {child.returncode}:\n{said}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def with_bench() -> dict[str, str]:
    """The environment of a process that finds `bench`, and the Muster that is measured."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")]))}


def work(name: str, root: Path, listing: Path) -> Sample:
    """Do a piece of work of `bench.child` that has one part; see `works`."""
    (sample,) = works(name, root, listing).values()
    return sample


def works(name: str, root: Path, listing: Path) -> dict[str, Sample]:
    """Do a piece of work of `bench.child` in a process of its own; start-up and imports are not counted."""
    command = [sys.executable, "-m", "bench.child", name, str(root), str(listing)]
    run = subprocess.run(command, env=with_bench(), stdout=subprocess.PIPE, check=False)
    if run.returncode:
        raise Failed(f"{' '.join(command)} ended with {run.returncode}")
    return {part: Sample(**cost) for part, cost in json.loads(run.stdout).items()}


def middle(samples: Sequence[Sample]) -> Sample:
    """The median of each figure by itself."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        int(statistics.median(sample.peak for sample in samples)),
    )


def ratio(samples: Sequence[Sample], base: Sequence[Sample]) -> tuple[float, float]:
    """The medians of wall and CPU time against those of `base`, compared round by round: noise meets both."""
    pairs = list(zip(samples, base, strict=True))
    return (
        statistics.median(sample.wall / other.wall for sample, other in pairs),
        statistics.median(sample.cpu / other.cpu for sample, other in pairs),
    )


def exponent(small: tuple[int, float], large: tuple[int, float]) -> float:
    """The slope between two points (size, seconds) on logarithmic axes: 1 for linear growth."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])
