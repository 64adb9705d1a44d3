"""What a portfolio names, what a worker is asked, and what it answers: plain values that cross processes as JSON."""

from __future__ import annotations

from collections import Counter
from datetime import date  # noqa: TC003 -- msgspec reads the types of fields
from enum import StrEnum

from msgspec import Struct

from muster.model import CitationKind, Level, Severity, Status
from muster.settings import DEFAULT_ID


class Entry(Struct, frozen=True):
    """A repository as the portfolio names it: a folder, or what git clones."""

    name: str
    path: str = ""
    url: str = ""
    revision: str = ""  # a branch, tag or commit of the clone; "" for the branch that the host names
    line: int = 1  # where the portfolio begins to speak of it


class Portfolio(Struct, frozen=True):
    """A file `portfolio.toml`."""

    title: str
    entries: tuple[Entry, ...]  # sorted by name


class Order(Struct, frozen=True):
    """What a worker is asked to read."""

    name: str
    folder: str
    names: tuple[str, ...]  # of all repositories; none where they are too many for one pattern
    today: date  # as of which waivers expire: the same day for every worker
    version: str  # of Muster, which has to be the worker's
    cache: bool = True


class State(StrEnum):
    """What became of reading a repository."""

    READ = "read"
    ABSENT = "absent"  # nothing stands where it should
    BROKEN = "broken"  # it is there, and could not be read


class ReadRequirement(Struct, frozen=True, array_like=True, gc=False):
    """A requirement, as its repository has it."""

    id: str
    title: str
    level: Level
    status: Status
    spec: int  # index into the specs


class ReadFinding(Struct, frozen=True, array_like=True, gc=False):
    """A finding, as `muster check` reports it there."""

    code: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str


class Named(Struct, frozen=True, array_like=True, gc=False):
    """A place that names something of another repository: `core:OC-CORE-1001`."""

    path: str
    line: int
    column: int
    kind: CitationKind
    repository: str
    text: str  # what stands behind the colon, up to the next blank or bracket


class Reading(Struct, frozen=True):
    """What was read of a repository; with one that is absent or broken, only why."""

    name: str
    state: State = State.READ
    problem: str = ""  # in words that are the same on every machine
    detail: str = ""  # what the system says of it, for a terminal: it may hold paths
    grammar: str = DEFAULT_ID  # of its IDs
    passes: bool = False  # its own gate, by its own settings
    specs: tuple[tuple[str, str], ...] = ()  # path and title, of those that define requirements
    requirements: tuple[ReadRequirement, ...] = ()  # in the order of the specs
    retired: tuple[str, ...] = ()
    severities: dict[Severity, int] = {}  # how many findings of each
    rules: dict[str, int] = {}  # how many findings of each rule, by code
    findings: tuple[ReadFinding, ...] = ()  # the gravest, at most MOST_FINDINGS
    named: tuple[Named, ...] = ()


MOST_FINDINGS = 100


class CrossCitation(Struct, frozen=True, order=True):
    """A citation of a requirement of another repository."""

    cites: str  # the name of that repository
    id: str
    repository: str  # where it stands
    path: str
    line: int
    column: int
    kind: CitationKind


class CrossFinding(Struct, frozen=True, order=True):
    """A citation that leads nowhere."""

    repository: str
    path: str
    line: int
    column: int
    message: str
    help: str


class Member(Struct, frozen=True):
    """A repository with what the others cite of it."""

    reading: Reading
    statuses: tuple[Status, ...]  # of its requirements, citations of other repositories counted
    raised: int  # how many of them have a higher one by that
    cited: tuple[CrossCitation, ...] = ()
    cites: tuple[CrossCitation, ...] = ()
    findings: tuple[CrossFinding, ...] = ()
    unchecked: int = 0  # its citations of repositories that were not read

    @property
    def name(self) -> str:
        return self.reading.name

    @property
    def is_read(self) -> bool:
        return self.reading.state is State.READ

    def counts(self, level: Level | None = None) -> dict[Status, int]:
        """How many requirements have each status: all, or those of a level."""
        found = Counter(
            status
            for one, status in zip(self.reading.requirements, self.statuses, strict=True)
            if level is None or one.level is level
        )
        return _in_order(found)

    def by_spec(self) -> tuple[tuple[dict[Status, int], dict[Status, int]], ...]:
        """For each spec how many requirements, and how many musts, have each status."""
        found: list[tuple[Counter[Status], Counter[Status]]] = [(Counter(), Counter()) for _ in self.reading.specs]
        for one, status in zip(self.reading.requirements, self.statuses, strict=True):
            every, musts = found[one.spec]
            every[status] += 1
            musts[status] += one.level is Level.MUST
        return tuple((_in_order(every), _in_order(musts)) for every, musts in found)


def _in_order(counts: Counter[Status]) -> dict[Status, int]:
    return {status: counts[status] for status in Status if counts[status]}


class Joined(Struct, frozen=True):
    """All repositories of a portfolio."""

    title: str
    members: tuple[Member, ...]  # by name

    @property
    def read(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.is_read)

    @property
    def not_read(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if not one.is_read)

    @property
    def citations(self) -> tuple[CrossCitation, ...]:
        return tuple(sorted(one for member in self.members for one in member.cites))

    @property
    def findings(self) -> tuple[CrossFinding, ...]:
        return tuple(one for member in self.members for one in member.findings)

    @property
    def holds(self) -> bool:
        """Whether each repository was read without a problem and passes its gate, and each citation leads somewhere."""
        return not self.findings and all(
            one.is_read and not one.reading.problem and one.reading.passes for one in self.members
        )

    def counts(self, level: Level | None = None) -> dict[Status, int]:
        """How many requirements of all repositories have each status."""
        found: Counter[Status] = Counter()
        for member in self.members:
            found.update(member.counts(level))
        return _in_order(found)
