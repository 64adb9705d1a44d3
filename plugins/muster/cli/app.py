"""The group of all commands, and the one place from which they run."""

from __future__ import annotations

import importlib
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster import __version__
from muster.cli.errors import Mistake, status_of
from muster.cli.help import examples
from muster.cli.project import Where
from muster.cli.terminal import finish

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each module holds its command as `command`. A run imports the one that it needs, help all of them.
COMMANDS = {
    "check": "muster.cli.check",
    "sync": "muster.cli.sync",
    "trace": "muster.cli.trace",
    "explain": "muster.cli.explain",
    "impact": "muster.cli.impact",
    "review": "muster.cli.review",
    "fix": "muster.cli.fix",
    "rule": "muster.cli.rule",
    "id": "muster.cli.id",
    "diff": "muster.cli.diff",
    "allocate": "muster.cli.allocate",
    "packet": "muster.cli.packet",
    "prompt": "muster.cli.prompt",
    "chain": "muster.cli.chain",
    "run": "muster.cli.run",
    "runs": "muster.cli.runs",
    "events": "muster.cli.events",
    "init": "muster.cli.init",
    "spec": "muster.cli.spec",
    "pages": "muster.cli.pages",
    "portfolio": "muster.cli.portfolio",
    "links": "muster.cli.links",
    "schema": "muster.cli.schema",
}


class Commands(click.Group):
    """The commands of the table above, in its order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names, as help lists them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names, or say which one is near."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib  # only a mistake wants it

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            meant = f"did you mean `{near[0]}`? " if near else ""
            raise Mistake(f"there is no command {args[0]!r}", help=f"{meant}`muster --help` lists the commands")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a mistake in its options is told as its own."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if error.ctx is None and (command := self.get_command(ctx, ctx.invoked_subcommand or "")):
                error.ctx = click.Context(command, parent=ctx, info_name=command.name)
            raise


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("muster init", "muster check", "muster -C .. check --report json=report.json", "muster sync"),
)
@click.version_option(__version__, "-V", "--version", prog_name="muster", message="%(prog)s %(version)s")
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    help="The project's folder; paths are relative to it. Default: the nearest folder from here up with settings,"
    " else that of the git repository.",
)
@click.pass_context
def muster(ctx: click.Context, folder: str | None) -> None:
    """Make written specs binding.

    Muster reads the specs of a project, finds their requirements and checks that everything that
    follows from them still agrees. Exit status: 0 for no errors, 1 for errors or drift, 2 when the
    command could not run.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
    ctx.obj = Where(Path(folder or "."), told=folder is not None, words=("muster", *(ctx.obj or ())))
    if not ctx.obj.folder.is_dir():
        raise Mistake(f"{folder}: not a folder", help="name the project's folder after -C")


def run(arguments: Sequence[str]) -> int:
    """Run a command line; every failure becomes a message and an exit status, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name or a text may not fit the terminal's encoding
            stream.reconfigure(errors="backslashreplace")

    def call() -> int:
        status = muster.main(args=list(arguments), prog_name="muster", standalone_mode=False, obj=tuple(arguments))
        finish()
        return status if isinstance(status, int) else 0

    return status_of(call)
