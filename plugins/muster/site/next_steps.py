"""What to do next, the most pressing first: on the dashboard, a few lines that each lead to their rows.

implements: MU-SITE-9020
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Level, Severity, Status
from muster.site.findings_page import PATH as FINDINGS
from muster.site.markup import escape
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.site.standing import Rows, Standing

MOST = 6
_SOON = 14  # days


def next_steps(standing: Standing, rows: Rows) -> str:
    """The section."""
    steps = list(_steps(standing, rows))[:MOST]
    head = '<section>\n<h2 id="next">What to do next</h2>\n'
    if not steps:
        return f"{head}<p>Nothing is due: each requirement is verified or waived, and the gate passes.</p>\n</section>"
    items = "".join(
        f'<li><a href="{href}">{what}</a> <span class="muster-beneath">{how}</span></li>' for href, what, how in steps
    )
    return f'{head}<ol class="muster-steps">{items}</ol>\n</section>'


def _steps(standing: Standing, rows: Rows) -> Iterator[tuple[str, str, str]]:
    """Address, what, and how."""
    project = standing.outcome.project
    statuses = standing.statuses
    if failing := statuses.get(Status.FAILING, 0):
        yield (
            rows.href(status="failing"),
            f"Mend {counted(failing, 'failing requirement')}",
            "Tests that cite them fail.",
        )
    if standing.outcome.fails(project.settings.fail_on):
        yield _clearing(standing, rows)
    if suspect := statuses.get(Status.SUSPECT, 0):
        how = "<code>muster review</code> shows the words of then and now, and clears what you have looked at."
        yield rows.href(status="suspect"), f"Review {counted(suspect, 'suspect requirement')}", how
    if ending := _ending(standing):
        how = f"They end within {_SOON} days, or have; then what they cover counts again."
        yield "#waivers", f"Settle {counted(ending, 'waiver')}", how
    yield from _missing(standing, rows)


def _clearing(standing: Standing, rows: Rows) -> tuple[str, str, str]:
    """What makes the gate pass."""
    least = standing.outcome.project.settings.fail_on
    grave = [one for one in standing.outcome.findings if one.severity.reaches(least)]
    word = "error" if all(one.severity is Severity.ERROR for one in grave) else "finding"
    if all(one.code.startswith("DRF") for one in grave):
        how = "Derived files differ from their sources: <code>muster sync</code> writes them anew."
    else:
        how = "The gate fails until then; <code>muster fix</code> mends what it safely can."
    return escape(rows.links.to_page(rows.page, FINDINGS)), f"Clear {counted(len(grave), word)}", how


def _ending(standing: Standing) -> int:
    today = standing.outcome.project.today
    return sum(today is not None and (one.expires - today).days <= _SOON for one in standing.outcome.project.waivers)


def _missing(standing: Standing, rows: Rows) -> Iterator[tuple[str, str, str]]:
    """What the strongest requirements lack: code, tests, results."""
    level = next(iter(standing.levels))  # the strongest that there is
    own = standing.of_level(level)
    word = level.value if level is not Level.INFO else "requirement"
    if number := own.get(Status.SPECIFIED, 0):
        how = "Code that fulfils one says so: <code>implements: ID</code>."
        yield rows.href(level=level.value, status="specified"), f"Implement {counted(number, word)}", how
    if number := own.get(Status.IMPLEMENTED, 0):
        how = "A test that shows it says so: <code>verifies: ID</code>."
        yield rows.href(level=level.value, status="implemented"), f"Test {counted(number, word)}", how
    if number := own.get(Status.TESTED, 0):
        how = (
            "Their tests did not run, or were skipped, in the results that were given."
            if standing.outcome.project.trace.given
            else "No results were given: the setting <code>trace.results</code> names the files, JUnit or our own."
        )
        yield rows.href(level=level.value, status="tested"), f"Verify {counted(number, word)}", how
