"""`muster trace`: every requirement with status, code, tests and results.  implements: MU-TRACE-3030"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.cli.asked import ids_asked
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside, no_specs
from muster.cli.results import named_citations, results_option, traced_outcome
from muster.cli.terminal import coloured, note, out, visible
from muster.model import Level, Status
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Project
    from muster.trace.view import Choice, Row
    from muster.workspace import Workspace

WIDE = 120  # columns of a terminal from which the table shows places
_LEVEL = click.Choice([*map(str, Level)])
_STATUS = click.Choice([*map(str, Status)])


@click.command(
    "trace",
    epilog=examples(
        "muster trace",
        "muster trace --results junit.xml --holes",
        "muster trace --spec specs/10-queue.md --level must",
        "muster trace --path src/queue.py --format json",
        "muster trace --format xlsx --output trace.xlsx",
        "muster trace --results junit.xml --ratchet",
    ),
)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--spec", "specs", multiple=True, metavar="GLOB", help="Only those of these specs. Repeatable.")
@click.option("--level", "levels", multiple=True, type=_LEVEL, help="Only this level. Repeatable.")
@click.option("--status", "statuses", multiple=True, type=_STATUS, help="Only this status. Repeatable.")
@click.option(
    "--path", "paths", multiple=True, metavar="GLOB", help="Only those that files under this path cite. Repeatable."
)
@click.option("--holes", is_flag=True, help="Only those that are neither verified nor waived.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "xlsx"]),
    default="table",
    show_default=True,
    help="A table for reading, JSON for programs, CSV and XLSX for spreadsheets.",
)
@click.option("--output", metavar="FILE", help="Write into a file, not to standard output.")
@results_option
@click.option("--ratchet", is_flag=True, help="First raise requirements/ratchet.yaml to what is reached now.")
@colour_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one argument for each option
    where: Where,
    *,
    ids: tuple[str, ...],
    specs: tuple[str, ...],
    levels: tuple[str, ...],
    statuses: tuple[str, ...],
    paths: tuple[str, ...],
    holes: bool,
    form: str,
    output: str | None,
    results: tuple[str, ...],
    ratchet: bool,
    colour: str,
) -> None:
    """Show each requirement with its status, its code, its tests and their results.

    Those with the most missing come first: failing, suspect, specified, implemented, tested,
    waived, verified. IDs and options limit what is shown. A wide terminal shows places, a narrow
    one how many there are; `muster explain ID` tells all of one requirement.
    """
    from muster.trace.view import Choice, holes_first, rows_of

    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise Mistake("XLSX is not for a terminal", help="name a file: `--output trace.xlsx`")
    workspace = where.open()
    outcome = traced_outcome(where, workspace, results)
    project = outcome.project
    choice = Choice(
        ids_asked(project, ids),
        tuple(inside(where, workspace.root, glob) for glob in specs),
        tuple(Level(level) for level in levels),
        tuple(Status(status) for status in statuses),
        tuple(inside(where, workspace.root, glob) for glob in paths),
        holes,
    )
    if output is not None:
        _demand_no_source(where, workspace, project, output, form)
    if ratchet:
        _raise_ratchet(workspace, project)
    width = 0 if output else _width()
    # Nobody sees a symbol in a narrow table, and to look them up reads every file that cites.
    plain = form == "table" and width < WIDE
    citations = project.trace.citations if plain else named_citations(workspace, project.trace.citations)
    every = rows_of(project, citations)
    rows = holes_first(row for row in every if choice.takes(row))
    shown = coloured(colour, sys.stdout) and output is None
    _give(where, output, _written(rows, form, width, given=project.trace.given, colour=shown))
    for line in no_specs(outcome) or _notes(project, every, rows, choice):
        note(line)


def _width() -> int:
    """The columns of the terminal; 0 where there is none, and nothing to cut for."""
    from muster.cli.screen import size_of_terminal

    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    return size_of_terminal()[0] if sys.stdout.isatty() else 0


def _written(rows: Sequence[Row], form: str, width: int, *, given: bool, colour: bool) -> bytes:
    from muster.trace import sheets

    if form == "json":
        return sheets.as_json(rows, given=given).encode()
    if form == "csv":
        return sheets.as_csv(rows).encode()
    if form == "xlsx":
        try:
            return sheets.as_xlsx(rows)
        except sheets.NoOpenpyxl as error:
            raise Mistake(str(error), help="`pip install 'mkdocs-muster[xlsx]'`, or take `--format csv`") from None
    from muster.cli.trace_table import as_table

    text = as_table(rows, width=width, wide=width >= WIDE, colour=colour) if rows else ""
    return text.encode("utf-8", "backslashreplace")


def _give(where: Where, output: str | None, data: bytes) -> None:
    """Write to the file, or to standard output; a path may lie outside the project."""
    from muster.store import files

    if output is None:
        if data.startswith(b"PK"):
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
        else:
            out(data.decode())
        return
    target = where.folder / output
    if target.exists() and not target.is_file():  # a device or a pipe has nothing to keep whole
        target.write_bytes(data)
    else:
        target = Path(os.path.realpath(target))
        files.write(target.parent, target.name, data)
    note(visible(f"written {output}"))


# How what we write ourselves begins, so that an older table may be replaced and a source may not.
_HEADS = {"table": b"requirement", "json": b'{\n  "schema_version": ', "csv": b"id,title,level,", "xlsx": b"PK\x03\x04"}


def _demand_no_source(where: Where, workspace: Workspace, project: Project, output: str, form: str) -> None:
    """Stop before a file of the project that we did not write is replaced."""
    target = Path(os.path.realpath(where.folder / output))
    path = os.path.relpath(target, os.path.realpath(workspace.root)).replace(os.sep, "/")
    if target.is_dir():
        raise Mistake(f"--output {output} is a folder", help="name a file in it")
    if ".git" in target.parts:
        raise Mistake(f"--output would write {output}, which is git's own", help="name another file")
    kept = path.startswith(f"{project.settings.output.requirements.strip('/')}/")
    if kept or (path in workspace.inputs.paths and target.is_file() and not _begins(target, _HEADS[form])):
        raise Mistake(f"--output would replace {output}, which is a source", help="name another file")


def _begins(target: Path, head: bytes) -> bool:
    with target.open("rb") as file:
        found = file.read(len(head))
    return not found or found == head


def _raise_ratchet(workspace: Workspace, project: Project) -> None:
    """Hold each requirement to what it has reached.  implements: MU-TRACE-3014"""
    from muster.model import Derived
    from muster.specs.discovery import side_path
    from muster.trace import ratchet
    from muster.workspace import write_baseline

    wrong = [problem for problem in project.problems if problem.code in ("ENC001", "ENC002", "TRC013")]
    if wrong:
        raise Mistake(f"the ratchet is not raised: {wrong[0].place}: {wrong[0].message}", help=wrong[0].help)
    trace = project.trace
    waiting = [name for name, status in trace.reached.items() if status is Status.TESTED]
    if waiting and not trace.given:
        raise Mistake(
            f"the ratchet is not raised: no test results are given, and {counted(len(waiting), 'requirement')} with"
            " tests would be held to less than they reach",
            help="run the tests, and give their results: `muster trace --ratchet --results junit.xml`",
        )
    path = side_path(ratchet.NAME, project.settings)
    best = ratchet.raised(trace.floor, trace.reached)
    first = Status.SPECIFIED
    rose = sum(ratchet.step(status) > ratchet.step(trace.floor.get(name, first)) for name, status in best.items())
    gone = len(trace.floor.keys() - best.keys())
    if project.specs and (best or trace.floor) and best != trace.floor:
        write_baseline(workspace.root, Derived(path, same=False, text=ratchet.rendered(best)))
    dropped = f", {gone:,} of requirements that are gone dropped" if gone else ""
    entries = "1 entry" if len(best) == 1 else f"{len(best):,} entries"
    note(visible(f"{path}: {rose:,} of {entries} rose{dropped}"))


def _notes(project: Project, every: Sequence[Row], rows: Sequence[Row], choice: Choice) -> list[str]:
    """What there is in words, above all where there is nothing."""
    from muster.trace.view import Choice, counts_of

    lines = []
    if every and not rows:
        lines.append(_why_none(every, choice))
    elif every and not any(row.citations for row in every):
        name = every[0].id
        where = f"`implements: {name}` in a comment where it is fulfilled, and `verifies: {name}` above its test"
        lines += ["muster: nothing cites a requirement yet", visible(f"help: write {where}")]
    if project.trace.results and choice == Choice() and not any(row.results for row in every):
        tests = counted(len(project.trace.results), "test")
        lines += [
            f"muster: none of the {tests} in the results belongs to a requirement",
            "help: write `verifies: ID` in or above the test, or name the requirement in the test's name",
        ]
    number = counted(len(rows), "requirement")
    if len(rows) < len(every):
        number = f"{len(rows):,} of {counted(len(every), 'requirement')}"
    statuses = ", ".join(f"{count:,} {status}" for status, count in counts_of(rows).items() if count)
    cited = [one for row in rows for one in row.citations]
    results = len({(one.source, one.called) for row in rows for one in row.results})
    told = counted(results, "result") if project.trace.given else "no results given"
    files = counted(len({one.path for one in cited}), "file")
    lines.append(f"{number}{': ' if statuses else ''}{statuses}; {counted(len(cited), 'citation')} in {files}, {told}")
    return lines


def _why_none(every: Sequence[Row], choice: Choice) -> str:
    """Which of the filters lets nothing pass, as far as one does alone."""
    from msgspec.structs import replace

    from muster.trace.view import lies_under

    for glob in choice.specs:
        if not any(lies_under(row.spec, (glob,)) for row in every):
            return visible(f"muster: no spec with requirements lies under {glob}; there is {every[0].spec}, for one")
    for glob in choice.paths:
        if not any(lies_under(one.path, (glob,)) for row in every for one in row.citations):
            return visible(f"muster: no file under {glob} cites a requirement")
    if choice.holes and any(replace(choice, holes=False).takes(row) for row in every):
        return "muster: no holes: each of these requirements is verified or waived"
    return f"muster: none of the {counted(len(every), 'requirement')} is such"
