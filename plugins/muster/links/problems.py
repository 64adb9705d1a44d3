"""What is wrong with a link or an anchor, seen from its own page alone.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.links.site import is_published
from muster.links.targets import Way, target_of
from muster.model import Place, Problem
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.links.targets import Target
    from muster.settings import Settings

_NEAR = 3  # lines around a heading in which an anchor is the heading's own
_BLOB = re.compile(r"/-?/?(?:blob|tree|raw|src)/(?P<revision>[^/?#]+)/(?P<path>[^?#]+)")
_COMMIT = re.compile(r"[0-9a-f]{7,64}|v?[0-9]+(?:\.[0-9]+)+\S*")


def misplaced(href: str, target: Target, place: Place, settings: Settings) -> Problem | None:
    """A link that leads to somebody's machine, runs code, or goes by the web to this very repository."""
    if target.way is Way.FILE:
        words = f"{shortened(href)} is a place on somebody's machine"
        return Problem("LNK003", place, words, "link the file by a path relative to this page")
    if target.way is Way.SCRIPT:
        return Problem("LNK008", place, f"{shortened(href)} would run code", "link a page, or say it in words")
    own = settings.links.repository.rstrip("/")
    if target.way is Way.AWAY and own and href.startswith(f"{own}/"):
        return _own_address(href, href[len(own) :], place, settings)
    return None


def _own_address(href: str, rest: str, place: Place, settings: Settings) -> Problem | None:
    match = _BLOB.match(rest)
    if match is None or _COMMIT.fullmatch(match["revision"]):
        return None  # an issue, a release, or a file as it once was
    path = target_of(f"/{match['path']}", "").path.lstrip("/")
    if is_published(place.path, settings) and not is_published(path, settings):
        return None  # the site does not have it
    words = f"{shortened(href)} leads by the web to {shortened(path)} of this repository"
    return Problem("LNK004", place, words, "link it by a path relative to this page, which holds on every branch")


def undefined_reference(place: Place, name: str) -> Problem:
    """A reference by a label that nothing defines."""
    words = f"no link definition `[{shortened(name)}]: ...` on this page"
    return Problem("LNK006", place, words, "define the label, write the target in `(...)`, or escape the bracket")


def duplicate_anchors(
    path: str, explicit: Sequence[tuple[str, int]], headings: Sequence[tuple[str, int]]
) -> Iterator[Problem]:
    """Anchors that stand twice: a link leads to the first, whichever was meant.

    An anchor right above or below the heading that would have the same one is its own, and so no second.
    """
    first: dict[str, int] = {}
    lines: dict[str, dict[int, None]] = {}
    for name, line in headings:
        lines.setdefault(name, {})[line] = None
    explicit = [*explicit, *((name, line) for name, found in lines.items() for line in list(found)[1:])]
    for name, line in sorted(explicit, key=lambda anchor: anchor[1]):
        near = 0 if line in lines.get(name, ()) else _NEAR  # of two headings neither is the other's own
        other = next((other for other in lines.get(name, ()) if abs(other - line) > near), line)
        before = first.setdefault(name, line)
        if before != line or other != line:
            other = before if before != line else other
            words = f"the anchor {shortened(name)} stands on line {other} too"
            yield Problem("LNK007", Place(path, line), words, "give each anchor of a page a name of its own")
