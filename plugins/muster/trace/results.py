"""Test results: read from one file, whatever runner wrote it, and folded over all of them.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.model import CaseOutcome, CaseResult, Place, Problem
from muster.trace import junit, own_results
from muster.trace.cases import MOST_BYTES, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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

    Of entries with the same full name the last one counts, be they retries or runs in several files. Entries that
    differ in parameters are one test: failed where one failed, else passed where one passed, else skipped.
    """
    groups: dict[tuple[str, str, str], list[CaseResult]] = {}
    for result in results:
        groups.setdefault((result.file, result.suite, result.name), []).append(result)
    return tuple(_folded(group) for _, group in sorted(groups.items()))


def _folded(group: Sequence[CaseResult]) -> CaseResult:
    if len(group) == 1:
        return group[0]
    last = {result.names: result for result in group}
    order = (CaseOutcome.FAILED, CaseOutcome.PASSED, CaseOutcome.SKIPPED)
    decisive = min(last.values(), key=lambda result: order.index(result.outcome))
    return replace(
        decisive,
        requirements=tuple(sorted({text for result in last.values() for text in result.requirements})),
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
