"""What the help of the commands has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


class InOrder(click.Group):
    """A group whose commands help lists in the order in which they are given."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names, in that order."""
        return list(self.commands)


def examples(*lines: str) -> str:
    """The epilog of a command: command lines to try, kept as they are."""
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(("\b", title, *(f"  {line}" for line in lines)))


def colour_option(function: F) -> F:
    """Give a command `--color`."""
    option = click.option(
        "--color",
        "colour",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the output; auto means on a terminal, unless NO_COLOR is set.",
    )
    return option(function)
