"""Coverage on the dashboard: one bar of all requirements, and a row for each level and each spec.

implements: MU-SITE-9020
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Status
from muster.site.charts import bar, swatch, words_of
from muster.site.markup import escape, inert
from muster.site.recorded import told
from muster.site.standing import IN_ORDER, percent, shares
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.site.standing import Part, Rows, Standing

LONGEST_TITLE = 120
OPEN_SPECS = 12  # those that stand worst are in sight
MOST_SPECS = 100


def whole(standing: Standing, rows: Rows) -> str:
    """The bar of all requirements with its key, each entry of which is a link."""
    size = len(standing.rows)
    share = shares(standing.statuses)
    label = f"{counted(size, 'requirement')}: {words_of(standing.statuses)}"
    entries = "".join(
        f'<li><a href="{rows.href(status=status.value)}">{swatch(status)}<strong>{standing.statuses[status]:,}</strong>'
        f" {status.value} <small>{escape(share[status])}</small></a></li>"
        for status in standing.shown
    )
    return (
        f'<section class="muster-whole-bar" aria-label="All requirements">\n{bar(standing.statuses, 20, label)}\n'
        f'<ul class="muster-legend">{entries}</ul>\n</section>'
    )


def by_level(standing: Standing, rows: Rows) -> str:
    """A row for each level."""
    lines = [
        _row(
            f'<span class="muster-badge muster-{level}">{level}</span>',
            standing.of_level(level),
            standing,
            rows,
            level=level.value,
        )
        for level in standing.levels
    ]
    return (
        f'<section>\n<h2 id="levels">By level</h2>\n{_table("Coverage by level", "Level", lines, standing)}\n</section>'
    )


def by_spec(standing: Standing, rows: Rows) -> str:
    """A row for each spec, the worst first; beyond a dozen they are folded, beyond a hundred told where they are."""
    worst = standing.worst_first
    lines = [_spec_row(part, standing, rows) for part in worst[:MOST_SPECS]]
    overview = escape(rows.links.to_page(rows.page, "compliance/index.md"))
    parts = ['<section>\n<h2 id="specs">By spec</h2>']
    if len(worst) > OPEN_SPECS:
        parts.append(f'<p>{counted(len(worst), "spec")}, the worst first. <a href="{overview}">All of them</a></p>')
    parts.append(_table("Coverage by spec, the worst first", "Spec", lines[:OPEN_SPECS], standing))
    if rest := lines[OPEN_SPECS:]:
        beyond = len(worst) - len(lines)
        named = f"The next {counted(len(rest), 'spec')}" if beyond else f"The other {counted(len(rest), 'spec')}"
        more = f'\n<p><a href="{overview}">All {len(worst):,} specs</a></p>' if beyond else ""
        parts.append(
            f'<details class="muster-folded">\n<summary>{named}</summary>\n'
            f"{_table(named, 'Spec', rest, standing)}{more}\n</details>"
        )
    return "\n".join([*parts, "</section>"])


def _spec_row(part: Part, standing: Standing, rows: Rows) -> str:
    href = escape(rows.links.to_page(rows.page, part.page))
    name = f'<a href="{href}" title="{inert(printable(part.path))}">{told(part.title, LONGEST_TITLE)}</a>'
    return _row(name, part.statuses, standing, rows, spec=part.path)


def _row(name: str, statuses: Mapping[Status, int], standing: Standing, rows: Rows, **said: str) -> str:
    size = sum(statuses.values())
    share = f" <small>{escape(percent(statuses.get(Status.VERIFIED, 0), size))}</small>"
    shares = {Status.VERIFIED: share}
    numbers = "".join(
        f"<td>{rows.number(statuses.get(one, 0), shares.get(one, ''), **said, status=one.value)}</td>"
        for one in _columns(standing)
    )
    return (
        f'<th scope="row">{name}</th><td class="muster-bar-cell">{bar(statuses, 10)}</td>'
        f"<td>{rows.number(size, **said)}</td>{numbers}"
    )


def _columns(standing: Standing) -> list[Status]:
    """The statuses that some requirement has, and in any case what all should have."""
    return [status for status in IN_ORDER if status is Status.VERIFIED or status in standing.shown]


def _table(caption: str, first: str, lines: Sequence[str], standing: Standing) -> str:
    heads = [("", first), (' class="muster-bar-cell"', "Coverage"), ("", "all")]
    head = "".join(f'<th scope="col"{kind}>{words}</th>' for kind, words in heads)
    head += "".join(f'<th scope="col">{swatch(status)}{status.value}</th>' for status in _columns(standing))
    return framed(caption, head, lines, "muster-numbers muster-coverage")


def framed(caption: str, head: str, lines: Iterable[str], kind: str = "") -> str:
    """A table whose caption is said by the heading above it, and need not be seen."""
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="{f"muster-table {kind}".rstrip()}">\n<table>\n'
        f'<caption><span class="muster-unseen">{escape(caption)}</span></caption>\n'
        f"<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )
