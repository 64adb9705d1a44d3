"""Which requirements stand for one of a mother spec: by `derives: ORCH-3004`, or by a traceability map.

implements: MU-TRACE-3007
"""

from __future__ import annotations

import re
from bisect import bisect_right
from fnmatch import fnmatchcase
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from muster.model import Derivation, Place
from muster.trace.marks import area_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muster.model import Document, Requirement
    from muster.trace.citations import Known
    from muster.trace.hits import Hit
    from muster.trace.prose import MapLine

_SPAN = re.compile(r"(?<![0-9])([0-9]+)-([0-9]+)-")  # of numbers in a path: `40-43-adapters-*.md`


def derivations_of(
    documents: Sequence[Document],
    hits: Mapping[str, Sequence[Hit]],
    maps: Mapping[str, Sequence[MapLine]],
    known: Known,
) -> tuple[Derivation, ...]:
    """All that is said of who derives from whom, once each, sorted."""
    order = {document.path: at for at, document in enumerate(documents)}
    found: set[Derivation] = set()
    for document in documents:
        found.update(_spoken(document, hits.get(document.path, ()), known))
        for line in maps.get(document.path, ()):
            found.update(_mapped(document, line, order, known))
    return tuple(sorted(found, key=lambda one: (one.parent, one.child, one.spec, one.place)))


def _spoken(document: Document, hits: Iterable[Hit], known: Known) -> Iterator[Derivation]:
    """`derives: ORCH-3004` in the lines of a requirement."""
    said = [hit for hit in hits if hit.verb == "derives" and not hit.literal]
    if not said:
        return
    own = sorted(document.requirements, key=lambda one: one.place.line)
    lines = [requirement.place.line for requirement in own]
    for hit in said:
        at = bisect_right(lines, hit.line) - 1
        child = own[at] if at >= 0 and hit.line <= max(own[at].end_line, own[at].place.line) else None
        if child is not None:
            for parent in _members(hit.id, hit.last, known):
                if parent != child.id.text:
                    place = Place(document.path, hit.line, hit.column, hit.width)
                    yield Derivation(parent, child.id.text, document.path, place)


def _mapped(document: Document, line: MapLine, order: Mapping[str, int], known: Known) -> Iterator[Derivation]:
    """A line of a map; of the two sides, the one whose spec comes first is the mother's."""
    place = Place(document.path, line.line)
    left = [one for ends in line.left for one in _members(*ends, known)]
    right = [one for ends in line.right for one in _members(*ends, known)]
    for first in left:
        for second in right:
            parent, child = sorted((first, second), key=lambda one: order[known.homes[one]])
            if known.homes[parent] != known.homes[child]:
                yield Derivation(parent, child, known.homes[child], place)
        for named in line.specs:
            for spec in _specs(named, document.path, order):
                if spec != known.homes[first]:
                    yield Derivation(first, "", spec, place)


def _members(first: str, last: str, known: Known) -> list[str]:
    """The IDs of a range, or the one, that specs define."""
    if not last:
        return [first] if first in known.ids else []
    area = area_of(first)
    if area != area_of(last):
        return [end for end in (first, last) if end in known.ids]
    low, high = (int(end[len(area) + 1 :], 16) for end in (first, last))
    return [identifier for number, identifier in known.by_area.get(area, ()) if low <= number <= high]


def _specs(named: str, page: str, order: Mapping[str, int]) -> Iterator[str]:
    """The specs that a path of a map names: from the root or from the page, with `*` and spans of numbers."""
    globs = {normpath(named.removeprefix("./")), normpath(join(dirname(page), named))}
    span = _SPAN.search(named)
    for path in order:
        if any(fnmatchcase(path, glob) for glob in globs):
            yield path
        elif span:
            low, high = int(span[1]), int(span[2])
            own = re.search(r"(?<![0-9])([0-9]+)-", path.rsplit("/", 1)[-1])
            if own and low <= int(own[1]) <= high:
                glob = f"{named[: span.start()]}{own[1]}-{named[span.end() :]}"
                if fnmatchcase(path, normpath(glob)) or fnmatchcase(path, normpath(join(dirname(page), glob))):
                    yield path


def children_by_parent(derivations: Iterable[Derivation]) -> dict[str, list[Derivation]]:
    """What derives from each requirement."""
    found: dict[str, list[Derivation]] = {}
    for one in derivations:
        found.setdefault(one.parent, []).append(one)
    return found


def mothers(derivations: Iterable[Derivation], requirements: Mapping[str, Requirement]) -> frozenset[str]:
    """The paths of the specs from which another one derives."""
    return frozenset(requirements[one.parent].place.path for one in derivations if one.parent in requirements)
