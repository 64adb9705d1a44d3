"""The trend of the gate as a small picture without script or style of its own, and the same as a table.

implements: MU-LEDGER-8041, MU-SITE-9031
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.site.page import table
from muster.site.recorded import badge, event_link, moment
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.ledger.statistics import Decision

MOST_BARS = 60
_HEIGHT, _STEP, _FEWEST = 100, 10, 20  # a step a bar; a passing gate without a finding is a low bar
_LEAST = 3


def trend(decisions: Sequence[Decision], *, linked: bool = False) -> str:
    """Errors and warnings of the latest decisions; `linked` where their events stand on the same page."""
    shown = decisions[-MOST_BARS:]
    highest = max((one.errors + one.warnings for one in shown), default=0)
    last = shown[-1]
    slots = max(len(shown), _FEWEST)  # a few bars are no broad ones
    said = (
        f"Errors and warnings of the latest {counted(len(shown), 'decision')}, at most {highest:,} at once;"
        f" the last one {'passed' if last.passed else 'failed'} with {counted(last.errors, 'error')}"
        f" and {counted(last.warnings, 'warning')}"
    )
    bars = "".join(_bar(one, at, highest) for at, one in enumerate(shown, start=slots - len(shown)))
    key = "".join(
        f'<span class="muster-key"><svg width="10" height="10" aria-hidden="true">'
        f'<rect class="muster-bar-{name}" width="10" height="10"/></svg> {words}</span>'
        for name, words in (("errors", "errors"), ("warnings", "warnings"), ("none", "neither"))
    )
    picture = (
        f'<div class="muster-trend">\n<svg viewBox="0 0 {slots * _STEP} {_HEIGHT}" preserveAspectRatio="none"'
        f' role="img" aria-label="{said}">{bars}</svg>\n'
        f"<p>{key}</p>\n<p>{said}; from {moment(shown[0].recorded_at)} to {moment(last.recorded_at)}.</p>\n</div>\n\n"
    )
    rows = [_row(one, linked=linked) for one in reversed(shown)]
    columns = ("Time", "Gate", "Errors", "Warnings", *(["Event"] if linked else []))
    values = table("Decisions of the gate, the latest first", columns, rows, numbers=True)
    return (
        f'{picture}<details class="muster-more">\n<summary>These decisions as a table</summary>\n{values}</details>\n'
    )


def _bar(one: Decision, at: int, highest: int) -> str:
    """The bar of a decision: errors at the bottom, warnings on top of them."""
    scale = (_HEIGHT - _LEAST) / highest if highest else 0
    left, top, parts = at * _STEP + 1, float(_HEIGHT), ""
    for name, number in (("errors", one.errors), ("warnings", one.warnings)):
        if number:
            height = max(number * scale, _LEAST)
            top -= height
            parts += _rectangle(name, left, top, height)
    return parts or _rectangle("none", left, _HEIGHT - _LEAST, _LEAST)


def _rectangle(name: str, left: int, top: float, height: float) -> str:
    return f'<rect class="muster-bar-{name}" x="{left}" y="{top:.1f}" width="{_STEP - 2}" height="{height:.1f}"/>'


def _row(one: Decision, *, linked: bool) -> str:
    event = f"<td>{event_link(one.seq)}</td>" if linked else ""
    return (
        f'<th scope="row">{moment(one.recorded_at)}</th>'
        f"<td>{badge('gate:pass' if one.passed else 'gate:fail')}</td><td>{one.errors:,}</td><td>{one.warnings:,}</td>"
        f"{event}"
    )
