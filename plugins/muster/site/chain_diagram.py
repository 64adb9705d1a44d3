"""The state machine of chains as a drawing: bands of phases, boxes of states, arrows of moves.

What is drawn is the table. Where a box stands and how an arrow runs is set below; an arrow that nobody set runs
straight, so that a move that is new in the table is never left out.

implements: MU-CHAIN-7003, MU-CHAIN-7052
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.machine import PHASES, TABLE, Move, Phase, State
from muster.site.markup import escape
from muster.site.page import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDTH = 784
_COLUMNS = {"left": 132, "middle": 414, "right": 704}
_HALF = {"left": 62, "middle": 70, "right": 70}  # of the width of a box
_TALL = 17  # half of its height
_PITCH = 82  # from row to row
_HEAD = 50  # from the top of a band to the middle of its first row
_FOOT = 30  # and from that of its last one to its end
_LINE = 14  # from line to line of a label
_MOST = 22  # characters of a line of a label
_ROUND = 8

_SPOTS = {
    State.EMPTY: ("middle", 0),
    State.ONBOARDED: ("middle", 1),
    State.ASKED: ("middle", 2),
    State.SURVEYED: ("middle", 3),
    State.EXPLORING: ("right", 3),
    State.EXPLORATION_ALLOWED: ("right", 4),
    State.READY: ("middle", 5),
    State.PROBING: ("right", 5),
    State.AUTHORIZED: ("middle", 6),
    State.SENT: ("middle", 7),
    State.ANSWERED: ("middle", 8),
    State.HELD: ("left", 8),
    State.EVIDENT: ("middle", 9),
    State.BLOCKED: ("left", 9),
    State.PASSED: ("middle", 10),
    State.PROBING_AFTER: ("right", 10),
    State.FINAL_AUTHORIZED: ("middle", 11),
    State.FINAL_SENT: ("middle", 12),
    State.FINAL_ANSWERED: ("middle", 13),
    State.FINAL_EVIDENT: ("middle", 14),
    State.FINAL_PASSED: ("middle", 15),
    State.CLOSED: ("middle", 16),
    State.ABANDONED: ("left", 16),
}


class _Route(Struct, frozen=True):
    """How an arrow runs: from a side of one box to a side of another, each shifted from the middle of the side."""

    start: str
    end: str
    shift: int = 0
    end_shift: int = 0
    lane: int = 0  # the x of the upright between two sides that face the same way; 0 for none
    words: str = "above"  # where the label is: above or below a level line, left or right of an upright one
    on: str = "middle"  # whereabouts of the line: at its start, its middle or its end
    last: bool = False  # the line that it is at: the last one, else the first


_DOWN = _Route("bottom", "top", words="right")
_ROUTES = {
    (State.SURVEYED, State.EXPLORATION_ALLOWED): _Route("bottom", "left", 45, last=True),
    (State.EXPLORATION_ALLOWED, State.EXPLORING): _Route("top", "bottom", words="right"),
    (State.EXPLORING, State.SURVEYED): _Route("left", "right"),
    (State.SURVEYED, State.READY): _Route("bottom", "top", words="left"),
    (State.READY, State.PROBING): _Route("right", "left", -7, -7),
    (State.PROBING, State.READY): _Route("left", "right", 7, 7, words="below"),
    (State.ANSWERED, State.HELD): _Route("left", "right"),
    (State.HELD, State.AUTHORIZED): _Route("top", "left", 45, last=True),
    (State.HELD, State.FINAL_AUTHORIZED): _Route("left", "left", 7, lane=46, on="end", last=True),
    (State.EVIDENT, State.BLOCKED): _Route("left", "right"),
    (State.BLOCKED, State.HELD): _Route("top", "bottom", words="right"),
    (State.BLOCKED, State.ABANDONED): _Route("bottom", "top", -40, -40, words="right", on="end"),
    (State.PASSED, State.AUTHORIZED): _Route("right", "right", -10, lane=582, last=True, on="end"),
    (State.PASSED, State.PROBING_AFTER): _Route("right", "left", on="end"),
    (State.PROBING_AFTER, State.PASSED): _Route("left", "right", 11, 11, words="below"),
    (State.FINAL_ANSWERED, State.HELD): _Route("left", "left", 0, -7, lane=22, on="start"),
    (State.FINAL_EVIDENT, State.HELD): _Route("left", "left", -7, -7, lane=22, on="start"),
    (State.FINAL_EVIDENT, State.BLOCKED): _Route("left", "bottom", 7, 40, words="below", on="start"),
}
# A move that leads nowhere else: on which side of its box it turns, and how far from the middle of that.
_LOOPS = {State.HELD: ("top", -35), State.CLOSED: ("right", 0), State.FINAL_AUTHORIZED: ("right", 0)}
_LOOP = ("left", 0)
_TURN = 22  # how far out a loop goes

_HEAD_OF_AN_ARROW = (
    '<defs><marker id="muster-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>'
)
_Point = tuple[float, float]


def diagram(current: State | None = None) -> str:
    """The drawing, in a box that scrolls by itself; `current` is where a chain stands."""
    bands = _bands()
    height = bands[-1][2]
    where = f" The chain stands at: {current}." if current else ""
    about = (
        f"{len(TABLE)} states in {len(bands)} phases, from top to bottom; each arrow is a turn that is allowed.{where}"
    )
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    named = 'aria-labelledby="muster-diagram-title muster-diagram-about"'
    parts = [
        '<div class="muster-diagram" tabindex="0" role="group" aria-label="States of a prompt chain">',
        f'<svg {size} role="img" {named} fill="none" stroke="none">',
        '<title id="muster-diagram-title">States of a prompt chain</title>',
        f'<desc id="muster-diagram-about">{escape(about)}</desc>',
        _HEAD_OF_AN_ARROW,
        *(_band(number, *band) for number, band in enumerate(bands)),
        *(_arrow(state, target, moves) for state, target, moves in arrows()),
        *(_box(state, current) for state in TABLE),
        "</svg>",
        "</div>\n",
    ]
    return "\n".join(parts)


def moves_table() -> str:
    """The same as a table, for who does not see the drawing."""
    rows = [
        f'<th scope="row">{escape(state)}</th><td>{escape(move)}</td><td>{escape(target)}</td>'
        f"<td>{escape(PHASES[target])}</td>"
        for state, moves in TABLE.items()
        for move, target in moves.items()
    ]
    return table("Each turn that is allowed", ("From", "Turn", "To", "Phase"), rows)


def guide_block() -> str:
    """What the guide shows: the drawing, and the table folded."""
    folded = f'<details class="muster-folded">\n<summary>The same as a table</summary>\n{moves_table()}</details>\n'
    return f"{diagram()}\n{folded}"


def arrows() -> Iterator[tuple[State, State, tuple[Move, ...]]]:
    """The moves of the table; those between the same two states are one arrow."""
    for state, moves in TABLE.items():
        for target in dict.fromkeys(moves.values()):
            yield state, target, tuple(move for move, leads in moves.items() if leads is target)


def _bands() -> list[tuple[Phase, int, int]]:
    """Each phase with the y at which it begins and ends."""
    found = []
    top = 0
    for phase in Phase:
        rows = {_SPOTS[state][1] for state in TABLE if PHASES[state] is phase}
        end = top + _HEAD + (len(rows) - 1) * _PITCH + _FOOT
        found.append((phase, top, end))
        top = end
    return found


def _middle(state: State) -> _Point:
    column, row = _SPOTS[state]
    phase, top, _ = next(band for band in _bands() if band[0] is PHASES[state])
    first = min(_SPOTS[one][1] for one in TABLE if PHASES[one] is phase)
    return _COLUMNS[column], top + _HEAD + (row - first) * _PITCH


def _port(state: State, side: str, shift: int) -> _Point:
    """The point of a box at which an arrow begins or ends."""
    x, y = _middle(state)
    half = _HALF[_SPOTS[state][0]]
    if side in ("left", "right"):
        return x + (half if side == "right" else -half), y + shift
    return x + shift, y + (_TALL if side == "bottom" else -_TALL)


def _band(number: int, phase: Phase, top: int, end: int) -> str:
    shade = f'<rect x="0" y="{top}" width="{_WIDTH}" height="{end - top}" fill="currentColor" fill-opacity="0.045"/>'
    line = f'<path d="M0 {top}H{_WIDTH}" stroke="currentColor" stroke-opacity="0.3"/>' if number else ""
    words = f'<text x="{_WIDTH - 10}" y="{top + 18}" text-anchor="end" {_TEXT} font-style="italic">{phase}</text>'
    return f'<g class="muster-band">{"" if number % 2 else shade}{line}{words}</g>'


_TEXT = 'fill="currentColor" font-size="12"'


def _box(state: State, current: State | None) -> str:
    x, y = _middle(state)
    half = _HALF[_SPOTS[state][0]]
    here = " muster-state-here" if state is current else ""
    stroke = 3 if state is current else 1.2
    return (
        f'<g class="muster-state{here}{_kind(state)}">'
        f'<rect x="{x - half}" y="{y - _TALL}" width="{2 * half}" height="{2 * _TALL}" rx="9"'
        f' stroke="currentColor" stroke-width="{stroke}"/>'
        f'<text x="{x}" y="{y + 4.5}" text-anchor="middle" fill="currentColor" font-size="13" font-weight="600">'
        f"{state}</text></g>"
    )


def _kind(state: State) -> str:
    """The states in which a chain stops or ends have colours of their own."""
    if state in (State.HELD, State.BLOCKED, State.CLOSED, State.ABANDONED):
        return f" muster-state-{state}"
    return ""


def _arrow(state: State, target: State, moves: Sequence[Move]) -> str:
    """An arrow with its label and, for who points at it, each of its moves in full."""
    told = "\n".join(f"{state} → {target}: {move}" for move in moves)
    path, labels = _loop(state, moves) if state is target else _way(state, target, moves)
    line = f'<path d="{path}" stroke="currentColor" stroke-width="1.2" marker-end="url(#muster-arrow)"/>'
    return f'<g class="muster-move"><title>{escape(told)}</title>{line}{labels}</g>'


def _loop(state: State, moves: Sequence[Move]) -> tuple[str, str]:
    side, shift = _LOOPS.get(state, _LOOP)
    lines = _lines(moves)
    if side == "top":
        x, y = _port(state, "top", shift)
        path = f"M{x - 11} {y}v{6 - _TURN}q0 -6 6 -6h10q6 0 6 6v{_TURN - 6}"
        return path, _label(lines, (x, y - _TURN - 5), "middle", up=True)
    x, y = _port(state, side, shift)
    out = 1 if side == "right" else -1
    path = f"M{x} {y - 9}h{out * (_TURN - 6)}q{out * 6} 0 {out * 6} 6v6q0 6 {-out * 6} 6h{-out * (_TURN - 6)}"
    anchor = "start" if out > 0 else "end"
    return path, _label(lines, (x + out * (_TURN + 6), y + 4 - _LINE * (len(lines) - 1) / 2), anchor)


def _way(state: State, target: State, moves: Sequence[Move]) -> tuple[str, str]:
    route = _ROUTES.get((state, target), _DOWN)
    begin, end = _port(state, route.start, route.shift), _port(target, route.end, route.end_shift)
    points = [begin, *_corners(route, begin, end), end]
    first, second = points[-2:] if route.last else points[:2]
    level = first[1] == second[1]
    part = {"start": 0.0, "middle": 0.5, "end": 1.0}[route.on]
    x, y = (first[axis] + (second[axis] - first[axis]) * part for axis in (0, 1))
    lines = _lines(moves)
    if level:
        anchor = "middle"
        if part != 0.5:
            rightwards = (second[0] > first[0]) == (part == 0)
            anchor, x = ("start", x + 10) if rightwards else ("end", x - 10)
        label = _label(lines, (x, y + (_LINE if route.words == "below" else -5)), anchor, up=route.words == "above")
        return _path(points), label
    y = y - 16 if part == 1 else y
    aside = 8 if route.words == "right" else -8
    anchor = "start" if aside > 0 else "end"
    return _path(points), _label(lines, (x + aside, y + 4 - _LINE * (len(lines) - 1) / 2), anchor)


def _corners(route: _Route, begin: _Point, end: _Point) -> list[_Point]:
    """Where an arrow turns."""
    if route.lane:
        return [(route.lane, begin[1]), (route.lane, end[1])]
    upright = ("top", "bottom")
    if route.start in upright and route.end not in upright:
        return [(begin[0], end[1])]
    if route.start not in upright and route.end in upright:
        return [(end[0], begin[1])]
    return []


def _path(points: Sequence[_Point]) -> str:
    """A line with its corners rounded."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _near(corner, before), _near(corner, after)
        parts.append(f"L{enter[0]:g} {enter[1]:g}Q{corner[0]:g} {corner[1]:g} {leave[0]:g} {leave[1]:g}")
    return "".join([*parts, f"L{points[-1][0]:g} {points[-1][1]:g}"])


def _near(corner: _Point, other: _Point) -> _Point:
    """The point on a level or upright line from a corner at which its rounding ends."""
    x, y = (other[axis] - corner[axis] for axis in (0, 1))
    far = max(abs(x), abs(y), _ROUND)
    return corner[0] + x / far * _ROUND, corner[1] + y / far * _ROUND


def _lines(moves: Sequence[Move]) -> list[str]:
    """The moves as lines of a label; one that is too long is broken behind its colon."""
    lines = []
    for move in moves:
        head, colon, rest = move.partition(": ")
        lines += [f"{head}:", rest] if colon and len(move) > _MOST else [str(move)]
    return lines


def _label(lines: Sequence[str], at: _Point, anchor: str, *, up: bool = False) -> str:
    """Lines of text from a point downwards; with `up`, the last one stands there."""
    x, y = at[0], at[1] - (_LINE * (len(lines) - 1) if up else 0)
    return "".join(
        f'<text x="{x:g}" y="{y + _LINE * number:g}" text-anchor="{anchor}" {_TEXT}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
