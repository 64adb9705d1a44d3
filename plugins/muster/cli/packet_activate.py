"""`muster packet activate`: from a stub to its packet.  implements: MU-PKT-5023"""

from __future__ import annotations

import difflib
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.packet_new import what_is_next
from muster.cli.project import Where, inside, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import coloured, coloured_diff, note, out, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.activation import Activation, Site, Span
    from muster.cli.recorded import Log
    from muster.refining import Order, Refusal
    from muster.workspace import Workspace


@click.command(
    "activate",
    epilog=examples(
        "muster packet activate WP-1-Queue-v1 --dry-run",
        "muster packet activate packets/stubs/WP-1-Queue-v1.md",
        "muster packet activate WP-1-Queue-v1 --anchor 'Back-off' --anchor QUEUE-1001",
    ),
)
@click.argument("named", metavar="WP_ID|STUB")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="TEXT",
    help="What to pin to, as for `muster packet new`, beside those SPEC_ANCHOR_CANDIDATES of the stub that fit."
    " Repeatable.",
)
@click.option("--spec", metavar="FILE", help="The spec; by default the one that SPEC_TARGET of the stub leads to.")
@click.option("--dry-run", is_flag=True, help="Show the changes, and write nothing.")
@record_option
@colour_option
@click.pass_obj
def activate(
    where: Where,
    *,
    named: str,
    anchors: tuple[str, ...],
    spec: str | None,
    dry_run: bool,
    no_record: bool,
    colour: str,
) -> int:
    """Turn a stub into a packet.

    WP_ID|STUB is the ID of a work packet, or the path of its stub. The packet gets the block that
    `muster packet new` writes, and what the stub says behind it; where a refinement has that ID
    already, it names the file of that instead. The stub stays. In the table `packets.registry` the
    packet takes the place of its stub, and the ledger gets the event FR-EVT-GOV-WP-001. An
    interrupted activation is just run again. Exit status 1 where it is refused.
    """
    from muster.activation import Site
    from muster.refining import Order, Refusal
    from muster.shelf import Shelf

    with recorded(where, "packet-activate", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        stub = _stub(where, workspace, named)
        order = Order("", "", inside(where, workspace.root, spec) if spec else "", "", anchors)
        site = Site(workspace.root, outcome_of(workspace).project, Shelf(workspace.inputs), datetime.now(UTC))
        found, was_recorded = _planned(stub, order, site, workspace) if dry_run else _done(stub, order, site, log)
        if isinstance(found, Refusal):
            return _refused(found, log)
        log.reads = (stub,)
        log.spec_ids = [found.spec_id] if found.spec_id else []
        if not dry_run:
            log.wrote(change.path for change in found.changes)
    _show(found, colour, dry_run=dry_run, was_recorded=was_recorded)
    return 0


def _planned(stub: str, order: Order, site: Site, workspace: Workspace) -> tuple[Activation | Refusal, bool]:
    from muster.activation import activation, is_recorded
    from muster.recording import ledger_read
    from muster.refining import Refusal

    found = activation(stub, order, site)
    book = ledger_read(site.root, workspace.settings)
    if isinstance(found, Refusal) or book is None:
        return found, False
    with book:
        return found, is_recorded(found, book)


def _done(stub: str, order: Order, site: Site, log: Log) -> tuple[Activation | Refusal, bool]:
    """The activation, done, and whether the ledger knew of it before."""
    from muster.activation import activate as activate_stub
    from muster.activation import activation, is_recorded
    from muster.recording import open_ledger
    from muster.refining import Refusal

    with open_ledger(site.root, site.project.settings) as book:
        before = activation(stub, order, site)
        was_recorded = not isinstance(before, Refusal) and is_recorded(before, book)
        return activate_stub(stub, order, site, book, _span(log)), was_recorded


def _span(log: Log) -> Span:
    from muster.activation import Span
    from muster.ledger.keys import new_uuid

    return Span(log.attempt.trace_id, log.attempt.span_id) if log.attempt else Span(new_uuid(), new_uuid())


def _stub(where: Where, workspace: Workspace, named: str) -> str:
    """The path of the stub that is meant, by its path or by the ID of its work packet."""
    if os.path.isfile(where.folder / named):  # noqa: PTH113 -- Path.is_file raises where permission lacks
        path = inside(where, workspace.root, named)
        if path.startswith("../"):
            raise Mistake(f"{visible(named)}: it is outside of the project", help="name a stub of the project")
        return path
    stubs = dict(_stubs(workspace))
    found = [path for path, wp_id in stubs.items() if wp_id == named]
    if len(found) > 1:
        raise Mistake(f"{visible(named)} has {len(found)} stubs: {visible(', '.join(found))}", help="name one by path")
    if not found:
        near = difflib.get_close_matches(named, stubs.values(), 1)
        meant = f"did you mean {near[0]}?" if near else "a stub lies in a folder `stubs`, or has STUB_METADATA"
        raise Mistake(f"no stub is {named!r} or has that WP_ID", help=visible(meant))
    return found[0]


def _stubs(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """The stubs of the project, with their IDs."""
    from muster.packets.activating import is_stub, stub_in
    from muster.refinements import may_be_packet
    from muster.refining import Refusal, content

    for path in workspace.inputs.paths:
        if path.endswith(".md") and may_be_packet(path, workspace.settings):
            data = content(workspace.root, path)
            text = "" if isinstance(data, Refusal) else data.decode("utf-8", "replace")
            if is_stub(path, text):
                yield path, stub_in(path, text).wp_id


def _refused(refused: Refusal, log: Log) -> int:
    for reason in refused.reasons:
        note(f"muster: {visible(reason)}")
    note(f"help: {visible(refused.help)}")
    log.failed("ActivationRefused", "; ".join(refused.reasons))
    return 1


def _show(found: Activation, colour: str, *, dry_run: bool, was_recorded: bool) -> None:
    if dry_run:
        for change in found.changes:
            old = None if change.before is None else change.before.decode("utf-8", "replace")
            text = unified(change.path, old, change.after.decode("utf-8", "replace"))
            out(coloured_diff(text, colour=coloured(colour, sys.stdout)))
    else:
        out("".join(f"written {visible(change.path)}\n" for change in found.changes))
    for text in found.left:
        note(f"{visible(text)!r} of SPEC_ANCHOR_CANDIDATES is no heading of the spec, and stays words")
    if not found.changes and was_recorded:
        note(f"{found.wp_id} is active already; nothing was written")
    elif dry_run:
        note("nothing is written")
    else:
        note(f"{found.wp_id} is active: {visible(found.packet)}")
        if found.refinement:
            note(f"its refinement is {visible(found.refinement)}")
        elif found.packet in {change.path for change in found.changes}:
            note(what_is_next(found.packet))
