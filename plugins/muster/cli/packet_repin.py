"""`muster packet repin`: windows brought to where their lines are now.  implements: MU-PKT-5021, MU-PKT-5024"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.changes import unified_by_line
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import coloured, coloured_diff, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from muster.moving import Repinning, Told


@click.command(
    "repin",
    epilog=examples(
        "muster packet repin --dry-run", "muster packet repin", "muster packet repin packets/WP-1-Queue-v1.md"
    ),
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--dry-run", is_flag=True, help="Show the changes, and write nothing.")
@record_option
@colour_option
@click.pass_obj
def repin(where: Where, *, paths: tuple[str, ...], dry_run: bool, no_record: bool, colour: str) -> int:
    """Bring packets and pins to where their lines are now.

    Moves the windows of anchors whose lines are elsewhere, and brings the SHA-1 and, where the
    pointer file names a newer spec, the name of the spec up to date; every other byte stays. A
    packet that changes has to be reviewed again: its review status is pending, its signature is left
    alone. PATH limits it to files and folders. Exit status 1 where something is left to do by hand.
    """
    from muster.moving import repin as repin_all
    from muster.moving import repinning

    with recorded(where, "packet-repin", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        is_wanted = _chosen(where, workspace.root, paths)
        if dry_run:
            found = repinning(workspace, workspace.run_packets().project, is_wanted)
        else:
            found = repin_all(workspace.root, is_wanted)
        if paths and not found.looked_at:
            raise Mistake("no packet and no pin is there", help="`muster packet list` lists the packets")
        log.wrote(change.path for change in found.changes if not dry_run)
        if not found.is_done:
            left = counted(len(found.left), "claim") if found.left else counted(len(found.wrong), "packet")
            log.failed("NotRepinned", f"{left} cannot be mended")
    _show(found, colour, dry_run=dry_run)
    return int(not found.is_done)


def _chosen(where: Where, root: Path, paths: Sequence[str]) -> Callable[[str], bool]:
    """Whether a file is one of those that are named, or in one of the folders."""
    for path in paths:
        if not (where.folder / path).exists():
            raise Mistake(f"{visible(path)}: no such file or folder", help="name packets, or folders of them")
    wanted = [inside(where, root, path) for path in paths] or ["."]
    return lambda path: any(one in (".", path) or path.startswith(f"{one}/") for one in wanted)


def _show(found: Repinning, colour: str, *, dry_run: bool) -> None:
    shown = coloured(colour, sys.stdout)
    for change in found.changes:
        texts = (data.decode("utf-8", "replace") for data in (change.before or b"", change.after))
        out(coloured_diff(unified_by_line(change.path, *texts), colour=shown))
    for left in found.left:
        note(visible(f"{left.path}:{left.line}: {left.message}"))
    if found.left:
        note(visible("help: " + "; ".join(dict.fromkeys(left.help for left in found.left))))
    for told in (one for one in found.told if one.mended):
        note(_in_words(told, dry_run=dry_run))
    if found.changes:
        files = counted(len(found.changes), "file")
        review = "; a packet has to be reviewed again" if found.reviews else ""
        note(f"{files} would change; nothing is written" if dry_run else f"{files} changed{review}")
    elif found.is_done:
        note("nothing to repin")
    for path in found.wrong:
        note(visible(f"what is left: muster packet check {path}"))


def _in_words(told: Told, *, dry_run: bool) -> str:
    """`packets/WP-1.md: 2 windows moved, SHA-1 renewed, review back to pending`."""
    first, *others = told.mended
    parts = [f"{first.part} {'would be ' if dry_run else ''}{first.end}", *(f"{it.part} {it.end}" for it in others)]
    return visible(f"{told.path}: {', '.join(parts)}")
