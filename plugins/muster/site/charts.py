"""Charts as SVG that needs neither script nor style of its own: classes give the colours, in light and in dark.

Places are told in per cent, so that a chart is as wide as its box while its words keep their size.

implements: MU-SITE-9020, MU-SITE-9031
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from muster.site.markup import escape
from muster.site.standing import IN_ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Status

_LEAST = 0.8  # per cent of a bar: what is there is seen, be it one of ten thousand
FEWEST_COLUMNS = 12  # a few columns are no broad ones
_GAP = 0.22  # of a column


def words_of(statuses: Mapping[Status, int]) -> str:
    """`209 verified, 38 tested`, the largest part of the sentence that stands for a chart."""
    told = ", ".join(f"{statuses[status]:,} {status.value}" for status in IN_ORDER if statuses.get(status))
    return told or "no requirement"


def bar(statuses: Mapping[Status, int], height: int, label: str = "") -> str:
    """A bar of statuses, the whole of it 100 %; without label it only repeats the numbers beside it."""
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true" focusable="false"'
    there = [(status, statuses[status]) for status in IN_ORDER if statuses.get(status)]
    widths = _widths([number for _, number in there])
    starts = [0.0, *accumulate(widths)]
    parts = "".join(
        f'<rect class="muster-fill-{status.value}" x="{start:.2f}%" width="{width:.2f}%" height="{height}"/>'
        for (status, _), start, width in zip(there, starts, widths, strict=False)
    )
    return f'<svg class="muster-bar" width="100%" height="{height}" {told}>{parts}</svg>'


def _widths(numbers: Sequence[int]) -> list[float]:
    """The share of each in per cent, none so small that nobody sees it."""
    whole = sum(numbers)
    wanted = [max(number * 100 / whole, _LEAST) for number in numbers]
    return [width * 100 / sum(wanted) for width in wanted]


def swatch(status: Status) -> str:
    """The colour of a status, beside its word."""
    return (
        '<svg class="muster-swatch-of" width="10" height="10" aria-hidden="true" focusable="false">'
        f'<rect class="muster-fill-{status.value}" width="10" height="10"/></svg>'
    )


def columns(shown: Sequence[tuple[Mapping[Status, int], str, str]], height: int, label: str) -> str:
    """A column for each of these, from the left to the right, with its title and the class of the mark below it."""
    highest = max((sum(statuses.values()) for statuses, _, _ in shown), default=0) or 1
    slots = max(len(shown), FEWEST_COLUMNS)
    grid = "".join(
        f'<line class="muster-grid-line" x1="0" x2="100%" y1="{y}" y2="{y}"/>' for y in (0.5, height / 2, height - 0.5)
    )
    drawn = "".join(_column(one, at, slots, height, highest) for at, one in enumerate(shown, slots - len(shown)))
    return f'<svg width="100%" height="{height + 12}" role="img" aria-label="{escape(label)}">{grid}{drawn}</svg>'


def _column(one: tuple[Mapping[Status, int], str, str], at: int, slots: int, height: int, highest: int) -> str:
    statuses, title, mark = one
    step = 100 / slots
    x, width = f"{(at + _GAP / 2) * step:.2f}%", f"{(1 - _GAP) * step:.2f}%"
    parts, bottom = "", float(height)
    for status in IN_ORDER:
        if number := statuses.get(status, 0):
            tall = number * height / highest
            bottom -= tall
            parts += (
                f'<rect class="muster-fill-{status.value}" x="{x}" y="{bottom:.1f}" width="{width}"'
                f' height="{tall:.1f}"/>'
            )
    tall_mark = 8 if mark.endswith("fail") else 3  # told apart by more than their colour
    foot = f'<rect class="{mark}" x="{x}" y="{height + 4}" width="{width}" height="{tall_mark}"/>'
    return f"<g><title>{escape(title)}</title>{parts}{foot}</g>"
