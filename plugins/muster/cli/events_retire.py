"""`muster events retire`: drop the old months of the ledger.  implements: MU-LEDGER-8034"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.terminal import note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from muster.cli.project import Where
    from muster.ledger.retired import Checkpoint
    from muster.settings import Settings


@click.command("retire", epilog=examples("muster events retire --dry-run", "muster events retire --before 2025-01"))
@click.option("--before", metavar="MONTH", help="The first month to keep; without it, as the settings say.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and drop nothing.")
@click.pass_obj
def retire(where: Where, *, before: str | None, dry_run: bool) -> None:
    """Drop the runs and events of old months, once the chain holds what they were.

    A checkpoint is appended to the events first, so that `muster events verify` still verifies the
    chain, from there on. The keys of what was dropped stay: nothing is recorded a second time.
    Export what you may need again: `muster runs export`.
    """
    from muster.ledger.book import Refused
    from muster.recording import ledger_read, open_ledger

    workspace = where.open()
    month = _month(before, workspace.settings)
    known = ledger_read(workspace.root, workspace.settings) if dry_run else None
    if dry_run and known is None:
        note("there is no ledger yet")
        return
    book = known or open_ledger(workspace.root, workspace.settings)
    with book:
        try:
            found = book.retire(month, rehearse=dry_run)
        except Refused as error:
            first, *rest = error.violations
            told = f"{visible(first)}, and {counted(len(rest), 'more break')}" if rest else visible(first)
            raise Mistake(f"nothing is retired: {told}", help="`muster events verify` tells what is wrong") from None
        if found is None:
            note(f"nothing is older than {month}")
            return
        note(f"{_told(found)} before {month} {'would be' if dry_run else 'are'} retired")
        if not dry_run:
            out(f"{book.head()}\n")
            note("help: this is the head of the events now; keep it elsewhere, for `muster events verify --head`")


def _told(found: Checkpoint) -> str:
    parts = [counted(found.runs, "run"), counted(found.events, "event")]
    parts += [counted(found.tool_calls, "tool call"), counted(found.script_runs, "script run")]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _month(before: str | None, settings: Settings) -> str:
    """The first month to keep."""
    from muster.ledger.months import is_month, later, month_of

    present = month_of(time.time())
    months = settings.ledger.retention_months
    if before is None:
        if not months:
            raise Mistake(
                "nothing says which months are old",
                help="give the first month to keep, `--before 2025-01`, or set `ledger.retention_months`",
            )
        return later(present, -months)
    if not is_month(before):
        raise Mistake(f"{before!r} is no month", help="write the first month to keep, such as 2025-01")
    if before > present:
        remedy = f"the present month always stays: give {present} or an earlier one"
        raise Mistake(f"{before} has not begun", help=remedy)
    return before
