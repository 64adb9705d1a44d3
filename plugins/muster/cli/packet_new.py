"""`muster packet new`: a packet about a spec.  implements: MU-PKT-5022"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import coloured, coloured_diff, note, out, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.shelf import Shelf

_SHOWN = 5  # places that are named


@click.command(
    "new",
    epilog=examples(
        "muster packet new WP-1-Queue-v1 --spec specs/10-queue.md --anchor QUEUE-1001",
        "muster packet new WP-1-Queue-v1 --anchor 2.6.8.9 --anchor 'Retry queue'",
        "muster packet new WP-1-Queue-v1 --spec specs/10-queue.md --anchor L120-L140",
        "muster packet new WP-1-Queue-v1 --pointer CURRENT.md --anchor 2.1 --dry-run",
    ),
)
@click.argument("wp_id", metavar="WP_ID")
@click.option("--spec", metavar="FILE", help="The spec; by default the one that the pointer file names.")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="TEXT",
    help="What to pin to: a requirement ID, a heading or a unique part of one, a section number, or lines, L120-L140."
    " Repeatable.",
)
@click.option(
    "--pointer",
    metavar="FILE",
    help="The file that says which spec is current; by default that of the setting `packets.pointer`.",
)
@click.option("--output", metavar="PATH", help="Where to write it; by default WP_ID.md in the folder `packets.folder`.")
@click.option("--dry-run", is_flag=True, help="Show the packet, and write nothing.")
@record_option
@colour_option
@click.pass_obj
def new(  # noqa: PLR0913 -- one argument for each option
    where: Where,
    *,
    wp_id: str,
    spec: str | None,
    anchors: tuple[str, ...],
    pointer: str | None,
    output: str | None,
    dry_run: bool,
    no_record: bool,
    colour: str,
) -> int:
    """Write a packet about a spec.

    Its windows, tokens, excerpts and the SHA-1 of the spec are filled in, and are right; what only
    somebody can answer is left as `<fill: ...>` with the question. A heading stands for all lines
    down to the next of its level or a higher one. No file is ever replaced.
    """
    from muster.refining import Order, Refusal, drafted, misplaced, write_new
    from muster.shelf import Shelf

    with recorded(where, "packet-new", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        root, settings = workspace.root, workspace.settings

        def typed(path: str | None) -> str:
            return inside(where, root, path) if path else ""

        path = typed(output) or f"{settings.packets.folder.strip('/')}/{wp_id}.md"
        order = Order(wp_id, path, typed(spec), typed(pointer), anchors)
        project, shelf = outcome_of(workspace).project, Shelf(workspace.inputs)
        made = misplaced(wp_id, path, project) or drafted(order, project, shelf, datetime.now(UTC))
        if isinstance(made, Refusal):
            for reason in made.reasons[:-1]:
                note(f"muster: {visible(reason)}")
            raise Mistake(visible(made.reasons[-1]), help=visible(made.help))
        for words in _twins(made.decode(), path, settings.packets.target, shelf):
            note(f"muster: {visible(words)}")
        if dry_run:
            out(coloured_diff(unified(path, None, made.decode()), colour=coloured(colour, sys.stdout)))
            note("nothing is written")
            return 0
        if refused := write_new(root, path, made):
            raise Mistake(visible(refused.reasons[0]), help=refused.help)
        log.wrote([path])
    out(f"written {visible(path)}\n")
    note(what_is_next(path))
    return 0


def _twins(text: str, path: str, pattern: str, shelf: Shelf) -> Iterator[str]:
    """The anchors of a new packet whose lines stand at several places of the spec alike."""
    from muster.packets.candidates import twin_lines
    from muster.packets.reading import packet_in
    from muster.packets.target import target_of

    packet = packet_in(text)
    target = target_of(packet, path, pattern, shelf) if packet else None
    spec = shelf.spec(target.path) if target else None
    for anchor in packet.anchors if packet and spec else ():
        if spec and target and anchor.token and anchor.excerpt:
            lines = twin_lines(anchor.token.value, anchor.excerpt.text, spec)
            if lines:
                places = f"{target.path}:{', '.join(map(str, lines[:_SHOWN]))}"
                yield f"the lines of {anchor.name} stand alike at {places}: nobody can tell them apart once they move"


def what_is_next(path: str) -> str:
    """What to do with a packet that was just written."""
    return f"next: answer what is still `<fill: ...>` in it, then run `muster packet check {visible(path)}`"
