"""`muster prompt`: prompts that anyone can rebuild byte for byte."""

from __future__ import annotations

import click

from muster.cli.help import InOrder, examples
from muster.cli.prompt_accept import accept
from muster.cli.prompt_compile import compile_
from muster.cli.prompt_diff import diff
from muster.cli.prompt_packs import packs
from muster.cli.prompt_show import show
from muster.cli.prompt_verify import verify


@click.group(
    "prompt",
    cls=InOrder,
    commands=[packs, compile_, show, diff, verify, accept],
    invoke_without_command=True,
    epilog=examples(
        "muster prompt packs",
        "muster prompt compile --set PROMPT_TEXT=@prompts/queue.md",
        "muster prompt verify prompts/compiled/1b4e28ba-2fa1",
    ),
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Compile prompts from packs and specs, prove them, and check answers to them."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
