"""The page of holes: what fails, is suspect, or is not implemented, not tested, not verified.

implements: MU-SITE-9022
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Level, Status
from muster.site.attention import because
from muster.site.charts import swatch
from muster.site.coverage import LONGEST_TITLE, MOST_SPECS, OPEN_SPECS, framed
from muster.site.markup import escape
from muster.site.page import WIDE
from muster.site.recorded import told
from muster.site.standing import Rows, done_of
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.site.page import Links
    from muster.site.standing import Standing
    from muster.trace.view import Row

PATH = "compliance/holes.md"
MOST = 200  # of a kind
_LEVELS = list(Level)


class _Kind(Struct, frozen=True):
    """A hole: the status behind it, and what it means."""

    status: Status
    title: str
    column: str
    anchor: str
    meaning: str


_KINDS = (
    _Kind(Status.FAILING, "Failing", "failing", "failing", "A test that cites it failed."),
    _Kind(
        Status.SUSPECT,
        "Suspect",
        "suspect",
        "suspect",
        "Its text changed since somebody looked at what cites it: <code>muster review</code> shows the words.",
    ),
    _Kind(Status.SPECIFIED, "Not implemented", "not implemented", "not-implemented", "No code cites it, and no test."),
    _Kind(Status.IMPLEMENTED, "Not tested", "not tested", "not-tested", "Code cites it, no test does."),
    _Kind(
        Status.TESTED,
        "Not verified",
        "not verified",
        "not-verified",
        "A test cites it; none of the results that were given says that one passed.",
    ),
)


def holes_page(standing: Standing, links: Links) -> str:
    """The page: holes by level and spec, then each kind with its requirements.  implements: MU-SITE-9022"""
    head = f"{WIDE}# Holes\n\n"
    rows = Rows(PATH, links, standing.parts)
    if not standing.rows:
        return f"{head}No spec defines a requirement yet: write one, and `muster check` reads it.\n"
    open_ = len(standing.rows) - done_of(standing.statuses)
    if not open_:
        all_ = counted(len(standing.rows), "requirement")
        href = rows.href()
        return f'{head}<p>Nothing is missing: <a href="{href}">{all_}</a>, all verified or waived.</p>\n'
    by_status: defaultdict[Status, list[Row]] = defaultdict(list)
    for row in standing.rows:
        by_status[row.status].append(row)
    kinds = [kind for kind in _KINDS if by_status[kind.status]]
    parts = [_intro(standing, rows, open_), _summary(kinds, standing, rows)]
    parts += [_section(kind, by_status[kind.status], rows) for kind in kinds]
    return head + '<div class="muster-report">\n' + "\n".join(parts) + "\n</div>\n"


def _intro(standing: Standing, rows: Rows, open_: int) -> str:
    all_ = counted(len(standing.rows), "requirement")
    code = sum(not row.code for row in standing.rows)
    tests = sum(not row.tests for row in standing.rows)
    lacking = [
        f'<a href="{rows.href(without=name)}">{number:,} without {words}</a>'
        for name, words, number in (("code", "code", code), ("tests", "a test", tests))
        if number
    ]
    also = f" Whatever their status: {', '.join(lacking)}." if lacking else ""
    verb = "is" if open_ == 1 else "are"
    return f"<p>{open_:,} of {all_} {verb} neither verified nor waived; each stands once, where it is stuck.{also}</p>"


def _summary(kinds: Sequence[_Kind], standing: Standing, rows: Rows) -> str:
    """How many of each kind, by level and by spec."""
    own = [kind.status for kind in kinds]
    levels = [
        (f'<span class="muster-badge muster-{level}">{level}</span>', standing.of_level(level), {"level": level.value})
        for level in standing.levels
    ]
    holed = [part for part in standing.worst_first if part.size > done_of(part.statuses)]
    specs = [
        (
            f'<a href="{escape(rows.links.to_page(PATH, part.page))}">{told(part.title, LONGEST_TITLE)}</a>',
            part.statuses,
            {"spec": part.path},
        )
        for part in holed[:MOST_SPECS]
    ]
    by_level = _table("Holes by level", "Level", kinds, _lines(levels, own, rows))
    by_spec = _table("Holes by spec, the worst first", "Spec", kinds, _lines(specs, own, rows))
    overview = escape(rows.links.to_page(PATH, "compliance/index.md"))
    more = f'\n<p><a href="{overview}">All specs</a></p>' if len(holed) > MOST_SPECS else ""
    if len(specs) > OPEN_SPECS:
        named = f"{counted(len(holed), 'spec')} with holes"
        by_spec = f'<details class="muster-folded">\n<summary>{named}</summary>\n{by_spec}{more}\n</details>'
    return (
        f'<section aria-label="Holes by level">\n{by_level}\n</section>\n'
        f'<section aria-label="Holes by spec">\n{by_spec}\n</section>'
    )


def _lines(
    named: Iterable[tuple[str, Mapping[Status, int], dict[str, str]]], statuses: Sequence[Status], rows: Rows
) -> list[str]:
    lines = []
    for name, counts, said in named:
        cells = "".join(
            f"<td>{rows.number(counts.get(status, 0), **said, status=status.value)}</td>" for status in statuses
        )
        every = sum(counts.get(status, 0) for status in statuses)
        if not every:
            continue
        all_ = rows.number(every, **said, status=",".join(statuses))
        lines.append(f'<th scope="row">{name}</th>{cells}<td>{all_}</td>')
    return lines


def _table(caption: str, first: str, kinds: Sequence[_Kind], lines: Sequence[str]) -> str:
    head = f'<th scope="col">{first}</th>' + "".join(
        f'<th scope="col"><a href="#{kind.anchor}">{swatch(kind.status)}{kind.column}</a></th>' for kind in kinds
    )
    return framed(caption, f'{head}<th scope="col">all</th>', lines, "muster-numbers")


def _section(kind: _Kind, own: Sequence[Row], rows: Rows) -> str:
    """The requirements of one kind, spec by spec, the musts first; where there are too many, the musts are kept."""
    by_level = sorted(own, key=lambda row: _LEVELS.index(row.level))
    by_spec: defaultdict[str, list[Row]] = defaultdict(list)
    for row in by_level[:MOST]:
        by_spec[row.spec].append(row)
    lines = []
    for path in rows.parts:
        if path not in by_spec:
            continue
        part = rows.parts[path]
        href = escape(rows.links.to_page(PATH, part.page))
        lines.append(
            f'<th scope="rowgroup" colspan="4"><a href="{href}">{told(part.title, LONGEST_TITLE)}</a>'
            f" <small>{len(by_spec[path]):,}</small></th>"
        )
        lines += [
            f'{rows.cells(row)}<td>{told(row.title)}<span class="muster-beneath">{because(row)}</span></td>'
            for row in by_spec[path]
        ]
    head = "".join(f'<th scope="col">{words}</th>' for words in ("ID", "Level", "Status", "Title"))
    matrix = rows.href(status=kind.status.value)
    shown = f"The first {MOST:,} of " if len(own) > MOST else ""
    return (
        f'<section>\n<h2 id="{kind.anchor}">{kind.title} <small>{len(own):,}</small></h2>\n'
        f'<p>{kind.meaning} {shown}<a href="{matrix}">{len(own):,} in the matrix</a></p>\n'
        f"{framed(kind.title, head, lines, 'muster-cards')}\n</section>"
    )
