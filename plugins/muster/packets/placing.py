"""Where the lines are that a claim is pinned to.  implements: MU-PKT-5017, MU-PKT-5020

What is looked for is found by the lines of the excerpt, in an index; the text of the spec is gone through only for
what no such line shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Verdict, Window
from muster.packets.escapes import decoded, escaped, folded
from muster.packets.quoting import Quote, near_place, quote_of, whole_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.packets.spec_text import SpecText

MOST = 1_000  # places that are told apart; more are ambiguous in any case
LISTED = 20  # places that are named
_BREAK = re.compile(r"[\r\n]")
_LONG = 400  # lines of a window whose excerpt is looked up, and not looked for in its text


class Claim(Struct, frozen=True, array_like=True):
    """What is said of a spec, as it is written: escapes and all."""

    window: Window | None  # None where what is written is no window
    token: str
    excerpt: str = ""  # "" for none


class Placing(Struct, frozen=True, array_like=True):
    """What became of the lines of a claim."""

    verdict: Verdict
    moved: Window | None = None  # where they are, if that is another place than the claim says
    places: tuple[int, ...] = ()  # ambiguous: where they may be; gone: where the excerpt stands, without the token
    among_others: bool = False  # gone, and the places are those of the token, among other words


def placed(claim: Claim, spec: SpecText) -> Placing:
    """The verdict on a claim, and where its lines are now."""
    tokens = _tokens(claim.token)
    if not tokens:
        return Placing(Verdict.UNKNOWN)
    window = claim.window
    if window is None or not spec.holds(window) or not _has_token(spec, window, tokens):
        return _found(_Sought(spec, tokens, quote_of(claim.excerpt), window))
    if _is_quoted(claim.excerpt, window, spec):
        return Placing(Verdict.OK)
    sought = _Sought(spec, tokens, quote_of(claim.excerpt), window)
    others = tuple(sought.windows(whole_places(sought.quote, spec, LISTED + 1, window)))
    return Placing(Verdict.CHANGED, others[0] if len(others) == 1 else None)


class _Sought(Struct, frozen=True):
    """What is looked for in a spec."""

    spec: SpecText
    tokens: tuple[str, ...]  # the forms that the token may have there
    quote: Quote
    claimed: Window | None

    @property
    def size(self) -> int:
        """How many lines the claim speaks of: as many as its window has, or else its excerpt."""
        window = self.claimed
        size = window.last - window.first + 1 if window is not None and window.first >= 1 else 0
        return size if 1 <= size <= self.spec.size else max(self.quote.rows, 1)

    def windows(self, places: Sequence[Window]) -> Iterator[Window]:
        """The windows around those places of the excerpt that have the token too."""
        return (window for place in places if (window := self.around(place)))

    def around(self, place: Window) -> Window | None:
        """The window of a place: it begins where the excerpt does, or else reaches as far as the token."""
        lead = Window(place.first - self.quote.lead, place.first - 1)
        blank = lead.first >= 1 and not any(line.strip() for line in self.spec.lines(lead))
        size = max(self.size, place.size)
        window = self.within(lead.first if blank else place.first, max(size, place.size + lead.size * blank))
        if _has_token(self.spec, window, self.tokens):
            return window
        reach = Window(max(place.last - size + 1, 1), place.first + size - 1)
        lines = self.lines_with_token(reach)
        if not lines:
            return None
        nearest = min(lines, key=lambda line: abs(line - place.first))
        return self.within(nearest if nearest < place.first else nearest - size + 1, size)

    def is_about(self, first: int) -> bool:
        """Whether the lines from there on are about what the excerpt is about."""
        return self.quote.is_spoken_of(self.spec.text_of(self.within(first, self.compared)))

    @property
    def compared(self) -> int:
        """How many lines of a place are compared by their words."""
        return min(max(self.size, self.quote.rows), _LONG)

    def first_of(self, line: int, size: int) -> int:
        """Where so many lines begin, if the token stands in them where it does in the excerpt."""
        return line - min(self.quote.row_with(self.tokens), size - 1)

    def within(self, first: int, size: int) -> Window:
        """So many lines from there, or the nearest ones that the spec has."""
        first = max(min(first, self.spec.size - size + 1), 1)
        return Window(first, max(min(first + size - 1, self.spec.size), first))

    def lines_with_token(self, window: Window | None = None) -> list[int]:
        """The lines with the token, and one more than the most where there are more."""
        found = {line for token in self.tokens for line in self.spec.lines_with(token, MOST + 1, window)}
        return sorted(found)


def _found(sought: _Sought) -> Placing:
    """Where a claim is whose token does not stand where it says."""
    whole = whole_places(sought.quote, sought.spec, LISTED + 1)
    windows = tuple(sought.windows(whole))
    if len(windows) == 1:
        return Placing(Verdict.MOVED, windows[0])
    if windows:
        return Placing(Verdict.AMBIGUOUS, None, tuple(window.first for window in windows[:LISTED]))
    near = near_place(sought.quote, sought.spec)
    window = sought.around(sought.within(near, sought.quote.rows)) if near is not None else None
    if window and near is not None and sought.is_about(near):
        return Placing(Verdict.MOVED, window)
    return _found_by_token(sought, whole)


def _found_by_token(sought: _Sought, whole: Sequence[Window]) -> Placing:
    """Where a claim is whose excerpt does not tell; lines within one window of each other are one place.

    A place that speaks of something else, such as a table of contents, is none.
    """
    lines = sought.lines_with_token()
    is_everywhere = len(lines) > MOST
    if len(lines) > LISTED:
        lines = _places_of(lines, sought.size)
    if len(lines) <= LISTED and not is_everywhere:  # of more, nobody asks for one
        about = [line for line in lines if sought.is_about(sought.first_of(line, sought.compared))]
        if not about:
            quoted = [place.first for place in whole]
            return Placing(Verdict.GONE, None, tuple((quoted or lines)[:LISTED]), bool(lines) and not quoted)
        lines = about
    places = _places_of(lines, sought.size)
    if len(places) > 1 or is_everywhere:
        return Placing(Verdict.AMBIGUOUS, None, tuple(places[:LISTED]))
    return Placing(Verdict.MOVED, sought.within(sought.first_of(lines[0], sought.size), sought.size))


def _places_of(lines: Sequence[int], size: int) -> list[int]:
    """The first lines of the places that these are, within one window of each other."""
    places: list[int] = []
    for line in lines:
        if not places or line - places[-1] >= size:
            places.append(line)
    return places


def _tokens(token: str) -> tuple[str, ...]:
    """The forms in which a token may stand in a line of a spec: as it is written, and decoded."""
    if not token.strip():
        return ()
    forms = (token, decoded(token)) if "\\" in token else (token,)
    in_line = (" ".join(form.split()) if _BREAK.search(form) else form for form in forms)
    return tuple(dict.fromkeys(form for form in in_line if form.strip()))


def _has_token(spec: SpecText, window: Window, tokens: tuple[str, ...]) -> bool:
    return any(spec.has(token, window) for token in tokens)


def _is_quoted(excerpt: str, window: Window, spec: SpecText) -> bool:
    """Whether an excerpt is part of a window, white space and escapes folded."""
    text, bare = spec.text_of(window), excerpt.strip()
    forms = (text, escaped(text))
    if bare in forms or any(bare in form for form in forms):  # most are equal, which is told sooner
        return True
    if window.size <= _LONG:
        return folded(excerpt) in folded(text)
    quote = quote_of(excerpt)
    places = whole_places(quote, spec, MOST, window)
    return not quote.lines or any(window.first <= place.first and place.last <= window.last for place in places)
