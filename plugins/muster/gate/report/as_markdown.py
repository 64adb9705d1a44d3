"""Markdown for a comment on a pull request."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from muster.gate.report.subject import looked_at, tally
from muster.model import Severity
from muster.text.words import counted, printable, shortened, unordered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.gate.report.subject import Subject
    from muster.model import Finding

_MOST = 60_000  # bytes; GitHub takes 65,536 characters, and a workflow may add its own words
_LONGEST = 500  # characters of one message
_ORDER = list(Severity)
_TICKS = re.compile("`+")
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")  # all that counts inside a line
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# GitHub makes links of these in running text, and tells people and issues that they were named.
_NAMED = re.compile(r"@|#(?=\w)|(?i:\bgh-)(?=\d)|:(?=//)|(?i:\bwww)(?=\.)")
_HASH = r"\x23"  # in code, where nothing can be escaped
_NOTHING = "&#8203;"  # a space without width


def markdown(subject: Subject) -> str:
    """A line of summary and the findings by file; of too many the gravest, and how many are left out."""
    counts, findings = subject.counts, subject.findings
    if not findings:
        return f"**Muster found nothing** in {looked_at(counts)}.\n"
    shown = _fitting(findings)
    parts = [f"**Muster found {tally(findings)}** in {looked_at(counts)}.\n"]
    for path, group in groupby(shown, lambda finding: finding.place.path):
        parts.append(f"\n{_title(path)}\n")
        parts += [_item(finding) for finding in group]
    if hidden := len(findings) - len(shown):
        parts.append(f"\n… and {counted(hidden, 'more finding')}. `muster check` shows all.\n")
    return "".join(parts)


def _fitting(findings: Iterable[Finding]) -> list[Finding]:
    """The findings for which there is room, in their order; where there is too little, the gravest."""
    every = list(enumerate(findings))
    chosen, left = [], _MOST
    paths: set[str] = set()
    for number, finding in sorted(every, key=lambda pair: _ORDER.index(pair[1].severity)):
        new = finding.place.path not in paths
        need = len(_item(finding).encode()) + (len(_title(finding.place.path).encode()) + 2 if new else 0)
        if need > left:
            break
        left -= need
        paths.add(finding.place.path)
        chosen.append((number, finding))
    return [finding for _, finding in sorted(chosen, key=lambda pair: pair[0])]


def _title(path: str) -> str:
    return f"#### {_code(shortened(path, 200))}\n"


def _item(finding: Finding) -> str:
    place, remedy = finding.place, f"{_words(finding.help)}; " if finding.help else ""
    return (
        f"- {place.line}:{place.column} **{finding.severity.value}** `{finding.code}` {_words(finding.message)}\\\n"
        f"  help: {remedy}see `muster rule {finding.code}`\n"
    )


def _words(words: str) -> str:
    """One line of running text in which nothing is markup, a link or a name to tell."""
    from_document = shortened(words, _LONGEST)
    parts = _NAMED.split(from_document)
    found = [match[0] for match in _NAMED.finditer(from_document)]
    escaped = [_MARKUP.sub(r"\\\1", part.translate(_HTML)) for part in (*parts, *found)]
    texts, names = escaped[: len(parts)], escaped[len(parts) :]
    return texts[0] + "".join(f"{name}{_NOTHING}{text}" for name, text in zip(names, texts[1:], strict=True))


def _code(words: str) -> str:
    """A code span, whose marks are longer than any inside."""
    ticks = "`" * (max((len(run) for run in _TICKS.findall(words)), default=0) + 1)
    space = " " if words.startswith(("`", " ")) or words.endswith(("`", " ")) else ""
    return f"{ticks}{space}{unordered(printable(words), _HASH)}{space}{ticks}"
