"""What is told of a claim whose lines are no longer where it says: of an anchor, and of a pin alike.

implements: MU-PKT-5017 MU-PKT-5020
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Problem, Verdict
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.model import Pinned, Place, Window

CODES = {
    Verdict.MOVED: "PKT010",
    Verdict.CHANGED: "PKT011",
    Verdict.AMBIGUOUS: "PKT012",
    Verdict.GONE: "PKT013",
}
_SHOWN = 5  # places that a message names
_PIN_ANEW = "pin it to what the spec says now, or take it out"


class Spots(Struct, frozen=True):
    """Where the parts of a claim stand in its file."""

    window: Place
    token: Place
    excerpt: Place


def spots_at(place: Place) -> Spots:
    """Those of a claim that stands in one line."""
    return Spots(place, place, place)


def verdict_problem(pinned: Pinned, spots: Spots, *, is_quoted: bool, among_others: bool = False) -> Problem | None:
    """The finding for a claim that is not right, with an excerpt or without; None where nothing is to be told.

    Of a claim that is gone, the places may be those of its token, among other words.
    """
    code = CODES.get(pinned.verdict)
    if code is None:
        return None
    whose = f"{pinned.name}: " if pinned.name else ""
    repin = f"run `muster packet repin {pinned.place.path}`"
    if pinned.verdict is Verdict.CHANGED:
        words = f"{whose}the excerpt is no part of {_lines(pinned.spec, pinned.window)}"
        if pinned.moved:
            words = f"{words}, and stands at {_lines(pinned.spec, pinned.moved)}"
            return Problem(code, spots.excerpt, words, f"{repin}, which moves the window to {pinned.moved.words}")
        return Problem(code, spots.excerpt, words, "read what the spec says there now, and quote that")
    token = f"{whose}{shortened(pinned.token)!r}"
    if pinned.verdict is Verdict.MOVED and pinned.moved:
        now = f"{'what is quoted' if is_quoted else 'its token'} stands at {_lines(pinned.spec, pinned.moved)} now"
        words = f"{token} is not in {_lines(pinned.spec, pinned.window)}; {now}"
        return Problem(code, spots.window, words, f"{repin}, which moves the window to {pinned.moved.words}")
    if pinned.verdict is Verdict.AMBIGUOUS:
        words = f"{token} is not in {_lines(pinned.spec, pinned.window)}, and {_places(pinned)}"
        return Problem(code, spots.token, words, "choose a token that stands there once, or set the window by hand")
    if among_others:
        now = f"its token stands at {pinned.spec}:{_listed(pinned.places)}, among other words"
        words = f"{token} is not in {_lines(pinned.spec, pinned.window)}; {now}"
        return Problem(code, spots.token, words, _PIN_ANEW)
    return Problem(code, spots.token, f"{token} is not in {pinned.spec} any longer", _remedy_of_gone(pinned))


def _lines(spec: str, window: Window | None) -> str:
    """Lines of a spec, as a link of editors: `specs/10-queue.md:20-31`."""
    return f"{spec}:{window}" if window else f"a window of {spec}"


def _places(pinned: Pinned) -> str:
    if not pinned.places:
        return f"more places of {pinned.spec} match than can be told apart"
    return f"several places match: {pinned.spec}:{_listed(pinned.places)}"


def _listed(places: tuple[int, ...]) -> str:
    return ", ".join(map(str, places[:_SHOWN])) + (", ..." if len(places) > _SHOWN else "")


def _remedy_of_gone(pinned: Pinned) -> str:
    if pinned.places:
        where = f"{pinned.spec}:{pinned.places[0]}"
        return f"its excerpt stands at {where}: choose a token from there, or take the claim out"
    return _PIN_ANEW
