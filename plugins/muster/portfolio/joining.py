"""What the repositories of a portfolio cite of one another: pure, from what was read of each.

A citation counts as one of the requirement that it names: `specified` becomes `implemented` or `tested` by it, as by a
citation in the repository itself. What a repository says of its own requirements stays its own: verdict, findings,
results.

implements: MU-FOLIO-9503
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CitationKind, Status
from muster.portfolio.values import CrossCitation, CrossFinding, Joined, Member, State
from muster.settings import DEFAULT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.portfolio.values import Named, Reading

_NO_MORE = r"(?![A-Za-z0-9_])(?!-[A-Za-z0-9_])(?!\.[0-9])"
_PART = re.compile(r"/([0-9]{3,5})(?![A-Za-z0-9_])|(?:\.\.\.?|\u2013)((?:[A-Z][A-Z0-9-]*-)?[0-9]{3,5})(?![A-Za-z0-9_])")
_STEPS = (Status.SPECIFIED, Status.IMPLEMENTED, Status.TESTED)
_BY_KIND = {CitationKind.IMPLEMENTS: Status.IMPLEMENTED, CitationKind.VERIFIES: Status.TESTED}


def joined(title: str, readings: Sequence[Reading]) -> Joined:
    """The repositories with their citations of one another; `readings` are sorted by name."""
    homes = {one.name: _Home(one, {each.id: None for each in one.requirements}) for one in readings}
    cites: defaultdict[str, list[CrossCitation]] = defaultdict(list)
    cited: defaultdict[str, list[CrossCitation]] = defaultdict(list)
    findings: defaultdict[str, list[CrossFinding]] = defaultdict(list)
    unchecked: defaultdict[str, int] = defaultdict(int)
    for reading in readings:
        for named in reading.named:
            home = homes.get(named.repository)
            if home is None or named.repository == reading.name:
                continue
            if home.reading.state is not State.READ:
                unchecked[reading.name] += home.may_mean(named.text)
                continue
            for identifier, is_known in home.meant(named.text):
                if is_known:
                    citation = CrossCitation(
                        home.name, identifier, reading.name, named.path, named.line, named.column, named.kind
                    )
                    cites[reading.name].append(citation)
                    cited[home.name].append(citation)
                else:
                    findings[reading.name].append(_finding(reading, named, identifier, home))
    members = []
    for reading in readings:
        name = reading.name
        statuses = _raised(reading, cited[name])
        raised = sum(now is not one.status for one, now in zip(reading.requirements, statuses, strict=True))
        members.append(
            Member(
                reading,
                statuses,
                raised,
                tuple(sorted(cited[name])),
                tuple(sorted(cites[name])),
                tuple(sorted(findings[name])),
                unchecked[name],
            )
        )
    return Joined(title, tuple(members))


class _Home(Struct, frozen=True):
    """A repository as the others cite it."""

    reading: Reading
    ids: Mapping[str, None]

    @property
    def name(self) -> str:
        return self.reading.name

    def may_mean(self, text: str) -> bool:
        """Whether a text looks like an ID there, as far as its grammar is known."""
        return re.match(rf"(?:{self.reading.grammar}){_NO_MORE}", text) is not None

    def meant(self, text: str) -> Iterator[tuple[str, bool]]:
        """The IDs that a text names, and whether each is defined; none where it looks like no ID."""
        grammar = self.reading.grammar
        match = re.match(rf"(?:{grammar}){_NO_MORE if grammar == DEFAULT_ID else '(?![A-Za-z0-9_])'}", text)
        if match is None:
            return
        last, at = match[0], match.end()
        yield last, last in self.ids
        while grammar == DEFAULT_ID and (part := _PART.match(text, at)):
            at = part.end()
            area = last.rpartition("-")[0]
            end = f"{area}-{part[1] or part[2]}" if "-" not in (part[2] or "") else part[2]
            if part[2]:
                yield from self._between(last, end)
            yield end, end in self.ids
            last = end

    def _between(self, first: str, last: str) -> Iterator[tuple[str, bool]]:
        """The IDs that are defined between two of one area."""
        area, _, low = first.rpartition("-")
        other, _, high = last.rpartition("-")
        if area == other:
            for identifier in self.ids:
                head, _, number = identifier.rpartition("-")
                if head == area and number.isdigit() and int(low) < int(number) < int(high):
                    yield identifier, True


def _finding(reading: Reading, named: Named, identifier: str, home: _Home) -> CrossFinding:
    if identifier in home.reading.retired:
        words = f"{home.name} has retired {identifier}"
        remedy = "cite what took its place, or nothing"
    else:
        words = f"{home.name} defines no {identifier}"
        near = difflib.get_close_matches(identifier, home.ids, 1)
        remedy = f"did you mean {home.name}:{near[0]}?" if near else "cite what it defines"
    return CrossFinding(reading.name, named.path, named.line, named.column, words, remedy)


def _raised(reading: Reading, citations: Sequence[CrossCitation]) -> tuple[Status, ...]:
    """The statuses of its requirements, each as high as the citations of others bring it."""
    best: dict[str, Status] = {}
    for one in citations:
        if (status := _BY_KIND.get(one.kind)) is not None:
            best[one.id] = max(best.get(one.id, Status.SPECIFIED), status, key=_STEPS.index)
    return tuple(
        max(one.status, best.get(one.id, one.status), key=_STEPS.index) if one.status in _STEPS else one.status
        for one in reading.requirements
    )
