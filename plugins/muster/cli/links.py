"""`muster links`: the links of the built site, inside it at once, to other hosts with LinkChecker."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside
from muster.cli.terminal import Progress, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from muster.links.built import Dead, Report, Site, Use
    from muster.links.external import Answer, Host, Plan
    from muster.settings import ExternalSettings

_PLACES = 5  # of one address that are listed


class Run(Struct, frozen=True):
    """What one run found: inside the site, and outside where that was asked."""

    site: str
    report: Report
    planned: Plan | None = None
    answers: Mapping[str, Answer] = {}

    @property
    def dead(self) -> int:
        """How many targets are dead, inside and outside."""
        return len(self.report.dead) + len(_of_state(self, "dead"))


@click.command(
    "links",
    epilog=examples(
        "muster links",
        "muster links build/site --format json",
        "muster links --external --refresh",
        "muster links --sources --to specs/10-queue.md",
    ),
)
@click.argument("site", metavar="[SITE]", default="site")
@click.option("--external", is_flag=True, help="Ask for the addresses on other hosts too, with LinkChecker.")
@click.option("--refresh", is_flag=True, help="With --external: ask for all of them, also those known to be good.")
@click.option("--sources", is_flag=True, help="List the links of the Markdown files instead, with what `check` says.")
@click.option("--to", metavar="PATH[#ANCHOR]", default="", help="With --sources: the links to this file, or anchor.")
@click.option(
    "--site-url",
    metavar="URL",
    default="",
    help="Where the site is published: links to that address are inside. Default: what its first page says.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for reading, JSON for programs.",
)
@click.pass_obj
def command(  # noqa: PLR0913 -- one argument for each option
    where: Where, site: str, *, external: bool, refresh: bool, sources: bool, to: str, site_url: str, form: str
) -> int:
    """Find dead links in the built site.

    SITE is the folder that the site was built into, `site` by default. Links inside it are looked
    up in the folder, in a moment and without a server: a file that is missing, an anchor that the
    page does not have. With --external, the addresses on other hosts are asked for. A good answer
    counts for some days, and is kept in .muster/external.json.

    With --sources, what `muster check` knows is listed instead: each link of the Markdown files, its
    target, and `ok` or the rule that it breaks. With --to, those that lead to one file.

    Exit status 1 where a link is dead. An address that gives no clear answer is told, and is no
    failure.
    """
    started = time.perf_counter()
    if to and not sources:
        raise Mistake("--to chooses among the links of the sources", help="add --sources")
    named = click.get_current_context().get_parameter_source("site") is click.core.ParameterSource.COMMANDLINE
    if sources and (external or refresh or site_url or named):
        raise Mistake("--sources lists Markdown, and no site is read", help="leave SITE and its options out")
    if sources:
        from muster.cli.sources import list_sources

        return list_sources(where, to, form)
    if refresh and not external:
        raise Mistake("--refresh asks other hosts again, and without --external none is asked", help="add --external")
    built = _site(where.folder / site, site, site_url)
    root = where.root()
    settings = where.settings().links
    run = Run(site.rstrip("/"), _report(built, settings.ignore))
    if external:
        run = _asked(run, root, inside(where, root, site), settings.external, refresh=refresh)
    out(_json(run) if form == "json" else "".join(_table(run)))
    note(_summary(run, time.perf_counter() - started))
    return int(run.dead > 0)


def _site(folder: Path, name: str, url: str) -> Site:
    """List the folder."""
    from muster.links.built import PAGES, Site
    from muster.store.folder import Contents, folder_of

    build = "build the site first, with `mkdocs build` say, or name its folder: `muster links DIR`"
    if not folder.is_dir():
        raise Mistake(f"{name}: {'not a folder' if folder.exists() else 'no such folder'}", help=build)
    if url and not url.lower().startswith(("http://", "https://")):
        raise Mistake(
            f"--site-url {url}: no web address", help="write it whole: `--site-url https://example.org/docs/`"
        )
    found = folder_of(folder)
    if found.left_out:
        one = len(found.left_out) == 1
        words = "1 link that leads" if one else f"{len(found.left_out):,} links that lead"
        note(f"muster: {words} out of {name} {'is' if one else 'are'} not followed: {visible(found.left_out[0])}")
    pages = [path for path in found.paths if path.lower().endswith(PAGES)]
    if not pages:
        raise Mistake(f"{name}: there is no HTML page in it", help=build)
    return Site(Contents(folder, pages), found.paths, url)


def _report(site: Site, ignore: tuple[str, ...]) -> Report:
    from muster.links.built import report_on

    collecting = gc.isenabled()
    gc.disable()  # it makes values by the hundred thousand and no cycles
    try:
        return report_on(site, ignore)
    finally:
        if collecting:
            gc.enable()


def _asked(run: Run, root: Path, shown: str, settings: ExternalSettings, *, refresh: bool) -> Run:
    """Ask other hosts, and keep what they answer, also where somebody interrupts."""
    from muster.links.external import asked, doubted, plan
    from muster.store import linkchecker

    now = int(time.time())
    external = run.report.external
    kept = _kept(root)
    planned = plan(external, kept, settings, now, refresh=refresh)
    got: dict[str, Answer] = {}
    if planned.ask:
        try:
            linkchecker.command()
        except linkchecker.NotInstalled as error:
            raise _no_linkchecker(error) from None

    def ask(addresses: Sequence[str]) -> Iterable[linkchecker.Reply]:
        return linkchecker.replies(addresses, settings.timeout)

    try:
        with Progress("asking other hosts") as progress:
            for address, answer in asked(planned.ask, ask, settings.retries, time.sleep, now):
                got[address] = answer
                progress(len(got), len(planned.ask))
    except linkchecker.Stopped as error:
        raise Mistake(str(error), help="run it again with MUSTER_DEBUG=1, or leave --external out") from None
    finally:
        got = doubted(got)
        known = {address: kept[address] for address in planned.ask if address in kept}
        _keep(root, {**known, **planned.known, **got}, shown, external)
    return Run(run.site, run.report, planned, {**planned.known, **got})


def _no_linkchecker(error: Exception) -> Mistake:
    problem, _, remedy = str(error).partition("; ")
    return Mistake(problem, help=remedy)


def _kept(root: Path) -> dict[str, Answer]:
    from muster.links.external import RECORD, kept_from

    try:
        return kept_from((root / RECORD).read_bytes())
    except FileNotFoundError:
        return {}


def _keep(root: Path, answers: Mapping[str, Answer], site: str, external: Mapping[str, tuple[Use, ...]]) -> None:
    from muster.links.external import RECORD, record_of
    from muster.store import files

    files.make_own_folder(root / ".muster")
    files.write(root, RECORD, record_of(answers, site, external))


# Telling


def _table(run: Run) -> Iterator[str]:
    for dead in run.report.dead:
        yield from _told(run, dead)
    if run.planned is None:
        return
    from muster.links.external import by_host

    for state, level in (("dead", "error"), ("unsure", "warning")):
        for address, answer in _of_state(run, state):
            words = f"{level}: {visible(address)} is {state}: {visible(answer.reason)}"
            yield from _with_places(run, words, run.report.external[address])
            if state == "dead":
                yield "  help: mend the link, or name the address in the setting `links.external.ignore`\n"
    for address, answer in _of_state(run, "redirected"):
        if answer.permanent:
            words = f"info: {visible(address)} has moved for good, to {visible(answer.target)}"
            yield from _with_places(run, words, run.report.external[address])
    hosts = by_host(run.answers, run.planned)
    if hosts:
        yield from _hosts(hosts)


def _told(run: Run, dead: Dead) -> Iterator[str]:
    """One dead target inside the site: every link to it, or the first where the navigation has it."""
    wanted = f"did you mean #{visible(dead.near)}?" if dead.near else "mend the link in the source of this page"
    if dead.repeated:
        pages = len({use.page for use in dead.uses})
        wanted = f"it stands on {pages:,} of {run.report.pages:,} pages: look in the navigation and the theme"
    for use in dead.uses[:1] if dead.repeated else dead.uses:
        yield f"{_place(run, use)}: error: {visible(use.href)} is dead: {visible(dead.reason)}\n  help: {wanted}\n"


def _with_places(run: Run, words: str, uses: Sequence[Use]) -> Iterator[str]:
    yield f"{_place(run, uses[0])}: {words}\n"
    for use in uses[1:_PLACES]:
        yield f"  also at {_place(run, use)}\n"
    if len(uses) > _PLACES:
        yield f"  and on {counted(len(uses) - _PLACES, 'more page')}\n"


def _hosts(hosts: Sequence[Host]) -> Iterator[str]:
    head = ("host", "ok", "redirected", "dead", "unsure", "cached", "ignored")
    rows = [(visible(host.name), *(f"{number:,}" for number in host[1:])) for host in hosts]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    yield "\n"
    for row in (head, *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells) + "\n"


def _place(run: Run, use: Use) -> str:
    return visible(f"{run.site}/{use.page}:{use.line}")


def _of_state(run: Run, state: str) -> list[tuple[str, Answer]]:
    return [(address, answer) for address, answer in sorted(run.answers.items()) if answer.state == state]


def _json(run: Run) -> str:
    """One object: the dead targets inside with every link to them, and the addresses outside."""
    import msgspec

    from muster.links.external import by_host

    def uses(found: Iterable[Use]) -> list[dict[str, object]]:
        return [msgspec.structs.asdict(use) for use in found]

    document: dict[str, object] = {
        "schema_version": 1,
        "site": run.site,
        "pages": run.report.pages,
        "links": run.report.links,
        "dead": [
            {
                "target": one.target,
                "reason": one.reason,
                "near": one.near,
                "repeated": one.repeated,
                "uses": uses(one.uses),
            }
            for one in run.report.dead
        ],
        "external": None,
    }
    if run.planned is not None:
        document["external"] = {
            "answers": [
                {
                    "address": address,
                    "state": answer.state,
                    "reason": answer.reason,
                    "target": answer.target,
                    "permanent": answer.permanent,
                    "cached": address in run.planned.known,
                    "uses": uses(run.report.external[address]),
                }
                for address, answer in sorted(run.answers.items())
            ],
            "ignored": list(run.planned.ignored),
            "hosts": [host._asdict() for host in by_host(run.answers, run.planned)],
        }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _summary(run: Run, seconds: float) -> str:
    report = run.report
    words = f"{counted(report.pages, 'page')}, {counted(report.links, 'link')}"
    addresses = counted(len(report.outside), "external address", "external addresses")
    if run.planned is None:
        more = f"; {addresses} not asked, `--external` asks" if report.outside else ""
        return f"{words} in {seconds:.2f} s: {run.dead:,} dead{more}"
    unsure = len(_of_state(run, "unsure"))
    return f"{words}, {addresses} in {seconds:.2f} s: {run.dead:,} dead, {unsure:,} unsure"
