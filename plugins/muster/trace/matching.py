"""Which tests verify which requirement: results beside citations.

implements: MU-TRACE-3010, MU-TRACE-3013
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.model import CitationKind
from muster.trace.cases import is_titled
from muster.trace.named import finder
from muster.trace.placing import SAME, Spot, agreement, hints_of, location_of, whole_words_for, words_for
from muster.trace.strange import strange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from muster.model import CaseResult, Citation

__all__ = ["strange", "tests_by_requirement"]

_TITLE_BREAK = re.compile(r"\s+[>›»]\s+")
_GAP = re.compile(r"[\s.>›»]+")
_CLASSES = re.compile(r"[.$]")
_FLAT = (".go", ".rs")  # a citation outside of functions is one of the file there
_DEEPEST = 6  # classes and modules of a suite that are looked at


class _Claim(Struct, frozen=True):
    """A citing symbol, and the results that it takes for its tests."""

    path: str
    symbol: str
    score: int
    hits: tuple[int, ...]


def tests_by_requirement(
    results: Iterable[CaseResult], citations: Iterable[Citation], ids: Collection[str]
) -> dict[str, tuple[CaseResult, ...]]:
    """The results that verify each requirement, by ID; those without any are left out.

    A test belongs to a requirement

    - that its properties name,
    - that its name gives (see `named.finder`),
    - that a citation inside its function names: the last part of the citation's symbol is the name of the result, and
      the file or, where the results tell none, the suite agrees with the citing path and its classes (see
      `placing.agreement`). Titles (Jest) are compared as wholes. Of several results the one that agrees best is
      taken, and none where two agree equally well: then nobody knows which is meant. A result whose place nothing
      tells is taken where no other result and no other citing function has its name. A citation in a function inside
      a test is the test's;
    - that a citation of its class, or of its `describe`, names. A citation of a module holds for no test.

    Citations that do not verify, that are literal, or that have a defect, do not count.
    """
    results = tuple(results)
    known = ids if isinstance(ids, (set, frozenset, dict)) else frozenset(ids)
    found: dict[str, set[int]] = defaultdict(set)
    named = finder(known)
    for at, result in enumerate(results):
        for identifier in (*result.requirements, *ids_by_name(result, named)):
            found[identifier].add(at)
    citing: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in citations:
        if one.kind is CitationKind.VERIFIES and one.symbol and not one.literal and one.defect is None:
            citing[one.place.path, one.symbol].add(one.id)
    for claim in _settled(_claims(results, sorted(citing))):
        for identifier in citing[claim.path, claim.symbol]:
            found[identifier].update(claim.hits)
    return {
        key: tuple(results[at] for at in sorted(found[key])) for key in sorted(found) if key in known and found[key]
    }


def ids_by_name(result: CaseResult, named: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The IDs that the names of a result give; where it has a title, those around it count as well."""
    texts = dict.fromkeys((result.name, *result.names, *((result.suite,) if " " in result.suite else ())))
    return tuple(dict.fromkeys(identifier for text in texts for identifier in named(text)))


def _claims(results: Sequence[CaseResult], citing: Sequence[tuple[str, str]]) -> Iterable[_Claim]:
    functions = [(path, symbol) for path, symbol in citing if not is_titled(path)]
    titles = [(path, symbol) for path, symbol in citing if is_titled(path)]
    yield from _Functions(results, functions).claims()
    yield from _titled(results, titles)


class _Functions:
    """Results by the names that citing symbols have, and by the words of their places."""

    def __init__(self, results: Sequence[CaseResult], citing: Sequence[tuple[str, str]]) -> None:
        self.citing = citing
        wanted = {part for _, symbol in citing for part in symbol.split(".")}
        classes = {symbol.rpartition(".")[2] for path, symbol in citing if not path.endswith(_FLAT)}
        self.spots = [Spot.of(result) for result in results]
        self.named: dict[str, list[int]] = defaultdict(list)
        self.placed: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.members: dict[tuple[str, str], list[tuple[Spot, int]]] = defaultdict(list)
        for at, result in enumerate(results):
            key = result.name.rpartition("::")[2]
            spot = self.spots[at]
            if key in wanted:
                self.named[key].append(at)
                for hint in hints_of(spot):
                    self.placed[key, hint].append(at)
            parts = _CLASSES.split(result.suite)
            for depth in range(min(len(parts), _DEEPEST)):
                if parts[-1 - depth] in classes:
                    around = result.suite[
                        : len(result.suite) - sum(len(part) + 1 for part in parts[len(parts) - depth :])
                    ]
                    inner = replace(spot, suite=around, name="")
                    for hint in hints_of(inner):
                        self.members[parts[-1 - depth], hint].append((inner, at))
        self.users: dict[str, int] = defaultdict(int)
        for _, symbol in citing:
            self.users[symbol.rpartition(".")[2]] += 1

    def claims(self) -> Iterable[_Claim]:
        for path, symbol in self.citing:
            parts = tuple(symbol.split("."))
            for length in range(len(parts), 0, -1):
                hits, score = self.tests(path, parts[: length - 1], parts[length - 1])
                if not hits and length == len(parts) and not path.endswith(_FLAT):
                    hits, score = self.of_class(path, parts)
                if hits:
                    yield _Claim(path, symbol, score, hits)
                    break

    def tests(self, path: str, scope: tuple[str, ...], last: str) -> tuple[tuple[int, ...], int]:
        """The one result for a function, and how well it agrees."""
        if last not in self.named:
            return (), 0
        for words, least in ((whole_words_for(path, scope), SAME), (words_for(path, scope, last), 1)):
            near = {at for word in words for at in self.placed.get((last, word), ())}
            scores = {at: agreement(self.spots[at], path, scope, last) or 0 for at in near}
            best = max(scores.values(), default=0)
            if best >= least:
                hits = tuple(at for at, score in scores.items() if score == best)
                return (hits, best) if len(hits) == 1 else ((), 0)
        if len(self.named[last]) == 1 and self.users[last] <= 1:
            (only,) = self.named[last]
            return ((only,), 0) if agreement(self.spots[only], path, scope, last) is None else ((), 0)
        return (), 0

    def of_class(self, path: str, parts: tuple[str, ...]) -> tuple[tuple[int, ...], int]:
        """All results of a class."""
        groups: dict[Spot, set[int]] = defaultdict(set)
        for word in words_for(path, parts, ""):
            for spot, at in self.members.get((parts[-1], word), ()):
                groups[spot].add(at)
        scores = {spot: agreement(spot, path, parts, "") for spot in groups}
        best = max((score or 0 for score in scores.values()), default=0)
        if not best and len(groups) == 1 and None in scores.values() and self.users[parts[-1]] == 1:
            return tuple(sorted(*groups.values())), 0
        chosen = [spot for spot, score in scores.items() if best and score == best]
        return (tuple(sorted(groups[chosen[0]])), best) if len(chosen) == 1 else ((), 0)


def _settled(claims: Iterable[_Claim]) -> Iterable[_Claim]:
    """The claims without results that files at another place claim as well as they do, or better."""
    claims = tuple(claims)
    claimed: dict[int, dict[str, int]] = defaultdict(dict)
    for claim in claims:
        where = location_of(claim.path)
        for at in claim.hits:
            claimed[at][where] = max(claimed[at].get(where, 0), claim.score)
    for claim in claims:
        where = location_of(claim.path)
        rest = {
            at: max((score for other, score in claimed[at].items() if other != where), default=-1)
            for at in claim.hits
            if len(claimed[at]) > 1
        }
        hits = tuple(at for at in claim.hits if claimed[at][where] > rest.get(at, -1))
        yield claim if hits == claim.hits else replace(claim, hits=hits)


def _titled(results: Sequence[CaseResult], citing: Sequence[tuple[str, str]]) -> Iterable[_Claim]:
    """The results of tests with titles: as wholes, else all below a title."""
    wanted = {_plain(symbol) for _, symbol in citing}
    whole: dict[str, list[int]] = defaultdict(list)
    below: dict[str, list[int]] = defaultdict(list)
    spots = [Spot.of(result) for result in results] if wanted else []
    for at, result in enumerate(results if wanted else ()):
        suite = "" if is_titled(result.suite) else result.suite
        for title in {_plain(result.name), _plain(f"{suite} {result.name}")} & wanted:
            whole[title].append(at)
        levels = [*(_TITLE_BREAK.split(suite) if suite else ()), *_TITLE_BREAK.split(result.name)[:-1]]
        for title in {_plain(" ".join(levels[:depth])) for depth in range(1, len(levels) + 1)} & wanted:
            below[title].append(at)
    users: dict[str, int] = defaultdict(int)
    for _, symbol in citing:
        users[_plain(symbol)] += 1
    for path, symbol in citing:
        title = _plain(symbol)
        for found, many in ((whole, False), (below, True)):
            hits, score = _titles_at(path, found.get(title, ()), spots, alone=users[title] == 1, many=many)
            if hits:
                yield _Claim(path, symbol, score, hits)
                break


def _titles_at(
    path: str, hits: Sequence[int], spots: Sequence[Spot], *, alone: bool, many: bool
) -> tuple[tuple[int, ...], int]:
    scores = {at: agreement(spots[at], path, (), "") for at in hits}
    best = max((score or 0 for score in scores.values()), default=0)
    if not best:
        unplaced = tuple(at for at, score in scores.items() if score is None)
        return (unplaced, 0) if alone and (many or len(hits) == 1) else ((), 0)
    chosen = tuple(at for at, score in scores.items() if score == best)
    return (chosen, best) if many or len(chosen) == 1 else ((), 0)


def _plain(title: str) -> str:
    """A title without what joins its levels."""
    return _GAP.sub(" ", title).strip()
