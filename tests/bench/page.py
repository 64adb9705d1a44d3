"""The bench's results as Markdown: a table for each project, goals beside figures, the page of the guide."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from bench import chains, packets, prompts, trace
from bench.measure import Sample, exponent, middle, ratio, rounds_of
from bench.subjects import Subject

if TYPE_CHECKING:
    from bench import ledger, links, lychee
    from bench.site import Cost


class Step(StrEnum):
    """What is measured of a project, in the words of the tables."""

    PLAIN = "P: markdown-it-py, full parse"
    BYTES = "reading the bytes"
    FLOOR = "V: all files that a `check` reads, `python -c`"
    READING = "Muster's reading alone"
    LINKED = "all of a `check`, in memory"
    COLD = "`check`, cold"
    COLD_ONE = "`check`, cold, one process"
    WARM = "`check`, warm"
    PROSE = "`check`, prose of one spec edited"
    CODE = "`check`, one file of code edited"
    DRIFT = "`check`, requirement of one spec edited"
    WATCH = "`check --watch`, one file edited"


@dataclass(frozen=True)
class Result:
    """The samples of one project, round by round."""

    subject: Subject
    samples: Mapping[Step, Sequence[Sample]]

    def ratio(self, step: Step, base: Step = Step.PLAIN) -> tuple[float, float]:
        """How long a step takes for each second of P, or of another, by the clock and in CPU time."""
        return ratio(self.samples[step], self.samples[base])

    def middle(self, step: Step) -> Sample:
        return middle(self.samples[step])


@dataclass(frozen=True)
class Goal:
    """A figure that is to stay at or below a limit; the clock decides, CPU time tells a busy machine apart."""

    what: str
    limit: float
    unit: str
    figure: float
    cpu: float | None = None

    @property
    def row(self) -> str:
        met = "yes" if self.figure <= self.limit else "**no**"
        cpu = "" if self.cpu is None else f"{self.cpu:.2f}"
        return f"| {self.what} | {self.figure:.2f} | {cpu} | {self.limit:g} {self.unit} | {met} |"


@dataclass(frozen=True)
class Report:
    """Everything that one run of the bench found."""

    results: tuple[Result, ...]
    start_up: tuple[Sequence[Sample], Sequence[Sample]] | None  # `muster --version`, `python -c pass`
    trace: trace.Cost | None
    site: Cost | None
    links: links.Cost | None
    lychee: lychee.Cost | None
    ledger: ledger.Cost | None
    packets: packets.Cost | None
    prompts: prompts.Cost | None
    chains: chains.Cost | None


def section(result: Result) -> str:
    """The table of one project."""
    subject = result.subject
    plain = result.samples[Step.PLAIN]
    head = (
        f"{subject.requirements:,} requirements in {subject.files:,} files, {subject.size / 1e6:.2f} MB of Markdown; "
        f"{rounds_of(len(plain))}."
    )
    rows = []
    for step, samples in result.samples.items():
        cost, (wall, cpu) = middle(samples), ratio(samples, plain)
        rows.append(
            f"| {step} | {cost.wall:.3f} | {cost.cpu:.3f} | {wall:.3f} | {cpu:.3f} "
            f"| {subject.size / 1e6 / cost.wall:,.1f} | {cost.peak / 1e6:,.0f} |"
        )
    return "\n".join(
        [
            f"### {subject.name.capitalize()}",
            "",
            *_folded(head),
            "",
            "| Step | seconds | CPU seconds | of P | CPU of P | MB/s | peak MB |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
        ]
    )


def summary(report: Report) -> str:
    """The goals beside what was measured."""
    return "\n".join(
        [
            "| What | measured | in CPU time | at most | met |",
            "| --- | ---: | ---: | ---: | --- |",
            *(goal.row for goal in _goals(report)),
            "",
        ]
    )


def with_goals(text: str, report: Report) -> str:
    """The page with the goals that were measured anew, each in the place of what it said before; all else stays."""
    for goal in _goals(report):
        known = re.search(rf"^\| {re.escape(goal.what)} \|.*$", text, re.MULTILINE)
        if known:
            text = text.replace(known[0], goal.row, 1)
        else:
            head, rows, rest = text.partition("\n\n## Figures")
            text = f"{head}\n{goal.row}{rows}{rest}"
    return text


def page(report: Report) -> str:
    """`specs/guide/performance.md`."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB of memory, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Performance",
            "",
            *_folded(_INTRODUCTION),
            "",
            f"Measured on a machine with {machine}.",
            "",
            "## Goals",
            "",
            summary(report),
            "## Figures",
            "",
            *_folded(_COLUMNS),
            "",
            *(section(result) for result in report.results),
            *(citations(report.trace) if report.trace else ()),
            *(site_built(report.site) if report.site else ()),
            *(_links(report.links) if report.links else ()),
            *(links_beside(report.lychee) if report.lychee else ()),
            *(ledgers(report.ledger) if report.ledger else ()),
            *(packets_pinned(report.packets) if report.packets else ()),
            *(prompts_compiled(report.prompts) if report.prompts else ()),
            *(chains_judged(report.chains) if report.chains else ()),
            _END,
            "",
            *_REPEAT,
        ]
    )


def _goals(report: Report) -> Iterator[Goal]:
    wild = [result for result in report.results if not result.subject.is_synthetic]
    made = [result for result in report.results if result.subject.is_synthetic]
    for result in wild:
        yield Goal(f"{result.subject.name}: reading, cold, one process", 0.15, "P", *result.ratio(Step.READING))
    if len(wild) > 1:
        reading, plain = ([result.middle(step) for result in wild] for step in (Step.READING, Step.PLAIN))
        wall = sum(sample.wall for sample in reading) / sum(sample.wall for sample in plain)
        cpu = sum(sample.cpu for sample in reading) / sum(sample.cpu for sample in plain)
        yield Goal("all of these together", 0.15, "P", wall, cpu)
    for result in wild:
        if result.subject.name == "opentelemetry":  # of the others, much is read for its links alone
            figures = ratio(result.samples[Step.LINKED], result.samples[Step.READING])
            yield Goal(f"{result.subject.name}: `check` with links, of reading without", 1.5, "times", *figures)
    for result in made:
        yield from _goals_of_checks(result)
    for small, large in pairwise(made):
        for step in (Step.COLD, Step.COLD_ONE, Step.WARM):
            yield _growth(step, small, large)
    if report.trace:
        yield from _goals_of_citations(report.trace)
    if report.start_up:
        yield Goal("`muster --version`", 5, "`python -c pass`", *ratio(*report.start_up))
    yield from _goals_of_the_site(report)
    yield from _goals_of_parts(report)


def _goals_of_parts(report: Report) -> Iterator[Goal]:
    if report.ledger:
        yield from _goals_of_ledgers(report.ledger)
    if report.packets:
        yield from _goals_of_packets(report.packets)
    if report.prompts:
        yield from _goals_of_prompts(report.prompts)
    if report.chains:
        yield from _goals_of_chains(report.chains)


def _goals_of_checks(result: Result) -> Iterator[Goal]:
    """The limits of a whole `check`; a start-up of some 0.1 s says nothing of a project of 1,000."""
    subject = result.subject
    if subject.requirements < 10_000:
        return
    limits = {Step.COLD: 0.9, Step.COLD_ONE: 0.9, Step.WARM: 0.15, Step.PROSE: 0.2, Step.DRIFT: 0.2, Step.WATCH: 0.2}
    for step, limit in limits.items():
        yield Goal(f"{subject.name}: {step}", limit, "P", *result.ratio(step))
    peak = result.middle(Step.COLD_ONE).peak / subject.size
    yield Goal(f"{subject.name}: peak memory, cold, one process", 12, "times the Markdown", peak)
    if subject.requirements < 100_000:
        yield Goal(f"{subject.name}: {Step.COLD_ONE}, of V", 100, "V", *result.ratio(Step.COLD_ONE, Step.FLOOR))
        return
    yield Goal(f"{subject.name}: {Step.WARM}, of V", 3, "V", *result.ratio(Step.WARM, Step.FLOOR))
    for step in (Step.PROSE, Step.CODE, Step.DRIFT):
        wall, cpu = result.ratio(step, Step.COLD_ONE)
        yield Goal(f"{subject.name}: {step}, of cold", 5, "% of cold", 100 * wall, 100 * cpu)


def _goals_of_the_site(report: Report) -> Iterator[Goal]:
    if report.site:
        what = f"Material build of {report.site.pages} pages with the plugins"
        yield Goal(what, 1.05, "without", report.site.plugins, report.site.plugins)
        yield Goal("a generated page", 1.5, "ordinary ones", report.site.page, report.site.page)
    if report.site and (opened := report.site.browser):
        what = f"the matrix of {report.site.requirements:,} requirements in Chromium:"
        yield Goal(f"{what} time until it can be used", 3, "times an empty page of the theme", opened.ratio)
        yield Goal(f"{what} longest frame while a filter is typed", 100, "ms", opened.frame)
    if report.links:
        ours, theirs = report.links.ours, report.links.theirs
        what = f"`muster links` over {report.links.pages} pages"
        yield Goal(what, 2, "% of LinkChecker", 100 * ours.wall / theirs.wall, 100 * ours.cpu / theirs.cpu)
    if report.lychee:
        wall, cpu = report.lychee.ratio
        yield Goal(f"internal links of {report.lychee.pages:,} pages", 25, "% of lychee", 100 * wall, 100 * cpu)


def _goals_of_ledgers(cost: ledger.Cost) -> Iterator[Goal]:
    recorded = cost.recorded
    what = f"{recorded.requirements:,} requirements: `check`, warm, recorded"
    yield Goal(what, 1.05, "times the same unrecorded", recorded.wall, recorded.cpu)
    for store in cost.stores:
        worst = max(store.questions, key=lambda question: question.ratio)
        what = f"ledger in {store.name}: of all queries the one that grows most ({worst.name}), {cost.large:,} runs"
        yield Goal(what, 2, f"times {cost.small:,} runs", worst.ratio)


def _goals_of_packets(cost: packets.Cost) -> Iterator[Goal]:
    for step in (packets.Step.JUDGING, packets.Step.COLD):
        yield Goal(f"{cost.packets} packets, {cost.anchors:,} anchors: {step}", 40, "U", *cost.ratio(step))


def _goals_of_prompts(cost: prompts.Cost) -> Iterator[Goal]:
    small, large = prompts.SIZES[-2:]
    for counted in cost.counted:
        what = f"growth of a compile with `{counted.tokenizer}`, {_megabytes(small)} to {_megabytes(large)} of prompt"
        yield Goal(f"{what}: exponent", 1.15, "", *counted.growth)
    for counted in cost.counted:
        what = f"peak memory after {prompts.MANY:,} compiles with `{counted.tokenizer}`"
        yield Goal(what, 1.1, f"times that after {prompts.FEW}", counted.memory)


def _goals_of_chains(cost: chains.Cost) -> Iterator[Goal]:
    few, many = chains.TURNS[0], chains.TURNS[-1]
    growth = cost.growth(chains.chain_of, chains.TURNS)
    yield Goal(f"growth of judging a chain, {few} to {many:,} turns: exponent", 1.1, "", *growth)
    small, large = map(_megabytes, (chains.SIZES[0], chains.SIZES[-1]))
    growth = cost.growth(chains.turn_of, chains.SIZES)
    yield Goal(f"growth of judging a chain with one turn of {small} to {large}: exponent", 1.1, "", *growth)


def _goals_of_citations(cost: trace.Cost) -> Iterator[Goal]:
    step, files = trace.Step, f"citations of {cost.files:,} files"
    for grep in (step.GREP_TEXT, step.GREP):
        yield Goal(f"{files}: finding them, cold", 2.5, grep, *cost.ratio(step.COLD, grep))
    yield Goal(f"{files}: finding them, warm", 3, step.STATUS, *cost.ratio(step.WARM, step.STATUS))
    what = f"{cost.requirements:,} requirements with {cost.joined:,} citations: joining"
    yield Goal(what, 0.2, "of reading the specs", *cost.ratio(step.JOINING, step.READING))


def _growth(step: Step, small: Result, large: Result) -> Goal:
    sizes = [result.subject.requirements for result in (small, large)]
    costs = [result.middle(step) for result in (small, large)]
    wall = exponent((sizes[0], costs[0].wall), (sizes[1], costs[1].wall))
    cpu = exponent((sizes[0], costs[0].cpu), (sizes[1], costs[1].cpu))
    return Goal(f"growth of {step}, {sizes[0]:,} to {sizes[1]:,} requirements: exponent", 1.1, "", wall, cpu)


def citations(cost: trace.Cost) -> list[str]:
    """The tables of citations."""
    sources = f"{cost.files:,} files, {cost.citations:,} citations; {len(cost.tree[trace.Step.COLD])} rounds"
    specs = f"{cost.requirements:,} requirements, {cost.joined:,} citations"
    return [
        "### Citations",
        "",
        *_folded(_CITATIONS),
        "",
        f"| {sources} | seconds | CPU seconds | of git | CPU of git | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *_compared(cost.tree),
        "",
        f"| {specs} | seconds | CPU seconds | of reading | CPU of reading | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *_compared(cost.joining),
        "",
    ]


def _compared(samples: trace.Samples) -> Iterator[str]:
    for step, own in samples.items():
        cost, base = middle(own), trace.BASES.get(step)
        of = " | ".join(f"{figure:.2f}" for figure in ratio(own, samples[base])) if base else " | "
        yield f"| {step} | {cost.wall:.3f} | {cost.cpu:.3f} | {of} | {cost.peak / 1e6:,.0f} |"


def site_built(cost: Cost) -> list[str]:
    """The tables of the site."""
    rows = [
        ("the theme alone", cost.seconds["plain"]),
        ("with `muster-specs` and `muster-gate`", cost.seconds["plugins"]),
        (f"and `muster-compliance`, {cost.generated} generated pages", cost.seconds["pages"]),
    ]
    return [
        "### Site",
        "",
        *_folded(_SITE),
        "",
        f"| Build of {cost.pages} pages | CPU seconds |",
        "| --- | ---: |",
        *(f"| {name} | {seconds:.2f} |" for name, seconds in rows),
        "",
        *(_in_a_browser(cost) if cost.browser else ()),
    ]


def _in_a_browser(cost: Cost) -> list[str]:
    assert cost.browser is not None
    rows = [
        ("an empty page of the theme, complete", cost.browser.empty),
        ("the matrix, complete and with its rows", cost.browser.matrix),
        ("the longest frame while a filter is typed, median of three rounds", cost.browser.frame),
        ("the same, the worst of them", cost.browser.worst),
    ]
    return [
        f"| {cost.requirements:,} requirements in Chromium, with an empty cache | milliseconds |",
        "| --- | ---: |",
        *(f"| {name} | {figure:.0f} |" for name, figure in rows),
        "",
    ]


def _links(cost: links.Cost) -> list[str]:
    same = "the same" if cost.same else "**not the same**"
    return [
        "### Links of the built site",
        "",
        *_folded(_LINKS),
        "",
        f"| {cost.pages} pages, {cost.dead} dead links; both find {same} | seconds | CPU seconds | peak MB |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {sample.wall:.2f} | {sample.cpu:.2f} | {sample.peak / 1e6:,.0f} |"
            for name, sample in (("`muster links`", cost.ours), ("LinkChecker", cost.theirs))
        ),
        "",
    ]


def links_beside(cost: lychee.Cost) -> list[str]:
    """The table of the links of a site beside lychee."""
    same = "the same" if cost.same else "**not the same**"
    rows = [("`muster links`", cost.ours), (f"lychee {cost.version}", cost.theirs)]
    return [
        "### Links beside lychee",
        "",
        *_folded(_LYCHEE),
        "",
        f"| {cost.pages:,} pages, {cost.dead} dead links; both find {same} | seconds | CPU seconds | peak MB |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {one.wall:.2f} | {one.cpu:.2f} | {one.peak / 1e6:,.0f} |"
            for name, one in ((name, middle(samples)) for name, samples in rows)
        ),
        "",
        "Muster takes {:.1%} of lychee's seconds, {:.1%} of its CPU time.".format(*cost.ratio),
        "",
    ]


def ledgers(cost: ledger.Cost) -> list[str]:
    """The tables of the ledger."""
    names = [store.name for store in cost.stores]
    sizes = f"with {cost.small:,} runs | with {cost.large:,} | ratio"
    rows: list[tuple[str, list[str]]] = [
        (f"runs a second in batches, up to {cost.small:,}", [f"{store.batch[0]:,.0f}" for store in cost.stores]),
        (f"the same up to {cost.large:,}", [f"{store.batch[1]:,.0f}" for store in cost.stores]),
        (f"runs a second one by one, after {cost.small:,}", [f"{store.single[0]:,.0f}" for store in cost.stores]),
        (f"the same after {cost.large:,}", [f"{store.single[1]:,.0f}" for store in cost.stores]),
        ("bytes on the disk a run", [f"{store.bytes_a_run:,.0f}" for store in cost.stores]),
        (f"seconds to verify {cost.events:,} events", [f"{store.verifying:.2f}" for store in cost.stores]),
    ]
    return [
        "### Ledger",
        "",
        *_folded(_LEDGER),
        "",
        f"| Recording | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
        *(f"| {what} | {' | '.join(figures)} |" for what, figures in rows),
        "",
        *_folded(
            f"A warm `check` of {cost.recorded.requirements:,} requirements that records itself in SQLite takes"
            f" {cost.recorded.wall:.3f} times what it takes with `--no-record`, and {cost.recorded.cpu:.3f} times its"
            f" CPU time: medians of {cost.recorded.pairs} pairs."
        ),
        "",
        f"| Runs, {cost.calls} calls, milliseconds | index in the plan | {sizes} |",
        "| --- | --- | ---: | ---: | ---: |",
        *(_asked(store.name, question) for store in cost.stores for question in store.questions),
        "",
    ]


def _asked(store: str, asked: ledger.Question) -> str:
    figures = f"{1e3 * asked.small:.3f} | {1e3 * asked.large:.3f} | {asked.ratio:.2f}"
    return f"| {store}: {asked.name} | `{asked.index}` | {figures} |"


def packets_pinned(cost: packets.Cost) -> list[str]:
    """The table of packets."""
    rounds = len(cost.samples[packets.Step.UNIT])
    what = f"{cost.packets} packets, {cost.anchors:,} anchors, {cost.size / 1e6:.1f} MB of spec; {rounds} rounds"
    rows = []
    for step, samples in cost.samples.items():
        one, (wall, cpu), (whole, _) = middle(samples), cost.ratio(step), cost.ratio(step, packets.Step.PROCESS)
        figures = f"{one.wall:.4f} | {one.cpu:.4f} | {wall:.1f} | {cpu:.1f} | {whole:.1f} | {one.peak / 1e6:,.0f}"
        rows.append(f"| {step} | {figures} |")
    return [
        "### Packets",
        "",
        *_folded(_PACKETS),
        "",
        f"| {what} | seconds | CPU seconds | of U | CPU of U | of V | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
    ]


def prompts_compiled(cost: prompts.Cost) -> list[str]:
    """The tables of prompts."""
    rounds, runs = len(cost.counted[0].compiles), len(cost.whole[prompts.Step.PASS])
    head = f"{prompts.MANY:,} compiles, {prompts.PROMPT / 1e3:g} KB of prompt; {rounds} rounds"
    return [
        "### Prompts",
        "",
        *_folded(_PROMPTS),
        "",
        f"| {head} | a second | a CPU second | CPU of H | MB before | MB after {prompts.FEW} | MB after all |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(_many_compiles, cost.counted),
        "",
        f"| Seconds a compile | {' | '.join(map(_megabytes, prompts.SIZES))} | exponent | CPU | of H | cut | peak MB |",
        f"| --- |{' ---: |' * (len(prompts.SIZES) + 5)}",
        *map(_long_prompts, cost.counted),
        "",
        f"| Whole processes, {runs} runs | seconds | CPU seconds | of `pass` | CPU of `pass` |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_whole_prompts(step, cost) for step in cost.whole),
        "",
    ]


def _many_compiles(counted: prompts.Counted) -> str:
    one, (_, floor) = middle(counted.compiles), ratio(counted.compiles, counted.parts["floor"])
    memory = " | ".join(f"{middle(counted.parts[part]).peak / 1e6:,.1f}" for part in ("loaded", "few", "many"))
    rates = f"{prompts.MANY / one.wall:,.0f} | {prompts.MANY / one.cpu:,.0f}"
    return f"| `{counted.tokenizer}` | {rates} | {floor:.1f} | {memory} |"


def _long_prompts(counted: prompts.Counted) -> str:
    each = [middle(counted.parts[prompts.compile_of(size)]) for size in prompts.SIZES]
    exponents = " | ".join(f"{figure:.2f}" for figure in counted.growth)
    largest = prompts.SIZES[-1]
    floor, _ = counted.ratio(prompts.compile_of(largest), prompts.floor_of(largest))
    seconds = " | ".join(f"{sample.wall:.3f}" for sample in each)
    rest = f"{floor:.1f} | {middle(counted.parts['cut']).wall:.3f} | {each[-1].peak / 1e6:,.0f}"
    return f"| `{counted.tokenizer}` | {seconds} | {exponents} | {rest} |"


def _whole_prompts(step: prompts.Step, cost: prompts.Cost) -> str:
    one, (wall, cpu) = middle(cost.whole[step]), cost.ratio(step)
    return f"| {step} | {one.wall:.3f} | {one.cpu:.3f} | {wall:.1f} | {cpu:.1f} |"


def chains_judged(cost: chains.Cost) -> list[str]:
    """The tables of chains."""
    rounds = len(cost.parts[chains.chain_of(chains.TURNS[0])])
    lengths = " | ".join(f"{turns:,} turns" for turns in chains.TURNS)
    sizes = " | ".join(map(_megabytes, chains.SIZES))
    return [
        "### Chains",
        "",
        *_folded(_CHAINS),
        "",
        f"| Seconds, {rounds} rounds | {lengths} | exponent | CPU | a turn, ms | peak MB |",
        f"| --- |{' ---: |' * (len(chains.TURNS) + 4)}",
        _grown("a chain", cost, chains.chain_of, chains.TURNS, lambda one, turns: f"{one.wall / turns * 1e3:.2f}"),
        "",
        f"| Seconds, {rounds} rounds | {sizes} | exponent | CPU | MB/s | peak MB |",
        f"| --- |{' ---: |' * (len(chains.SIZES) + 4)}",
        _grown("one turn", cost, chains.turn_of, chains.SIZES, lambda one, size: f"{size / 1e6 / one.wall:,.1f}"),
        "",
    ]


def _grown(
    name: str,
    cost: chains.Cost,
    part_of: Callable[[int], str],
    sizes: Sequence[int],
    rate: Callable[[Sample, int], str],
) -> str:
    each = [cost.of(part_of(size)) for size in sizes]
    seconds = " | ".join(f"{sample.wall:.3f}" for sample in each)
    exponents = " | ".join(f"{figure:.2f}" for figure in cost.growth(part_of, sizes))
    return f"| {name} | {seconds} | {exponents} | {rate(each[-1], sizes[-1])} | {each[-1].peak / 1e6:,.0f} |"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:g} MB"


def with_parts(text: str, *parts: Sequence[str]) -> str:
    """The page with these parts anew, each known by its heading; all else as it was measured."""
    for part in parts:
        new = "\n".join([*part, ""])
        old = rf"^{re.escape(part[0])}\n.*?(?=^### |^{_END}$)"
        known = re.search(old, text, re.MULTILINE | re.DOTALL)
        text = text.replace(known[0] if known else _END, new if known else f"{new}{_END}", 1)
    return text


def with_words(text: str) -> str:
    """The page with what it says of itself as it is said now; all figures stay."""
    columns = "\n".join(["## Figures", "", *_folded(_COLUMNS), "", ""])
    text = re.sub(r"^## Figures\n.*?(?=^### )", lambda _: columns, text, count=1, flags=re.MULTILINE | re.DOTALL)
    return text.partition(f"\n{_END}\n")[0] + "\n".join(["", _END, "", *_REPEAT])


def _folded(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > 96:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


_INTRODUCTION = """
Muster is measured against a yardstick, so that the figures mean something on other machines: P is the time that
markdown-it-py takes for a plain full parse of the same Markdown in one process. The projects are the specs of four
other projects and synthetic ones: prose, lists, tables, code and links, about 600 bytes of Markdown and two citations
in code for each requirement. Beside other tools it is measured with work of their own, at the end.
"""
_CITATIONS = """
A tree of sources in git, half Python, half Rust, some 3 KB each; one file in twenty cites four requirements of 900.
`git grep -oE` looks for the same IDs in all of it: of UTF-8 in the language of an ordinary terminal, of bytes with
`LC_ALL=C`, in which git is quickest. Git is measured as a whole process; finding the citations
is listing the files, looking through them with as many processes as there are cores, comments told from strings,
and keeping what was found, without the start of Python, its imports and the reading of the specs: these are in the
rows of `muster check`, which does all else that a check does as well. Cold is without a cache of Muster's; nothing is
dropped from the system's. What is cold is compared with `git grep` of bytes, what is warm with `git status`.
The second table is of one process: reading alone, as above; reading with the rules for a single page; and joining
what the files cite with the requirements, the review lock and the status of each.
"""
_SITE = """
The same specs built by MkDocs and Material, each round with an empty cache; CPU time of the whole build.
"""
_LINKS = """
A site that Material built, with dead links and anchors put in. LinkChecker, its anchor check on, reads it from a
server on loopback that sends the `LinkChecker` header, so that it never waits; the server's own time is not counted.
Both are whole processes, one run each.
"""
_LYCHEE = """
A larger site of the same kind in a folder: whole processes in turn, each round one of each, both with JSON as output;
the figures are medians over the rounds, and the ratios compare within a round. lychee, written in Rust and with a
thread for each core, runs as `lychee --offline --include-fragments --index-files index.html --root-dir SITE SITE`;
Muster runs in one process, without a cache. What they find is compared link by link, once for each page and target.
"""
_LEDGER = """
Runs of fifty tasks about two hundred specs, one in twenty failed and most of these tried again; recorded durably, in
batches of a thousand and, the last ones, each by itself. Two ledgers in each store hold them, a small one and a large
one, which are asked in turn through the Python API; each answer has as many runs at both sizes. PostgreSQL runs on the
same machine, on loopback, with 32 MB of shared buffers.
"""
_PACKETS = f"""
Signed packets with four anchors each, whose excerpts are whole sections of a spec of {packets.LINES:,} lines. Reading
the file of that spec and taking its SHA-1, and nothing else, is U inside of a process that has started, and V as a
whole process. Judging is what `muster packet check` does when its modules are loaded and its files are listed; all
below V are whole processes with `--no-record`. {packets.SHIFT} lines at the top of the spec move each anchor, so that
each is reported, or mended; the cache is there. For `muster check` the spec lies in `specs/`, with a requirement in
each section.
"""
_PROMPTS = f"""
The default pack with a table of {prompts.TABLE} capabilities, each compile of another prompt, in a process of its own
for each tokenizer, whose modules are loaded; the texts are in memory. With `chars`, a token for each character, the
budgets of the pack cut most of the prompt and of the table. H is the floor: the same prompt, whole, brought to NFC,
written as JSON and hashed with SHA-256 by Python alone. For prompts of other sizes all budgets are wide open, but for
"cut": that is the largest prompt with the budgets of the pack; the exponent is that of the two largest, and the last
three columns tell of the largest. Whole processes run in a project of {prompts.REQUIREMENTS} requirements, the prompt
a file of {prompts.PROMPT / 1e3:g} KB, the registry one of {prompts.TABLE} capabilities; cold is without a cache, a
ledger and an earlier compile.
"""
_CHAINS = f"""
Chains of steps without end, each with an authorization, a prompt, a response with a diff and QA output, and both
gates: read and judged in one process whose modules are loaded, without a cache; the texts are in memory, and nothing
is found. Below, one response of a chain of {chains.SHORT} turns has that many bytes: a third of them diff, a third
output of QA, a third report. The exponents are those from the smallest to the largest, the last two columns tell of the
largest.
"""
_COLUMNS = """
Cold is without a cache, warm with one and nothing changed. The edited cases change one file of a project whose cache
is there: the prose of a spec, a line of code, or the words of a requirement, so that derived files differ and `check`
prints the drift. V opens and reads every file that a `check` reads, names known, and does nothing else. Seconds
are those of the whole process with its start; P, the reading of the bytes, Muster's reading alone and all of a
`check` in memory (links and rules included, one process) are without start-up and imports. Every step runs once in
each round, a figure is the median over the rounds, and what is said of P compares within a round. Peak memory is that
of the largest process. A watch goes on already when a spec is edited: its seconds are those from the save to the
result, its start is not counted.
"""
_COMPILED = """
**Compiled by mypyc**, 36 or 50 of the modules that a cold check of 10,000 requirements spends its time in: 1.24 times
less CPU time, the median of five pairs each, and 1.2 to 1.6 times less for reading alone. Seven per cent are left in
the interpreter then; the rest is patterns, memory, dictionaries and the search of strings, which the same C does for
both. For that a wheel of each platform and Python, twice its size, 0.13 s more until a small check begins, every
struct in a module of its own, and a slice of bytes that raises where Python's is empty.
"""
_PYROMARK = """
**pyromark**, the Rust parser pulldown-cmark for Python, in the place of markdown-it-py: parsing is quicker, but its
events have to become lines, nodes and offsets in Python, and with that it takes as long as reading by lines does.
"""
_END = "## How to repeat it"
_REPEAT = (
    "```sh",
    "nox -s bench                # everything, and this page",
    "nox -s bench -- --quick                # the small sizes, without the site and its links",
    "nox -s bench -- --only checks          # the projects alone, their tables and goals on this page",
    "nox -s bench -- --only trace           # the citations alone; writes nothing",
    "nox -s bench -- --only ledger          # the ledger alone, and its tables on this page",
    "nox -s bench -- --only load            # the ledger under load, and its section of this page",
    "nox -s bench -- --only growth          # growth alone, and its section of this page",
    "nox -s bench -- --only packets         # packets alone, and their table on this page",
    "nox -s bench -- --only prompts         # prompts alone, and their tables on this page",
    "nox -s bench -- --only chains          # chains alone, and their tables on this page",
    "nox -s bench -- --only site            # the site alone, and its tables on this page",
    "nox -s bench -- --only links           # links beside lychee, and their table on this page",
    "nox -s bench -- --sizes 10000 --rounds 9",
    "nox -s bench -- peers                  # beside other tools, and their section of this page",
    "nox -s bench -- peers --only doorstop --sizes 1000 --rounds 1 --limit 300",
    "```",
    "",
    "The corpora lie in the folder that `MUSTER_CORPORA` names; those that are absent are left out.",
    "",
    "## Tried, and left",
    "",
    *_folded(_COMPILED),
    "",
    *_folded(_PYROMARK),
    "",
)
