"""A watch that is going on: what one edit costs it, from the save to the result."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.measure import Failed, Sample
from bench.subjects import Subject


def edit_of_one_file(command: Sequence[str], subject: Subject, number: int) -> Sample:
    """Start a watch, save one spec when it waits, and measure until the result is out; the start is not counted.

    The clock includes the time until the watch notices; CPU time is that of the watch and of the git that it asks.
    """
    process = subprocess.Popen(
        command, cwd=subject.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    assert process.stderr is not None
    try:
        _read_until(process.stderr.readline, " in ")
        time.sleep(0.5 + 0.1 * (number % 3))  # so that not every save meets the same moment of a tick
        before, start = _cpu_seconds(process.pid), time.perf_counter()
        with subject.edited(lambda text: f"{text}\nRound {number} of the bench added this line to watch.\n"):
            _read_until(process.stderr.readline, "changed: ")
            wall = time.perf_counter() - start
            sample = Sample(wall, _cpu_seconds(process.pid) - before, _peak(process.pid))
            process.send_signal(signal.SIGINT)
            process.wait()
    finally:
        process.kill()
        process.communicate()
    if process.returncode not in subject.statuses:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}")
    return sample


def _read_until(line: Callable[[], str], words: str) -> None:
    while words not in (read := line()):
        if not read:
            raise Failed(f"the watch ended before it said {words!r}")


def _cpu_seconds(pid: int) -> float:
    """What a process and its children that ended have used, as Linux counts it."""
    facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, facts[11:15])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
