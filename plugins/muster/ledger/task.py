"""Tasks, and the attempts at them, from the moment that one begins to the row that is recorded.

implements: MU-LEDGER-8014, MU-LEDGER-8015, MU-LEDGER-8017, MU-LEDGER-8018
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from muster.ledger.keys import caller_key, keyed, new_uuid, run_id, scheduled_key, session_id, slug_of
from muster.ledger.rows import (
    Content,
    Effects,
    Failure,
    Grants,
    Marks,
    Method,
    Provenance,
    Retrieval,
    Run,
    Runner,
    RunStatus,
    Structured,
    Trigger,
)
from muster.ledger.times import duration_ms, iso_of, window_start
from muster.text.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST_MESSAGE = 4000
LONGEST_ID = 250
MOST_FILES = 2000


class Task(Struct, frozen=True):
    """Something that is run again and again, under one slug."""

    slug: str
    name: str = ""  # the slug, where it is empty
    type: str = "task"
    id: str = ""  # the slug, where it is empty
    window: str = ""  # `1d`: it is scheduled, and recorded once in each window
    command: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What stands for it in every key."""
        return self.id or self.slug

    @property
    def config_digest(self) -> str:
        """The digest of the settings that a run of it is given."""
        return digest_of({name: getattr(self, name) for name in self.__struct_fields__})


class Clock(Struct, frozen=True):
    """The time of day, and one that never jumps: durations come from the second."""

    now: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic


CLOCK = Clock()


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt that has begun. What ends it gives the row; `again` is the next attempt."""

    task: Task
    started: float
    tick: float
    trace_id: str
    span_id: str
    number: int = 1
    retry_of: str | None = None
    key: str  # the caller's, or one that is new
    window_start: float | None = None
    config_digest: str
    runner: Runner
    reads: tuple[str, ...] = ()
    query: str | None = None
    filters: dict[str, Any] = {}
    retrieval_ms: float | None = None
    source: str | None = None
    scopes: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    actor: str = "muster"
    spec_ids: tuple[str, ...] = ()
    backfilled: bool = False
    clock: Clock = CLOCK

    @property
    def idempotency_key(self) -> str:
        """What makes the record of this attempt one and the same, however often it is handed in."""
        if self.window_start is not None:
            return scheduled_key(self.task.identity, self.window_start, self.number)
        return caller_key(self.task.identity, self.key, self.number)

    def again(self) -> Attempt:
        """The next attempt: of the same trace, with a span of its own."""
        return replace(
            self,
            started=round(self.clock.now(), 6),
            tick=self.clock.ticks(),
            span_id=new_uuid(),
            number=self.number + 1,
            retry_of=self.span_id,
        )

    def succeeded(self, **effects: Any) -> Run:
        """The row of a success; `files_written`, `artifact_ids`, `tool_calls`, `script_runs` and `text` may be told."""
        return self.ended(RunStatus.SUCCESS, **effects)

    def failed(self, error: BaseException | str, kind: str = "Error", **effects: Any) -> Run:
        """The row of a failure, with the exception or with what is to be said of it."""
        return self.ended(RunStatus.FAILED, error=failure_of(error, kind), **effects)

    def ended(
        self,
        status: RunStatus,
        *,
        error: Failure | None = None,
        text: str = "",
        files_written: Sequence[str] = (),
        artifact_ids: Sequence[str] = (),
        tool_calls: Sequence[str] = (),
        script_runs: Sequence[str] = (),
    ) -> Run:
        """The row of this attempt, as it ends now."""
        task, scheduled = self.task, self.window_start is not None
        # The clock of the day may have been set meanwhile; the other one counts what really passed.
        ended = round(self.started + max(self.clock.ticks() - self.tick, 0.0), 6)
        files = tuple(files_written)
        if len(files) > MOST_FILES:
            files = (*files[:MOST_FILES], f"and {len(files) - MOST_FILES} more")
        facts = Structured(
            task_id=task.identity,
            task_slug=task.slug,
            task_name=task.name or task.slug,
            task_type=task.type,
            scheduled_vs_manual=Trigger.SCHEDULED if scheduled else Trigger.MANUAL,
            status=status,
            started_at_iso=iso_of(self.started),
            ended_at_iso=iso_of(ended),
            started_at_ts=self.started,
            ended_at_ts=ended,
            duration_ms=duration_ms(self.started, ended),
            trace_id=self.trace_id,
            span_id=self.span_id,
            attempt=self.number,
            retry_of=self.retry_of,
            idempotency_key=self.idempotency_key,
            task_config_digest=self.config_digest,
            retrieval=Retrieval(
                memory_count=len(self.reads),
                query=self.query,
                filters=self.filters,
                latency_ms=self.retrieval_ms,
                source=self.source,
            ),
            io=Effects(
                files_written=files,
                artifact_ids=tuple(artifact_ids),
                tool_calls=tuple(tool_calls),
                script_runs=tuple(script_runs),
            ),
            provenance_runner=self.runner,
            grants=Grants(scopes=self.scopes),
            error=error,
        )
        told = f"{task.name or task.slug} ended after {facts.duration_ms} ms, {status}"
        return Run(
            id=run_id(task.slug, self.started),
            content=Content(text=text or (f"{told}: {error.message}" if error else told), structured=facts),
            provenance=Provenance(
                actor=self.actor,
                method=Method.SCHEDULED_TASK if scheduled else Method.MANUAL_TASK,
                sources=self.reads,
            ),
            parents=self.reads,
            causes=self.causes,
            session_id=session_id(task.slug, self.started),
            created_at=iso_of(self.started),
            ts=self.started,
            meta=Marks(backfilled=self.backfilled, spec_ids=self.spec_ids),
        )


def begin(task: Task | str, *, key: str | None = None, scheduled_for: float | None = None, **more: Any) -> Attempt:
    """Begin an attempt at a task now.

    A task with a `window` is scheduled: its key is that of the window that holds `scheduled_for`, by default now.
    Otherwise the key is made from the caller's `key`, or new. `reads` names the documents and the earlier runs that go
    in; `trace_id` and `causes` tie the run to others, `spec_ids` to specs.
    """
    if isinstance(task, str):  # two names may have one slug, and are two tasks
        task = Task(slug_of(task), task, id=task if len(task) <= LONGEST_ID else keyed(task))
    clock: Clock = more.pop("clock", CLOCK)
    now = round(clock.now(), 6)
    start = window_start(task.window, now if scheduled_for is None else scheduled_for) if task.window else None
    return Attempt(
        task=task,
        started=now,
        tick=clock.ticks(),
        trace_id=more.pop("trace_id", None) or new_uuid(),
        span_id=more.pop("span_id", None) or new_uuid(),
        key=key if key is not None else new_uuid(),
        window_start=start,
        config_digest=more.pop("config_digest", None) or task.config_digest,
        runner=more.pop("runner", None) or this_runner(),
        reads=tuple(more.pop("reads", ())),
        clock=clock,
        **more,
    )


def this_runner() -> Runner:
    """The program that runs here: MUSTER_RUNNER, or muster itself."""
    from muster import __version__

    return Runner(
        name=os.environ.get("MUSTER_RUNNER") or "muster", version=__version__, pid=os.getpid(), host=os.uname().nodename
    )


def failure_of(error: BaseException | str, kind: str = "Error") -> Failure:
    """Why a run failed; the stack of an exception as a digest, which tells two failures apart and says nothing else."""
    if isinstance(error, str):
        kind = kind if kind.strip() else "Error"
        return Failure(type=kind, message=error[:LONGEST_MESSAGE] if error.strip() else kind)
    import traceback  # takes a while, and few runs fail

    frames = [f"{frame.filename}:{frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    stack = f"sha256:{hashlib.sha256(chr(10).join(frames).encode('utf-8', 'replace')).hexdigest()}" if frames else None
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 -- an exception that cannot say what it is failed all the same
        message = ""
    return Failure(type=name, message=(message if message.strip() else name)[:LONGEST_MESSAGE], stack_hash=stack)
