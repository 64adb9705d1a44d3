"""Where the requirements stand, gathered once for the pages that count them, and how these link to their rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from muster.model import Level, Status
from muster.site.markup import escape, fragment, inert
from muster.site.matrix import PATH as MATRIX
from muster.specs.discovery import WAIVERS, side_path
from muster.text.utf8 import encodable
from muster.trace.view import DONE, HOLES_FIRST, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.model import Document, Outcome
    from muster.site.page import Links
    from muster.trace.view import Row

# From what holds to what does not: the order of bars and of the columns beside them.
IN_ORDER = (*reversed(DONE), *(status for status in reversed(HOLES_FIRST) if status not in DONE))


class Part(Struct, frozen=True):
    """A spec, and how many of its requirements have each status."""

    path: str
    title: str
    page: str  # of its compliance
    statuses: Mapping[Status, int]

    @property
    def size(self) -> int:
        return sum(self.statuses.values())

    def sort_key(self) -> tuple[float, ...]:
        """What fails stands first, then what is suspect, then where the largest share is open."""
        open_ = self.size - done_of(self.statuses)
        failing, suspect = self.statuses.get(Status.FAILING, 0), self.statuses.get(Status.SUSPECT, 0)
        return (-failing, -suspect, -open_ / max(self.size, 1), -open_)


class Standing(Struct, frozen=True):
    """All requirements of a project with what became of each."""

    outcome: Outcome
    rows: Sequence[Row]  # in the order of the specs
    parts: Mapping[str, Part]  # by path, in the order of the specs
    statuses: Mapping[Status, int]

    @property
    def worst_first(self) -> list[Part]:
        return sorted(self.parts.values(), key=Part.sort_key)

    @property
    def shown(self) -> tuple[Status, ...]:
        """The statuses that some requirement has."""
        return tuple(status for status in IN_ORDER if self.statuses.get(status))

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that some requirement has."""
        there = {row.level for row in self.rows}
        return tuple(level for level in Level if level in there)

    @property
    def waivers(self) -> str:
        """The path of the file of waivers."""
        return side_path(WAIVERS, self.outcome.project.settings)

    def of_level(self, level: Level) -> Mapping[Status, int]:
        """How many requirements of a level have each status."""
        return counts_of(row for row in self.rows if row.level is level)


def standing_of(outcome: Outcome, specs: Sequence[Document], names: Sequence[str]) -> Standing:
    """Count; `specs` are those that define requirements, and `names` those of their pages."""
    paths = [encodable(document.path) for document in specs]
    own = set(paths)
    rows = [row for row in rows_of(outcome.project, outcome.project.trace.citations) if row.spec in own]
    by_spec: dict[str, Counter[Status]] = {path: Counter() for path in paths}
    for row in rows:
        by_spec[row.spec][row.status] += 1
    parts = {
        path: Part(path, encodable(document.title or name), f"compliance/{name}.md", by_spec[path])
        for path, document, name in zip(paths, specs, names, strict=True)
    }
    return Standing(outcome, rows, parts, counts_of(rows))


def counts_of(rows: Iterable[Row]) -> Counter[Status]:
    """How many of these have each status."""
    return Counter(row.status for row in rows)


def done_of(statuses: Mapping[Status, int]) -> int:
    """How many of these have nothing open."""
    return sum(statuses.get(status, 0) for status in DONE)


def percent(part: int, whole: int) -> str:
    """A share, rounded down, so that only what lacks nothing has 100 %, and only nothing 0 %."""
    share = part * 100 // whole if whole else 0
    return f"{share} %" if share or not part else "<1 %"


def shares(statuses: Mapping[Status, int]) -> dict[Status, str]:
    """The share of each status, in all 100 %: what is verified rounded down, the others by the largest remainder."""
    whole = sum(statuses.values())
    cut = {status: number * 100 // whole for status in IN_ORDER if (number := statuses.get(status, 0))}
    others = [status for status in cut if status is not Status.VERIFIED and cut[status] < 99]
    left = 100 - sum(cut.values())
    # Of equal remainders the larger number takes it: there one more is the least of a change.
    for status in sorted(others, key=lambda one: (-(statuses[one] * 100 % whole), -statuses[one]))[:left]:
        cut[status] += 1
    return {status: f"{share} %" if share else "<1 %" for status, share in cut.items()}


class Rows(Struct, frozen=True):
    """Links from one page to rows: those of the matrix that a filter leaves, or a single one."""

    page: str
    links: Links
    parts: Mapping[str, Part]

    def href(self, **said: str) -> str:
        """The matrix with these filters, spelled as `assets/query.js` reads them; escaped."""
        filters = "&".join(f"{name}={quote(value, safe='/,', errors='replace')}" for name, value in said.items())
        if filters.endswith(".md"):  # which a generator takes for a page, also in a query
            filters += "&"
        start = self.links.to_page(self.page, MATRIX)
        # As a query: a fragment would be a dead anchor to whoever checks links.
        return escape(f"{start}?{filters}" if filters else start)

    def number(self, number: int, after: str = "", /, **said: str) -> str:
        """A number as a link to its rows, with what stands after it; nought has none."""
        shown = f"{number:,}{after}"
        return f'<a href="{self.href(**said)}">{shown}</a>' if number else f'<span class="muster-zero">{shown}</span>'

    def one(self, row: Row) -> str:
        """The address of a requirement's dossier, escaped."""
        return escape(f"{self.links.to_page(self.page, self.parts[row.spec].page)}#{fragment(row.id)}")

    def cells(self, row: Row) -> str:
        """ID, level and status, as on the page of its spec: there too the drawer opens by the status."""
        level = f"{row.level} not" if row.negated else row.level.value
        return (
            f'<th scope="row" id="{escape(row.id)}"><a href="{self.one(row)}">{inert(row.id)}</a></th>'
            f'<td><span class="muster-badge muster-{row.level}">{level}</span></td>'
            f'<td><span class="muster-badge muster-{row.status}">{row.status}</span></td>'
        )
