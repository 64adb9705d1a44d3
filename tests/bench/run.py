"""The bench: `nox -s bench`, or `python tests/bench/run.py [--quick] [--sizes 1000,10000]`; `peers` is `bench.peers`.

All measurements of one project are taken in one run, round by round, so that what disturbs the machine
disturbs them alike; the figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

if __name__ == "__main__":
    # The folder above, so that `bench.site` is ours and `site` stays Python's.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import muster
from bench import (
    chains,
    growth,
    growth_page,
    ledger,
    ledger_load,
    links,
    lychee,
    packets,
    page,
    peer_page,
    peers,
    prompts,
    site,
    trace,
    watch,
)
from bench.measure import Sample, kept, process, work
from bench.subjects import CORPORA, Subject, corpus_subject, synthetic_subject, tree_subject

_Cost = TypeVar("_Cost")
ROOT = Path(__file__).resolve().parents[2]
MUSTER = [sys.executable, "-m", "muster"]
CHECK = [*MUSTER, "check"]
# All files of a listing, opened and read, with as little of Python as does it.
FLOOR = """
import os, sys
for path in open(sys.argv[1]).read().split("\\n")[:-1]:
    file = os.open(path, os.O_RDONLY)
    os.read(file, 1 << 30)
    os.close(file)
"""
START_ROUNDS = 15
SITE_ROUNDS, SITE_PAGES = 9, 500
LINKED_PAGES = 2000  # of the site whose links lychee reads too
RUNS = (10_000, 1_000_000)  # in the ledgers
SOURCES = (50_000, 5_000)  # of the tree in which citations are looked for; the latter where it is to be quick


def main() -> int:
    """Measure what the command line asks for, print it, and write the page where asked."""
    if sys.argv[1:2] == ["peers"]:
        return peers.main(sys.argv[2:])
    options = _options()
    compileall.compile_dir(Path(muster.__file__).parent, quiet=2)  # as an installer does, whatever the environment says
    results = []
    with kept(options.keep) as folder:
        try:
            for make in _subjects(options, folder) if options.only in (None, "checks") else ():
                with _timed(f"{options.rounds} rounds"):
                    subject = make()
                    result = page.Result(subject, _measured(subject, options.rounds))
                results.append(result)
                print(page.section(result), flush=True)
            rounds = f"{options.rounds} rounds"
            of_folder = (folder, options.rounds)
            recorded = pinned = compiled = judged = cited = None
            if not options.no_ledger:
                recorded = _part(f"{RUNS[-1]:,} runs", partial(ledger.measure, *RUNS), page.ledgers)
            alone = [*_alone(options, folder)]
            if not options.no_packets:
                pinned = _part(rounds, partial(packets.measure, *of_folder), page.packets_pinned)
            if not options.no_prompts:
                compiled = _part(rounds, partial(prompts.measure, *of_folder), page.prompts_compiled)
            if not options.no_chains:
                judged = _part(rounds, partial(chains.measure, *of_folder), page.chains_judged)
            if not options.no_trace:
                cited = _part(rounds, partial(_cited, options, folder), page.citations)
        except _Changed:
            print("error: Muster changed while it was measured; measure again", file=sys.stderr)
            return 1
    built = None if options.no_site else site.cost(SITE_ROUNDS, SITE_PAGES)
    checked = None if options.no_site or options.only else links.measure(SITE_PAGES)
    raced = None if options.no_links else lychee.measure(LINKED_PAGES, options.rounds)
    start_up = None if options.only else _start_up()
    report = page.Report(tuple(results), start_up, cited, built, checked, raced, recorded, pinned, compiled, judged)
    print(page.summary(report))
    if options.write:
        target = ROOT / "specs/guide/performance.md"
        parts = (
            *(page.section(result).split("\n") for result in results),
            page.ledgers(recorded) if recorded else (),
            *alone,
            page.packets_pinned(pinned) if pinned else (),
            page.prompts_compiled(compiled) if compiled else (),
            page.chains_judged(judged) if judged else (),
            page.site_built(built) if built else (),
            page.links_beside(raced) if raced else (),
        )
        old = target.read_text(encoding="utf-8")
        text = page.with_parts(
            page.page(report), *filter(None, [peer_page.kept(old), ledger_load.kept(old), growth_page.kept(old)])
        )
        if options.only:
            text = page.with_words(page.with_goals(page.with_parts(old, *filter(None, parts)), report))
        target.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {target.relative_to(ROOT)}", file=sys.stderr)
    return 0


def _alone(options: argparse.Namespace, folder: Path) -> Iterator[list[str]]:
    """What takes long and is measured by itself only, as sections of the page."""
    if not options.no_load:
        load = partial(ledger_load.measure, options.load_sizes, options.load_seconds)
        yield ledger_load.tables(_part(f"{ledger_load.WRITERS} writers", load, ledger_load.tables))
    if not options.no_growth:
        grow = partial(growth.measure, folder, options.rounds)
        yield growth_page.section(_part(f"{options.rounds} rounds", grow, growth_page.section))


def _part(what: str, measure: Callable[[], _Cost], tables: Callable[[_Cost], list[str]]) -> _Cost:
    """Measure a part, and print its tables."""
    with _timed(what):
        cost = measure()
    print("\n".join(tables(cost)), flush=True)
    return cost


class _Changed(Exception):
    """A cache that other code wrote is cold, so what was measured means nothing."""


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Tell how long it took; raise `_Changed` where the measured code is another in the end."""
    began, code = time.perf_counter(), _code()
    yield
    if _code() != code:
        raise _Changed
    print(f"({what}, {time.perf_counter() - began:.0f} s)\n", file=sys.stderr)


def _cited(options: argparse.Namespace, folder: Path) -> trace.Cost:
    """What citations cost: in a tree of sources, and joined with the largest of the synthetic projects."""
    files = SOURCES[1 if options.quick else 0]
    sources, specs = tree_subject(folder, files), synthetic_subject(folder, max(options.sizes))
    return trace.measure(sources, specs, files, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure Muster beside a plain parse of the same Markdown.")
    parser.add_argument("--quick", action="store_true", help="the small sizes only, and no site")
    parser.add_argument(
        "--only",
        choices=["checks", "trace", "ledger", "load", "growth", "packets", "prompts", "chains", "site", "links"],
        help="these alone; the page gets the tables of the part and its goals, save those of trace",
    )
    parser.add_argument("--sizes", type=_numbers, help="requirements of the synthetic projects: 1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every measurement")
    parser.add_argument("--no-corpora", action="store_true")
    parser.add_argument("--no-trace", action="store_true")
    parser.add_argument("--no-site", action="store_true")
    parser.add_argument("--no-links", action="store_true", help="without lychee")
    parser.add_argument("--no-ledger", action="store_true")
    parser.add_argument("--no-load", action="store_true")
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument("--load-sizes", type=_numbers, default=ledger_load.SIZES, help="runs there: 10000,100000")
    parser.add_argument("--load-seconds", type=int, default=ledger_load.SECONDS, help="of the load at each size")
    parser.add_argument("--no-packets", action="store_true")
    parser.add_argument("--no-prompts", action="store_true")
    parser.add_argument("--no-chains", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the projects there, and use them again")
    parser.add_argument("--no-write", action="store_true", help="leave specs/guide/performance.md; less than all does")
    options = parser.parse_args()
    if options.only and vars(options).get(f"no_{options.only}"):
        parser.error(f"--only {options.only} and --no-{options.only} leave nothing to measure")
    without = any(value for name, value in vars(options).items() if name.startswith("no_") and name != "no_write")
    parts = options.quick or options.only == "trace" or options.sizes or without
    options.write = not (parts or options.no_write)
    options.no_trace = options.no_trace or options.only not in (None, "trace")
    options.no_ledger = options.no_ledger or options.quick or options.only not in (None, "ledger")
    options.no_load = options.no_load or options.only != "load"  # it takes long, and the machine for itself
    options.no_growth = options.no_growth or options.only != "growth"  # it takes long
    options.no_packets = options.no_packets or options.quick or options.only not in (None, "packets")
    options.no_prompts = options.no_prompts or options.quick or options.only not in (None, "prompts")
    options.no_chains = options.no_chains or options.quick or options.only not in (None, "chains")
    options.sizes = options.sizes or ([1000, 10_000] if options.quick else [1000, 10_000, 100_000])
    options.no_site = options.no_site or options.quick or options.only not in (None, "site")
    options.no_links = options.no_links or options.quick or options.only not in (None, "links")
    return options


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _subjects(options: argparse.Namespace, folder: Path) -> Iterator[Callable[[], Subject]]:
    """The projects to measure, each made when its turn comes."""
    corpora = Path(os.environ.get("MUSTER_CORPORA", ROOT / "../shared/corpora")).resolve()
    for name in () if options.no_corpora else CORPORA:
        if (corpora / name / "repo").is_dir():
            yield partial(corpus_subject, folder, corpora, name)
        else:
            print(f"skipped: the corpus {name} is not in MUSTER_CORPORA nor in ../shared/corpora", file=sys.stderr)
    for count in options.sizes:
        yield partial(synthetic_subject, folder, count)


def _measured(subject: Subject, rounds: int) -> dict[page.Step, list[Sample]]:
    found: dict[page.Step, list[Sample]] = {step: [] for step in page.Step}
    for number in range(rounds):
        for step, sample in _round(subject, number):
            found[step].append(sample)
    return {step: samples for step, samples in found.items() if samples}


def _round(subject: Subject, number: int) -> Iterator[tuple[page.Step, Sample]]:
    """Each step once. The checks follow one another as a user's do: cold, again, after an edit."""
    root, statuses = subject.root, subject.statuses
    yield page.Step.PLAIN, work("plain", root, subject.listing)
    yield page.Step.BYTES, work("bytes", root, subject.listing)
    yield page.Step.FLOOR, process([sys.executable, "-c", FLOOR, str(subject.inputs)], root)
    yield page.Step.READING, work("reading", root, subject.listing)
    yield page.Step.LINKED, work("linked", root, subject.listing)
    shutil.rmtree(root / ".muster", ignore_errors=True)
    yield page.Step.COLD, process(CHECK, root, statuses)
    shutil.rmtree(root / ".muster", ignore_errors=True)
    yield page.Step.COLD_ONE, process([*CHECK, "--workers", "1"], root, statuses)
    yield page.Step.WARM, process(CHECK, root, statuses)
    with subject.edited(lambda text: f"{text}\nRound {number} of the bench added this line.\n"):
        yield page.Step.PROSE, process(CHECK, root, statuses)
    if subject.source:
        with subject.edited(lambda text: f"{text}\n# Round {number} of the bench added this line.\n", subject.source):
            yield page.Step.CODE, process(CHECK, root, statuses)
    if subject.is_synthetic:
        with subject.edited(lambda text: _reworded(text, number)):
            yield page.Step.DRIFT, process(CHECK, root, (1,))
    yield page.Step.WATCH, watch.edit_of_one_file([*CHECK, "--watch"], subject, number)


def _reworded(text: str, number: int) -> str:
    """Another word for one obligation, a different one in each round, so that no cache knows the text."""
    parts = text.split(" MUST ")
    return " SHALL ".join([" MUST ".join(parts[: number + 1]), " MUST ".join(parts[number + 1 :])])


def _code() -> str:
    """A digest of the code that is measured."""
    package = Path(muster.__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(package.rglob("*.py")))).hexdigest()


def _start_up() -> tuple[list[Sample], list[Sample]]:
    """`muster --version`, as installed, and a Python that does nothing, in turn."""
    script = Path(sys.executable).with_name("muster")
    ours, bare = [], []
    for _ in range(START_ROUNDS):
        ours.append(process([str(script), "--version"], ROOT))
        bare.append(process([sys.executable, "-c", "pass"], ROOT))
    return ours, bare


if __name__ == "__main__":
    sys.exit(main())
