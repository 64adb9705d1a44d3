"""All that the drawer shows of a requirement, in shards of about a hundred: `assets/muster/data/details-N.json`.

    {"version": 1, "requirements": {ID: {"id": ..., "title": ..., ...}}}

A field stands there only where it says something. Addresses are relative to the site, but for those of the
repository, which begin with its own; lists of places end after a hundred, and `more` counts the rest of each.

implements: MU-SITE-9012
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CaseOutcome, Level, Severity, Status
from muster.site.data import VERSION, Catalogue, catalogue_of, data_file, shard_of, shards_of, short_title
from muster.site.markup import fragment
from muster.site.sources import source_address
from muster.specs.revision import Side, words_between
from muster.text.fingerprint import normalised
from muster.text.utf8 import encodable
from muster.trace.explaining import why
from muster.trace.view import Row, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.model import Citation, Finding, Outcome, Requirement, Waiver
    from muster.site.page import GeneratedFile, Links
    from muster.trace.view import Cited, Derived, Doubt, Ran, Vouched

MOST = 100  # of a kind
_SIDES = {Side.BOTH: "", Side.OLD: "old", Side.NEW: "new"}


class Spot(Struct, frozen=True, omit_defaults=True):
    """A place that cites."""

    path: str
    line: int
    symbol: str = ""
    href: str = ""
    stale: bool = False


class Test(Struct, frozen=True, omit_defaults=True):
    """A test that ran."""

    name: str
    outcome: CaseOutcome
    message: str = ""


class Proof(Struct, frozen=True, omit_defaults=True):
    """Evidence that is no test."""

    kind: str
    owner: str
    date: str
    reference: str
    path: str
    line: int
    href: str = ""


class Relation(Struct, frozen=True, omit_defaults=True):
    """The other end of a derivation; without ID, a whole spec."""

    id: str
    spec: str
    href: str = ""


class Review(Struct, frozen=True, omit_defaults=True):
    """A file that was reviewed, of the text as it is or of an older one."""

    path: str
    current: bool
    href: str = ""


class Change(Struct, frozen=True, omit_defaults=True):
    """How the text differs from the one that these files were reviewed under; no words where nobody knows it."""

    paths: tuple[str, ...]
    words: tuple[tuple[str, str], ...] = ()


class Answered(Struct, frozen=True, omit_defaults=True):
    """A waiver of the requirement."""

    reason: str
    owner: str
    expires: str
    rule: str = ""
    path: str = ""
    line: int = 0


class About(Struct, frozen=True, omit_defaults=True):
    """A finding about the requirement."""

    code: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    help: str = ""
    rule: str = ""  # the address of its page
    href: str = ""


class Details(Struct, frozen=True, omit_defaults=True):
    """A requirement in the drawer."""

    id: str
    title: str
    text: str
    level: Level
    status: Status
    reached: Status
    why: str
    spec: str
    spec_title: str
    line: int
    negated: bool = False
    section: str = ""
    href: str = ""
    page: str = ""
    source: str = ""
    code: tuple[Spot, ...] = ()
    tests: tuple[Spot, ...] = ()
    mentions: tuple[Spot, ...] = ()
    results: tuple[Test, ...] = ()
    evidence: tuple[Proof, ...] = ()
    parents: tuple[Relation, ...] = ()
    children: tuple[Relation, ...] = ()
    reviews: tuple[Review, ...] = ()
    changes: tuple[Change, ...] = ()
    waivers: tuple[Answered, ...] = ()
    findings: tuple[About, ...] = ()
    more: dict[str, int] = {}


class Shard(Struct, frozen=True):
    """One file."""

    version: int
    requirements: dict[str, Details]


class Index(Struct, frozen=True):
    """How many requirements there are, in how many files."""

    version: int
    count: int
    shards: int


class Told(Struct, frozen=True):
    """All that the site tells of requirements, made once for its pages and its files."""

    rows: tuple[Row, ...]
    catalogue: Catalogue
    details: dict[str, Details]  # by ID, in the order of the specs


def told_of(outcome: Outcome, links: Links, citations: Sequence[Citation], *, rules: bool) -> Told:
    """Gather that; `citations` may have the symbols around them, and `rules` says whether each rule has a page."""
    rows = rows_of(outcome.project, citations)
    catalogue = catalogue_of(outcome, rows, links)
    teller = _Teller(catalogue, rules=rules)
    return Told(rows, catalogue, {row.id: teller.details(row) for row in catalogue.rows})


def details_files(details: dict[str, Details]) -> tuple[GeneratedFile, ...]:
    """The shards, and what tells their number."""
    count = shards_of(len(details))
    shards: list[dict[str, Details]] = [{} for _ in range(count)]
    for name, one in details.items():
        shards[shard_of(name, count)][name] = one
    index = data_file("index.json", Index(VERSION, len(details), count))
    return (index, *(data_file(f"details-{i}.json", Shard(VERSION, own)) for i, own in enumerate(shards)))


class _Teller:
    """Tells of one requirement after the other; what is the same for all is looked up once."""

    def __init__(self, catalogue: Catalogue, *, rules: bool) -> None:
        self.catalogue = catalogue
        self.project = catalogue.outcome.project
        self.rules = rules
        self.waivers: defaultdict[str, list[Waiver]] = defaultdict(list)
        for waiver in self.project.waivers:
            if waiver.requirement:
                self.waivers[waiver.requirement].append(waiver)

    def details(self, row: Row) -> Details:
        document, requirement = self.catalogue.homes[row.id]
        spec = self.catalogue.specs[row.spec]
        section = document.section_of(requirement)
        waivers = self.waivers.get(row.id, [])
        found = self.catalogue.findings.get(row.id, ())
        return Details(
            id=row.id,
            title=short_title(row.title),
            text=encodable(requirement.text),
            level=row.level,
            negated=row.negated,
            status=row.status,
            reached=row.reached,
            why=encodable(why(row, waivers, self.project)),
            spec=row.spec,
            spec_title=encodable(document.title or document.package),
            section=encodable(section.title) if section else "",
            line=row.line,
            href=_anchored(spec.address, row.id),
            page=_anchored(spec.compliance, row.id),
            source=self._source(requirement.place.path, row.line, requirement.end_line),
            code=self._spots(row.code),
            tests=self._spots(row.tests),
            mentions=self._spots(row.mentions),
            results=tuple(Test(one.called, one.outcome, one.message) for one in _failed_first(row.results)[:MOST]),
            evidence=tuple(self._proof(one) for one in row.evidence[:MOST]),
            parents=tuple(self._relation(one) for one in row.parents[:MOST]),
            children=tuple(self._relation(one) for one in row.children[:MOST]),
            reviews=self._reviews(row.id, requirement.fingerprint),
            changes=_changes(row.suspects, requirement),
            waivers=tuple(_answered(one) for one in waivers[:MOST]),
            findings=tuple(self._about(one) for one in found[:MOST]),
            more=self._more(row, found),
        )

    def _more(self, row: Row, found: Sequence[Finding]) -> dict[str, int]:
        kinds = {
            "code": row.code,
            "tests": row.tests,
            "mentions": row.mentions,
            "results": row.results,
            "evidence": row.evidence,
            "parents": row.parents,
            "children": row.children,
            "reviews": self.project.trace.reviews.get(row.id, ()),
            "findings": found,
        }
        return {kind: len(own) - MOST for kind, own in kinds.items() if len(own) > MOST}

    def _source(self, path: str, first: int, last: int = 0) -> str:
        return source_address(self.project.settings.links.repository, path, first, last)

    def _spots(self, places: Sequence[Cited]) -> tuple[Spot, ...]:
        return tuple(
            Spot(one.path, one.line, one.symbol, self._source(one.path, one.line), one.stale) for one in places[:MOST]
        )

    def _proof(self, one: Vouched) -> Proof:
        source = self._source(one.path, one.line)
        return Proof(one.kind, one.owner, one.date, one.reference, one.path, one.line, source)

    def _relation(self, one: Derived) -> Relation:
        spec = self.catalogue.specs.get(one.spec)
        address = spec.address if spec else ""
        return Relation(one.id, one.spec, _anchored(address, one.id) if one.id else address)

    def _reviews(self, name: str, now: str) -> tuple[Review, ...]:
        held = self.project.trace.reviews.get(name, {})
        return tuple(
            Review(encodable(path), mark == now, self._source(path, 1)) for path, mark in [*sorted(held.items())][:MOST]
        )

    def _about(self, one: Finding) -> About:
        rule = self.catalogue.links.page_address(f"rules/{one.code}.md") if self.rules else ""
        place = one.place
        message, remedy, path = encodable(one.message), encodable(one.help), encodable(place.path)
        source = self._source(place.path, place.line)
        return About(one.code, one.severity, message, path, place.line, place.column, remedy, rule, source)


def _anchored(address: str, identifier: str) -> str:
    return f"{address}#{fragment(identifier)}" if address else ""


def _failed_first(results: Sequence[Ran]) -> list[Ran]:
    return sorted(results, key=lambda one: one.outcome is not CaseOutcome.FAILED)


def _changes(doubts: Iterable[Doubt], requirement: Requirement) -> tuple[Change, ...]:
    """What changed since files were reviewed, once for each text of then."""
    doubted = list(doubts)
    now = normalised(requirement.text) if doubted else ""
    by_text = groupby(sorted(doubted, key=lambda one: (one.before, one.path)), key=lambda one: one.before)
    return tuple(
        Change(
            tuple(one.path for one in own),
            tuple((_SIDES[run.side], encodable(run.text)) for run in words_between(before, now)) if before else (),
        )
        for before, own in by_text
    )


def _answered(one: Waiver) -> Answered:
    reason, owner, path = encodable(one.reason), encodable(one.owner), encodable(one.path)
    return Answered(reason, owner, one.expires.isoformat(), one.rule, path, one.line)
