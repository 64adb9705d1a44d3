"""Reports: one table of writers, each a pure function of what a run yields.

implements: MU-CORE-0031
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster import __version__
from muster.model import Counts, Finding, Severity
from muster.rules.table import RULES
from muster.text.utf8 import encodable
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from muster.model import Outcome

SCHEMA_VERSION = 1
_WIDEST = 160  # columns of an excerpt
_COLOURS = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.INFO: "36;1"}


class Subject(Struct, frozen=True):
    """What a report is made of: findings to show, what was counted, and the lines of any file."""

    findings: tuple[Finding, ...]
    counts: Counts
    lines: Callable[[str], Sequence[str]] = lambda _path: ()
    colour: bool = False


def subject_of(outcome: Outcome, lines: Callable[[str], Sequence[str]], *, colour: bool = False) -> Subject:
    """A report's subject: all findings of a run."""
    return Subject(outcome.findings, outcome.counts, lines, colour)


def text(subject: Subject) -> str:
    """Findings for people, each with an excerpt of its source and what to do."""
    return "".join(f"{_shown(finding, subject)}\n" for finding in subject.findings)


def _shown(finding: Finding, subject: Subject) -> str:
    def painted(words: str, colour: str) -> str:
        return f"\x1b[{colour}m{words}\x1b[0m" if subject.colour else words

    colour = _COLOURS[finding.severity]
    kind = painted(f"{finding.severity.value}[{finding.code}]", colour)
    out = [f"{painted(printable(str(finding.place)), '1')}: {kind} {printable(finding.message)}"]
    lines = subject.lines(finding.place.path)
    if 0 < finding.place.line <= len(lines):
        out += _excerpt(lines[finding.place.line - 1], finding, painted, colour)
    out += [f"  {_diff_line(printable(line), painted)}" for line in finding.detail.splitlines()]
    help_text = (
        f"{printable(finding.help)}; see `muster rule {finding.code}`"
        if finding.help
        else f"see `muster rule {finding.code}`"
    )
    out.append(f"  {painted('help:', '36')} {help_text}")
    return "\n".join(out) + "\n"


def _excerpt(line: str, finding: Finding, painted: Callable[[str, str], str], colour: str) -> list[str]:
    number = str(finding.place.line)
    start = finding.place.column - 1
    # A long line is shown around the place, so that the mark stands below what it means.
    first = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    part = line[first : first + _WIDEST]
    head = "…" if first else ""
    shown = printable(head + part.expandtabs(1) + ("…" if first + _WIDEST < len(line) else ""))
    out = [f"  {number} | {shown}"]
    width = min(finding.place.width, len(part) - (start - first))
    if width > 0:
        out.append(f"  {' ' * len(number)} | {' ' * (len(head) + start - first)}{painted('^' * width, colour)}")
    return out


def _diff_line(line: str, painted: Callable[[str, str], str]) -> str:
    if line.startswith("+"):
        return painted(line, "32")
    return painted(line, "31") if line.startswith("-") else line


def summary(subject: Subject, seconds: float | None = None) -> str:
    """One line: what was looked at, and what came of it."""
    counts, found = subject.counts, Counter(finding.severity for finding in subject.findings)

    looked = [counted(counts.specs, "spec"), counted(counts.pages, "page"), counted(counts.requirements, "requirement")]
    looked.append(counted(counts.rules, "rule"))
    time = f" in {seconds:.2f} s" if seconds is not None else ""
    told = [counted(found[Severity.ERROR], "error"), counted(found[Severity.WARNING], "warning")]
    if found[Severity.INFO]:
        told.append(counted(found[Severity.INFO], "remark"))
    return f"{', '.join(part for part in looked if part != '0 pages')}{time}: {', '.join(told)}"


class ReportedFinding(Struct, frozen=True):
    """A finding in the JSON report."""

    code: str
    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    help: str
    detail: str


class JsonReport(Struct, frozen=True):
    """The JSON report of `muster check`."""

    schema_version: int
    tool: str
    version: str
    counts: dict[str, int]
    findings: tuple[ReportedFinding, ...]


def json(subject: Subject) -> str:
    """The same for machines; its schema is what `muster schema report` prints."""
    counts = {name: value for name, value in msgspec.structs.asdict(subject.counts).items() if name != "cached"}
    found = Counter(finding.severity for finding in subject.findings)
    counts |= {severity.value: found[severity] for severity in Severity}
    findings = tuple(
        ReportedFinding(
            code=finding.code,
            rule=RULES[finding.code].name,
            severity=finding.severity,
            path=encodable(finding.place.path),
            line=finding.place.line,
            column=finding.place.column,
            message=encodable(finding.message),
            help=finding.help,
            detail=encodable(finding.detail),
        )
        for finding in subject.findings
    )
    report = JsonReport(SCHEMA_VERSION, "muster", __version__, counts, findings)
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


Writer = Callable[[Subject], str]

# Every format that `--report` knows.
WRITERS: dict[str, Writer] = {"text": text, "json": json}
