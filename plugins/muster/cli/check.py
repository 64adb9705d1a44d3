"""`muster check`: the gate.  implements: MU-CORE-0030, MU-CORE-0032, MU-RULE-2034"""

from __future__ import annotations

import os
import re
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, codes_of, inside, judged, no_specs, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.reports import demand_known, report_asked, shown_in, written
from muster.cli.results import given_results, results_option
from muster.cli.terminal import coloured, note, out
from muster.cli.verdict import Asked, Verdict
from muster.model import Severity
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from muster.cli.recorded import Log
    from muster.gate.report import Subject
    from muster.model import Outcome
    from muster.settings import Settings
    from muster.workspace import Workspace


@click.command(
    "check",
    epilog=examples(
        "muster check",
        "muster check specs/10-queue.md",
        "muster check --select KWD,REQ --fail-on warning",
        "muster check --report text --report json=report.json",
        "muster check --since main",
        "muster check --baseline",
        "muster check --watch",
    ),
)
@click.argument("paths", nargs=-1)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help="Write a report to standard output or to PATH: text (the default), json, sarif, github, junit, "
    "markdown or spec-lint, whose verdict counts too. Repeatable.",
)
@click.option("--select", multiple=True, metavar="CODES", help="Run these rules only: codes or how they begin.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out: codes or how they begin.")
@click.option(
    "--fail-on",
    type=click.Choice([Severity.ERROR.value, Severity.WARNING.value]),
    help="The least severity that gives exit status 1; the default is the setting `fail_on`.",
)
@click.option(
    "--since", metavar="REVISION", help="Judge only what is new since a commit, branch or tag: older findings pass."
)
@click.option(
    "--baseline", is_flag=True, help="First write a baseline of what is found, or drop from it what is mended."
)
@click.option(
    "--today", metavar="DATE", help="The day as of which waivers expire, such as 2027-01-31; default: the day it is."
)
@results_option
@click.option("--watch", is_flag=True, help="Check again on each save, and show one screen until Ctrl-C.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    metavar="N",
    help="Processes that read specs; 0, the default: what pays.",
)
@click.option("--no-cache", is_flag=True, help="Read every file anew, and leave .muster alone.")
@record_option
@colour_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one argument for each option
    where: Where,
    *,
    paths: tuple[str, ...],
    reports: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    workers: int,
    no_cache: bool,
    no_record: bool,
    since: str | None,
    baseline: bool,
    today: str | None,
    results: tuple[str, ...],
    watch: bool,
    colour: str,
) -> int:
    """Check the specs of the project and everything derived from them.

    The whole project is always checked, as one file can break another. PATHS, files or folders,
    limit what is SHOWN; the exit status and the summary are those of the whole project. Nothing is
    written but the cache, the ledger, the reports that you ask for, and with --baseline the baseline.

    Findings go to standard output, the summary to standard error. A project without specs passes
    with a note.
    """
    wanted = tuple(report_asked(text) for text in reports or ("text",))
    if sum(path is None for _, path in wanted) > 1:
        raise Mistake("two reports for standard output", help="give all but one a file: `--report json=report.json`")
    asked = Asked(paths, wanted, select, ignore, fail_on, workers, not no_cache, since, colour, _day(today), results)
    if watch and baseline:
        raise Mistake("--baseline writes once, and does not go with --watch", help="run it before, by itself")
    if watch:
        from muster.cli.watch import Watch

        return Watch(where, asked, partial(_verdict, where, asked)).run()
    started = time.perf_counter()
    with recorded(where, "check", enabled=not (no_record or no_cache)) as log:
        if baseline:
            from muster.cli.baseline import keep

            note(keep(where.open(use_cache=asked.use_cache, quiet=True), asked))
        workspace = where.open(use_cache=asked.use_cache)
        log.opened(workspace)
        verdict = _verdict(where, asked, workspace, started, log)
    out(verdict.report)
    for line in verdict.notes:
        note(line)
    return verdict.status


def _verdict(where: Where, asked: Asked, workspace: Workspace, started: float, log: Log | None = None) -> Verdict:
    """Check once, and write the reports that go into files."""
    from muster.gate.report import Subject, subject_of, summary, tally
    from muster.store.git import folder_in_repository

    folders = tuple(inside(where, workspace.root, path) for path in asked.paths)
    settings = _settings(workspace.settings, asked.select, asked.ignore)
    results = given_results(where, workspace, asked.results)
    told = None
    if asked.since is None and asked.reports == (("text", None),):
        outcome, told = judged(workspace, settings, workers=asked.workers, today=asked.today, results=results)
    else:  # what else there is to tell is made of the whole project
        outcome = outcome_of(workspace, settings, workers=asked.workers, today=asked.today, results=results)
    _demand_no_source(where, workspace, outcome, [path for _, path in asked.reports if path])
    demand_known(where, asked.paths, folders, shown_in(outcome.findings, folders))
    older = 0
    if asked.since is not None:
        from muster.cli.since import only_new

        outcome, older = only_new(workspace, settings, outcome, asked.since, asked.today)
    shown = shown_in(outcome.findings, folders)
    fail_on = Severity(asked.fail_on) if asked.fail_on else settings.fail_on
    folder = folder_in_repository(workspace.root)
    subject = Subject(
        shown,
        outcome.counts,
        workspace.lines,
        fail_on=fail_on,
        project=outcome.project,
        paths=folders,
        folder=folder,
    )
    gate_fails, preflight = outcome.fails(fail_on), _failed_preflight(asked, subject)
    status = int(gate_fails or bool(preflight))
    if log:
        log.looked_at(outcome, told)
        if not (asked.select or asked.ignore or asked.since):  # those look at a part, and the gate decides on the whole
            log.decided(outcome.findings, fail_on)
        log.wrote(path for _, path in asked.reports if path)
        if status:
            words = [tally(outcome.findings)] if gate_fails else []
            log.failed("GateFailed", "; ".join([*words, *preflight]))
    report = ""
    for form, path in asked.reports:
        to_terminal = coloured(asked.colour, sys.stdout) and path is None
        report += written(where, form, path, replace(subject, colour=to_terminal))
    notes = list(no_specs(outcome))
    hidden = len(outcome.findings) - len(shown)
    if hidden:
        notes.append(f"{counted(hidden, 'finding')} in other files not shown")
    notes += preflight
    passed = f"; {counted(older, 'older finding')} not shown" if older else ""
    notes.append(summary(subject_of(outcome, workspace.lines), time.perf_counter() - started) + passed)
    return Verdict(subject, report, tuple(notes), status)


def _failed_preflight(asked: Asked, subject: Subject) -> list[str]:
    """That the preflight was asked for and blocks, in a line; nothing where it does not.  implements: MU-PRM-6030"""
    paths = [path for form, path in asked.reports if form == "spec-lint"]
    if not paths:
        return []
    from muster.gate.report.as_spec_lint import lint_of

    lint = lint_of(subject)
    if lint.verdict != "fail":
        return []
    told = f"{counted(lint.error_count, 'error')}, {counted(lint.warning_count, 'warning')}"
    files = ", ".join(path for path in paths if path)
    return [f"spec-lint: fail, {told}{f' ({files})' if files else ''}"]


def _day(text: str | None) -> date | None:
    """The day of `--today`."""
    from datetime import date

    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise Mistake(f"--today {text} is no date", help="write it like 2027-01-31") from None


def _settings(settings: Settings, select: Sequence[str], ignore: Sequence[str]) -> Settings:
    """The settings with the choice of the command line: `--select` replaces, `--ignore` adds."""
    import msgspec

    rules = settings.rules
    if select:
        rules = msgspec.structs.replace(rules, select=codes_of(select))
    if ignore:
        rules = msgspec.structs.replace(rules, ignore=(*rules.ignore, *codes_of(ignore)))
    return msgspec.structs.replace(settings, rules=rules) if rules is not settings.rules else settings


def _demand_no_source(where: Where, workspace: Workspace, outcome: Outcome, reports: Sequence[str]) -> None:
    """Stop before a report replaces what a check reads, or another report; an older report may be replaced."""
    from muster.links.site import CONFIGURATIONS
    from muster.specs.discovery import BASELINE, RETIRED, WAIVERS, side_path

    project = outcome.project
    kept = (side_path(name, project.settings) for name in (RETIRED, WAIVERS, BASELINE))
    files = (*(document.path for document in project.documents), *(file.path for file in project.derived))
    sources = (*files, *kept, *CONFIGURATIONS, *filter(None, [workspace.source]))
    real = {os.path.realpath(workspace.root / source) for source in sources}
    pages = {page.path for page in project.pages}
    taken: set[str] = set()
    for path in reports:
        target = os.path.realpath(where.folder / path)
        page = os.path.relpath(target, os.path.realpath(workspace.root))
        is_page = page in pages and _OLDER_REPORT.match("".join(workspace.lines(page)[:1])) is None
        if target in real or is_page:
            raise Mistake(f"--report would replace {path}, which is a source", help="name another file")
        if ".git" in Path(target).parts:
            raise Mistake(f"--report would write {path}, which is git's own", help="name another file")
        if target in taken and not (where.folder / path).is_char_device():
            raise Mistake(f"two reports for {path}", help="give each a file of its own")
        taken.add(target)


# The first line of a report in text or Markdown; one that had nothing to tell is empty.
_OLDER_REPORT = re.compile(r"\*\*Muster found |.*: (?:error|warning|info)\[[A-Z]{3}[0-9]{3}\] |$")
