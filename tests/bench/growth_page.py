"""What `bench.growth` found as a section of the page of the guide: exponents, and what breaks first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.growth import FAR, FAR_REPOSITORIES, PARTS, Cost, Growth, Portfolio, Size
from bench.growth_limits import CHECK, GB, MB, Limit, about, limits, of, peak, portfolio_limits, seconds
from bench.measure import rounds_of
from bench.wording import wrapped

HEADING = "### Growth"


@dataclass(frozen=True)
class Row:
    """A figure of the table, how it is written, and where it is taken from."""

    name: str
    value: Callable[[Size], float]
    unit: float = 1
    form: str = ",.1f"


def section(cost: Cost) -> list[str]:
    """The part of the page."""
    sizes = " | ".join(f"{size.requirements:,}" for size in cost.sizes)
    columns = "| --- |" + " ---: |" * (len(cost.sizes) + 3)
    return [
        HEADING,
        "",
        *_paragraph(_INTRODUCTION.format(rounds=rounds_of(cost.rounds))),
        f"| CPU seconds for so many requirements | {sizes} | exponent | of the last two | {FAR:,} |",
        columns,
        *(_row(row, cost) for row in _seconds()),
        "",
        f"| Megabytes, and numbers | {sizes} | exponent | of the last two | {FAR:,} |",
        columns,
        *(_row(row, cost) for row in SIZES),
        "",
        f"#### What breaks first on the way to {FAR:,} requirements",
        "",
        *_limits("requirements", limits(cost)),
        *_paragraph(_far(cost)),
        *_paragraph(_first("requirements", FAR, limits(cost))),
        f"#### And to {FAR_REPOSITORIES:,} repositories",
        "",
        *_paragraph(_PORTFOLIOS),
        "| Repositories | CPU seconds, cold | warm | ms each, cold | peak MB | site, MB | `portfolio.json`, MB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_portfolio(one) for one in cost.portfolios),
        _portfolio_far(cost),
        "",
        *_limits("repositories", portfolio_limits(cost)),
        *_paragraph(_far_across(cost)),
        *_paragraph(_first("repositories", FAR_REPOSITORIES, portfolio_limits(cost))),
    ]


def kept(text: str) -> list[str]:
    """The section as it stands on a page, for a page that is written anew without it: it is measured by itself only."""
    found = re.search(rf"^{HEADING}\n.*?(?=^##?#? )", text, re.MULTILINE | re.DOTALL)
    return [*found[0].rstrip("\n").split("\n"), ""] if found else []


def _seconds() -> list[Row]:
    rows = [Row(f"{part}: {_DONE[part]}", seconds((part,)), form=",.3f") for part in PARTS]
    return [*rows[:-1], Row("**a cold check, all of these**", seconds(CHECK), form=",.3f"), rows[-1]]


def _row(row: Row, cost: Cost) -> str:
    grown: Growth = cost.growth(row.value)
    figures = " | ".join(format(value / row.unit, row.form) for _, value in cost.points(row.value))
    far = format(grown.far / row.unit, ",.0f")
    return f"| {row.name} | {figures} | {grown.overall:.2f} | {grown.last:.2f} | {far} |"


def _portfolio(one: Portfolio) -> str:
    each = 1000 * one.cold / one.repositories
    sizes = f"{one.peak / MB:,.0f} | {one.site / MB:,.1f} | {one.json / MB:,.2f}"
    return f"| {one.repositories:,} | {one.cold:,.2f} | {one.warm:,.2f} | {each:,.1f} | {sizes} |"


def _portfolio_far(cost: Cost) -> str:
    cold, warm, most, site, told = (
        cost.across(value).far
        for value in (_cold, lambda one: one.warm, lambda one: one.peak, lambda one: one.site, lambda one: one.json)
    )
    each = 1000 * cold / FAR_REPOSITORIES
    sizes = f"{most / MB:,.0f} | {site / MB:,.0f} | {told / MB:,.0f}"
    return f"| {FAR_REPOSITORIES:,}, on paper | {cold:,.0f} | {warm:,.0f} | {each:,.1f} | {sizes} |"


def _cold(one: Portfolio) -> float:
    return one.cold


def _limits(what: str, found: Sequence[Limit]) -> list[str]:
    head = [f"| What | limit | reached at so many {what} | why that |", "| --- | ---: | ---: | --- |"]
    return [*head, *(one.row for one in found), ""]


def _far(cost: Cost) -> str:
    def far(value: Callable[[Size], float]) -> float:
        return cost.growth(value).far

    largest = cost.sizes[-1].cpu
    matter = [part for part in PARTS if largest[part] > sum(largest.values()) / 100]
    steepest = max(matter, key=lambda part: cost.growth(seconds((part,))).last)
    return _FAR.format(
        count=f"{FAR:,}",
        check=f"{far(seconds(CHECK)):,.0f}",
        reading=f"{far(seconds(('read',))) / far(seconds(CHECK)):.0%}",
        memory=f"{far(peak('record')) / GB:,.1f} GB",
        cache=f"{far(of('cache')) / GB:,.1f} GB",
        site=f"{far(seconds(('site',))):,.0f}",
        size=f"{far(of('site')) / GB:,.1f} GB",
        files=about(far(of("pages"))),
        git=f"{far(seconds(('list',))):,.1f}",
        index=f"{far(of('index')) / MB:,.1f} MB",
        steepest=f"`{steepest}`",
        exponent=f"{cost.growth(seconds((steepest,))).last:.2f}",
    )


def _far_across(cost: Cost) -> str:
    small = cost.sizes[0]
    return _FAR_ACROSS.format(
        count=f"{FAR_REPOSITORIES:,}",
        cold=f"{cost.across(_cold).far:,.0f}",
        warm=f"{cost.across(lambda one: one.warm).far:,.0f}",
        own=f"{small.requirements:,}",
        more=f"{sum(small.cpu[part] for part in CHECK) * FAR_REPOSITORIES:,.0f}",
        minutes=f"{FAR_REPOSITORIES / 8 / 60:,.0f}",
    )


def _first(what: str, far: int, found: Sequence[Limit]) -> str:
    """What breaks, in the order in which it does, and how to go on then."""
    first, *others = found
    place = f"{first.what}, at {about(first.size)} {what} ({first.why}): {first.remedy}."
    if first.size >= far:
        return f"Nothing of this breaks before {far:,} {what} are reached. First breaks {place}"
    told = [f"First breaks {place}"]
    told += [f"Then {one.what}, at {about(one.size)}: {one.remedy}." for one in others if one.size < far]
    if rest := [one.what for one in others if one.size >= far]:
        told.append(f"The others hold up to {far:,} and beyond: {', '.join(rest)}.")
    return " ".join(told)


def _paragraph(text: str) -> list[str]:
    return [*wrapped(text).split("\n"), ""]


_DONE = {
    "list": "git lists the files",
    "read": "each document, judged by itself",
    "scan": "every text file, for what it names",
    "join": "citations, lock and status",
    "judge": "links, and rules for the whole project",
    "derive": "derived files, compared",
    "keep": "what is left to write into the cache",
    "report": "text and JSON, a finding for ten requirements",
    "record": "the first check in a new ledger",
    "site": "pages and files, as Markdown and JSON",
}
SIZES = (
    Row("memory of a check, peak", peak("record"), MB, ",.0f"),
    Row("memory with the site, peak", peak("site"), MB, ",.0f"),
    Row("cache", of("cache"), MB),
    Row("site", of("site"), MB),
    Row("its files (number)", of("pages"), 1, ",.0f"),
    Row("its largest page", of("page"), MB),
    Row("what its matrix loads", of("matrix"), MB),
    Row("JSON report", of("report"), MB),
    Row("`requirements/trace.lock`", of("lock"), MB),
    Row("`COMPLIANCE.md`", of("table"), MB),
    Row("git's index", of("index"), MB, ",.2f"),
    Row("files of the project (number)", of("files"), 1, ",.0f"),
    Row("ledger after the first check", of("ledger"), MB),
)
_INTRODUCTION = """
What each part costs for the synthetic projects, three decades of them: CPU seconds with those of git, each size in a
process of its own whose modules are loaded and which has no cache, one part after another, {rounds}, medians; the
largest size once. One exponent is that of all sizes, by least squares on logarithmic axes: small sizes, where what does
not grow is most of the cost, make it smaller. The other is that between the last two sizes. The last column is on
paper: by the latter exponent, or by the straight line through the last two sizes where that is more.
"""
_PORTFOLIOS = """
`muster portfolio --workers 1` over git repositories of two requirements each, every one of which cites the one before;
whole processes with all that they start. The last row is on paper, as above.
"""
_FAR = """
On paper a cold check of {count} requirements takes {check} CPU seconds in one process, {reading} of them for reading,
{memory} of memory, and {cache} of disk for its cache. The site adds {site} CPU seconds and is {size} in {files} files,
before a generator makes HTML of its pages, which is the cost of that generator. Git is not what breaks: it lists the
files in {git} CPU seconds, from an index of {index}. Of the parts that are more than a hundredth of the whole,
{steepest} grows most steeply, with an exponent of {exponent} between the last two sizes.
"""
_FAR_ACROSS = """
On paper {count} repositories of two requirements take {cold} CPU seconds where no cache is there, and {warm} where
nothing changed. With {own} requirements in each of them, reading them takes {more} more. Where they are clones, {count}
fetches of a second each, eight at once, take {minutes} minutes: that is the network's, and was not measured, nor
was the memory that more requirements of a repository take.
"""
