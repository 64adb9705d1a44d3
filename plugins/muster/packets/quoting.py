"""The places of a spec where an excerpt stands, whole or nearly so.  implements: MU-PKT-5020"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Window
from muster.packets.escapes import folded
from muster.packets.spec_text import folded_lines, running_text
from muster.text.source import raw_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.packets.spec_text import FoldedLines, SpecText

_MANY = 1_000  # places of its rarest line at which an excerpt is looked for line by line
_NEAR = 100  # lines around a window
_COMMON = 50  # places of a line that no longer tells one section from another
_WORD = re.compile(r"\w{3,}")
_SHARED = 3  # of so many words of an excerpt a place has at least one, or another text stands there


class Quote(Struct, frozen=True, dict=True):
    """An excerpt as it is compared."""

    lines: list[str]  # folded, those that are not blank
    offsets: list[int]  # how many lines of the excerpt stand above each
    written: list[str]  # all of them, as they are

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def lead(self) -> int:
        """How many blank lines it begins with."""
        return self.offsets[0] if self.offsets else 0

    @property
    def rows(self) -> int:
        """How many lines it has, up to the last one that is not blank."""
        return self.offsets[-1] + 1 if self.offsets else 0

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words of three letters and more."""
        return frozenset(_WORD.findall(self.text))

    def is_spoken_of(self, text: str) -> bool:
        """Whether a text has enough of its words to be about the same thing; any has, where it has none itself."""
        return not self.words or _SHARED * len(self.words.intersection(_WORD.findall(folded(text)))) >= len(self.words)

    def row_with(self, tokens: Sequence[str]) -> int:
        """How many lines stand above the first one with a token; 0 where none has it."""
        rows = zip(self.offsets, self.lines, strict=True)
        return next(
            (row for row, line in rows if any(token in line or token in self.written[row] for token in tokens)), 0
        )


def quote_of(excerpt: str) -> Quote:
    """Take an excerpt apart."""
    written = raw_lines(excerpt)
    every = folded_lines(written)
    offsets = [row for row, line in enumerate(every) if line]
    return Quote([every[row] for row in offsets], offsets, written)


def whole_places(quote: Quote, spec: SpecText, most: int, near: Window | None = None) -> list[Window]:
    """Where an excerpt stands whole: from its first line to its last; at most so many places, which do not overlap.

    Its first and its last line may be parts of lines. Where its lines are none of the spec's, it is looked for in the
    running text: of all lines, or of those near a window, where one is given.
    """
    if not quote.lines:
        return []
    index = spec.folded.index
    known = [line for line in quote.lines if line in index]
    inner = quote.lines[1:-1]
    if len(known) == len(quote.lines):
        rare = min(known, key=lambda line: len(index[line]))
        if len(index[rare]) > _MANY:
            return _in_running_text(quote.text, spec, most, near)
        if found := _below(quote.lines, quote.lines.index(rare), spec.folded, most):
            return found
    if not inner or not known:
        return _in_running_text(quote.text, spec, most, near)
    if any(line not in index for line in inner):
        return []
    rare = min(inner, key=lambda line: len(index[line]))
    if len(index[rare]) > _MANY:
        return _in_running_text(quote.text, spec, most, near)
    return _below(quote.lines, inner.index(rare) + 1, spec.folded, most, parts=True)


def _below(lines: list[str], known: int, folded: FoldedLines, most: int, *, parts: bool = False) -> list[Window]:
    """Where lines stand one below the other, found by the known one; the first and the last may be parts of lines."""
    found: list[Window] = []
    end = 0
    for at in folded.index[lines[known]]:
        first = at - known
        there = folded.lines[max(first, end) : first + len(lines)]
        if len(there) == len(lines) and (_are_parts(lines, there) if parts else there == lines):
            end = first + len(lines)
            found.append(Window(folded.numbers[first], folded.numbers[end - 1]))
            if len(found) == most:
                break
    return found


def _are_parts(lines: list[str], there: list[str]) -> bool:
    return there[0].endswith(lines[0]) and there[-1].startswith(lines[-1]) and there[1:-1] == lines[1:-1]


def _in_running_text(text: str, spec: SpecText, most: int, near: Window | None) -> list[Window]:
    """Where a folded text stands, however its lines are broken there."""
    numbers = spec.folded.numbers
    skipped = 0
    if near is None:
        running = spec.running
    else:
        skipped, end = bisect_left(numbers, near.first - _NEAR), bisect_right(numbers, near.last + _NEAR)
        running = running_text(spec.folded.lines[skipped:end])
    found: list[Window] = []
    at = running.text.find(text)
    while at >= 0:
        first, last = (bisect_right(running.starts, offset) - 1 for offset in (at, at + len(text) - 1))
        found.append(Window(numbers[skipped + first], numbers[skipped + last]))
        if len(found) == most or last + 1 == len(running.starts):
            break
        at = running.text.find(text, running.starts[last + 1])
    return found


def near_place(quote: Quote, spec: SpecText) -> int | None:
    """The line where an excerpt began, by the place that most of its lines still stand at; None for no such place.

    At least half of them must, and twice as many as at the next place. Lines that stand everywhere tell nothing.
    """
    size = len(quote.lines)
    index = spec.folded.index
    hits = [
        (at, row)
        for row, line in enumerate(quote.lines)
        if (places := index.get(line)) and len(places) <= _COMMON
        for at in places
    ]
    if not hits:
        return None
    hits.sort()
    best, first, last = _fullest(hits, size)
    if 2 * best < size:
        return None
    start, end = hits[first][0], hits[last][0]
    rest = [hit for hit in hits if not start <= hit[0] <= end]
    if rest and 2 * _fullest(rest, size)[0] > best:
        return None
    numbers = spec.folded.numbers
    shifts = Counter(numbers[at] - quote.offsets[row] for at, row in hits[first : last + 1])
    return min(shifts, key=lambda line: (-shifts[line], line))


def _fullest(hits: Sequence[tuple[int, int]], size: int) -> tuple[int, int, int]:
    """Within so many lines of the spec, the most lines of an excerpt; and the first and the last of these hits."""
    there: Counter[int] = Counter()
    best = (0, 0, 0)
    left = 0
    for right, (at, row) in enumerate(hits):
        there[row] += 1
        while hits[left][0] <= at - size:
            there[hits[left][1]] -= 1
            if not there[hits[left][1]]:
                del there[hits[left][1]]
            left += 1
        if len(there) > best[0]:
            best = (len(there), left, right)
    return best
