"""What Muster's own commands leave in the ledger: a run each, and events for what a gate decided.

implements: MU-LEDGER-8022, MU-LEDGER-8031, MU-ALLOC-4022
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.ledger.book import Ledger
from muster.ledger.database import NoLedger, means_server
from muster.ledger.events import Draft
from muster.ledger.keys import keyed
from muster.ledger.rows import ScriptRun
from muster.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.ledger.rows import Run
    from muster.ledger.task import Attempt
    from muster.model import Finding
    from muster.settings import Settings
    from muster.told import Told

LONGEST_STATUS = 200
_TRACE = "MUSTER_TRACE_ID"
_SPAN = "MUSTER_SPAN_ID"


def address_of(root: Path, settings: Settings) -> str:
    """Where the ledger of a project is: MUSTER_LEDGER, else the setting, a path relative to the project."""
    told = os.environ.get("MUSTER_LEDGER") or settings.ledger.url
    return told if "://" in told else str(root / told)


def open_ledger(root: Path, settings: Settings, *, durable: bool = True) -> Ledger:
    """The ledger of a project, made where there is none yet. Raises LedgerUnavailable."""
    own = settings.ledger
    return Ledger.open(address_of(root, settings), timeout=own.timeout, durable=durable, scrub=own.scrub)


def is_there(root: Path, settings: Settings) -> bool:
    """Whether a project has a ledger already, as far as that can be told without asking a server."""
    address = address_of(root, settings)
    return means_server(address) or Path(address).exists()


def ledger_read(root: Path, settings: Settings) -> Ledger | None:
    """The ledger of a project for questions; None where there is none yet. Raises LedgerUnavailable."""
    if not is_there(root, settings):
        return None
    try:
        return Ledger.open(address_of(root, settings), timeout=settings.ledger.timeout, reading=True)
    except NoLedger:
        return None


def inherited() -> dict[str, Any]:
    """The trace of the `muster run` that this process is part of, and the span that it is caused by."""
    from muster.ledger.rows import Uuid4
    from muster.ledger.shape import misshapen

    trace, span = os.environ.get(_TRACE), os.environ.get(_SPAN)
    if trace is None or misshapen(trace, Uuid4):
        return {}
    return {"trace_id": trace, "causes": (span,) if span and not misshapen(span, Uuid4) else ()}


def environment_of(attempt: Attempt) -> dict[str, str]:
    """What a command is given, so that what it records joins this trace."""
    return {**os.environ, _TRACE: attempt.trace_id, _SPAN: attempt.span_id, "MUSTER_TASK": attempt.task.slug}


def gate_events(run: Run, told: Told, findings: Iterable[Finding], fail_on: Severity) -> Iterator[Draft]:
    """What the gate decided, spec by spec, and of the rest of the project where there is some."""
    numbers = {path: number for number, story in enumerate(told.stories) for path in story.paths}
    parts: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        parts[numbers.get(finding.place.path, -1)].append(finding)
    rest = -1 in parts or not told.stories or any(path not in numbers for path, _ in told.specs)
    for number, story in [*enumerate(told.stories), *([(-1, told.rest)] if rest else [])]:
        own = parts[number]
        severities = Counter(finding.severity for finding in own)
        yield Draft(
            event="gate:fail" if any(one.severity.reaches(fail_on) for one in own) else "gate:pass",
            type="docs_specs",
            trace_id=run.facts.trace_id,
            span_id=run.facts.span_id,
            context={
                "spec_id": story.spec_id,
                "record": story.record,
                "run_id": run.id,
                "counts": dict(sorted(Counter(finding.code for finding in own).items())),
                "errors": severities[Severity.ERROR],
                "warnings": severities[Severity.WARNING],
                **({"statuses": story.statuses} if story.statuses else {}),
            },
            idempotency_key=keyed("docs_specs", run.id, story.record or ""),
        )


def status_events(run: Run, told: Told, book: Ledger) -> Iterator[Draft]:
    """Each spec whose status is another than the ledger last heard of.  implements: MU-LEDGER-8033"""
    known = book.latest("spec_status_changed", "spec", "after")
    records = {path: story for story in told.stories for path in story.paths}
    for path, after in told.specs:
        before, times = known.get(path, (None, 0))
        status = book.scrubbed_text(after)[:LONGEST_STATUS]  # as the ledger will have it
        if status and status != before:
            story = records.get(path, told.rest)
            yield Draft(
                event="spec:changed",
                type="spec_status_changed",
                trace_id=run.facts.trace_id,
                span_id=run.facts.span_id,
                context={
                    "spec_id": story.spec_id,
                    "record": story.record,
                    "spec": path,
                    "before": before,
                    "after": status,
                },
                idempotency_key=keyed("spec_status_changed", path, str(times), status),
            )


def command_run(
    attempt: Attempt, words: tuple[str, ...], folder: str, exit_status: int, **ends: Any
) -> tuple[Run, ScriptRun]:
    """The run of a command, with its row of `script_run`.  implements: MU-LEDGER-8007"""
    from muster.ledger.keys import script_id

    name = script_id()
    run = attempt.ended(script_runs=(name,), **ends)
    facts = run.facts
    script = ScriptRun(
        id=name,
        command=words,
        folder=folder,
        exit_status=exit_status,
        started_at_ts=facts.started_at_ts,
        ended_at_ts=facts.ended_at_ts,
        trace_id=facts.trace_id,
        span_id=facts.span_id,
    )
    return run, script
