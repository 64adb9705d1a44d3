"""What of the dashboard asks for somebody: requirements that fail or are suspect, findings, waivers that end.

implements: MU-SITE-9020
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from muster.model import CaseOutcome, Level, Severity, Status
from muster.rules.table import RULES
from muster.site.coverage import framed
from muster.site.findings_page import PATH as FINDINGS
from muster.site.markup import escape, inert
from muster.site.recorded import told
from muster.site.sources import source_address
from muster.text.words import counted
from muster.trace.view import holes_first

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from muster.model import Waiver
    from muster.site.standing import Rows, Standing
    from muster.trace.view import Row

MOST = 10  # of a kind that are listed
MOST_WAIVERS = 200
SOON = 30  # days
_PATHS = 2
_LEVELS = list(Level)


def attention(standing: Standing, rows: Rows) -> str:
    """The section of what fails and what is suspect; "" where nothing is either."""
    strongest = sorted(standing.rows, key=lambda row: _LEVELS.index(row.level))
    asking = [row for row in holes_first(strongest) if row.status in (Status.FAILING, Status.SUSPECT)]
    if not asking:
        return ""
    head = "".join(f'<th scope="col">{words}</th>' for words in ("ID", "Level", "Status", "Title"))
    lines = [
        f'{rows.cells(row)}<td>{told(row.title)}<span class="muster-beneath">{because(row)}</span></td>'
        for row in asking[:MOST]
    ]
    more = ""
    if len(asking) > MOST:
        href = rows.href(status="failing,suspect")
        more = f'\n<p><a href="{href}">All {len(asking):,} in the matrix</a></p>'
    return (
        f'<section>\n<h2 id="attention">Failing and suspect</h2>\n'
        f"{framed('Requirements that fail or are suspect', head, lines, 'muster-cards')}{more}\n</section>"
    )


def because(row: Row) -> str:
    """Why a requirement fails, is suspect, or has come no further."""
    if row.status is Status.FAILING:
        failed = [one.called for one in row.results if one.outcome is CaseOutcome.FAILED]
        return f"fails: {_some(failed)}"
    if row.status is Status.SUSPECT:
        return f"its text changed since {_some([one.path for one in row.suspects])} was reviewed"
    if row.status is Status.TESTED:
        skipped = any(one.outcome is CaseOutcome.SKIPPED for one in row.results)
        return f"{'skipped' if skipped else 'no result of'}: {_some([one.path for one in row.tests])}"
    if row.status is Status.IMPLEMENTED:
        return f"code: {_some([one.path for one in row.code])}"
    return ""


def _some(names: list[str]) -> str:
    """The first of several names, each once, and how many more there are."""
    own = list(dict.fromkeys(names))
    shown = ", ".join(f"<code>{told(name, 90)}</code>" for name in own[:_PATHS])
    return shown + (f" and {len(own) - _PATHS:,} more" if len(own) > _PATHS else "")


def findings_by_rule(standing: Standing, rows: Rows) -> str:
    """The section of open findings: how many of each severity and rule, with links to where they are listed."""
    found = standing.outcome.findings
    page = escape(rows.links.to_page(rows.page, FINDINGS))
    head = '<section>\n<h2 id="findings">Open findings</h2>\n'
    if not found:
        known = standing.outcome.counts.known
        said = (
            f'<a href="{page}">{counted(known, "known finding")}</a> in the baseline, and none that is new.'
            if known
            else "None: what the specs, the code and the derived files say agrees."
        )
        return f"{head}<p>{said}</p>\n</section>"
    order = list(Severity)
    counts = Counter((one.severity, one.code) for one in found)
    ranked = sorted(counts.items(), key=lambda one: (order.index(one[0][0]), -one[1], one[0][1]))
    lines = [
        f'<th scope="row"><a href="{page}#{code}">{code} {inert(RULES[code].name) if code in RULES else ""}</a></th>'
        f'<td><span class="muster-badge muster-severity-{severity}">{severity}</span></td>'
        f'<td><a href="{page}#{code}">{number:,}</a></td>'
        for (severity, code), number in ranked[:MOST]
    ]
    columns = "".join(f'<th scope="col">{words}</th>' for words in ("Rule", "Severity", "Findings"))
    rest = f" of {len({code for _, code in counts})} rules" if len(ranked) > MOST else ""
    values = framed("Open findings by severity and rule", columns, lines, "muster-numbers")
    return f'{head}{values}\n<p><a href="{page}">{counted(len(found), "finding")}{rest}</a></p>\n</section>'


def waivers(standing: Standing, rows: Rows) -> str:
    """The section of waivers by the day on which they end, what has ended first."""
    every = sorted(standing.outcome.project.waivers, key=lambda one: (one.expires, one.line))
    head = '<section>\n<h2 id="waivers">Waivers</h2>\n'
    if not every:
        return f"{head}<p>None: nobody answers for a finding until a day.</p>\n</section>"
    named = {one.requirement for one in every if one.requirement}
    known = {row.id: row for row in standing.rows if row.id in named}
    lines = [_waiver(one, standing, rows, known) for one in every[:MOST_WAIVERS]]
    columns = "".join(
        f'<th scope="col">{words}</th>' for words in ("Ends", "Left", "What is waived", "Owner", "Reason")
    )
    parts = [framed("Waivers, the first to end first", columns, lines[:MOST], "muster-cards")]
    if rest := lines[MOST:]:
        beyond = len(every) - len(lines)
        more = f"\n<p>And {counted(beyond, 'waiver')} more.</p>" if beyond else ""
        parts.append(
            f'<details class="muster-folded">\n<summary>{counted(len(rest), "waiver")} that end later</summary>\n'
            f"{framed('Waivers that end later', columns, rest, 'muster-cards')}{more}\n</details>"
        )
    return "\n".join([head.rstrip("\n"), *parts, "</section>"])


def _waiver(one: Waiver, standing: Standing, rows: Rows, known: Mapping[str, Row]) -> str:
    project = standing.outcome.project
    place = f"{standing.waivers}:{one.line}"
    source = source_address(project.settings.links.repository, standing.waivers, one.line)
    written = f'<a href="{escape(source)}">{told(place)}</a>' if source else told(place)
    return (
        f'<th scope="row"><time datetime="{one.expires}">{one.expires}</time></th>'
        f"<td>{left(one.expires, project.today)}</td>"
        f"<td>{_scope(one, rows, known)}</td><td>{told(one.owner, 60)}</td>"
        f'<td>{told(one.reason)}<span class="muster-beneath">{written}</span></td>'
    )


def left(expires: date, today: date | None) -> str:
    """The days until a waiver ends, counted from the day of the build."""
    if today is None:
        return ""
    days = (expires - today).days
    if days < 0:
        return f'<span class="muster-badge muster-must">ended {counted(-days, "day")} ago</span>'
    words = "last day" if days == 0 else counted(days, "day")
    return f'<span class="muster-badge muster-{"should" if days <= SOON else "info"}">{words}</span>'


def _scope(one: Waiver, rows: Rows, known: Mapping[str, Row]) -> str:
    """What a waiver is of: a rule, a requirement, files."""
    parts = [f"<code>{told(one.rule)}</code>" if one.rule else "every rule"]
    if one.requirement:
        name = told(one.requirement)
        parts.append(
            f'of <a href="{rows.one(known[one.requirement])}">{name}</a>' if one.requirement in known else f"of {name}"
        )
    if one.path:
        parts.append(f"in <code>{told(one.path)}</code>")
    return " ".join(parts)
