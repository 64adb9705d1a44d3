"""`muster packet`: claims pinned to the lines of a spec."""

from __future__ import annotations

import click

from muster.cli.help import InOrder, examples
from muster.cli.packet_activate import activate
from muster.cli.packet_check import check
from muster.cli.packet_list import packets
from muster.cli.packet_new import new
from muster.cli.packet_pin import pin
from muster.cli.packet_repin import repin


@click.group(
    "packet",
    cls=InOrder,
    commands=[check, packets, new, repin, activate, pin],
    invoke_without_command=True,
    epilog=examples(
        "muster packet new WP-1-Queue-v1 --spec specs/10-queue.md --anchor Back-off",
        "muster packet check",
        "muster packet repin --dry-run",
        "muster packet activate WP-1-Queue-v1",
    ),
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write, check and mend refinement packets: claims that are pinned to the lines of a spec."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
