"""A run as the ledger keeps it: the row of `reference/task-execution.md`, and the rows that it may name.

implements: MU-LEDGER-8002, MU-LEDGER-8007
"""

# Annotations are values here, not texts: msgspec would have to evaluate each text when the first row is written.
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

TYPE = "TASK_EXECUTION"
SCHEMA_VERSION = 1

_END = r"$(?!\n)"  # in Python, `$` alone would let a line end through
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)"
_SLUG = "[a-z0-9][a-z0-9_-]{0,63}"

Uuid4 = Annotated[
    str, Meta(pattern=rf"^[0-9a-f]{{8}}-[0-9a-f]{{4}}-4[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}{_END}")
]
Slug = Annotated[str, Meta(pattern=f"^{_SLUG}{_END}")]
Digest = Annotated[str, Meta(pattern=f"^sha256:[0-9a-f]{{64}}{_END}")]
Iso = Annotated[str, Meta(pattern=f"^{_MOMENT}{_END}")]
Name = Annotated[str, Meta(min_length=1)]
Key = Annotated[str, Meta(min_length=1, max_length=500)]  # what an index holds cannot be of any length
RunId = Annotated[str, Meta(pattern=f"^task_exec_{_SLUG}_{_MOMENT}_[0-9a-f]{{16}}{_END}")]
SessionId = Annotated[str, Meta(pattern=f"^task:{_SLUG}:{_MOMENT}:[0-9a-f]{{16}}{_END}")]


class RunStatus(StrEnum):
    """How a run ended."""

    SUCCESS = "success"
    FAILED = "failed"
    PARTIAL = "partial"


class Trigger(StrEnum):
    """What started a run."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"


class Method(StrEnum):
    """The same, as the provenance of an experience says it."""

    SCHEDULED_TASK = "SCHEDULED_TASK"
    MANUAL_TASK = "MANUAL_TASK"


class _Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a row is made of: no field that nobody knows."""


class Retrieval(_Row, frozen=True, kw_only=True):
    """The documents and earlier runs that went in: `parents` names each of them.

    PostgreSQL gives a number of `filters` such as 1e22 back as a whole one: JSON has only one kind of number.
    """

    memory_count: Annotated[int, Meta(ge=0)] = 0
    query: str | None = None
    filters: dict[str, Any] = {}
    latency_ms: Annotated[float, Meta(ge=0)] | None = None
    source: str | None = None


class Effects(_Row, frozen=True, kw_only=True):
    """What a run left behind, and the rows of `tool_call` and `script_run` that it made."""

    files_written: tuple[str, ...] = ()
    artifact_ids: tuple[str, ...] = ()
    tool_calls: tuple[Key, ...] = ()
    script_runs: tuple[Key, ...] = ()


class Runner(_Row, frozen=True, kw_only=True):
    """The program that ran it."""

    name: Name
    version: str
    pid: Annotated[int, Meta(ge=0)]
    host: str


class Grants(_Row, frozen=True, kw_only=True):
    """What it was allowed to touch."""

    scopes: tuple[str, ...] = ()
    impersonation: bool = False


class Failure(_Row, frozen=True, kw_only=True):
    """Why it failed."""

    type: str | None
    message: str | None
    stack_hash: str | None = None


class Structured(_Row, frozen=True, kw_only=True):
    """The 24 fields of a task execution."""

    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    task_id: Key
    task_slug: Slug
    task_name: Name
    task_type: Name
    scheduled_vs_manual: Trigger
    status: RunStatus
    started_at_iso: Iso
    ended_at_iso: Iso
    started_at_ts: float
    ended_at_ts: float
    duration_ms: int
    trace_id: Uuid4
    span_id: Uuid4
    attempt: int
    retry_of: Uuid4 | None
    idempotency_key: Key
    task_config_digest: Digest
    retrieval: Retrieval
    io: Effects
    embedding_skipped: bool = True
    provenance_runner: Runner
    grants: Grants
    error: Failure | None


class Content(_Row, frozen=True, kw_only=True):
    """What an experience says, in words and in fields."""

    text: str
    structured: Structured


class Provenance(_Row, frozen=True, kw_only=True):
    """Where an experience comes from."""

    actor: str
    method: Method
    sources: tuple[str, ...] = ()


class Marks(_Row, frozen=True, kw_only=True):
    """What was done to a row, and the specs that it is about."""

    scrubbed: bool = False  # something was taken out of it
    backfilled: bool = False
    spec_ids: tuple[Key, ...] = ()


class Run(_Row, frozen=True, kw_only=True):
    """An experience of type TASK_EXECUTION: one attempt at a task."""

    id: RunId
    type: Annotated[str, Meta(pattern=f"^{TYPE}$")] = TYPE
    content: Content
    provenance: Provenance
    parents: tuple[str, ...]
    causes: tuple[str, ...]
    session_id: SessionId
    created_at: Iso
    ts: float
    meta: Marks

    @property
    def facts(self) -> Structured:
        """The fields of the execution."""
        return self.content.structured


class ToolCall(_Row, frozen=True, kw_only=True):
    """One call of a tool that a run made."""

    id: Key
    name: Name
    arguments: dict[str, Any] = {}
    status: RunStatus = RunStatus.SUCCESS
    started_at_ts: float
    ended_at_ts: float
    trace_id: Uuid4
    span_id: Uuid4


class ScriptRun(_Row, frozen=True, kw_only=True):
    """One command that a run ran."""

    id: Key
    command: tuple[str, ...]
    folder: str = "."
    exit_status: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
    started_at_ts: float
    ended_at_ts: float
    trace_id: Uuid4
    span_id: Uuid4
