"""The specs of a project as a drawing: a box each, and a curve where one derives from another.

Each box has the statuses of its requirements as a bar. Mother specs stand above those that derive from them.

implements: MU-SITE-9023
"""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Status
from muster.site.markup import inert
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST = 60  # boxes of a drawing; the table below it names all specs
_COLUMNS = 4
_WIDE, _TALL = 184, 86
_GAP, _ROW, _LAYER = 16, 14, 46  # between boxes of a row, rows of a layer, and layers
_WIDTH = _COLUMNS * _WIDE + (_COLUMNS - 1) * _GAP
_PAD = 12
_LETTERS = 22  # of a line of a title; it has two
_LINE = 17
_BOW = 70  # how far a curve goes out that passes others by
_ORDER = (
    *(Status.VERIFIED, Status.WAIVED, Status.TESTED, Status.IMPLEMENTED),
    *(Status.SPECIFIED, Status.SUSPECT, Status.FAILING),
)
_OPENING = (
    '<div class="muster-diagram muster-graph-picture" tabindex="0" role="group" aria-label="Picture of the specs">'
)
_ARROW = (
    '<defs><marker id="muster-derives" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' markerUnits="userSpaceOnUse" orient="auto"><path class="muster-graph-head" d="M0 0 8 4 0 8z"/></marker></defs>'
)


_Point = tuple[float, float]


class Box(Struct, frozen=True):
    """A spec of the drawing."""

    key: str
    title: str
    statuses: tuple[Status, ...]  # of its requirements


class Tie(Struct, frozen=True):
    """How many times one spec derives from another."""

    child: str
    parent: str
    number: int


def picture(boxes: Sequence[Box], ties: Sequence[Tie]) -> str:
    """The drawing, in a box that scrolls by itself."""
    tied = {key for tie in ties for key in (tie.child, tie.parent)}
    chosen = {box.key for box in sorted(boxes, key=lambda box: box.key not in tied)[:MOST]}
    shown = [box for box in boxes if box.key in chosen]
    drawn = [tie for tie in ties if tie.child in chosen and tie.parent in chosen]
    spots, height = _spots(shown, drawn)
    left = len(boxes) - len(shown)
    about = f"{counted(len(shown), 'spec')}, {counted(len(drawn), 'derivation')} between them; the table says the same."
    size = f'viewBox="-1 0 {_WIDTH + 2} {height}" width="{_WIDTH + 2}" height="{height}"'
    svg = [
        f'<svg {size} role="img" aria-label="Specs and what they derive from: {about}" fill="none" stroke="none">',
        _ARROW,
        *(_curve(tie, spots) for tie in drawn),
        *(_box(box, spots[box.key]) for box in shown),
        "</svg>",
    ]
    more = f"<p>{counted(left, 'more spec')} below.</p>\n" if left else ""
    note = "<p>An arrow leads from a spec to one that it derives from.</p>\n" if drawn else ""
    return "\n".join([_OPENING, *svg, "</div>", f"{_key(shown)}{note}{more}"])


def _spots(boxes: Sequence[Box], ties: Sequence[Tie]) -> tuple[dict[str, tuple[float, float]], int]:
    """The upper left corner of each box, and the height of all; those without kin stand below the others."""
    layers: dict[int, list[str]] = {}
    depths = _depths([box.key for box in boxes], ties)
    tied = {key for tie in ties for key in (tie.child, tie.parent)}
    for box in boxes:
        layers.setdefault(depths[box.key] if box.key in tied else len(boxes), []).append(box.key)
    spots: dict[str, tuple[float, float]] = {}
    top = 1
    for number, depth in enumerate(sorted(layers)):
        top += _LAYER if number else 0
        for first in range(0, len(layers[depth]), _COLUMNS):
            row = layers[depth][first : first + _COLUMNS]
            top += _ROW if first else 0
            start = (_WIDTH - len(row) * _WIDE - (len(row) - 1) * _GAP) / 2 if len(layers) > 1 and not first else 0
            for place, key in enumerate(row):
                spots[key] = (start + place * (_WIDE + _GAP), top)
            top += _TALL
    return spots, top + 1


def _depths(keys: Sequence[str], ties: Iterable[Tie]) -> dict[str, int]:
    """How far below what it derives from each spec stands; of a circle, one tie is passed over."""
    parents: dict[str, list[str]] = {key: [] for key in keys}
    for tie in ties:
        parents[tie.child].append(tie.parent)
    depths: dict[str, int] = {}
    for key in keys:
        waiting = [key]
        entered: set[str] = set()
        while waiting:
            current = waiting[-1]
            open_ = [one for one in parents[current] if one not in depths and one not in entered]
            if current not in depths and open_:
                entered.add(current)
                waiting.append(open_[0])
                continue
            waiting.pop()
            depths.setdefault(current, max((depths[one] + 1 for one in parents[current] if one in depths), default=0))
    return depths


def _curve(tie: Tie, spots: Mapping[str, tuple[float, float]]) -> str:
    """From a spec to the one that it derives from."""
    (x, y), (end_x, end_y) = spots[tie.child], spots[tie.parent]
    far = abs(y - end_y) > _TALL + _LAYER
    path = _around((x, y), (end_x, end_y)) if far else _straight((x, y), (end_x, end_y))
    return (
        f'<path class="muster-graph-tie" d="{path}" stroke="currentColor" stroke-width="1.4"'
        f' stroke-dasharray="1 3" stroke-linecap="round" marker-end="url(#muster-derives)">'
        f"<title>{counted(tie.number, 'derivation')}</title></path>"
    )


def _straight(start: _Point, end: _Point) -> str:
    """From the upper side of a box to the lower one of the next, or the other way round."""
    (x, y), (end_x, end_y) = start, end
    x, end_x = x + _WIDE / 2, end_x + _WIDE / 2
    up = y > end_y
    y, end_y = (y, end_y + _TALL + 2) if up else (y + _TALL, end_y - 2)
    bend = max(abs(end_y - y) / 2, 18) * (-1 if up else 1)
    return f"M{x:g} {y:g}C{x:g} {y + bend:g} {end_x:g} {end_y - bend:g} {end_x:g} {end_y:g}"


def _around(start: _Point, end: _Point) -> str:
    """From side to side, past what stands between."""
    (x, y), (end_x, end_y) = start, end
    right = max(x, end_x) + _WIDE + _BOW <= _WIDTH
    out = max(x, end_x) + _WIDE + _BOW if right else max(min(x, end_x) - _BOW, 0)
    side = _WIDE if right else 0
    y, end_y = y + _TALL / 2, end_y + _TALL / 2
    tip = end_x + side + (2 if right else -2)
    return f"M{x + side:g} {y:g}C{out:g} {y:g} {out:g} {end_y:g} {tip:g} {end_y:g}"


def _box(box: Box, spot: tuple[float, float]) -> str:
    x, y = spot
    title = " ".join(printable(box.title).split())
    lines = wrap(title, _LETTERS, max_lines=2, placeholder=" …")
    text = 'fill="currentColor"'
    number = counted(len(box.statuses), "requirement")
    bold = 'font-size="13" font-weight="600"'
    named = (
        f'<text x="{x + _PAD:g}" y="{y + 24 + at * _LINE:g}" {text} {bold}>{inert(line)}</text>'
        for at, line in enumerate(lines)
    )
    return (
        f"<g><title>{_said(box, title)}</title>"
        f'<rect class="muster-graph-box" x="{x:g}" y="{y:g}" width="{_WIDE}" height="{_TALL}" rx="6"'
        f' stroke="currentColor" stroke-opacity="0.35"/>'
        f'{"".join(named)}<text x="{x + _PAD:g}" y="{y + 62:g}" {text} font-size="12">{number}</text>'
        f"{_bar(box, x + _PAD, y + 70)}</g>"
    )


def _bar(box: Box, x: float, y: float) -> str:
    """How many requirements have each status, as parts of a line."""
    counts = Counter(box.statuses)
    room = _WIDE - 2 * _PAD
    parts = []
    for status in _ORDER:
        if counts[status]:
            wide = room * counts[status] / len(box.statuses)
            parts.append(f'<rect class="muster-graph-{status}" x="{x:.1f}" y="{y:g}" width="{wide:.1f}" height="6"/>')
            x += wide
    return "".join(parts)


def _key(boxes: Sequence[Box]) -> str:
    there = {status for box in boxes for status in box.statuses}
    signs = "".join(
        f'<span class="muster-key"><svg width="10" height="10" aria-hidden="true">'
        f'<rect class="muster-graph-{status}" width="10" height="10"/></svg> {status}</span>'
        for status in _ORDER
        if status in there
    )
    return f"<p>{signs}</p>\n"


def _said(box: Box, title: str) -> str:
    counts = Counter(box.statuses)
    stand = ", ".join(f"{counts[status]:,} {status}" for status in _ORDER if counts[status])
    return f"{inert(title[:300])}: {stand}"
