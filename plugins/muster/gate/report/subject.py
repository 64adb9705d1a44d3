"""What a report is made of, and its one line of summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence  # noqa: TC003 -- msgspec reads the types of fields
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Counts, Finding, Project, Severity
from muster.settings import Settings
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.model import Outcome


class Subject(Struct, frozen=True):
    """What a report is made of: findings to show, what was counted, and the lines of any file."""

    findings: tuple[Finding, ...]
    counts: Counts
    lines: Callable[[str], Sequence[str]] = lambda _path: ()
    colour: bool = False
    fail_on: Severity = Severity.ERROR
    project: Project = Project(Settings())  # whose specs the preflight judges
    paths: tuple[str, ...] = ()  # the files and folders that are shown; none for all
    folder: str = ""  # of the project in its repository, with a final slash: for hosts that count from the top


def subject_of(outcome: Outcome, lines: Callable[[str], Sequence[str]], *, colour: bool = False) -> Subject:
    """A report's subject: all findings of a run."""
    return Subject(outcome.findings, outcome.counts, lines, colour, project=outcome.project)


def summary(subject: Subject, seconds: float | None = None) -> str:
    """One line: what was looked at, and what came of it."""
    counts = subject.counts
    time = f" in {seconds:.2f} s" if seconds is not None else ""
    told = [tally(subject.findings)]
    told += [f"{number:,} {word}" for number, word in ((counts.waived, "waived"), (counts.known, "known")) if number]
    return f"{looked_at(counts)}{time}: {', '.join(told)}"


_OFTEN_NONE = ("page", "citation", "test result", "link", "packet", "anchor", "pin", "chain", "turn")
_SILENT = frozenset(counted(0, word) for word in _OFTEN_NONE)


def looked_at(counts: Counts) -> str:
    """`3 specs, 41 requirements, 46 rules`; the rest only where there is some.

    Of packets and pins alone: `2 packets, 5 anchors, 1 pin, 1 spec, 17 rules`.
    """
    specs, rules = counted(counts.specs, "spec"), counted(counts.rules, "rule")
    pinned = [counted(counts.packets, "packet"), counted(counts.anchors, "anchor"), counted(counts.pins, "pin")]
    if (counts.packets or counts.pins) and not (counts.pages or counts.requirements):
        parts = [*pinned, specs, rules]
    else:
        parts = [specs, counted(counts.pages, "page"), counted(counts.requirements, "requirement"), *pinned]
        parts += [counted(counts.chains, "chain"), counted(counts.turns, "turn")]
        parts += [counted(counts.citations, "citation"), counted(counts.results, "test result")]
        parts += [counted(counts.links, "link"), rules]
    return ", ".join(part for part in parts if part not in _SILENT)


def tally(findings: Iterable[Finding]) -> str:
    """`1 error, 0 warnings`, and the remarks where there are some."""
    found = Counter(finding.severity for finding in findings)
    told = [counted(found[Severity.ERROR], "error"), counted(found[Severity.WARNING], "warning")]
    if found[Severity.INFO]:
        told.append(counted(found[Severity.INFO], "remark"))
    return ", ".join(told)
