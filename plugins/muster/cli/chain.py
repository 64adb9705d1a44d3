"""`muster chain`: prompt chains, turn by turn."""

from __future__ import annotations

import click

from muster.cli.chain_add import add
from muster.cli.chain_new import new
from muster.cli.chain_smoke import smoke
from muster.cli.chain_status import status
from muster.cli.help import InOrder, examples


@click.group(
    "chain",
    cls=InOrder,
    commands=[new, add, status, smoke],
    invoke_without_command=True,
    epilog=examples(
        "muster chain new retry --title 'Retry of failed jobs'",
        "muster chain add",
        "muster chain status retry",
        "muster chain smoke",
    ),
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write prompt chains turn by turn, and see where they stand."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
