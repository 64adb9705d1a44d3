"""`muster pages`: the generated pages as plain Markdown, for a site generator without our plugins."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside, mention_no_specs, outcome_of
from muster.cli.terminal import note, out, visible
from muster.specs.discovery import GENERATED
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.model import Outcome
    from muster.site.details import Told
    from muster.site.page import GeneratedFile
    from muster.workspace import Workspace


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
    """Write the pages of compliance, runs, allocated specs, packets, prompts, chains and rules into DIR.

    Beside them it writes what they load and what programs read: scripts, styles and their data below
    DIR/assets/muster, requirements.json, findings.sarif, the requirement files, and badges.

    DIR may be anywhere, and is made where it is missing. Files that are right already are not
    touched. Files that an earlier run wrote and that are no more are removed; any other file in DIR
    stays. The list of written files is DIR/.muster-pages.
    """
    from muster.chain_views import views_of as chain_views
    from muster.cli.results import named_citations
    from muster.ledger.history import history_read
    from muster.prompt_views import prompt_views
    from muster.recording import ledger_read
    from muster.refinements import views_of
    from muster.rules.table import RULES
    from muster.site.details import told_of
    from muster.site.page import PlainLinks, with_head
    from muster.site.pages import pages_told
    from muster.store import files

    target = where.folder / folder
    if target.exists() and not target.is_dir():
        raise Mistake(f"{folder}: not a folder", help="name a folder for the pages")
    workspace = where.open()
    outcome = outcome_of(workspace)
    mention_no_specs(outcome)
    links = PlainLinks(
        folder=inside(where, workspace.root, str(folder)),
        site=docs,
        directory_urls=outcome.project.settings.site.directory_urls,
    )
    spec_ids = [one.spec_id for one in outcome.project.allocations if one.spec_id]
    history = history_read(lambda: ledger_read(workspace.root, workspace.settings), spec_ids)
    if history.problem:
        note(f"muster: the pages show no runs: {visible(history.problem)}")
        note(f"help: {history.remedy}")
    packets = views_of(outcome.project, workspace.inputs)
    prompts = prompt_views(workspace.root, outcome.project, workspace.inputs)
    chains = chain_views(outcome, workspace.inputs)
    # A rule's example may hold bytes that are no text: there they are spelled out.
    told = told_of(outcome, links, named_citations(workspace, outcome.project.trace.citations), rules=True)
    made = pages_told(told, tuple(RULES.values()), history, packets, prompts, chains)
    texts = {page.path: with_head(page.text, links.head(page.path)) for page in made}
    pages = {path: text.encode("utf-8", "backslashreplace") for path, text in texts.items()}
    pages |= {file.path: file.data for file in _files_of(workspace, outcome, told)}
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
    note(f"{counted(len(written), 'file')} written, {len(removed):,} removed, {len(pages) - len(written):,} unchanged")


def _files_of(workspace: Workspace, outcome: Outcome, told: Told) -> Iterator[GeneratedFile]:
    """Data, twins, badges, scripts and styles."""
    from msgspec.structs import replace

    from muster.gate.report.as_sarif import sarif
    from muster.gate.report.subject import subject_of
    from muster.site.files import asset_files, generated_files
    from muster.site.twins import requirement_files
    from muster.store.git import folder_in_repository

    subject = replace(subject_of(outcome, workspace.lines), folder=folder_in_repository(workspace.root))
    yield from generated_files(outcome, told, sarif(subject))
    yield from asset_files()
    yield from requirement_files(outcome.project, lambda path: (workspace.root / path).read_bytes())


def _earlier(target: Path) -> set[str]:
    """The files that the list names; what leads out of the folder is none."""
    try:
        lines = (target / GENERATED).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    paths = (PurePosixPath(line) for line in lines if line and not line.startswith("#"))
    return {str(path) for path in paths if _is_ours(path)}


def _is_ours(path: PurePosixPath) -> bool:
    return not path.is_absolute() and ".." not in path.parts and path.suffix in _ENDINGS


_ENDINGS = (".md", ".css", ".js", ".json", ".lock", ".sarif", ".svg", ".yaml")  # of what this command writes


def _demand_ours(target: Path, pages: dict[str, bytes], earlier: set[str]) -> None:
    """Stop before anything is written where somebody else's file has the name of a page."""
    for path, data in pages.items():
        file = target / path
        if path not in earlier and file.is_file() and file.read_bytes() != data:
            raise Mistake(
                f"{file} is not replaced: Muster did not write it", help="move it away, or name another folder"
            )


def _listed(paths: set[str]) -> bytes:
    head = "# Written by `muster pages`: the files that it may replace and remove.\n"
    return (head + "".join(f"{path}\n" for path in sorted(paths))).encode()
