"""All that is known of one requirement, and in a sentence why it stands where it does.

implements: MU-TRACE-3031
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CaseOutcome, Finding, Project, Requirement, Severity, Status, Waiver
from muster.specs.revision import words_between
from muster.text.fingerprint import normalised
from muster.text.utf8 import encodable
from muster.text.words import counted
from muster.trace.view import Row  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA_VERSION = 1


class Relative(Struct, frozen=True):
    """A requirement that this one derives from, or that derives from it."""

    id: str  # "" for a whole spec
    spec: str
    title: str
    status: Status | None


class Run(Struct, frozen=True):
    """Words that both texts have, or that one of them alone has: `both`, `old`, `new`."""

    side: str
    text: str


class Changed(Struct, frozen=True):
    """A file that was reviewed under another text, and how that text differs."""

    path: str
    before: str  # "" where nobody knows it
    words: tuple[Run, ...]


class Answered(Struct, frozen=True):
    """A waiver of the requirement."""

    rule: str  # "" for every rule
    reason: str
    owner: str
    expires: str
    expired: bool


class About(Struct, frozen=True):
    """A finding about the requirement."""

    code: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    help: str


class Explanation(Struct, frozen=True):
    """What `muster explain --format json` writes."""

    schema_version: int
    why: str
    text: str
    section: str
    anchor: str
    fingerprint: str
    package: str
    results_given: bool
    requirement: Row
    parents: tuple[Relative, ...]
    children: tuple[Relative, ...]
    changes: tuple[Changed, ...]
    waivers: tuple[Answered, ...]
    findings: tuple[About, ...]


def explanation_of(project: Project, row: Row, rows: Mapping[str, Row], findings: Iterable[Finding]) -> Explanation:
    """All that is known of the requirement of a row; `rows` are all by ID."""
    document, requirement = next(
        (document, one) for document in project.documents for one in document.requirements if one.id.text == row.id
    )
    section = document.section_of(requirement)
    now = normalised(requirement.text)
    waivers = tuple(waiver for waiver in project.waivers if waiver.requirement == row.id)
    return Explanation(
        schema_version=SCHEMA_VERSION,
        why=why(row, waivers, project),
        text=encodable(requirement.text),
        section=encodable(section.title) if section else "",
        anchor=encodable(requirement.anchor),
        fingerprint=requirement.fingerprint,
        package=encodable(document.package),
        results_given=project.trace.given,
        requirement=row,
        parents=tuple(_relative(one.id, one.spec, rows) for one in row.parents),
        children=tuple(_relative(one.id, one.spec, rows) for one in row.children),
        changes=tuple(
            Changed(one.path, one.before, tuple(Run(run.side.value, encodable(run.text)) for run in words))
            for one in row.suspects
            for words in [words_between(one.before, now) if one.before else ()]
        ),
        waivers=tuple(
            Answered(
                one.rule, encodable(one.reason), encodable(one.owner), one.expires.isoformat(), _over(one, project)
            )
            for one in waivers
        ),
        findings=tuple(_about(one) for one in sorted(findings, key=Finding.sort_key) if _concerns(one, requirement)),
    )


def why(row: Row, waivers: Iterable[Waiver], project: Project) -> str:
    """Why it has its status, in a sentence without its beginning."""
    passed, failed = row.count(CaseOutcome.PASSED), row.count(CaseOutcome.FAILED)
    tests = counted(len(row.results), "test")
    if row.status is Status.FAILING:
        named = ", ".join(one.called for one in row.results if one.outcome is CaseOutcome.FAILED)
        return f"{failed:,} of {tests} failed: {named}"
    if row.status is Status.SUSPECT:
        return _doubted(row)
    if row.status is Status.WAIVED:
        held = [one for one in waivers if not _over(one, project) and (not one.rule or one.rule.startswith("TRC"))]
        return "; ".join(f"{one.owner} answers for it until {one.expires}: {one.reason}" for one in held)
    if row.status is Status.VERIFIED:
        skipped = row.count(CaseOutcome.SKIPPED)
        told = [f"{passed:,} of {tests} passed" + (f", {skipped:,} skipped" if skipped else "")] if row.results else []
        return "; ".join((*told, *map(str, row.evidence)))
    if row.status is Status.TESTED:
        if row.results:
            return f"its {tests} {'was' if len(row.results) == 1 else 'were'} skipped"
        ran = "none of the results is of such a test" if project.trace.given else "no results are given"
        places = counted(len(row.tests), "place in tests cites it", "places in tests cite it")
        return f"{places}, and {ran}"
    if row.status is Status.IMPLEMENTED:
        return f"{counted(len(row.code), 'place in code cites it', 'places in code cite it')}, and no test does"
    return "neither code nor a test cites it"


def _doubted(row: Row) -> str:
    paths = [one.path for one in row.suspects]
    if not paths:
        stale = [str(one) for one in row.citations if one.stale]
        return f"{', '.join(stale)} {'cites' if len(stale) == 1 else 'cite'} an older version"
    files, verb = ", ".join(paths[:3]), "was" if len(paths) == 1 else "were"
    more = f" and {len(paths) - 3:,} more" if len(paths) > 3 else ""
    return f"its text changed since {files}{more} {verb} reviewed"


def _over(waiver: Waiver, project: Project) -> bool:
    return project.today is not None and waiver.expires < project.today


def _relative(name: str, spec: str, rows: Mapping[str, Row]) -> Relative:
    row = rows.get(name)
    return Relative(name, spec, row.title if row else "", row.status if row else None)


def _concerns(finding: Finding, requirement: Requirement) -> bool:
    """Whether a finding stands in the lines of a requirement, or names it."""
    place = requirement.place
    if finding.place.path == place.path and place.line <= finding.place.line <= max(requirement.end_line, place.line):
        return True
    name = requirement.id.text
    return (
        name in finding.message
        and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)", finding.message) is not None
    )


def _about(one: Finding) -> About:
    words = encodable(one.message)
    return About(one.code, one.severity, encodable(one.place.path), one.place.line, one.place.column, words, one.help)
