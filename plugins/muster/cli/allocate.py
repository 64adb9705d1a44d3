"""`muster allocate`: the one point where a spec gets its identity.

implements: MU-ALLOC-4001, MU-ALLOC-4002, MU-ALLOC-4014, MU-ALLOC-4015, MU-ALLOC-4016
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import Progress, coloured, coloured_diff, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.allocating import Planned, Span
    from muster.allocation.deciding import Refusal
    from muster.allocation.folder import Pair
    from muster.cli.recorded import Log
    from muster.workspace import Workspace


@click.command(
    "allocate",
    epilog=examples(
        "muster allocate specs/billing",
        "muster allocate specs/billing/elicitation.md --dry-run",
        "muster allocate specs/billing --revert",
    ),
)
@click.argument("path", required=False)
@click.option("--dry-run", is_flag=True, help="Show the changes of both files, and write nothing.")
@click.option("--revert", is_flag=True, help="Take the spec_id out again, unless something else carries it by now.")
@record_option
@colour_option
@click.pass_obj
def command(where: Where, *, path: str | None, dry_run: bool, revert: bool, no_record: bool, colour: str) -> int:
    """Give a spec its identity, once its elicitation is done.

    PATH is the elicitation record, or the folder that holds it beside objective-contract.json; a
    project with one record needs none. The record must say `ready_for_planning: true` and
    `blocking_unknowns: []`. The spec_id goes into both files, no other byte of which changes, and
    into the ledger; the same record always gets the same one, so an interrupted run is just run
    again. Exit status 1 where the spec is refused, with every reason.
    """
    from muster.allocation.deciding import Refusal

    with recorded(where, "allocate", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        pair = _pair(where, workspace, path, log, dry_run=dry_run)
        if isinstance(pair, Refusal):
            return _refused(pair, log)
        log.reads = (pair.record, pair.contract)
        if revert:
            return _reverted(workspace, pair, log, colour, dry_run=dry_run)
        return _allocated(workspace, pair, log, colour, dry_run=dry_run)


def _pair(where: Where, workspace: Workspace, path: str | None, log: Log, *, dry_run: bool) -> Pair | Refusal:
    """The record that is meant, and its contract."""
    from muster.allocating import refuse
    from muster.allocation.deciding import Refusal
    from muster.allocation.folder import pair_in
    from muster.recording import open_ledger
    from muster.text.globs import matches

    globs = workspace.settings.allocation.records
    named = _named(where, workspace, path)
    if named.startswith("../") or named == "..":
        raise Mistake(f"{path}: it is outside of the project", help="name a record of the project")
    target = workspace.root / named
    if not target.exists():
        raise Mistake(f"{path}: no such file or folder", help="name an elicitation record, or the folder that holds it")
    is_folder = target.is_dir()
    folder = ("" if named == "." else named) if is_folder else named.rpartition("/")[0]
    found = pair_in(
        [one.name for one in (workspace.root / folder).iterdir()],
        folder,
        lambda one: (not is_folder and one == named) or any(matches(one, glob) for glob in globs),
        " and ".join(f"`{glob}`" for glob in globs),
    )
    if isinstance(found, Refusal) and not dry_run:
        with open_ledger(workspace.root, workspace.settings) as book:
            refuse(book, named, found, _span(log))
    return found


def _named(where: Where, workspace: Workspace, path: str | None) -> str:
    """What the argument names, from the root; without one, the only record of the project."""
    if path is not None:
        return inside(where, workspace.root, path)
    project = outcome_of(workspace).project
    records = [one.record for one in project.allocations]
    if len(records) == 1:
        return records[0]
    if records:
        listed = ", ".join(visible(record) for record in records[:10]) + (" ..." if len(records) > 10 else "")
        raise Mistake(
            f"the project has {counted(len(records), 'elicitation record')}: {listed}",
            help="name the one that you mean",
        )
    globs = ", ".join(project.settings.allocation.records)
    raise Mistake(f"the project has no elicitation record; looked for {globs}", help="name one: `muster allocate PATH`")


def _span(log: Log) -> Span:
    from muster.allocating import Span, new_span

    return Span(log.attempt.trace_id, log.attempt.span_id) if log.attempt else new_span()


def _refused(refusal: Refusal, log: Log) -> int:
    for reason in refusal.reasons:
        note(f"muster: {visible(reason)}")
    note(f"help: {visible(refusal.help)}")
    log.failed("AllocationRefused", "; ".join(refusal.reasons))
    return 1


def _allocated(workspace: Workspace, pair: Pair, log: Log, colour: str, *, dry_run: bool) -> int:
    from muster.allocating import allocate, planned
    from muster.allocation.deciding import Refusal
    from muster.recording import open_ledger

    root, namespace = workspace.root, workspace.settings.namespace
    if dry_run:
        found = planned(root, pair, namespace)
    else:
        with open_ledger(root, workspace.settings) as book:
            found = allocate(root, pair, namespace, book, _span(log))
    if isinstance(found, Refusal):
        return _refused(found, log)
    log.spec_ids = [found.spec_id]
    if dry_run:
        _show(found, colour)
        note(f"the spec_id would be {found.spec_id}; nothing is written")
        return 0
    log.wrote(change.path for change in found.changes)
    out(f"spec_id {found.spec_id}\n" + "".join(f"written {visible(change.path)}\n" for change in found.changes))
    if not found.changes:
        note("both files carry it already; nothing was written")
    elif outcome_of(_reopened(workspace)).files:
        note("next: `muster sync` takes it into the requirement files")
    return 0


def _reopened(workspace: Workspace) -> Workspace:
    from muster.workspace import open_workspace

    return open_workspace(workspace.root)


def _show(found: Planned, colour: str) -> None:
    shown = coloured(colour, sys.stdout)
    for change in found.changes:
        texts = (data.decode("utf-8", "replace") for data in (change.before, change.after))
        out(coloured_diff(unified(change.path, *texts), colour=shown))


def _reverted(workspace: Workspace, pair: Pair, log: Log, colour: str, *, dry_run: bool) -> int:
    from muster.allocating import revert, reverted
    from muster.recording import open_ledger

    with open_ledger(workspace.root, workspace.settings) as book:
        found = reverted(workspace.root, pair, book)
        if found is None:
            raise Mistake(f"{visible(pair.record)} has no spec_id", help="there is nothing to take back")
        log.spec_ids = [found.spec_id]
        carriers = list(_carriers(workspace, pair, found.spec_id))
        if carriers:
            listed = ", ".join(visible(path) for path in carriers[:10]) + (" ..." if len(carriers) > 10 else "")
            note(f"muster: {found.spec_id} is not taken back: {listed} carries it")
            note("help: an identity that something stands on is not undone; take it out there first")
            log.failed("RevertRefused", f"{found.spec_id} stands in {counted(len(carriers), 'more file')}")
            return 1
        if dry_run:
            _show(found, colour)
            note(f"{found.spec_id} would be taken back; nothing is written")
            return 0
        revert(workspace.root, pair, book, _span(log))
    log.wrote(change.path for change in found.changes)
    out(f"reverted {found.spec_id}\n" + "".join(f"written {visible(change.path)}\n" for change in found.changes))
    for edited in found.edited:
        note(f"{visible(edited)} was edited since the allocation; only the spec_id is taken out of it")
    return 0


def _carriers(workspace: Workspace, pair: Pair, spec_id: str) -> Iterator[str]:
    """The files of the project, beside the two, in which the ID stands."""
    reader, wanted = workspace.inputs.reader, spec_id.encode()
    paths = [path for path in workspace.inputs.paths if path not in (pair.record, pair.contract)]
    with Progress("looking for the spec_id") as progress:
        for number, path in enumerate(paths, start=1):
            try:
                data = reader.text_of(path, workspace.settings.specs.max_bytes) or b""
            except OSError:
                data = b""
            if wanted in data.lower():
                yield path
            progress(number, len(paths))
