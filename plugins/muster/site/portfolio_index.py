"""The first page of a portfolio: all repositories, what stands worst first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from muster.model import Level, Severity
from muster.site.charts import bar
from muster.site.portfolio_parts import (
    DATA,
    MOST,
    badge,
    beyond,
    findings_tile,
    gate,
    link_to,
    musts,
    number,
    order_of,
    page,
    said,
    section,
    shown,
    table,
    tiles,
    tiles_of,
    unknown,
    whole,
)
from muster.text.words import counted

if TYPE_CHECKING:
    from muster.portfolio.values import Joined, Member


def index_page(joined: Joined) -> bytes:
    """The page."""
    data = f'<a href="{DATA}">{DATA}</a>'
    body = [
        f"<header>\n<h1>{shown(joined.title)}</h1>\n<p>{_headline(joined)}</p>\n</header>\n<main>",
        tiles(_tiles(joined)),
        whole(joined.counts()),
        section("Not read", "not-read", _not_read(joined)),
        section("Repositories", "repositories", _repositories(joined)),
        section("Citations across repositories", "citations", _pairs(joined), _unchecked(joined)),
        section("Citations that lead nowhere", "unknown", unknown(joined, named=True)),
        f"</main>\n<footer>\n<p>Made by <code>muster portfolio</code>. For programs: {data}</p>\n</footer>",
    ]
    return page(joined.title, "", body)


def _headline(joined: Joined) -> str:
    read = joined.read
    passing = sum(one.reading.passes for one in read)
    if not read:
        return "No repository could be read."
    if passing == len(read):
        told = (
            "The only repository passes its gate." if passing == 1 else f"All {passing:,} repositories pass their gate."
        )
    else:
        verb = "passes its" if passing == 1 else "pass their"
        told = f"{passing:,} of {counted(len(read), 'repository', 'repositories')} {verb} gate."
    if (missing := len(joined.members) - len(read)) > 0:
        told += f" {missing:,} {'is' if missing == 1 else 'are'} not read."
    return told


def _tiles(joined: Joined) -> list[tuple[str, str, str, str]]:
    read = joined.read
    passing = sum(one.reading.passes for one in read)
    missing = len(joined.members) - len(read)
    good = passing == len(joined.members)
    below = f"of {counted(len(read), 'gate')}" + (f", {missing:,} not read" if missing else "")
    severities = Counter({one: sum(each.reading.severities.get(one, 0) for each in read) for one in Severity})
    wrong = len(joined.findings)
    across = (
        "cross-citations",
        f"{len(joined.citations):,}",
        f"{wrong:,} {'leads' if wrong == 1 else 'lead'} nowhere" if wrong else "all lead somewhere",
        "bad" if wrong else "",
    )
    return [
        ("gates passed", f"{passing:,}", below, "good" if good else "bad"),
        *tiles_of(joined.counts(), joined.counts(Level.MUST)),
        findings_tile(severities),
        across,
    ]


def _not_read(joined: Joined) -> str:
    if not joined.not_read:
        return ""
    items = "".join(f"<li>{gate(one)} {link_to(one.name)}: {said(one.reading.problem)}</li>" for one in joined.not_read)
    return f'<ul class="plain">{items}</ul>'


def _repositories(joined: Joined) -> str:
    if not joined.read:
        return ""
    columns = [
        ("Repository", ""),
        ("Gate", ""),
        ("Coverage", "bar wide"),
        ("Musts verified", "number"),
        ("Requirements", "number wide"),
        ("Errors", "number"),
        ("Warnings", "number wide"),
        ("Cited by others", "number wide"),
    ]
    rows = [_row(one) for one in sorted(joined.read, key=order_of)]
    return table("Each repository, what stands worst first", columns, rows)


def _row(member: Member) -> list[str]:
    counts, severities = member.counts(), member.reading.severities
    problem = f"<br><small>{said(member.reading.problem)}</small>" if member.reading.problem else ""
    return [
        link_to(member.name) + problem,
        gate(member),
        bar(counts, 12) if counts else "",
        musts(member.counts(Level.MUST)),
        number(sum(counts.values())),
        number(severities.get(Severity.ERROR, 0), "bad"),
        number(severities.get(Severity.WARNING, 0)),
        number(len(member.cited)),
    ]


def _pairs(joined: Joined) -> str:
    pairs = Counter((one.repository, one.cites) for one in joined.citations)
    if not pairs:
        return ""
    ids = Counter(
        (source, target) for source, target, _ in {(one.repository, one.cites, one.id) for one in joined.citations}
    )
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [
        [link_to(source), link_to(target), f"{ids[source, target]:,}", f"{size:,}"]
        for (source, target), size in ordered[:MOST]
    ]
    columns = [("Repository", ""), ("cites", ""), ("Requirements", "number"), ("Places", "number")]
    raised = sum(one.raised for one in joined.members)
    said = (
        f"<p>{counted(raised, 'requirement')} came further by a citation in another repository.</p>" if raised else ""
    )
    return said + table("Which repository cites which", columns, rows, beyond(len(pairs), "pair"))


def _unchecked(joined: Joined) -> str:
    size = sum(one.unchecked for one in joined.members)
    if not size:
        return ""
    told = "1 citation is" if size == 1 else f"{size:,} citations are"
    return f"<p>{badge('not checked', 'some')} {told} of repositories that were not read.</p>"
