"""The page of runs: how often each task succeeds, how long it takes, what failed, and what the gate decided.

implements: MU-LEDGER-8041
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.statistics import failures_in, retries_in, tasks_in, trend_in
from muster.site.markup import escape
from muster.site.page import NOT_SEARCHED, table
from muster.site.recorded import badge, duration, error_of, moment, run_anchor, run_header, told
from muster.site.trend import trend
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from muster.ledger.rows import Run
    from muster.ledger.statistics import Retried, RunHistory, TaskStatistics
    from muster.site.page import Links

PATH = "runs/index.md"
MOST_RUNS = 200
MOST_FAILURES = 20
MOST_RETRIES = 20
_MOST_SPECS = 3  # of a run that are linked one by one
_EMPTY = """\
No run is recorded yet. Here will be how often each task succeeds, how long it takes, what failed
and why, what was tried again, and how errors and warnings of the gate change over time.

`muster check` records itself, and `muster run` any other command:

```console
$ muster check
$ muster run --task nightly -- nox -s docs
```
"""
_UNREADABLE = """\
The ledger could not be read when this page was made; the log of the build says why.
"""


def runs_page(history: RunHistory, links: Links, spec_ids: Collection[str]) -> str:
    """The page; `spec_ids` are those that have a page of their own."""
    head = f"{NOT_SEARCHED}# Runs\n\n"
    if history.problem:
        return head + _UNREADABLE
    if not history.runs:
        return head + _EMPTY
    shown = {run_anchor(run) for run in history.runs[:MOST_RUNS]}
    return "\n".join(
        [
            head + _intro(history),
            _tasks(tasks_in(history.runs)),
            _failures(failures_in(history.runs), shown),
            _retries(retries_in(history.runs), shown),
            _decisions(history),
            _latest(history, links, spec_ids),
        ]
    )


def _intro(history: RunHistory) -> str:
    number = counted(len(history.runs), "run")
    which = f"The latest {number}" if history.has_more else f"{number}"
    since = moment(history.runs[-1].created_at)
    return (
        f"<p>{which}, since {since}. Times are in UTC. Each attempt is a run. Half of the runs took at most p50,"
        " 95 of 100 at most p95 (nearest rank, failures included).</p>\n"
    )


def _percent(rate: float) -> str:
    """Rounded down, so that only what always succeeds has 100 %."""
    return f"{int(rate * 1000) / 10:g} %"


def _tasks(tasks: Sequence[TaskStatistics]) -> str:
    rows = [
        f'<th scope="row">{_task_name(task.last)}</th><td>{task.runs:,}</td><td>{_percent(task.success_rate)}</td>'
        f"<td>{duration(task.p50_ms)}</td><td>{duration(task.p95_ms)}</td>"
        f"<td>{moment(task.last.created_at)} {badge(task.last.facts.status)}</td>"
        for task in tasks
    ]
    columns = ("Task", "Runs", "Success", "p50", "p95", "Last run")
    return "## Tasks\n\n" + table("Runs by task", columns, rows, numbers=True)


def _task_name(run: Run) -> str:
    """The slug, and the name where that says more."""
    slug, name = run.facts.task_slug, run.facts.task_name
    return f"<code>{told(slug)}</code>" + (f" {told(name, 80)}" if name != slug else "")


def _started(run: Run, shown: Collection[str]) -> str:
    """When a run began, linked to its row where there is one."""
    anchor = run_anchor(run)
    return f'<a href="#{escape(anchor)}">{moment(run.created_at)}</a>' if anchor in shown else moment(run.created_at)


def _failures(failures: Sequence[Run], shown: Collection[str]) -> str:
    title = "## Failures\n\n"
    if not failures:
        return f"{title}No run failed.\n"
    rows = [
        f'<th scope="row">{_started(run, shown)}</th><td><code>{told(run.facts.task_slug)}</code></td>'
        f"<td>{run.facts.attempt}</td><td>{error_of(run)}</td>"
        for run in failures[:MOST_FAILURES]
    ]
    caption = "Failed runs, the latest first"
    if len(failures) > MOST_FAILURES:
        caption = f"The latest {MOST_FAILURES} of {len(failures):,} failed runs"
    return title + table(caption, ("Time", "Task", "Attempt", "Error"), rows)


def _retries(retries: Sequence[Retried], shown: Collection[str]) -> str:
    title = "## Retries\n\n"
    if not retries:
        return f"{title}Nothing was tried again.\n"
    rows = []
    for one in retries[:MOST_RETRIES]:
        first, last = one.first.facts, one.last.facts
        took = duration(max(round((last.ended_at_ts - first.started_at_ts) * 1000), 0))
        rows.append(
            f'<th scope="row">{_started(one.first, shown)}</th><td><code>{told(last.task_slug)}</code></td>'
            f"<td>{one.attempts}</td><td>{badge(last.status)}</td><td>{took}</td><td><code>{told(last.trace_id)}</code></td>"
        )
    caption = "What was tried more than once, by trace, the latest first"
    if len(retries) > MOST_RETRIES:
        caption = f"The latest {MOST_RETRIES} of {len(retries):,} traces with several attempts"
    return title + table(caption, ("First attempt", "Task", "Attempts", "End", "In all", "Trace"), rows)


def _decisions(history: RunHistory) -> str:
    title = "## Compliance trend\n\n"
    if decisions := trend_in(history.decisions):
        return title + trend(decisions)
    return f"{title}No decision of the gate is recorded yet; `muster check` records one.\n"


def _latest(history: RunHistory, links: Links, spec_ids: Collection[str]) -> str:
    shown = history.runs[:MOST_RUNS]
    rows = []
    for run in shown:
        specs = f"<td>{_spec_links(run, links, spec_ids)}</td>" if spec_ids else ""
        rows.append(
            f"{run_header(run)}<td>{moment(run.created_at)}</td><td><code>{told(run.facts.task_slug)}</code></td>"
            f"<td>{badge(run.facts.status)}</td><td>{duration(run.facts.duration_ms)}</td>"
            f"<td>{run.facts.attempt}</td>{specs}"
        )
    columns = ("Run", "Started", "Task", "Status", "Duration", "Attempt", *(["Spec"] if spec_ids else []))
    more = history.has_more or len(history.runs) > len(shown)
    caption = f"The latest {counted(len(shown), 'run')}" if more else "All runs, the latest first"
    others = "`muster runs` lists the others, and " if more else ""
    outro = f"\n{others}`muster runs show RUN` tells all that is known of one.\n"
    return "## Latest runs\n\n" + table(caption, columns, rows) + outro


def _spec_links(run: Run, links: Links, spec_ids: Collection[str]) -> str:
    """Links to the specs that a run is about, by the first characters of their identity."""
    known = [spec_id for spec_id in run.meta.spec_ids if spec_id in spec_ids]
    shown = [
        f'<a href="{escape(links.to_page(PATH, f"identity/{spec_id}.md"))}"><code>{told(spec_id[:8])}</code></a>'
        for spec_id in known[:_MOST_SPECS]
    ]
    more = f" and {len(known) - _MOST_SPECS:,} more" if len(known) > _MOST_SPECS else ""
    return ", ".join(shown) + more
