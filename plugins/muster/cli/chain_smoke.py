"""`muster chain smoke`: the protocol played in memory.  implements: MU-CHAIN-7050"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.errors import COULD_NOT_RUN, Mistake
from muster.cli.help import colour_option, examples
from muster.cli.terminal import coloured, note, out, style, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.smoke import Report
    from muster.chains.smoke import Step as Played
    from muster.cli.project import Where


@click.command(
    "smoke", epilog=examples("muster chain smoke", "muster chain smoke --break CHN014", "muster chain smoke --list")
)
@click.option("--break", "code", metavar="CODE", help="Break this rule, and see that the smoke chain fails.")
@click.option("--list", "listed", is_flag=True, help="List the rules that can be broken, and how that is done.")
@colour_option
@click.pass_obj
def smoke(where: Where, *, code: str | None, listed: bool, colour: str) -> int:
    """Play a small chain, S0 to S4, against the rules and settings of the project.

    It is played in memory: nothing is written, run or recorded. Exit status 1 where a step fails, as
    it has to with --break; 2 where a rule is broken and nobody finds it.
    """
    from muster.chains import smoke as playing

    tint = coloured(colour, sys.stdout)
    settings = where.open(use_cache=False, quiet=True).settings.chains
    if listed:
        ways = playing.breaks().items()
        out("".join(f"{style(known, 'bold', colour=tint)}  {visible(way.what)}\n" for known, way in ways))
        return 0
    try:
        report = playing.smoke(settings, code)
    except playing.UnknownRule as error:
        raise Mistake(visible(str(error)), help=error.help) from None
    for words in report.notes:
        note(f"muster: {visible(words)}")
    if report.code:
        out(f"broken: {report.code}, {visible(report.what)}\n\n")
    out("".join(line for step in report.steps for line in _told(step, colour=tint)))
    out(f"\n{_end(report)}\n")
    return COULD_NOT_RUN if report.missed else int(not report.passed)


def _told(step: Played, *, colour: bool) -> Iterator[str]:
    """A step: whether it passed, what was played in it, and what was found."""
    word, tint = ("ok", "green") if step.passed else ("failed", "red")
    yield f"{style(step.name, 'bold', colour=colour)} {style(word, tint, colour=colour)}: {visible(step.shows)}\n"
    yield from (f"     {style(visible(turn), 'dim', colour=colour)}\n" for turn in step.played)
    for problem in step.problems:
        code = style(problem.code, "red", colour=colour)
        yield f"   {code} {visible(problem.place.path)}:{problem.place.line}: {visible(problem.message)}\n"
        yield f"     help: {visible(problem.help)}\n"
    if step.astray:
        yield f"   {style(visible(step.astray), 'red', colour=colour)}\n"


def _end(report: Report) -> str:
    """What it all comes to."""
    failed = [step.name for step in report.steps if not step.passed]
    if report.missed:
        return f"{report.code} was broken, and nobody found it: this is a defect of Muster"
    if report.code:
        return f"the smoke chain failed, as it should: {report.code} was found in {', '.join(_steps_with(report))}"
    if failed:
        return f"the smoke chain failed in {', '.join(failed)}"
    turns = sum(len(step.played) for step in report.steps)
    return f"the smoke chain holds: {counted(len(report.steps), 'step')}, {counted(turns, 'turn')}, nothing found"


def _steps_with(report: Report) -> list[str]:
    """The steps in which the broken rule was found."""
    return [step.name for step in report.steps if any(problem.code == report.code for problem in step.problems)]
