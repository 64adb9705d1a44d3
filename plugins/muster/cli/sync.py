"""`muster sync`: write what follows from the sources.  implements: MU-CORE-0004, MU-REQ-1035"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, mention_no_specs, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import coloured, coloured_diff, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.cli.recorded import Log
    from muster.model import Derived, Outcome


@click.command("sync", epilog=examples("muster sync", "muster sync --check"))
@click.option("--check", is_flag=True, help="Write nothing; show what would change, and exit 1 where anything would.")
@click.option("--force", is_flag=True, help="Replace files that Muster did not write, too.")
@record_option
@colour_option
@click.pass_obj
def command(where: Where, *, check: bool, force: bool, no_record: bool, colour: str) -> int:
    """Write the requirement files and the compliance table.

    Files that are right already are not touched, not even their time. A requirement file whose
    spec is gone is removed. A file that Muster did not write stays as it is, and the exit status is
    1, unless --force is given. No source is ever written.
    """
    with recorded(where, "sync", enabled=not (no_record or check)) as log:
        return _synced(where, log, check=check, force=force, colour=colour)


def _synced(where: Where, log: Log, *, check: bool, force: bool, colour: str) -> int:
    from muster import workspace as projects

    workspace = where.open()
    log.opened(workspace)
    outcome = outcome_of(workspace)
    log.looked_at(outcome)
    mention_no_specs(outcome)
    _demand_all_read(outcome)
    foreign = [] if force else [file for file in outcome.files if not file.ours]
    due = [file for file in outcome.files if file not in foreign]
    if check:
        shown = coloured(colour, sys.stdout)
        out("".join(coloured_diff(unified(file.path, file.committed, file.text), colour=shown) for file in due))
    else:
        changed = projects.sync(workspace.root, outcome, force=force)
        log.wrote(changed)
        due = [file for file in due if file.path in changed]
        out("".join(f"{'removed' if file.text is None else 'written'} {visible(file.path)}\n" for file in due))
    if foreign:
        log.failed("FilesRefused", f"{counted(len(foreign), 'file')} that Muster did not write")
    for file in foreign:
        note(f"muster: {visible(file.path)} is not replaced: Muster did not write it")
    if foreign:
        note("help: move it away, or choose another place by the settings `output`, or run `muster sync --force`")
    unchanged = sum(file.same for file in outcome.project.derived)
    note(_summary(due, unchanged, len(foreign), would=check))
    return int(bool(foreign) or (check and bool(due)))


def _demand_all_read(outcome: Outcome) -> None:
    """Stop where a spec could not be read: nobody knows what should follow from it."""
    unread = [problem for problem in outcome.project.problems if problem.code.startswith("ENC")]
    if unread and not outcome.project.derived:
        listed = "; ".join(problem.message for problem in unread[:5])
        more = f"; and {len(unread) - 5} more" if len(unread) > 5 else ""
        raise Mistake(f"nothing is written: {listed}{more}", help="mend that first; `muster check` shows the places")


def _summary(due: Sequence[Derived], unchanged: int, refused: int, *, would: bool) -> str:
    written = sum(file.text is not None for file in due)
    verb = "would be " if would else ""
    return (
        f"{counted(written, 'file')} {verb}written, {len(due) - written:,} {verb}removed, {unchanged:,} unchanged"
        + (f", {refused:,} refused" if refused else "")
        + ("; run `muster sync`" if would and due else "")
    )
