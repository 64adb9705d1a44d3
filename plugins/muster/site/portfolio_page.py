"""The page of one repository in a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Level, Severity, Status
from muster.site.charts import bar
from muster.site.portfolio_parts import (
    INDEX,
    MOST,
    badge,
    beyond,
    findings_tile,
    gate,
    link_to,
    musts,
    number,
    page,
    place,
    said,
    section,
    shown,
    table,
    tiles,
    tiles_of,
    unknown,
    whole,
)
from muster.site.standing import done_of
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.portfolio.values import CrossCitation, Joined, Member

Titles = dict[str, dict[str, str]]
_UP = "../"
_PLACES = 3  # of a requirement, that are shown
_SEVERITIES = {Severity.ERROR: "bad", Severity.WARNING: "some", Severity.INFO: ""}


def titles_of(joined: Joined) -> Titles:
    """The title of each requirement that another repository cites, by repository and ID."""
    return {
        member.name: {one.id: one.title for one in member.reading.requirements if one.id in cited}
        for member in joined.members
        if (cited := {one.id for one in member.cited})
    }


def repository_page(member: Member, title: str, titles: Titles) -> bytes:
    """The page; `title` is that of the portfolio."""
    body = [
        f'<nav><a href="{_UP}{INDEX}">{shown(title)}</a></nav>',
        f"<header>\n<h1>{shown(member.name)} {gate(member)}</h1>\n{_headline(member)}\n</header>\n<main>",
    ]
    if member.is_read:
        body += [
            tiles(_tiles(member)),
            whole(member.counts()),
            section("Specs", "specs", _specs(member)),
            section("Findings", "findings", _rules(member), _findings(member)),
            section("Cited by other repositories", "cited", _raised(member), _cited(member.cited, titles)),
            section("Cites other repositories", "cites", _cites(member.cites, titles), _unchecked(member)),
            section("Citations that lead nowhere", "unknown", unknown(member, named=False)),
        ]
    body.append(f'</main>\n<footer>\n<p><a href="{_UP}{INDEX}">All repositories</a></p>\n</footer>')
    return page(f"{member.name} - {title}", _UP, body)


def _headline(member: Member) -> str:
    reading = member.reading
    if reading.problem:
        return f"<p>{said(reading.problem[:1].upper() + reading.problem[1:])}.</p>"
    size = len(reading.requirements)
    told = f"{counted(size, 'requirement')} in {counted(len(reading.specs), 'spec')}"
    return f"<p>{told}; its own gate {'passes' if reading.passes else 'fails'}.</p>"


def _tiles(member: Member) -> list[tuple[str, str, str, str]]:
    return [
        *tiles_of(member.counts(), member.counts(Level.MUST)),
        findings_tile(member.reading.severities),
        ("cited by others", f"{len(member.cited):,}", f"cites {len(member.cites):,}", ""),
    ]


def _specs(member: Member) -> str:
    rows = []
    for (path, title), (counts, binding) in zip(member.reading.specs, member.by_spec(), strict=True):
        size = sum(counts.values())
        open_ = size - done_of(counts)
        name = f"{shown(title)}<br><small>{shown(path)}</small>"
        cells = [name, bar(counts, 12), musts(binding), number(open_), number(size)]
        rows.append(((-counts.get(Status.FAILING, 0), -open_ / max(size, 1), -open_), cells))
    if not rows:
        return ""
    columns = [
        ("Spec", ""),
        ("Coverage", "bar wide"),
        ("Musts verified", "number"),
        ("Open", "number"),
        ("Requirements", "number wide"),
    ]
    rows.sort(key=lambda row: row[0])
    return table("Each spec, what stands worst first", columns, [cells for _, cells in rows])


def _rules(member: Member) -> str:
    rules = sorted(member.reading.rules.items(), key=lambda one: (-one[1], one[0]))
    items = "".join(f"<li><code>{shown(code)}</code> {size:,}</li>" for code, size in rules)
    return f'<ul class="codes" aria-label="Findings by rule">{items}</ul>' if items else ""


def _findings(member: Member) -> str:
    findings = member.reading.findings
    if not findings:
        return ""
    rows = [
        [
            place(one.path, one.line, one.column),
            f"<code>{shown(one.code)}</code>",
            f"{badge(one.severity.value, _SEVERITIES[one.severity])} {said(one.message)}",
        ]
        for one in findings
    ]
    rest = sum(member.reading.severities.values()) - len(rows)
    more = f"{counted(rest, 'further finding')}: <code>muster check</code> there shows all." if rest else ""
    columns = [("Place", "place"), ("Rule", "wide"), ("What is wrong", "words")]
    return table("The gravest findings", columns, rows, more)


def _raised(member: Member) -> str:
    if not member.raised:
        return ""
    return f"<p>{counted(member.raised, 'requirement')} came further by them.</p>"


def _cited(citations: Sequence[CrossCitation], titles: Titles) -> str:
    found: dict[tuple[str, str], list[CrossCitation]] = {}
    for one in citations:
        found.setdefault((one.id, one.repository), []).append(one)
    rows = [
        [_requirement(identifier, titles[ones[0].cites]), link_to(repository, _UP), _places(ones)]
        for (identifier, repository), ones in list(found.items())[:MOST]
    ]
    columns = [("Requirement", "words"), ("by", ""), ("Places", "place wide")]
    return table("Its requirements that others cite", columns, rows, beyond(len(found), "row")) if rows else ""


def _cites(citations: Sequence[CrossCitation], titles: Titles) -> str:
    found: dict[tuple[str, str], list[CrossCitation]] = {}
    for one in citations:
        found.setdefault((one.cites, one.id), []).append(one)
    rows = [
        [_requirement(identifier, titles[cites]), link_to(cites, _UP), _places(ones)]
        for (cites, identifier), ones in list(found.items())[:MOST]
    ]
    columns = [("Requirement", "words"), ("of", ""), ("Places", "place wide")]
    return table("What it cites", columns, rows, beyond(len(found), "row")) if rows else ""


def _requirement(identifier: str, titles: dict[str, str]) -> str:
    title = titles.get(identifier, "")
    return f"<code>{shown(identifier)}</code> {shown(title)}"


def _places(citations: Sequence[CrossCitation]) -> str:
    told = [f"{place(one.path, one.line)} <small>{one.kind.value}</small>" for one in citations[:_PLACES]]
    more = [f"and {len(citations) - _PLACES:,} more"] if len(citations) > _PLACES else []
    return "<br>".join([*told, *more])


def _unchecked(member: Member) -> str:
    if not member.unchecked:
        return ""
    told = counted(member.unchecked, "citation")
    return f"<p>{badge('not checked', 'some')} {told} of repositories that were not read.</p>"
