"""How times, runs and events of the ledger are shown; whoever wrote them, their text is only text.

implements: MU-CORE-0024
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muster.site.markup import escape, inert
from muster.text.words import printable

if TYPE_CHECKING:
    from muster.ledger.events import Event
    from muster.ledger.rows import Run

LONGEST = 300  # of a text from the ledger
SHORT_ID = 16  # how much of a run's ID tells it from others: `muster runs show` takes that
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w.-]+")
_BADGES = {"success": "passed", "partial": "waived", "gate:pass": "passed", "gate:fail": "failed"}
_WORDS = {"gate:pass": "pass", "gate:fail": "fail"}
_ELSEWHERE = ("spec_id", "record", "run_id", "idempotency_key")  # keys of a context that are shown otherwise


def told(text: str, most: int = LONGEST) -> str:
    """A text from the ledger: on one line, cut where it is long, isolated where it is written from right to left."""
    words = " ".join(text.split())
    shown = inert(printable(words if len(words) <= most else f"{words[: most - 4]} ..."))
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def moment(iso: str) -> str:
    """A time in UTC to the second, as people and programs read it."""
    day, _, time = iso.partition("T")
    return f'<time datetime="{escape(f"{day}T{time[:8]}Z")}">{escape(f"{day} {time[:8]}")}</time>'


def duration(milliseconds: int) -> str:
    """`850 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    seconds = round(milliseconds / 1000)
    for size, unit, smaller, smaller_unit in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size:,} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    return f"{seconds} s"


def badge(word: str) -> str:
    """The status of a run, or what a gate decided."""
    return f'<span class="muster-badge muster-{_BADGES.get(word, word)}">{inert(_WORDS.get(word, word))}</span>'


def decision_badge(event: Event) -> str:
    """What an event says: that a gate passed or failed, or that something else happened."""
    return badge(event.event) if event.event in _WORDS else f'<span class="muster-badge">{inert(event.event)}</span>'


def run_anchor(run: Run) -> str:
    """Where a run stands on a page."""
    return f"run-{_NOT_IN_AN_ANCHOR.sub('-', run.id[-SHORT_ID:])}"


def event_anchor(seq: int) -> str:
    """Where an event stands on the page of its spec."""
    return f"event-{seq}"


def event_link(seq: int) -> str:
    """A link to an event of the same page."""
    return f'<a href="#{event_anchor(seq)}">#{seq}</a>'


def run_header(run: Run) -> str:
    """The first cell of a run's row: its short ID, which is the anchor."""
    return f'<th scope="row" id="{escape(run_anchor(run))}"><code>{told(run.id[-SHORT_ID:])}</code></th>'


def error_of(run: Run) -> str:
    """Why a run failed."""
    error = run.facts.error
    return f"<strong>{told(error.type or 'Error', 80)}</strong> {told(error.message or '')}" if error else ""


def context_of(event: Event) -> str:
    """The payload of an event, without what stands beside it: `errors: 2; counts: KWD001 2`."""
    parts = []
    for name, value in sorted(event.context.items()):
        if name in _ELSEWHERE or value in (None, "", [], {}):
            continue
        parts.append(f"{name}: {_value(value)}")
    return told("; ".join(parts))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(member)}" for name, member in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return str(value)
