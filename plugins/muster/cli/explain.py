"""`muster explain`: everything that is known of one requirement.  implements: MU-TRACE-3031"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.asked import ids_asked
from muster.cli.colours import OUTCOMES, SEVERITIES, STATUSES
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, no_specs
from muster.cli.results import named_citations, results_option, traced_outcome
from muster.cli.terminal import coloured, note, out, style, visible
from muster.model import CaseOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.trace.explaining import Changed, Explanation, Relative
    from muster.trace.view import Cited, Ran

_MOST = 20  # mentions that are listed
_MARKS = {"both": ("", "", ""), "old": ("[-", "-]", "red"), "new": ("{+", "+}", "green")}


@click.command(
    "explain",
    epilog=examples(
        "muster explain QUEUE-1001",
        "muster explain queue-1001 --results junit.xml",
        "muster explain QUEUE-1001 --format json",
    ),
)
@click.argument("words", metavar="ID", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for reading, JSON for programs.",
)
@results_option
@colour_option
@click.pass_obj
def command(where: Where, *, words: tuple[str, ...], form: str, results: tuple[str, ...], colour: str) -> None:
    """Tell all that is known of one requirement.

    That is its text and where it stands, its status and why, what it derives from and what derives
    from it, the code and the tests that cite it, how these ended, what speaks for it beside tests,
    and every finding about it. The ID may be written in any case.
    """
    from muster.trace.explaining import explanation_of
    from muster.trace.view import rows_of

    workspace = where.open()
    outcome = traced_outcome(where, workspace, results)
    for line in no_specs(outcome):
        note(line)
    asked = ids_asked(outcome.project, [" ".join(words)])
    own = [one for one in outcome.project.trace.citations if one.id in asked]
    rows = {row.id: row for row in rows_of(outcome.project, named_citations(workspace, own))}
    found = explanation_of(outcome.project, rows[asked[0]], rows, outcome.findings)
    if form == "json":
        import msgspec

        out(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    else:
        out(as_text(found, colour=coloured(colour, sys.stdout)))


def as_text(found: Explanation, *, colour: bool) -> str:
    """Heading, text and facts; what there is none of is left out."""
    row = found.requirement
    level = f"{row.level} not" if row.negated else row.level.value
    status = style(row.status, STATUSES[row.status], colour=colour)
    lines = [
        f"{style(visible(row.id), 'bold', colour=colour)}  {level}  {status}",
        visible(f"{row.status}: {found.why}"),
        "",
        *(f"  {visible(line)}".rstrip() for line in found.text.splitlines()),
        "",
        _fact("defined", f"{row.spec}:{row.line}", colour=colour),
        *([_fact("section", found.section, colour=colour)] if found.section else []),
        _fact("anchor", f"#{found.anchor}", colour=colour),
        *([_fact("package", found.package, colour=colour)] if found.package else []),
        _fact("fingerprint", found.fingerprint, colour=colour),
    ]
    for title, block in _blocks(found, colour=colour):
        if block:
            lines += ["", style(title, "bold", colour=colour), *(f"  {line}" for line in block)]
    return "\n".join(lines) + "\n"


def _fact(name: str, value: str, *, colour: bool) -> str:
    return f"{style(f'{name:<12}', 'dim', colour=colour)} {visible(value)}"


def _blocks(found: Explanation, *, colour: bool) -> Iterator[tuple[str, list[str]]]:
    row = found.requirement
    yield "Changed since it was reviewed", list(_changes(found.changes, colour=colour))
    yield "Derives from", [_relative(one, colour=colour) for one in found.parents]
    yield "From it derive", [_relative(one, colour=colour) for one in found.children]
    yield "Code", _places(row.code)
    yield "Tests", _places(row.tests)
    yield "Results", [line for one in row.results for line in _result(one, colour=colour)]
    yield "Evidence", [visible(f"{one} ({one.path}:{one.line})") for one in row.evidence]
    yield "Mentions", _places(row.mentions, _MOST)
    yield (
        "Waivers",
        [
            visible(f"{one.owner} until {one.expires}{' (over)' * one.expired}: {one.reason}")
            + (f" ({one.rule})" if one.rule else "")
            for one in found.waivers
        ],
    )
    yield (
        "Findings",
        [
            f"{visible(f'{one.path}:{one.line}:{one.column}')}: "
            f"{style(f'{one.severity}[{one.code}]', SEVERITIES[one.severity], colour=colour)} {visible(one.message)}"
            for one in found.findings
        ],
    )


def _places(items: Sequence[Cited], most: int = 0) -> list[str]:
    shown = items[:most] if most else items
    lines = [visible(f"{one}{' (an older version)' if one.stale else ''}") for one in shown]
    return [*lines, *([f"and {len(items) - len(shown):,} more"] if len(items) > len(shown) else [])]


def _relative(one: Relative, *, colour: bool) -> str:
    if one.status is None:
        return visible(one.id or f"{one.spec} as a whole")
    status = style(one.status, STATUSES[one.status], colour=colour)
    return f"{visible(one.id)}  {status}  {visible(one.title)}"


def _result(one: Ran, *, colour: bool) -> Iterator[str]:
    outcome = style(one.outcome, OUTCOMES[one.outcome], colour=colour)
    seconds = f" in {one.seconds:g} s" if one.seconds else ""
    yield f"{outcome}  {visible(one.called)}{seconds}"
    if one.message and one.outcome is not CaseOutcome.PASSED:
        yield f"  {visible(one.message)}"


def _changes(changes: Sequence[Changed], *, colour: bool) -> Iterator[str]:
    """The files, and the words of then and now, as `git diff --word-diff` shows them."""
    alike: dict[str, list[Changed]] = {}
    for one in changes:
        alike.setdefault(one.before, []).append(one)
    for members in alike.values():
        yield from (visible(one.path) for one in members)
        parts = []
        for run in members[0].words:
            before, after, name = _MARKS[run.side]
            text = f"{before}{visible(run.text)}{after}"
            parts.append(style(text, name, colour=colour) if name else text)
        yield f"  {' '.join(parts) or 'its text of that time is not known'}"
