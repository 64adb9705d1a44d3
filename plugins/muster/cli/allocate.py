"""`muster allocate`: the one point where a spec gets its identity.

implements: MU-ALLOC-4001, MU-ALLOC-4002, MU-ALLOC-4014, MU-ALLOC-4015, MU-ALLOC-4016
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
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
    from muster.model import Outcome
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
        pair = _pair(where, workspace, path, log, tell=not (dry_run or revert))
        if isinstance(pair, Refusal):
            return _refused(pair, log)
        log.reads = (pair.record, pair.contract)
        if revert:
            return _reverted(workspace, pair, log, colour, dry_run=dry_run)
        return _allocated(workspace, pair, log, colour, dry_run=dry_run)


def _pair(where: Where, workspace: Workspace, path: str | None, log: Log, *, tell: bool) -> Pair | Refusal:
    """The record that is meant, and its contract; a refusal goes into the ledger where it is to `tell`."""
    from muster.allocating import pair_at, refuse
    from muster.allocation.deciding import Refusal
    from muster.recording import open_ledger

    named = _named(where, workspace, path)
    if named.startswith("../") or named == "..":
        raise Mistake(f"{path}: it is outside of the project", help="name a record of the project")
    if not os.path.lexists(workspace.root / named):
        raise Mistake(f"{path}: no such file or folder", help="name an elicitation record, or the folder that holds it")
    found = pair_at(workspace.root, named, workspace.settings)
    if isinstance(found, Refusal) and tell:
        with open_ledger(workspace.root, workspace.settings) as book:
            refuse(book, found.record or named, found, _span(log))
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
    raise Mistake(
        f"the project has no elicitation record; looked for {globs}",
        help="write one: its front matter has `ready_for_planning` and `blocking_unknowns`",
    )


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
    from muster.allocating import allocate, may_be_record, planned
    from muster.allocation.deciding import Refusal
    from muster.recording import open_ledger

    root, namespace = workspace.root, workspace.settings.namespace
    records = [path for path in workspace.inputs.paths if may_be_record(path, workspace.settings)]
    if dry_run:
        found = planned(root, pair, namespace, records)
    else:
        with open_ledger(root, workspace.settings) as book:
            found = allocate(root, pair, namespace, records, book, _span(log))
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
    else:
        _say_next(outcome_of(_reopened(workspace)), pair.record)
    return 0


def _say_next(outcome: Outcome, record: str) -> None:
    if not any(one.specs for one in outcome.project.allocations if one.record == record):
        note(f"next: a spec is tied to it by `elicitation: {visible(record)}` in its front matter")
    elif outcome.files:
        note("next: `muster sync` takes it into the requirement files")


def _reopened(workspace: Workspace) -> Workspace:
    from muster.workspace import open_workspace

    return open_workspace(workspace.root)


def _show(found: Planned, colour: str) -> None:
    shown = coloured(colour, sys.stdout)
    for change in found.changes:
        texts = (data.decode("utf-8", "replace") for data in (change.before, change.after))
        out(coloured_diff(unified(change.path, *texts), colour=shown))


def _reverted(workspace: Workspace, pair: Pair, log: Log, colour: str, *, dry_run: bool) -> int:
    from muster.allocating import Planned, revert, reverted
    from muster.allocation.deciding import Refusal
    from muster.recording import ledger_read, open_ledger

    root, settings = workspace.root, workspace.settings
    with (ledger_read(root, settings) if dry_run else open_ledger(root, settings)) or nullcontext() as book:
        found = reverted(root, pair, book)
        if isinstance(found, Planned):
            log.spec_ids = [found.spec_id]
            if _is_carried(workspace, pair, found.spec_id, log):
                return 1
        if book is not None and not dry_run:
            found = revert(root, pair, book, _span(log))
    if found is None:
        raise Mistake(f"{visible(pair.record)} has no spec_id", help="there is nothing to take back")
    if isinstance(found, Refusal):
        return _refused(found, log)
    if dry_run:
        _show(found, colour)
    else:
        log.wrote(change.path for change in found.changes)
        out(f"reverted {found.spec_id}\n" + "".join(f"written {visible(change.path)}\n" for change in found.changes))
    for edited in found.edited:
        note(f"{visible(edited)} was edited since the allocation; only the spec_id is taken out of it")
    for path in found.unknown:
        note(f"{visible(path)}: nobody knows what stood there for spec_id before; the key is taken out altogether")
    if found.unknown:
        note("help: the history of git may know it, if it was committed before")
    if dry_run:
        note(f"{found.spec_id} would be taken back; nothing is written")
    return 0


def _is_carried(workspace: Workspace, pair: Pair, spec_id: str, log: Log) -> bool:
    """Say which other files carry the ID."""
    carriers = list(_carriers(workspace, pair, spec_id))
    if carriers:
        listed = ", ".join(visible(path) for path in carriers[:10]) + (" ..." if len(carriers) > 10 else "")
        note(f"muster: {spec_id} is not taken back: {listed} carries it")
        note("help: an identity that something stands on is not undone; take it out there first")
        log.failed("RevertRefused", f"{spec_id} stands in {counted(len(carriers), 'more file')}")
    return bool(carriers)


def _carriers(workspace: Workspace, pair: Pair, spec_id: str) -> Iterator[str]:
    """The files of the project, beside the two, in which the ID stands, texts or not."""
    from muster.allocating import is_same
    from muster.allocation.spec_ids import carries
    from muster.store import files

    root, paths = workspace.root, workspace.inputs.paths
    with Progress("looking for the spec_id") as progress:
        for number, path in enumerate(paths, start=1):
            try:
                holds = carries(files.read(root, path, workspace.settings.specs.max_bytes), spec_id)
            except (OSError, files.OutsideRoot):
                holds = False
            if holds and not any(is_same(root, path, own) for own in (pair.record, pair.contract)):
                yield path
            progress(number, len(paths))
