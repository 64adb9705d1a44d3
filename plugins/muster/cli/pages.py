"""`muster pages`: the generated pages as plain Markdown, for a site generator without our plugins."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside, mention_no_specs, outcome_of
from muster.cli.terminal import note, out, visible
from muster.specs.discovery import GENERATED
from muster.text.words import counted


@click.command("pages", epilog=examples("muster pages docs/compliance", "muster pages build/pages --docs docs"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--docs",
    metavar="DIR",
    default=".",
    show_default=True,
    help="The site's documentation folder; only documents in it are linked.",
)
@click.pass_obj
def command(where: Where, folder: Path, docs: str) -> None:
    """Write the pages of compliance, runs, allocated specs, packets, prompts and rules into DIR.

    DIR may be anywhere, and is made where it is missing. Pages that are right already are not
    touched. Pages that an earlier run wrote and that are no more are removed; any other file in DIR
    stays. The list of written pages is DIR/.muster-pages.
    """
    from muster.ledger.history import history_read
    from muster.prompt_views import prompt_views
    from muster.recording import ledger_read
    from muster.refinements import views_of
    from muster.rules.table import RULES
    from muster.site.page import PlainLinks
    from muster.site.pages import generated_pages
    from muster.store import files

    target = where.folder / folder
    if target.exists() and not target.is_dir():
        raise Mistake(f"{folder}: not a folder", help="name a folder for the pages")
    workspace = where.open()
    outcome = outcome_of(workspace)
    mention_no_specs(outcome)
    links = PlainLinks(folder=inside(where, workspace.root, str(folder)), site=docs)
    spec_ids = [one.spec_id for one in outcome.project.allocations if one.spec_id]
    history = history_read(lambda: ledger_read(workspace.root, workspace.settings), spec_ids)
    if history.problem:
        note(f"muster: the pages show no runs: {visible(history.problem)}")
        note(f"help: {history.remedy}")
    packets = views_of(outcome.project, workspace.inputs)
    prompts = prompt_views(workspace.root, outcome.project, workspace.inputs)
    # A rule's example may hold bytes that are no text: there they are spelled out.
    made = generated_pages(outcome, tuple(RULES.values()), links, history, packets, prompts)
    pages = {page.path: page.text.encode("utf-8", "backslashreplace") for page in made}
    earlier = _earlier(target)
    _demand_ours(target, pages, earlier)
    target.mkdir(parents=True, exist_ok=True)
    # The list first, with old and new: a run that is killed leaves no page that nobody knows.
    files.write(target, GENERATED, _listed({*pages, *earlier}))
    written = [path for path in pages if files.write(target, path, pages[path])]
    removed = [path for path in sorted(earlier - pages.keys()) if files.remove(target, path)]
    files.write(target, GENERATED, _listed(set(pages)))
    out("".join(f"written {visible(str(folder / path))}\n" for path in written))
    out("".join(f"removed {visible(str(folder / path))}\n" for path in removed))
    note(f"{counted(len(written), 'page')} written, {len(removed):,} removed, {len(pages) - len(written):,} unchanged")


def _earlier(target: Path) -> set[str]:
    """The pages that the list names; what leads out of the folder is none."""
    try:
        lines = (target / GENERATED).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    paths = (PurePosixPath(line) for line in lines if line and not line.startswith("#"))
    return {str(path) for path in paths if not path.is_absolute() and ".." not in path.parts and path.suffix == ".md"}


def _demand_ours(target: Path, pages: dict[str, bytes], earlier: set[str]) -> None:
    """Stop before anything is written where somebody else's file has the name of a page."""
    for path, data in pages.items():
        file = target / path
        if path not in earlier and file.is_file() and file.read_bytes() != data:
            raise Mistake(
                f"{file} is not replaced: Muster did not write it", help="move it away, or name another folder"
            )


def _listed(paths: set[str]) -> bytes:
    head = "# Written by `muster pages`: the pages that it may replace and remove.\n"
    return (head + "".join(f"{path}\n" for path in sorted(paths))).encode()
