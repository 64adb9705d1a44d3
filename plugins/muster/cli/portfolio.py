"""`muster portfolio`: many repositories as one, read by as many workers as there are.

implements: MU-FOLIO-9502, MU-FOLIO-9504
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.terminal import Progress, coloured, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muster.cli.project import Where
    from muster.portfolio.values import Entry, Joined, Portfolio, Reading
    from muster.store.clones import Clone
    from muster.store.spreading import Spread

DIED = "the process that read it died"
_LARGEST = 4_000_000  # bytes of a portfolio
_AT_ONCE = 8  # clones that are looked after at once: they wait for the network


@click.command(
    "portfolio",
    epilog=examples(
        "muster portfolio",
        "muster portfolio portfolio.toml --fetch --site build/portfolio",
        "muster portfolio --format json > all.json",
        "muster portfolio --dask tcp://127.0.0.1:8786 --strict",
    ),
)
@click.argument("file", metavar="[FILE]", default="portfolio.toml")
@click.option(
    "--site",
    metavar="DIR",
    default="portfolio",
    show_default=True,
    help="Where the pages and portfolio.json go; made where it is missing.",
)
@click.option("--fetch", is_flag=True, help="Clone what has a `url`, or bring its clone up to date.")
@click.option("--strict", is_flag=True, help="Exit with 1 where something is not as it should be.")
@click.option(
    "--workers",
    type=click.IntRange(0, 1024),
    default=0,
    metavar="N",
    help="Processes to read in; 1 reads in this one. Default: one for each core.",
)
@click.option("--dask", metavar="ADDRESS", help="Read on the Dask cluster whose scheduler is here.")
@click.option("--no-cache", is_flag=True, help="Read all anew, and leave nothing in the repositories.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What is printed: a table for reading, or what stands in portfolio.json.",
)
@colour_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one argument for each option
    where: Where,
    *,
    file: str,
    site: str,
    fetch: bool,
    strict: bool,
    workers: int,
    dask: str | None,
    no_cache: bool,
    form: str,
    colour: str,
) -> int:
    """Read the repositories that FILE names, each by its own settings.

    It makes one site and one JSON of all: totals, where each repository stands, and the citations
    from one to another, such as `core:OC-CORE-1001`. FILE is portfolio.toml by default.

    A repository that is absent or broken is reported and stops nothing: the exit status is 0. With
    --strict it is 1 where one is absent, broken, could not be fetched or holds no spec, where a gate
    fails, or where a citation of another repository leads nowhere.
    """
    from muster.cli.owned import Owned
    from muster.portfolio.as_json import as_json
    from muster.portfolio.joining import joined
    from muster.site.portfolio import ENDINGS, portfolio_files

    target = where.folder / site
    if target.exists() and not target.is_dir():
        raise Mistake(f"{site}: not a folder", help="name a folder for the pages")
    portfolio = _portfolio(where, file)
    home = (where.folder / file).resolve().parent
    clones = _clones(portfolio, home, fetch=fetch)
    found = joined(portfolio.title, _readings(portfolio, home, clones, workers, dask, cache=not no_cache))
    owned = Owned(
        ".muster-portfolio", "# Written by `muster portfolio`: the files that it may replace and remove.", ENDINGS
    )
    done = owned.write(target, {one.path: one.data for one in portfolio_files(found)})
    if form == "json":
        out(as_json(found).decode())
    else:
        from muster.cli.portfolio_table import as_table

        out(as_table(found, colour=coloured(colour, sys.stdout)))
    _tell(found)
    total = len(done.written) + done.unchanged
    note(
        visible(
            f"{site}/index.html: {counted(total, 'file')}, {len(done.written):,} written, {len(done.removed):,} removed"
        )
    )
    return int(strict and not found.holds)


def _portfolio(where: Where, file: str) -> Portfolio:
    from muster.portfolio.reading import SAMPLE, InvalidPortfolio, portfolio_of
    from muster.store import files

    path = where.folder / file
    try:
        text = files.read(path.parent, path.name, _LARGEST).decode("utf-8")
        return portfolio_of(text, file)
    except FileNotFoundError:
        sample = "".join(f"\n  {line}".rstrip(" ") for line in SAMPLE.splitlines())
        raise Mistake(f"{file}: no such file", help=f"write one, such as{sample}") from None
    except UnicodeDecodeError as error:
        raise Mistake(f"{file}: not UTF-8 at byte {error.start}", help="save it as UTF-8") from None
    except InvalidPortfolio as error:
        first, *more = visible(str(error)).splitlines()
        words = "\n".join([first, *(f"muster: {line}" for line in more)])
        raise Mistake(words, help="the page Portfolio of the guide describes the file") from None


def _clones(portfolio: Portfolio, home: Path, *, fetch: bool) -> dict[str, Clone]:
    """The clones of what has an address, by name."""
    entries = [entry for entry in portfolio.entries if entry.url]
    if not entries:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    from muster.store.clones import clone_of

    def cloned(entry: Entry) -> Clone:
        return clone_of(home, entry.name, entry.url, entry.revision, fetch=fetch)

    found = {}
    with Progress("fetching" if fetch else "looking at clones") as progress, ThreadPoolExecutor(_AT_ONCE) as pool:
        for entry, clone in zip(entries, pool.map(cloned, entries), strict=True):
            found[entry.name] = clone
            progress(len(found), len(entries))
    return found


def _readings(
    portfolio: Portfolio, home: Path, clones: dict[str, Clone], workers: int, dask: str | None, *, cache: bool
) -> list[Reading]:
    """What was read of each repository, by name."""
    from msgspec.structs import replace

    from muster.portfolio.values import Reading, State
    from muster.store.clones import NO_CLONE

    orders = _orders(portfolio, home, clones, cache=cache)
    found = dict(zip(orders, _spread(list(orders.values()), workers, dask), strict=True))
    readings = []
    for entry in portfolio.entries:
        clone = clones.get(entry.name, NO_CLONE)
        reading = found.get(entry.name)
        if reading is None:
            state = State.BROKEN if clone.is_there else State.ABSENT
            reading = Reading(entry.name, state, clone.problem, visible(clone.detail))
        elif clone.problem and not reading.problem:
            reading = replace(reading, problem=clone.problem, detail=visible(clone.detail))
        readings.append(reading)
    return readings


def _orders(portfolio: Portfolio, home: Path, clones: dict[str, Clone], *, cache: bool) -> dict[str, bytes]:
    """What the workers are asked: one order for each repository that is there, by name."""
    from datetime import date

    import msgspec

    from muster import __version__
    from muster.portfolio.foreign import MOST_NAMES
    from muster.portfolio.values import Order
    from muster.store.clones import clone_folder

    every = tuple(entry.name for entry in portfolio.entries)
    names = every if len(every) <= MOST_NAMES else ()
    today = date.today()  # noqa: DTZ011 -- a waiver ends with the day of who asks
    orders = {}
    for entry in portfolio.entries:
        if entry.url and not clones[entry.name].usable:
            continue
        folder = clone_folder(home, entry.name) if entry.url else Path(os.path.normpath(home / entry.path))
        orders[entry.name] = msgspec.json.encode(Order(entry.name, str(folder), names, today, __version__, cache))
    return orders


def _spread(orders: Sequence[bytes], workers: int, dask: str | None) -> list[Reading]:
    """Read each repository, wherever; a note tells what went wrong on the way."""
    import msgspec

    from muster.portfolio.values import Order, Reading, State
    from muster.portfolios import repository_read

    with Progress("reading repositories") as progress:
        done = _spread_over(repository_read, orders, workers, dask, progress)
    for words in done.notes:
        note(visible(f"muster: {words}"))
    read = msgspec.json.Decoder(Reading).decode
    name_of = msgspec.json.Decoder(Order).decode
    return [
        Reading(name_of(order).name, State.BROKEN, DIED) if result is None else read(result)
        for order, result in zip(orders, done.results, strict=True)
    ]


def _spread_over(
    work: Callable[[bytes], bytes], orders: Sequence[bytes], workers: int, dask: str | None, progress: Progress
) -> Spread:
    from muster.store.spreading import in_processes

    if dask is None:
        return in_processes(work, orders, workers, progress)
    from muster.store.cluster import NoCluster, in_cluster

    try:
        return in_cluster(work, orders, dask, workers, progress)
    except NoCluster as error:
        raise Mistake(str(error), help=error.remedy) from None


def _tell(found: Joined) -> None:
    """On standard error: each repository that is not as it should be, and each citation that leads nowhere."""
    for member in found.members:
        if problem := member.reading.problem:
            kind = "" if member.is_read else f"{member.reading.state.value}: "
            note(visible(f"muster: {member.name}: {kind}{problem}"))
            if member.reading.detail:
                note(visible(f"  {member.reading.detail}"))
    for one in found.findings:
        note(visible(f"{one.repository}: {one.path}:{one.line}:{one.column}: {one.message}\n  help: {one.help}"))
    unchecked = sum(one.unchecked for one in found.members)
    if unchecked:
        note(f"{counted(unchecked, 'citation')} of repositories that were not read: not checked")
