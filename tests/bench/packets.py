"""Packets: judging 500 of them with 2,000 anchors, beside reading and hashing the spec that they are pinned to.

`python tests/bench/run.py --only packets` measures this alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench import synthetic
from bench.measure import TESTS, Failed, Sample, process, ratio, works
from bench.packet_project import ANCHORS, OUTSIDE

PACKETS, LINES = 500, 72_000
SHIFT = 37  # lines that somebody adds at the top of the spec
_PACKET = [sys.executable, "-m", "muster", "packet"]
_CHECK = [sys.executable, "-m", "muster", "check", "--no-record"]


class Step(StrEnum):
    """What is measured, in the words of the table."""

    UNIT = "U: reading the spec and its SHA-1, without start-up"
    JUDGING = "judging all packets, cold, without start-up"
    PROCESS = "V: reading the spec and its SHA-1, `python -c`"
    COLD = "`muster packet check`, cold"
    WARM = "`muster packet check`, warm"
    SHIFTED = "`muster packet check`, the spec shifted"
    REPIN = "`muster packet repin`"
    CHECK_COLD = "`muster check`, cold"
    CHECK_WARM = "`muster check`, warm"
    WITHOUT_COLD = "`muster check` without the packets, cold"
    WITHOUT_WARM = "`muster check` without the packets, warm"


Samples = Mapping[Step, Sequence[Sample]]
_UNIT = "import hashlib, sys; hashlib.sha1(open(sys.argv[1], 'rb').read(), usedforsecurity=False).hexdigest()"


@dataclass(frozen=True)
class Cost:
    """The samples, round by round."""

    packets: int
    anchors: int
    size: int  # of the spec, in bytes
    samples: Samples

    def ratio(self, step: Step, base: Step = Step.UNIT) -> tuple[float, float]:
        """How long a step takes for each second of another, by the clock and in CPU time."""
        return ratio(self.samples[step], self.samples[base])


def measure(folder: Path, rounds: int) -> Cost:
    """A project whose spec no check reads by itself, and one whose spec does; each step once in each round."""
    outside, inside, without = (folder / f"packets-{name}" for name in ("outside", "inside", "without"))
    _make(outside, PACKETS)
    _make(inside, PACKETS, "--inside")
    _make(without, 0, "--inside")
    found: dict[Step, list[Sample]] = {}
    for _ in range(rounds):
        for step, sample in (*_alone(outside), *_whole(inside, without)):
            found.setdefault(step, []).append(sample)
    print(f"(load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr)
    return Cost(PACKETS, PACKETS * ANCHORS, (outside / OUTSIDE).stat().st_size, found)


def _make(root: Path, packets: int, *options: str) -> None:
    """Write a project with its derived files; in a process of its own, so that the bench stays small."""
    shutil.rmtree(root, ignore_errors=True)
    script = str(TESTS / "bench/packet_project.py")
    subprocess.run([sys.executable, script, str(root), str(packets), str(LINES), *options], check=True)
    subprocess.run([sys.executable, "-m", "muster", "-C", str(root), "sync"], check=True, capture_output=True)
    synthetic.commit(root, "Derived files")


def _alone(root: Path) -> Iterator[tuple[Step, Sample]]:
    """The packets by themselves: as they are, and after the spec has changed above them."""
    listing = root.with_suffix(".json")
    listing.write_text(json.dumps({"paths": [OUTSIDE]}))
    parts = works("packets", root, listing)
    if parts["judging"].count != PACKETS * ANCHORS:
        raise Failed(f"{parts['judging'].count} anchors were judged in {root} and not {PACKETS * ANCHORS}")
    yield Step.UNIT, parts["unit"]
    yield Step.JUDGING, parts["judging"]
    yield Step.PROCESS, process([sys.executable, "-c", _UNIT, OUTSIDE], root)
    check = [*_PACKET, "check", "--no-record"]
    shutil.rmtree(root / ".muster", ignore_errors=True)
    yield Step.COLD, process(check, root)
    yield Step.WARM, process(check, root)
    with _shifted(root):
        yield Step.SHIFTED, process(check, root, (1,))
        yield Step.REPIN, process([*_PACKET, "repin", "--no-record"], root)
        process(check, root)  # all is well again, or the figure means nothing


def _whole(inside: Path, without: Path) -> Iterator[tuple[Step, Sample]]:
    """The whole check, with packets and with none."""
    for root, cold, warm in (
        (inside, Step.CHECK_COLD, Step.CHECK_WARM),
        (without, Step.WITHOUT_COLD, Step.WITHOUT_WARM),
    ):
        shutil.rmtree(root / ".muster", ignore_errors=True)
        yield cold, process(_CHECK, root)
        yield warm, process(_CHECK, root)


@contextmanager
def _shifted(root: Path) -> Iterator[None]:
    """Put lines at the top of the spec for a while, then everything back as git knows it."""
    spec = root / OUTSIDE
    spec.write_bytes(b"A remark that came later.\n" * SHIFT + spec.read_bytes())
    try:
        yield
    finally:
        synthetic.git(root, "checkout", "--quiet", "--", ".")
        synthetic.age(root)
        synthetic.git(root, "update-index", "-q", "--refresh")
