"""Findings for people, each with an excerpt of its source and what to do."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from muster.model import Severity
from muster.text.words import printable, unordered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muster.gate.report.subject import Subject
    from muster.model import Finding

_WIDEST = 160  # columns of an excerpt
_COLOURS = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.INFO: "36;1"}
# What a CI runner takes for an order at the start of a line, beside what it finds anywhere.
_ORDER_AT_START = re.compile(r"^(\s*):(?=:)")


def text(subject: Subject) -> str:
    """The findings in their order, with a blank line after each."""
    out = []
    for path, findings in groupby(subject.findings, lambda finding: finding.place.path):
        lines = subject.lines(path)
        out += [f"{_shown(finding, lines, colour=subject.colour)}\n" for finding in findings]
    return "".join(out)


def _shown(finding: Finding, lines: Sequence[str], *, colour: bool) -> str:
    def painted(words: str, colour_code: str) -> str:
        return f"\x1b[{colour_code}m{words}\x1b[0m" if colour else words

    mark = _COLOURS[finding.severity]
    kind = painted(f"{finding.severity.value}[{finding.code}]", mark)
    out = [f"{painted(_line(str(finding.place)), '1')}: {kind} {_words(finding.message)}"]
    if 0 < finding.place.line <= len(lines):
        out += _excerpt(lines[finding.place.line - 1], finding, painted, mark)
    out += [f"  {_diff_line(_line(line), painted)}" for line in finding.detail.splitlines()]
    remedy = f"{_words(finding.help)}; " if finding.help else ""
    out.append(f"  {painted('help:', '36')} {remedy}see `muster rule {finding.code}`")
    return "\n".join(out) + "\n"


def _words(words: str) -> str:
    """Words that neither move a cursor nor give a CI runner an order."""
    return unordered(printable(words), r"\x23")


def _line(words: str) -> str:
    """The same for words that begin a line."""
    return _ORDER_AT_START.sub(r"\1\\x3a", _words(words))


def _excerpt(line: str, finding: Finding, painted: Callable[[str, str], str], colour: str) -> list[str]:
    number = str(finding.place.line)
    start = finding.place.column - 1
    # A long line is shown around the place, so that the mark stands below what it means.
    first = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    part = line[first : first + _WIDEST]
    head = "…" if first else ""
    shown = _words(head + part.expandtabs(1) + ("…" if first + _WIDEST < len(line) else ""))
    out = [f"  {number} | {shown}"]
    width = min(finding.place.width, len(part) - (start - first))
    if width > 0:
        out.append(f"  {' ' * len(number)} | {' ' * (len(head) + start - first)}{painted('^' * width, colour)}")
    return out


def _diff_line(line: str, painted: Callable[[str, str], str]) -> str:
    if line.startswith("+"):
        return painted(line, "32")
    return painted(line, "31") if line.startswith("-") else line
