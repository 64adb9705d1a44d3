"""What became of a spec, as tables: its gates, its runs, its events, and both by time.

implements: MU-ALLOC-4024
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.statistics import gates_in
from muster.ledger.times import seconds_of
from muster.site.markup import escape
from muster.site.page import table
from muster.site.recorded import (
    badge,
    context_of,
    decision_badge,
    duration,
    error_of,
    event_anchor,
    event_link,
    moment,
    run_anchor,
    run_header,
    told,
)

if TYPE_CHECKING:
    from muster.ledger.events import Event
    from muster.ledger.rows import Run
    from muster.ledger.statistics import SpecStory

MOST_EVENTS = 2000
MOST_RUNS = 200
MOST_ENTRIES = 500
_MOST_LINKS = 5


def gate_matrix(story: SpecStory) -> str:
    """Gate by decision: how often each passed and failed, and what it decided last."""
    rows = [
        f'<th scope="row">{told(gate.gate)}</th><td>{gate.passes:,}</td><td>{gate.failures:,}</td>'
        f"<td>{decision_badge(gate.last)} {moment(gate.last.recorded_at)} {_event(story, gate.last)}</td>"
        for gate in gates_in(story.events)
    ]
    if not rows:
        return "No gate has decided yet.\n"
    return table("Decisions by gate", ("Gate", "Passed", "Failed", "Last decision"), rows, numbers=True)


def session_log(story: SpecStory) -> str:
    """Runs and events in the order of time, each with its event."""
    by_span: dict[str, list[Event]] = {}
    for event in story.events:
        by_span.setdefault(event.span_id, []).append(event)
    in_table = frozenset(run.id for run in story.runs[:MOST_RUNS])
    entries = [
        (run.ts, 0, 0, _run_entry(story, run, by_span.get(run.facts.span_id, []), linked=run.id in in_table))
        for run in story.runs
    ]
    entries += [(seconds_of(event.recorded_at), 1, event.seq, _event_entry(story, event)) for event in story.events]
    shown = [entry[-1] for entry in sorted(entries)[-MOST_ENTRIES:]]
    caption = "Runs and events by time"
    if len(entries) > len(shown):
        caption = f"The latest {len(shown)} of {len(entries):,} runs and events, by time"
    return table(caption, ("Time", "What", "Outcome", "Event"), shown)


def _run_entry(story: SpecStory, run: Run, events: list[Event], *, linked: bool) -> str:
    numbers = ", ".join(_event(story, event) for event in events[:_MOST_LINKS])
    more = f" and {len(events) - _MOST_LINKS:,} more" if len(events) > _MOST_LINKS else ""
    name = f"<code>{told(run.facts.task_slug)}</code>"
    if linked:
        name = f'<a href="#{escape(run_anchor(run))}">{name}</a>'
    attempt = f", attempt {run.facts.attempt}" if run.facts.attempt > 1 else ""
    return (
        f'<th scope="row">{moment(run.created_at)}</th><td>run of {name}{attempt}</td>'
        f"<td>{badge(run.facts.status)}</td><td>{numbers or 'none'}{more}</td>"
    )


def _event_entry(story: SpecStory, event: Event) -> str:
    return (
        f'<th scope="row">{moment(event.recorded_at)}</th><td>event {told(event.type)}</td>'
        f"<td>{decision_badge(event)}</td><td>{_event(story, event)}</td>"
    )


def _event(story: SpecStory, event: Event) -> str:
    """The number of an event, linked where the page has it."""
    first = story.events[-MOST_EVENTS:][0]
    return event_link(event.seq) if event.seq >= first.seq else f"#{event.seq}"


def run_table(story: SpecStory) -> str:
    """The runs that were about this spec, the latest first."""
    if not story.runs:
        return "No run is recorded for it yet.\n"
    shown = story.runs[:MOST_RUNS]
    rows = [
        f"{run_header(run)}<td>{moment(run.created_at)}</td><td><code>{told(run.facts.task_slug)}</code></td>"
        f"<td>{badge(run.facts.status)}</td><td>{duration(run.facts.duration_ms)}</td>"
        f"<td>{run.facts.attempt}</td><td>{error_of(run)}</td>"
        for run in shown
    ]
    columns = ("Run", "Started", "Task", "Status", "Duration", "Attempt", "Error")
    caption = f"The latest {len(shown)} runs" if len(story.runs) > len(shown) else "Runs, the latest first"
    return table(caption, columns, rows)


def event_table(story: SpecStory) -> str:
    """Every event in order: the whole story."""
    if not story.events:
        return "No event is recorded for it yet.\n"
    shown = story.events[-MOST_EVENTS:]
    rows = [
        f'<th scope="row" id="{event_anchor(event.seq)}">#{event.seq}</th><td>{moment(event.recorded_at)}</td>'
        f"<td>{decision_badge(event)}</td><td>{told(event.type)}</td><td>{context_of(event)}</td>"
        for event in shown
    ]
    caption = "Events in order"
    if len(story.events) > len(shown):
        caption = f"The latest {len(shown):,} of {len(story.events):,} events; `muster events --spec-id` gives all"
    return table(caption, ("Event", "Time", "Decision", "Type", "Context"), rows)
