"""Citations: finding them in a tree of many sources, beside git, and joining them with requirements, beside reading.

`python tests/bench/run.py --only trace` measures this alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench import tree
from bench.measure import Failed, Sample, process, ratio, work, works
from bench.subjects import Subject

CHECK = [sys.executable, "-m", "muster", "check"]


class Step(StrEnum):
    """What is measured, in the words of the tables."""

    GREP = "`git grep -oE`, of bytes"
    GREP_TEXT = "`git grep -oE`, of UTF-8"
    COLD = "finding the citations, cold"
    STATUS = "`git status`"
    WARM = "finding the citations, warm"
    CHECK_COLD = "`muster check`, cold, whole process"
    CHECK_WARM = "`muster check`, warm, whole process"
    READING = "reading the specs, alone"
    RECORDS = "reading them and judging each by itself"
    JOINING = "joining the citations"


Samples = Mapping[Step, Sequence[Sample]]
BASES = {
    Step.GREP_TEXT: Step.GREP,
    Step.COLD: Step.GREP,
    Step.CHECK_COLD: Step.GREP,
    Step.WARM: Step.STATUS,
    Step.CHECK_WARM: Step.STATUS,
    Step.RECORDS: Step.READING,
    Step.JOINING: Step.READING,
}


@dataclass(frozen=True)
class Cost:
    """The samples of both projects, round by round."""

    files: int  # of source
    citations: int  # in them
    tree: Samples
    requirements: int
    joined: int  # citations
    joining: Samples

    def ratio(self, step: Step, base: Step) -> tuple[float, float]:
        """How long a step takes for each second of another, by the clock and in CPU time."""
        samples = self.tree if step in self.tree else self.joining
        return ratio(samples[step], samples[base])


def measure(sources: Subject, specs: Subject, files: int, rounds: int) -> Cost:
    """Take turns within a round: git and we meet the same disturbances. Nothing is dropped from the page cache.

    What takes less than a second is disturbed more, and measured in more rounds.
    """
    finding = _rounds(_finding(sources, files) for _ in range(3 * rounds))
    joining = _rounds(_joining(specs) for _ in range(rounds))
    joined = {sample.count for sample in joining[Step.JOINING]}
    if min(joined) < 2 * specs.requirements:
        raise Failed(f"{min(joined)} citations were joined with {specs.requirements} requirements")
    print(f"(load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr)
    return Cost(files, tree.citations(files), finding, specs.requirements, max(joined), joining)


def _rounds(rounds: Iterator[Iterator[tuple[Step, Sample]]]) -> Samples:
    found: dict[Step, list[Sample]] = {}
    for steps in rounds:
        for step, sample in steps:
            found.setdefault(step, []).append(sample)
    return found


def _finding(subject: Subject, files: int) -> Iterator[tuple[Step, Sample]]:
    root, statuses, grep = subject.root, subject.statuses, ["git", "grep", "-oE", tree.pattern()]
    for step, language in ((Step.GREP, "C"), (Step.GREP_TEXT, "C.UTF-8")):
        yield step, process(grep, root, settings={"LC_ALL": language})
    shutil.rmtree(root / ".muster", ignore_errors=True)
    yield Step.COLD, _found(subject, files)
    yield Step.STATUS, process(["git", "status"], root)
    yield Step.WARM, _found(subject, files)
    shutil.rmtree(root / ".muster", ignore_errors=True)
    yield Step.CHECK_COLD, process(CHECK, root, statuses)
    yield Step.CHECK_WARM, process(CHECK, root, statuses)


def _found(subject: Subject, files: int) -> Sample:
    sample = work("finding", subject.root, subject.listing)
    if sample.count != tree.citations(files):
        raise Failed(f"{sample.count} citations were found in {subject.root} and not {tree.citations(files)}")
    return sample


def _joining(subject: Subject) -> Iterator[tuple[Step, Sample]]:
    found = works("joining", subject.root, subject.listing)
    for step, part in ((Step.READING, "reading"), (Step.RECORDS, "records"), (Step.JOINING, "joining")):
        yield step, found[part]
