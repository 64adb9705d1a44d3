"""Chains: how judging one grows with its turns, and reading a turn with its size.

`python tests/bench/run.py --only chains` measures this alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Sample, exponent, middle, works

TURNS = (20, 200, 2000)  # of a chain
SIZES = (200_000, 2_000_000, 20_000_000)  # bytes of one turn
_OPENING = 9  # turns of the sample before its first operational step
_STEP = ("authorization-1", "prompt-1", "response-1", "evidence-gate-1", "skeptic-gate-1")
SHORT = _OPENING + len(_STEP)  # turns of the chain around the large one
_CHANGED = "-    return {0}\n+    return {1}\n     job.try_once()\n"
_PASSED = "tests/test_retry.py::test_a_job_is_tried_{0}_times PASSED\n"
_SAID = "- Il lavoro {0} si ripete al massimo cinque volte, e poi la coda lo mette da parte.\n"

Parts = Mapping[str, Sequence[Sample]]  # the pieces of work in one process, see `bench.child`


@dataclass(frozen=True)
class Cost:
    """What was measured, round by round."""

    parts: Parts

    def of(self, part: str) -> Sample:
        """One time of what a part did, as often as it did it."""
        whole, times = middle(self.parts[part]), self.parts[part][0].count
        return Sample(whole.wall / times, whole.cpu / times, whole.peak)

    def growth(self, part_of: Callable[[int], str], sizes: Sequence[int]) -> tuple[float, float]:
        """The exponent from the smallest to the largest, by the clock and in CPU time."""
        small, large = sizes[0], sizes[-1]
        one, other = (self.of(part_of(size)) for size in (small, large))
        return exponent((small, one.wall), (large, other.wall)), exponent((small, one.cpu), (large, other.cpu))


def measure(folder: Path, rounds: int) -> Cost:
    """All sizes in one process, once in each round."""
    listing = folder / "chains.json"
    listing.write_text(json.dumps({"paths": []}))
    parts: dict[str, list[Sample]] = {}
    for _ in range(rounds):
        for part, sample in works("chains", folder, listing).items():
            parts.setdefault(part, []).append(sample)
    print(f"(load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr)
    return Cost(parts)


def chain_of(turns: int) -> str:
    """The part that reads and judges a chain of so many turns; short ones so often that they take as long."""
    return f"chain {turns}"


def turn_of(size: int) -> str:
    """The part that reads and judges a chain in which one response has so many bytes."""
    return f"turn {size}"


def chain(turns: int, sample: Mapping[str, str]) -> dict[str, bytes]:
    """The sample, but with as many steps behind its opening as it takes, cut off at so many turns."""
    named = {file.partition("-")[2].removesuffix(".md"): text for file, text in sample.items()}
    texts = list(sample.values())[:_OPENING]
    for step in range(1, (turns - _OPENING) // len(_STEP) + 2):
        pairs = ("label: 1\n", f"label: {step}\n"), ("Phase 1..N, Prompt 1\n", f"Phase 1..N, Prompt {step}\n")
        for turn in _STEP:
            text = named[turn]
            for old, new in pairs:
                text = text.replace(old, new, 1)
            texts.append(text)
    return {f"{number:04}-turn.md": text.encode() for number, text in enumerate(texts[:turns], start=1)}


def chain_with(size: int, sample: Mapping[str, str]) -> dict[str, bytes]:
    """A short chain whose last response has so many bytes: a third of it diff, a third output, a third report."""
    files = chain(SHORT, sample)
    name = list(files)[_OPENING + 2]
    text = files[name].decode()
    third = size // 3
    hunks = third // len(_CHANGED.format(1, 2))
    diff = f"@@ -9,{2 * hunks} +9,{2 * hunks} @@\n" + "".join(_CHANGED.format(at % 7, at % 5) for at in range(hunks))
    output = "".join(_PASSED.format(at) for at in range(third // len(_PASSED.format(10_000))))
    report = "".join(_SAID.format(at) for at in range(third // len(_SAID.format(10_000))))
    for mark, more in (
        ("diff --git a/tests/test_retry.py", diff),
        ("12 passed in", output),
        ("### Impact\n", f"{report}\n"),
    ):
        text = text.replace(mark, f"{more}{mark}", 1)
    return {**files, name: text.encode()}
