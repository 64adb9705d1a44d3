"""Measurements of whole processes: wall time, CPU time with that of their children, and peak memory."""

from __future__ import annotations

import ctypes
import json
import math
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A measured process ended otherwise than it should, so its figure means nothing."""


class TooLong(Failed):
    """A measured process was ended at its limit; `sample` is the least that it would have cost."""

    def __init__(self, what: str, sample: Sample) -> None:
        super().__init__(what)
        self.sample = sample


@dataclass(frozen=True)
class Sample:
    """What one run cost; `peak` is the resident memory of its largest process, in bytes."""

    wall: float
    cpu: float
    peak: int
    count: int = 0  # of what it found, where it counts that


def process(
    command: Sequence[str],
    folder: Path,
    statuses: Sequence[int] = (0,),
    settings: Mapping[str, str] | None = None,
    *,
    limit: float | None = None,
    output: Path | None = None,
) -> Sample:
    """Run a command to its end and measure it; raise `Failed` where it ends with another status.

    `settings` go into its environment, what it prints into `output`. After `limit` seconds it is ended with all
    processes of its group, and `TooLong` is raised.
    """
    environment = {**os.environ, **settings} if settings else None
    if limit is not None:
        _adopt()
    with tempfile.TemporaryFile() if output is None else output.open("w+b") as said:
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=limit is not None,
        )
        status, cpu, peak, ended = _waited(child.pid, limit)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        sample = Sample(wall, cpu, peak)
        if ended:
            raise TooLong(f"{' '.join(command)} took longer than {limit:g} s", sample)
        if child.returncode not in statuses:
            said.seek(0)
            last = said.read()[-2000:].decode(errors="replace")
            raise Failed(f"{' '.join(command)} ended with {child.returncode}:\n{last}")
    return sample


def _waited(pid: int, limit: float | None) -> tuple[int, float, int, bool]:
    """The status of a process, CPU seconds and peak with all that it started, and whether `limit` ended it."""
    if limit is None:
        _, status, usage = os.wait4(pid, 0)
        return status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, False
    ended = threading.Event()

    def end() -> None:
        ended.set()
        os.killpg(pid, signal.SIGKILL)

    timer = threading.Timer(limit, end)
    timer.start()
    try:
        _, status, usage = os.wait4(pid, 0)
    except BaseException:
        os.killpg(pid, signal.SIGKILL)  # it is in a session of its own, so no terminal ends it
        raise
    finally:
        timer.cancel()
    usages = [usage, *_left(pid)]
    cpu = sum(one.ru_utime + one.ru_stime for one in usages)
    return status, cpu, max(one.ru_maxrss for one in usages) * 1024, ended.is_set()


def _adopt() -> None:
    """Become the parent of processes whose own parent is gone: what nobody waited for is counted then, too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def _left(group: int) -> Iterator[resource.struct_rusage]:
    """What the rest of a process group used, which is ended."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            yield os.wait4(-group, 0)[2]


@contextmanager
def kept(folder: Path | None) -> Iterator[Path]:
    """This folder, made where it is missing; or one that is gone afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        yield Path(name).resolve()


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


def rounds_of(number: int) -> str:
    """How many rounds, in words."""
    return "one round" if number == 1 else f"{number} rounds"
