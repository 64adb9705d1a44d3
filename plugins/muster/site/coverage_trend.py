"""How coverage went over the recorded checks, and what became of it since an earlier day.

implements: MU-SITE-9020
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.ledger.statistics import trend_in
from muster.model import Severity, Status
from muster.site.charts import FEWEST_COLUMNS, columns, swatch, words_of
from muster.site.coverage import framed
from muster.site.markup import escape
from muster.site.recorded import badge, moment, run_anchor
from muster.site.runs import MOST_RUNS
from muster.site.runs import PATH as RUNS
from muster.site.standing import IN_ORDER, percent
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.ledger.statistics import Decision, RunHistory
    from muster.site.standing import Rows, Standing

MOST_DECISIONS = 60
_HEIGHT = 140
_EMPTY = "<p>No check is recorded yet. <code>muster check</code> records one each time, and this picture grows.</p>"
_UNREADABLE = "<p>The ledger could not be read when this page was made; the log of the build says why.</p>"
_UNTRACED = (
    "<p>The checks that are recorded do not tell how many requirements had which status;"
    " the next <code>muster check</code> will.</p>"
)


def coverage_trend(history: RunHistory, rows: Rows) -> str:
    """The section: a column for each check, and the same as a table."""
    every = trend_in(history.decisions)
    told = [one for one in every if one.statuses][-MOST_DECISIONS:]
    head = '<section>\n<h2 id="trend">Trend</h2>\n'
    if history.problem or not told:
        empty = _UNREADABLE if history.problem else _UNTRACED if every else _EMPTY
        return f"{head}{empty}\n</section>"
    first, last = told[0], told[-1]
    passed = sum(one.passed for one in told)
    said = (
        f"Requirements by status in the latest {counted(len(told), 'check')}; the gate passed {passed:,} of"
        f" {len(told):,} times. Verified: {_verified(first)} at first, {_verified(last)} now"
    )
    shown = [(one.statuses, _title(one), f"muster-mark-{'pass' if one.passed else 'fail'}") for one in told]
    highest = max(sum(one.statuses.values()) for one in told)
    ends = [moment(one.recorded_at) for one in ((first, last) if len(told) > 1 else (last,))]
    few = len(told) < FEWEST_COLUMNS  # they stand at the right, and so do their times
    axis = f'<p class="muster-chart-x muster-chart-few">{" to ".join(ends)}</p>'
    axis = axis if few else f'<p class="muster-chart-x">{"".join(ends)}</p>'
    return (
        f'{head}<div class="muster-chart">\n<div class="muster-chart-y" aria-hidden="true"><span>{highest:,}</span>'
        f"<span>0</span></div>\n{columns(shown, _HEIGHT, said)}\n"
        f"{axis}\n</div>\n"
        f'<p class="muster-chart-said">{escape(said)}. The marks below: '
        f"{_mark('pass')} the gate passed, {_mark('fail')} it failed.</p>\n"
        f"{_as_table(told, history, rows)}\n</section>"
    )


def _verified(one: Decision) -> str:
    return percent(one.statuses.get(Status.VERIFIED, 0), sum(one.statuses.values()))


def _title(one: Decision) -> str:
    time = one.recorded_at[:16].replace("T", " ")
    return f"{time}: {words_of(one.statuses)}; the gate {'passed' if one.passed else 'failed'}"


def _mark(name: str) -> str:
    return (
        '<svg class="muster-swatch-of" width="10" height="10" aria-hidden="true" focusable="false">'
        f'<rect class="muster-mark-{name}" y="1" width="10" height="{8 if name == "fail" else 3}"/></svg>'
    )


def _as_table(told: Sequence[Decision], history: RunHistory, rows: Rows) -> str:
    anchors = {run.id: run_anchor(run) for run in history.runs[:MOST_RUNS]}
    start = rows.links.to_page(rows.page, RUNS)
    shown = [status for status in IN_ORDER if any(one.statuses.get(status) for one in told)]
    lines = []
    for one in reversed(told):
        anchor, time = anchors.get(one.run_id), moment(one.recorded_at)
        linked = f'<a href="{escape(f"{start}#{anchor}")}">{time}</a>' if anchor else time
        numbers = "".join(f"<td>{one.statuses.get(status, 0):,}</td>" for status in shown)
        gate = badge("gate:pass" if one.passed else "gate:fail")
        lines.append(
            f'<th scope="row">{linked}</th><td>{gate}</td><td>{one.errors:,}</td><td>{one.warnings:,}</td>{numbers}'
        )
    head = "".join(f'<th scope="col">{words}</th>' for words in ("Time (UTC)", "Gate", "errors", "warnings"))
    head += "".join(f'<th scope="col">{swatch(status)}{status.value}</th>' for status in shown)
    values = framed("The same checks, the latest first", head, lines, "muster-numbers")
    runs = f'<p><a href="{escape(start)}">All runs</a></p>'
    return f'<details class="muster-folded">\n<summary>These checks as a table</summary>\n{values}\n{runs}\n</details>'


class _Change(Struct, frozen=True):
    """A number then and now; `good` is the sign of a change that people like, 0 for neither."""

    name: str
    before: int
    now: int
    good: int
    link: str


def changes(standing: Standing, history: RunHistory, rows: Rows, findings: str) -> str:
    """The section of what changed since the last check of an earlier day, or else the first one of this day."""
    earlier = _earlier(standing, history)
    head = '<section>\n<h2 id="changes">What changed</h2>\n'
    if earlier is None:
        return (
            f"{head}<p>There is no earlier check to compare with; <code>muster check</code> records one each time.</p>"
            "\n</section>"
        )
    since = f"since the check of {moment(earlier.recorded_at)}"
    found = [one for one in _compared(earlier, standing, rows, findings) if one.before != one.now]
    if not found:
        same = "each status has as many requirements, and the gate found as much"
        return f"{head}<p>Nothing {since}: {same}.</p>\n</section>"
    lines = [
        f'<th scope="row">{one.name}</th><td>{one.before:,}</td><td>{one.link}</td><td>{_difference(one)}</td>'
        for one in found
    ]
    columns_ = "".join(f'<th scope="col">{words}</th>' for words in ("", "Then", "Now", "Change"))
    return (
        f"{head}<p>{since.capitalize()}:</p>\n{framed('What changed', columns_, lines, 'muster-numbers')}\n</section>"
    )


def _earlier(standing: Standing, history: RunHistory) -> Decision | None:
    told = [one for one in trend_in(history.decisions) if one.statuses]
    if not told:
        return None
    today = standing.outcome.project.today
    day = today.isoformat() if today else told[-1].recorded_at[:10]
    return next((one for one in reversed(told) if one.recorded_at[:10] < day), told[0])


_GOOD = {Status.VERIFIED: 1, Status.SPECIFIED: -1, Status.SUSPECT: -1, Status.FAILING: -1}


def _compared(earlier: Decision, standing: Standing, rows: Rows, findings: str) -> list[_Change]:
    size = len(standing.rows)
    found = [_Change("requirements", sum(earlier.statuses.values()), size, 0, rows.number(size))]
    for status in IN_ORDER:
        now = standing.statuses.get(status, 0)
        name = f"{swatch(status)}{status.value}"
        link = rows.number(now, status=status.value)
        found.append(_Change(name, earlier.statuses.get(status, 0), now, _GOOD.get(status, 0), link))
    for severity, before in ((Severity.ERROR, earlier.errors), (Severity.WARNING, earlier.warnings)):
        now = sum(one.severity is severity for one in standing.outcome.findings)
        link = f'<a href="{escape(findings)}">{now:,}</a>' if now else "0"
        found.append(_Change(f"{severity.value}s", before, now, -1, link))
    return found


def _difference(one: _Change) -> str:
    """The change with its sign; whether it is for the better is said too, not by the colour alone."""
    by = one.now - one.before
    kind = "better" if by * one.good > 0 else "worse" if by * one.good < 0 else ""
    shown = f"{'+' if by > 0 else '−'}{abs(by):,}"
    return f'<span class="muster-{kind}">{shown} <small>{kind}</small></span>' if kind else shown
