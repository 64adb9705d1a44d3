"""What the hits of all files mean: which requirement each cites, and how.

implements: MU-TRACE-3001, MU-TRACE-3002, MU-TRACE-3003, MU-TRACE-3009
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Citation, CitationKind, Defect, Place
from muster.settings import CitationMark
from muster.text.globs import union_of
from muster.trace.marks import area_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from muster.model import Document, Requirement
    from muster.settings import TraceSettings
    from muster.trace.hits import Hit

# What holds data, or what some program reported, cites nothing: there an ID is a value.
DATA = tuple(
    ".json .jsonl .json5 .jsonc .yaml .yml .toml .lock .csv .tsv .sum .ipynb .svg .xml .sarif .log .diff .patch".split()
)


def chosen_by(settings: TraceSettings) -> Callable[[str], bool]:
    """A predicate for the files in which citations are looked for.  implements: MU-TRACE-3006"""
    left_out, taken = union_of(settings.exclude).fullmatch, union_of(settings.include).fullmatch
    everything = settings.include == ("**",)

    def chosen(path: str) -> bool:
        return not path.endswith(DATA) and left_out(path) is None and (everything or taken(path) is not None)

    return chosen


def kinds_by(settings: TraceSettings) -> Callable[[str], CitationKind]:
    """What a citation without verb says in each file."""
    prose, tests = union_of(settings.prose).fullmatch, union_of(settings.tests).fullmatch

    def kind(path: str) -> CitationKind:
        if prose(path):
            return CitationKind.MENTIONS
        return CitationKind.VERIFIES if tests(path) else CitationKind.IMPLEMENTS

    return kind


class Known(Struct, frozen=True):
    """The IDs of the project, by each of the ways in which a citation may name one."""

    ids: frozenset[str]
    retired: frozenset[str]
    by_base: Mapping[str, tuple[str, int]]  # without version: the ID and its version
    by_number: Mapping[str, str]
    by_area: Mapping[str, tuple[tuple[int, str], ...]]  # sorted, for ranges
    places: frozenset[tuple[str, int, str]]  # path, line and ID of each definition
    homes: Mapping[str, str]  # the document that defines an ID


def known_of(
    documents: Iterable[Document],
    retired: Iterable[str],
    marks: Sequence[CitationMark],
    *,
    within: Collection[str] | None = None,
    ranges: bool = True,
) -> Known:
    """Index the requirements of a project: their places in all documents, or in some, and for ranges of IDs or not."""
    requirements = [requirement for document in documents for requirement in document.requirements]
    homes: dict[str, str] = {}
    for requirement in requirements:
        homes.setdefault(requirement.id.text, requirement.place.path)
    versioned = {CitationMark.RULE, CitationMark.NEED} & set(marks)
    areas: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for identifier in homes if ranges else ():
        area = area_of(identifier)
        if area:
            areas[area].append((int(identifier[len(area) + 1 :], 16), identifier))
    return Known(
        ids=frozenset(homes),
        retired=frozenset(retired) - homes.keys(),
        by_base={base_of(one): (one, version_of(one)) for one in homes} if versioned else {},
        by_number=_numbers(requirements) if CitationMark.ANNOTATION in marks else {},
        by_area={area: tuple(sorted(members)) for area, members in areas.items()},
        places=frozenset(
            (one.place.path, one.place.line, one.id.text)
            for one in requirements
            if within is None or one.place.path in within
        ),
        homes=homes,
    )


def _numbers(requirements: Sequence[Requirement]) -> dict[str, str]:
    """The ID that each number stands for; of two, a requirement goes before a condition."""
    found: dict[str, str] = {}
    for requirement in sorted(requirements, key=lambda one: not one.id.area.endswith("Requirement")):
        if requirement.id.number:
            found.setdefault(requirement.id.number, requirement.id.text)
    return found


_VERSION = re.compile(r"[+~]([0-9]{1,9})$")


def base_of(identifier: str) -> str:
    """An ID without its version: `a.b` of `a.b+2`, `dsn~x` of `dsn~x~1`."""
    return _VERSION.sub("", identifier)


def version_of(identifier: str) -> int:
    """The version of an ID; one without is the first."""
    match = _VERSION.search(identifier)
    return int(match[1]) if match else 1


def citations_of(found: Mapping[str, Sequence[Hit]], known: Known, settings: TraceSettings) -> tuple[Citation, ...]:
    """The citations of all files, by path, line and column; `found` is sorted by path."""
    citations: list[Citation] = []
    kind_of = kinds_by(settings)
    for path, hits in found.items():
        default = kind_of(path)
        citations += [citation for hit in hits for citation in _meant(path, hit, default, known)]
    return tuple(citations)


_KINDS = {kind.value: kind for kind in CitationKind} | {"derives": CitationKind.MENTIONS}


def _meant(path: str, hit: Hit, default: CitationKind, known: Known) -> Iterator[Citation]:
    if known.places and (path, hit.line, hit.id) in known.places:
        return
    kind = CitationKind.MENTIONS if hit.literal else _KINDS.get(hit.verb, default)
    place = Place(path, hit.line, hit.column, hit.width)
    for identifier, defect in _resolved(hit, known):
        written = hit.id if hit.id != identifier and not hit.last else ""
        yield Citation(identifier, place, kind, written, hit.literal, defect, hit.quote)


def _resolved(hit: Hit, known: Known) -> Iterator[tuple[str, Defect | None]]:
    if hit.last:
        yield from _range(hit.id, hit.last, known)
    elif hit.id in known.ids:
        yield hit.id, None
    elif hit.id in known.retired:
        yield hit.id, Defect.RETIRED
    elif hit.form is CitationMark.ANNOTATION and hit.id in known.by_number:
        yield known.by_number[hit.id], None
    elif hit.form in (CitationMark.RULE, CitationMark.NEED) and base_of(hit.id) in known.by_base:
        identifier, version = known.by_base[base_of(hit.id)]
        cited = version_of(hit.id)
        if cited > version:
            yield hit.id, Defect.UNKNOWN
        else:
            yield identifier, Defect.STALE if cited < version else None
    else:
        yield hit.id, Defect.UNKNOWN


def _range(first: str, last: str, known: Known) -> Iterator[tuple[str, Defect | None]]:
    """The IDs from one to another; numbers that nobody uses between them are no defect, the ends are."""
    for end in (first, last):
        if end not in known.ids:
            yield end, Defect.RETIRED if end in known.retired else Defect.UNKNOWN
    area = area_of(first)
    if area != area_of(last):
        yield from ((end, None) for end in (first, last) if end in known.ids)
        return
    low, high = (int(end[len(area) + 1 :], 16) for end in (first, last))
    yield from ((identifier, None) for number, identifier in known.by_area.get(area, ()) if low <= number <= high)


def too_large(path: str, size: int, most: int) -> tuple[str, str]:
    """What to say of a text in which nobody looked for citations, and what to do."""
    words = f"{path} has {size:,} bytes, more than `specs.max_bytes` ({most:,}): no citation in it counts"
    return words, "leave it out by `trace.exclude`, split it, or raise the setting"
