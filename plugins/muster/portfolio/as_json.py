"""The JSON of a portfolio: versioned, sorted, without times and paths of a machine.

{"schema_version": 1, "title": "...",
 "totals": {"repositories": 3, "read": 2, "absent": 1, "broken": 0, "passing": 1, "specs": 4, "requirements": 12,
            "statuses": {...}, "musts": {...}, "findings": {...}, "citations": 3, "unknown": 1, "unchecked": 0},
 "repositories": [{"name": "core", "state": "read", ...}, ...],
 "citations": [{"cites": "core", "id": "OC-CORE-1001", "repository": "queue", ...}, ...],
 "findings": [{"repository": "queue", "path": "src/a.py", "line": 3, ...}, ...]}

implements: MU-FOLIO-9502
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Level, Severity, Status
from muster.portfolio.values import CrossCitation, CrossFinding, State

if TYPE_CHECKING:
    from muster.portfolio.values import Joined, Member

VERSION = 1


class Totals(Struct, frozen=True):
    """What all repositories together have."""

    repositories: int
    read: int
    absent: int
    broken: int
    passing: int  # whose own gate passes
    specs: int
    requirements: int
    statuses: dict[Status, int]
    musts: dict[Status, int]
    findings: dict[Severity, int]
    citations: int  # from one repository to another
    unknown: int  # such citations that lead nowhere
    unchecked: int  # such citations of repositories that were not read


class SpecTold(Struct, frozen=True):
    """A spec that defines requirements."""

    path: str
    title: str
    requirements: int
    statuses: dict[Status, int]
    musts: dict[Status, int]


class RepositoryTold(Struct, frozen=True):
    """A repository; of one that was not read, name, state and problem."""

    name: str
    state: State
    problem: str
    gate: str  # "passes", "fails", or "" where it was not read
    requirements: int
    statuses: dict[Status, int]
    levels: dict[Level, dict[Status, int]]
    raised: int  # requirements with a higher status by citations of other repositories
    findings: dict[Severity, int]
    rules: dict[str, int]
    specs: tuple[SpecTold, ...]
    cites: int
    cited: int
    unknown: int
    unchecked: int


class PortfolioTold(Struct, frozen=True):
    """All of it."""

    schema_version: int
    title: str
    totals: Totals
    repositories: tuple[RepositoryTold, ...]
    citations: tuple[CrossCitation, ...]
    findings: tuple[CrossFinding, ...]


def told_of(joined: Joined) -> PortfolioTold:
    """The values of the JSON."""
    members = joined.members
    states = [one.reading.state for one in members]
    severities = {
        one: number for one in Severity if (number := sum(each.reading.severities.get(one, 0) for each in members))
    }
    totals = Totals(
        repositories=len(members),
        read=states.count(State.READ),
        absent=states.count(State.ABSENT),
        broken=states.count(State.BROKEN),
        passing=sum(one.is_read and one.reading.passes for one in members),
        specs=sum(len(one.reading.specs) for one in members),
        requirements=sum(len(one.reading.requirements) for one in members),
        statuses=joined.counts(),
        musts=joined.counts(Level.MUST),
        findings=severities,
        citations=sum(len(one.cites) for one in members),
        unknown=len(joined.findings),
        unchecked=sum(one.unchecked for one in members),
    )
    repositories = tuple(_repository(one) for one in members)
    return PortfolioTold(VERSION, joined.title, totals, repositories, joined.citations, joined.findings)


def _repository(member: Member) -> RepositoryTold:
    reading = member.reading
    return RepositoryTold(
        name=reading.name,
        state=reading.state,
        problem=reading.problem,
        gate=("passes" if reading.passes else "fails") if member.is_read else "",
        requirements=len(reading.requirements),
        statuses=member.counts(),
        levels={level: counts for level in Level if (counts := member.counts(level))},
        raised=member.raised,
        findings=reading.severities,
        rules=reading.rules,
        specs=tuple(
            SpecTold(path, title, sum(counts.values()), counts, musts)
            for (path, title), (counts, musts) in zip(reading.specs, member.by_spec(), strict=True)
        ),
        cites=len(member.cites),
        cited=len(member.cited),
        unknown=len(member.findings),
        unchecked=member.unchecked,
    )


def as_json(joined: Joined) -> bytes:
    """The file, indented for who compares two of them."""
    return msgspec.json.format(msgspec.json.encode(told_of(joined)), indent=2) + b"\n"
