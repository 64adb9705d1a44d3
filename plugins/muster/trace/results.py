"""Test results: read from one file, whatever runner wrote it, and folded over all of them.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.model import CaseOutcome, CaseResult, Place, Problem
from muster.text.unreadable import Unreadable
from muster.trace import junit, own_results
from muster.trace.cases import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_NAMES = 50
MOST_TELLING_NAMES = 1_000
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LIKE_AN_ID = re.compile(r"[A-Za-z][-_][0-9]{3,5}(?![0-9])")
_WANTED = "give JUnit XML, or what `pytest --muster-results FILE` writes"


def results_in(content: bytes, path: str) -> tuple[tuple[CaseResult, ...], tuple[Problem, ...]]:
    """Each test of a results file in its order, retries and parameters apart, or the one thing wrong with the file.

    A file with a problem has no results.
    """
    try:
        return _read(content, path), ()
    except Unreadable as error:
        return (), (Problem("TRC010", Place(path, error.line), error.message, error.remedy),)


def _read(content: bytes, path: str) -> tuple[CaseResult, ...]:
    if len(content) > MOST_BYTES:
        words = f"the file has {len(content):,} bytes, more than {MOST_BYTES:,}"
        raise Unreadable(1, words, "leave out what the tests print, or give the results in several files")
    if not content.strip():
        raise Unreadable(1, "the file is empty", "run the tests again: the runner wrote nothing")
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"{", b"[")):
        return own_results.cases_in(content, path)
    if content.startswith(_UTF16) or head.startswith(b"<"):
        return junit.cases_in(content, path)
    what = "binary" if b"\0" in head or content.startswith(b"\x1f\x8b") else "neither XML nor JSON"
    raise Unreadable(1, f"the file is {what}, and no test results", _WANTED)


def merged(results: Iterable[CaseResult]) -> tuple[CaseResult, ...]:
    """One result per file, suite and name, sorted by them; `results` stand in the order of the files given.

    Of entries with the same full name in one file the last one counts: they are retries. Entries of several files,
    and those that differ in parameters, are one test: failed where one failed, else passed where one passed, else
    skipped. Where some of them name requirements that the others do not, these stand beside it, each with the outcome
    that is its own.
    """
    groups: dict[tuple[str, str, str], list[CaseResult]] = {}
    for result in results:
        groups.setdefault((result.file, result.suite, result.name), []).append(result)
    return tuple(result for _, group in sorted(groups.items()) for result in _apart(group))


def _apart(group: Sequence[CaseResult]) -> Iterator[CaseResult]:
    """The test with the requirements that all its entries name, then the entries that name others."""
    common = set(group[0].requirements).intersection(*(result.requirements for result in group))
    yield replace(_folded(group), requirements=tuple(sorted(common)))
    others: dict[tuple[str, ...], list[CaseResult]] = {}
    for result in group:
        if own := tuple(name for name in result.requirements if name not in common):
            others.setdefault(result.names, []).append(replace(result, requirements=own))
    for names, runs in sorted(others.items()):
        yield replace(_folded(runs), name=names[0] if names else group[0].name)


def _folded(group: Sequence[CaseResult]) -> CaseResult:
    if len(group) == 1:
        return group[0]
    last = {(result.place.path, result.names): result for result in group}
    order = (CaseOutcome.FAILED, CaseOutcome.PASSED, CaseOutcome.SKIPPED)
    decisive = min(last.values(), key=lambda result: order.index(result.outcome))
    return replace(
        decisive,
        requirements=decisive.requirements,
        seconds=round(sum(result.seconds for result in last.values()), 3),
        runs=sum(result.runs for result in group),
        names=_kept({name for result in last.values() for name in result.names}),
    )


def _kept(names: Iterable[str]) -> tuple[str, ...]:
    """The full names, sorted, up to a number; those that may name a requirement come first, and more of them stay."""
    ordered = sorted(names)
    if len(ordered) <= MOST_NAMES:
        return tuple(ordered)
    telling = [name for name in ordered if _LIKE_AN_ID.search(name)][:MOST_TELLING_NAMES]
    others = [name for name in ordered if not _LIKE_AN_ID.search(name)]
    return tuple(sorted([*telling, *others[: max(MOST_NAMES - len(telling), 0)]]))
