"""`muster packet check`.  implements: MU-PKT-5018, MU-PKT-5020"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside
from muster.cli.recorded import record_option, recorded
from muster.cli.reports import demand_known, report_asked, shown_in, written
from muster.cli.terminal import coloured, note, out
from muster.gate.report import Subject, summary, tally

if TYPE_CHECKING:
    from muster.model import Project


@click.command(
    "check",
    epilog=examples(
        "muster packet check",
        "muster packet check packets/WP-1-Queue.md --signed",
        "muster packet check --report json",
    ),
)
@click.argument("paths", nargs=-1)
@click.option("--signed", is_flag=True, help="Demand that every packet is approved and signed.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help="Write a report to standard output or to PATH: text (the default), json, sarif, github, junit or markdown. "
    "Repeatable.",
)
@click.option("--no-cache", is_flag=True, help="Read every file anew, and leave .muster alone.")
@record_option
@colour_option
@click.pass_obj
def check(
    where: Where,
    *,
    paths: tuple[str, ...],
    signed: bool,
    reports: tuple[str, ...],
    no_cache: bool,
    no_record: bool,
    colour: str,
) -> int:
    """Check the packets and pins of the project, and nothing else.

    The findings are those that `muster check` has of them, and found in a fraction of its time: each
    spec that is named is read once. PATHS, files or folders, limit what is SHOWN and what counts for
    the exit status. Exit status 1 where an anchor has moved, is gone or ambiguous, or another error
    is found.
    """
    started = time.perf_counter()
    wanted = tuple(report_asked(text) for text in reports or ("text",))
    if sum(path is None for _, path in wanted) > 1:
        raise Mistake("two reports for standard output", help="give all but one a file: `--report json=report.json`")
    with recorded(where, "packet-check", enabled=not (no_record or no_cache)) as log:
        workspace = where.open(use_cache=not no_cache)
        log.opened(workspace)
        outcome = workspace.run_packets(signed=signed)
        log.reads = tuple(one.path for one in outcome.project.refinements)[:64]
        if not signed:
            log.packets(outcome, outcome.findings)
        folders = tuple(inside(where, workspace.root, path) for path in paths)
        shown = shown_in(outcome.findings, folders)
        demand_known(where, paths, folders, shown)
        subject = Subject(shown, outcome.counts, workspace.lines, fail_on=workspace.settings.fail_on)
        report = ""
        for form, path in wanted:
            to_terminal = coloured(colour, sys.stdout) and path is None
            report += written(where, form, path, replace(subject, colour=to_terminal))
        log.wrote(path for _, path in wanted if path)
        fails = any(finding.severity.reaches(subject.fail_on) for finding in shown)
        if fails:
            log.failed("PacketsFailed", tally(shown))
    out(report)
    mention_none(outcome.project)
    note(summary(subject, time.perf_counter() - started))
    return int(fails)


def mention_none(project: Project) -> None:
    """Say what was looked for where there is nothing."""
    if not (project.refinements or project.pins):
        note(f"muster: no packet and no pin found; looked for {', '.join(project.settings.packets.include)}")
        note("help: `muster packet new` writes a packet; other places go into the setting `packets.include`")
