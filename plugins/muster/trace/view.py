"""One row for each requirement: where it stands, and all that says so.

implements: MU-TRACE-3007, MU-TRACE-3030
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CaseOutcome, CitationKind, Defect, Level, Status
from muster.text.globs import matches
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.model import CaseResult, Citation, Derivation, Document, Evidence, Project, Requirement

# What is missing most stands first.
HOLES_FIRST = (
    Status.FAILING,
    Status.SUSPECT,
    Status.SPECIFIED,
    Status.IMPLEMENTED,
    Status.TESTED,
    Status.WAIVED,
    Status.VERIFIED,
)
DONE = (Status.WAIVED, Status.VERIFIED)


class Cited(Struct, frozen=True):
    """A place that cites the requirement."""

    path: str
    line: int
    symbol: str = ""  # the function or class around it
    stale: bool = False  # it names an older version

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.symbol}".rstrip()


class Ran(Struct, frozen=True):
    """A test that ran, as the results tell."""

    name: str
    suite: str
    file: str
    node: str
    outcome: CaseOutcome
    message: str
    seconds: float
    source: str  # the file of results

    @property
    def called(self) -> str:
        """How its runner calls it, or what is nearest to that."""
        around = self.file or self.suite
        return self.node or (f"{around}::{self.name}" if around else self.name)


class Vouched(Struct, frozen=True):
    """Evidence that is no test."""

    kind: str
    owner: str
    date: str
    reference: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.kind} by {self.owner} on {self.date}: {self.reference}"


class Derived(Struct, frozen=True):
    """The other end of a derivation."""

    id: str  # "" where a whole spec derives
    spec: str

    def __str__(self) -> str:
        return self.id or self.spec


class Doubt(Struct, frozen=True):
    """A file that was reviewed under another text."""

    path: str
    before: str  # that text; "" where nobody knows it


class Row(Struct, frozen=True):
    """A requirement, and what became of it."""

    id: str
    title: str
    level: Level
    negated: bool
    status: Status
    reached: Status  # were it neither suspect, waived nor failing
    spec: str
    line: int
    code: tuple[Cited, ...] = ()
    tests: tuple[Cited, ...] = ()
    mentions: tuple[Cited, ...] = ()
    results: tuple[Ran, ...] = ()
    parents: tuple[Derived, ...] = ()
    children: tuple[Derived, ...] = ()
    evidence: tuple[Vouched, ...] = ()
    suspects: tuple[Doubt, ...] = ()

    @property
    def citations(self) -> tuple[Cited, ...]:
        return (*self.code, *self.tests, *self.mentions)

    def count(self, outcome: CaseOutcome) -> int:
        """How many of its tests ended so."""
        return sum(result.outcome is outcome for result in self.results)


class Choice(Struct, frozen=True):
    """Which rows are wanted; an empty field wants all."""

    ids: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()  # globs
    levels: tuple[Level, ...] = ()
    statuses: tuple[Status, ...] = ()
    paths: tuple[str, ...] = ()  # globs of files that cite
    holes: bool = False

    def takes(self, row: Row) -> bool:
        """Whether a row is wanted."""
        return (
            (not self.ids or row.id in self.ids)
            and (not self.specs or lies_under(row.spec, self.specs))
            and (not self.levels or row.level in self.levels)
            and (not self.statuses or row.status in self.statuses)
            and (not self.paths or any(lies_under(one.path, self.paths) for one in row.citations))
            and not (self.holes and row.status in DONE)
        )


def lies_under(path: str, globs: Iterable[str]) -> bool:
    """Whether a path lies under one of the paths or globs; `.` is the whole project."""
    return any(glob == "." or matches(path, glob) for glob in globs)


def rows_of(project: Project, citations: Sequence[Citation]) -> tuple[Row, ...]:
    """A row for each requirement, in the order of the specs; of two with one ID, for the first.

    `citations` are those of the project, with or without the symbols around them.
    """
    places = _places(citations)
    up, down = families(project.trace.derivations, project.documents)
    proofs: defaultdict[str, list[Vouched]] = defaultdict(list)
    for one in project.trace.evidence:
        proofs[one.requirement].append(_vouched(one))
    doubts: defaultdict[str, list[Doubt]] = defaultdict(list)
    for suspect in project.trace.suspects:
        doubts[suspect.id].append(Doubt(encodable(suspect.path), encodable(suspect.before)))
    found: dict[str, Row] = {}
    for requirement in project.requirements:
        name = requirement.id.text
        if name in found:
            continue
        code, tests, mentions = (tuple(places.get((name, kind), ())) for kind in CitationKind)
        found[name] = Row(
            id=name,
            title=encodable(requirement.title),
            level=requirement.level,
            negated=requirement.negated,
            status=project.trace.statuses.get(name, Status.SPECIFIED),
            reached=project.trace.reached.get(name, Status.SPECIFIED),
            spec=encodable(requirement.place.path),
            line=requirement.place.line,
            code=code,
            tests=tests,
            mentions=mentions,
            results=tuple(_ran(result) for result in project.trace.tests.get(name, ())),
            parents=tuple(up.get(name, ())),
            children=tuple(down.get(name, ())),
            evidence=tuple(proofs.get(name, ())),
            suspects=tuple(doubts.get(name, ())),
        )
    return tuple(found.values())


def holes_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows by how much is missing; those that are alike stay in their order."""
    return tuple(sorted(rows, key=lambda row: HOLES_FIRST.index(row.status)))


def counts_of(rows: Iterable[Row]) -> dict[Status, int]:
    """How many rows have each status, what is missing most first."""
    counts = dict.fromkeys(HOLES_FIRST, 0)
    for row in rows:
        counts[row.status] += 1
    return counts


def counts(citation: Citation) -> bool:
    """Whether a citation is one of a requirement that there is, and no mere text."""
    return not citation.literal and citation.defect in (None, Defect.STALE)


def families(
    derivations: Iterable[Derivation], documents: Iterable[Document]
) -> tuple[dict[str, list[Derived]], dict[str, list[Derived]]]:
    """The parents and the children of each requirement, once each.

    Where a whole spec derives from a requirement, each requirement of the spec has it for a parent.
    """
    specs: dict[str, tuple[Requirement, ...]] = {document.path: document.requirements for document in documents}
    homes = {one.id.text: path for path, members in reversed(specs.items()) for one in reversed(members)}
    up: defaultdict[str, dict[Derived, None]] = defaultdict(dict)
    down: defaultdict[str, dict[Derived, None]] = defaultdict(dict)
    for one in derivations:
        down[one.parent][Derived(one.child, encodable(one.spec))] = None
        members = [one.child] if one.child else [member.id.text for member in specs.get(one.spec, ())]
        for child in members:
            if child != one.parent:
                up[child][Derived(one.parent, encodable(homes.get(one.parent, "")))] = None
    return {name: list(found) for name, found in up.items()}, {name: list(found) for name, found in down.items()}


def _places(citations: Iterable[Citation]) -> dict[tuple[str, CitationKind], list[Cited]]:
    found: defaultdict[tuple[str, CitationKind], dict[Cited, None]] = defaultdict(dict)
    for one in citations:
        if counts(one):
            found[one.id, one.kind][cited(one)] = None
    return {key: list(places) for key, places in found.items()}


def cited(one: Citation) -> Cited:
    """The place of a citation, as it is shown."""
    return Cited(encodable(one.place.path), one.place.line, one.symbol, one.defect is Defect.STALE)


def _ran(one: CaseResult) -> Ran:
    name, suite, file, node = (encodable(text) for text in (one.name, one.suite, one.file, one.node))
    return Ran(name, suite, file, node, one.outcome, encodable(one.message), one.seconds, encodable(one.place.path))


def _vouched(one: Evidence) -> Vouched:
    kind, owner, reference, path = (encodable(text) for text in (one.kind, one.owner, one.reference, one.place.path))
    return Vouched(kind, owner, one.date.isoformat(), reference, path, one.place.line)
