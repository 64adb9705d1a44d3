"""The help of each command is complete, and the guide describes all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from muster.cli.app import muster, run

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "specs" / "guide" / "commands.md"


def commands_in(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Each command with the words that call it, the group itself included."""
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands_in(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


ALL = dict(commands_in(muster, "muster"))
EACH = pytest.mark.parametrize("path", ALL)


@pytest.mark.requirement("MU-CORE-0035")
@EACH
def test_help_says_what_the_command_does_and_shows_an_example(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    status = run([*path.split()[1:], "--help"])

    out, err = capfd.readouterr()
    assert (status, err) == (0, "")
    assert re.search(r"\n  Examples?:\n    muster ", out)
    assert max(map(len, out.splitlines())) <= 80


@EACH
def test_each_option_has_words_of_help(path: str) -> None:
    options = [parameter for parameter in ALL[path].params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not option.help] == []


@EACH
def test_each_example_is_a_command_with_options_that_exist(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    examples = re.findall(r"^  muster (.*?)(?: > .*)?$", ALL[path].epilog or "", re.MULTILINE)

    # The parser takes every word before the help ends the command; what `run` runs would take the help for its own.
    asked = [example.split() for example in examples]
    asked = [[words[0], "--help", *words[1:]] if words[0] == "run" else [*words, "--help"] for words in asked]
    assert [run(words) for words in asked] == [0] * len(examples)
    assert capfd.readouterr().err == ""


@pytest.mark.requirement("MU-CORE-0035")
@EACH
def test_the_guide_describes_each_command_and_each_option(path: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    words = page if isinstance(ALL[path], click.Group) else sections[path]

    options = [
        max(parameter.opts, key=len)
        for parameter in ALL[path].params
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts
    ]
    assert [word for word in (path, *options) if not re.search(rf"{re.escape(word)}(?![\w-])", words)] == []


def test_tables_of_the_guide_have_no_escaped_bar_in_code() -> None:
    """GitHub shows it as a bar, the site with its backslash."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in PAGE.parent.glob("*.md")}

    assert [name for name, page in pages.items() if re.search(r"^\|.*`[^`]*\\\|", page, re.MULTILINE)] == []


@pytest.mark.parametrize("group", ["", "spec"])
def test_without_a_command_the_help_is_shown_and_the_status_is_2(group: str, capfd: pytest.CaptureFixture[str]) -> None:
    status = run(group.split())

    out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith("Usage: muster ")
