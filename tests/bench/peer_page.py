"""What `bench.peers` found as a section of the page of the guide: tables, goals, versions and commands."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench import page
from bench.measure import Sample, middle, rounds_of
from bench.peer_tools import MUSTER, Job, Kind, Tool
from bench.wording import wrapped

HEADING = "### Beside the peers"
WITH_SITE = 10  # times less than each peer: the goal
Key = tuple[str, str]  # a tool, and the name of a job


@dataclass(frozen=True)
class Found:
    """A tool as it was installed."""

    tool: Tool
    version: str
    python: str


@dataclass(frozen=True)
class Run:
    """What one run cost; what it had cost so far, where it was ended at the limit."""

    sample: Sample
    ended: bool = False


@dataclass(frozen=True)
class Size:
    """The runs of each job, round by round, for so many requirements."""

    count: int
    runs: Mapping[Key, Sequence[Run]]

    def ratio(self, key: Key, base: Key) -> tuple[float, float] | None:
        """The medians of wall and CPU time against those of another job, compared round by round."""
        pairs = [
            (one.sample, other.sample) for one, other in zip(self.runs[key], self.runs.get(base, ()), strict=False)
        ]
        if not pairs:
            return None
        return (
            statistics.median(one.wall / other.wall for one, other in pairs),
            statistics.median(one.cpu / other.cpu for one, other in pairs),
        )

    def ended(self, key: Key) -> bool:
        return any(run.ended for run in self.runs[key])


@dataclass(frozen=True)
class Report:
    """Everything that one run found."""

    found: tuple[Found, ...]
    sizes: tuple[Size, ...]
    rounds: int
    limit: float


def section(report: Report) -> list[str]:
    """The part of the page."""
    folded = wrapped(_INTRODUCTION.format(rounds=rounds_of(report.rounds), limit=report.limit)).split("\n")
    return [
        HEADING,
        "",
        *folded,
        "",
        "| Peer | version | Python |",
        "| --- | --- | --- |",
        *(f"| {one.tool.name} | {one.version} | {one.python} |" for one in report.found),
        "",
        "| What | measured | in CPU time | at most | met |",
        "| --- | ---: | ---: | ---: | --- |",
        *(goal.row for goal in goals(report)),
        "",
        *(line for size in report.sizes for line in tables(report.found, size)),
        "#### What each of them does",
        "",
        *(line for one in report.found for line in [*wrapped(f"{one.tool.name} {one.tool.does}").split("\n"), ""]),
        "```sh",
        *(line for one in report.found for line in _commands(one.tool)),
        "```",
        "",
    ]


def written(text: str, report: Report) -> str:
    """The page with this section anew."""
    return page.with_parts(text, section(report))


def kept(text: str) -> list[str]:
    """The section as it stands on a page, for a page that is written anew without it."""
    found = re.search(rf"^{HEADING}\n.*?(?=^###? )", text, re.MULTILINE | re.DOTALL)
    return [*found[0].rstrip("\n").split("\n"), ""] if found else []


def tables(found: Sequence[Found], size: Size) -> list[str]:
    """The tables of one size, one for each kind of job."""
    lines = [f"#### {size.count:,} requirements", ""]
    for kind, bases, ratios in (
        (Kind.CHECK, _CHECKS, "of Muster's | CPU of Muster's"),
        (Kind.SITE, _SITES, "CPU of `mkdocs build` | CPU of `pages`"),
    ):
        rows = [_row(one.tool, job, size, bases) for one in found for job in one.tool.jobs if job.kind is kind]
        if rows:
            head = [
                f"| {kind} | seconds | CPU seconds | peak MB | {ratios} |",
                "| --- | ---: | ---: | ---: | ---: | ---: |",
            ]
            lines += [*head, *rows, ""]
    return lines


def _row(tool: Tool, job: Job, size: Size, bases: Sequence[str]) -> str:
    """A row; a run that was ended cost more than it says."""
    key, name = (tool.key, job.name), f"{tool.name}: {job.name}"
    if not size.runs.get(key):
        return f"| {name} | not run |  |  |  |  |"
    more = "> " if size.ended(key) else ""
    cost = middle([run.sample for run in size.runs[key]])
    figures = f"{more}{cost.wall:,.2f} | {more}{cost.cpu:,.2f} | {more}{cost.peak / 1e6:,.0f}"
    if job.kind is Kind.CHECK:
        ratios = size.ratio(key, (MUSTER.key, bases[1 if job.warm else 0])) or ()
        told = list(ratios)
    else:
        told = [both[1] for base in bases if (both := size.ratio(key, (MUSTER.key, base)))]
    return f"| {name} | {figures} | {' | '.join(f'{more}{figure:,.1f}' for figure in told)} |"


def goals(report: Report) -> Iterator[page.Goal]:
    """CPU time of the whole process, cold, at the largest size, in per cent of each peer at its fastest."""
    size = report.sizes[-1]
    for one in report.found[1:]:
        wanted = ((Kind.CHECK, _CHECKS[0], one.tool.times), *((Kind.SITE, base, WITH_SITE) for base in _SITES))
        for kind, base, times in wanted:
            ratios = _ratios(one.tool, kind, size, base)
            if not ratios:
                continue
            fastest = min(ratios, key=lambda name: ratios[name])
            ended = "; ended at the limit, so at most" if size.ended((one.tool.key, fastest)) else ""
            what = f"{size.count:,} requirements: {base}, of {one.tool.name} ({fastest}{ended})"
            percent = 100 / ratios[fastest]
            yield page.Goal(what, round(100 / times, 3), "%", percent, percent)


def _ratios(tool: Tool, kind: Kind, size: Size, base: str) -> dict[str, float]:
    """How many times the CPU time of Muster's job each of a peer's takes that uses no cache."""
    names = (job.name for job in tool.jobs if job.kind is kind and not job.warm)
    found = {name: size.ratio((tool.key, name), (MUSTER.key, base)) for name in names if (tool.key, name) in size.runs}
    return {name: both[1] for name, both in found.items() if both}


def _commands(tool: Tool) -> Iterator[str]:
    """Each command once, in the order of the tables."""
    yield f"# {tool.name}{', first ' + tool.prepare if tool.prepare else ''}"
    yield from dict.fromkeys(command for job in tool.jobs for command in job.commands)


_CHECKS = tuple(job.name for job in MUSTER.jobs if job.kind is Kind.CHECK)
_SITES = tuple(job.name for job in MUSTER.jobs if job.kind is Kind.SITE)
_INTRODUCTION = """
Other tools that trace requirements, each from the package registry in an environment of its own, get the same
documents, chapters, prose and requirements in their own format, with two citations for each requirement: one by code,
one by a test. All jobs take turns in one run, {rounds}; figures are medians of whole processes with all that they
start, and what is said of Muster compares within a round. What each run read is counted after it, so that none is
quick because it read nothing. Unless a row says otherwise all that an earlier run left is removed first. A run is
ended after {limit:g} s; what had been used until then is the least that it would have cost. Peak memory is that of the
largest process, and never less than that of the bench. The tools do not do the same: what each of them does is told
below. The goals are of CPU time, the peer in its fastest setting that uses no cache; a hundred times less is 1 %.
"""
