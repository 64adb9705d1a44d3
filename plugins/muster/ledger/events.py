"""Events: what the gates decided, each chained to the one before it.

implements: MU-LEDGER-8030, MU-LEDGER-8031, MU-LEDGER-8033
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from muster.ledger.rows import Digest, Iso, Key, Name, Uuid4
from muster.ledger.shape import is_keepable, misshapen, shown, size_of, unwritable
from muster.text.canonical import canonical, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GENESIS = f"sha256:{'0' * 64}"
LONGEST_TEXT = 500  # of a payload: references and hashes go in, texts stay out
MOST_BYTES = 65_536

SpecId = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)")]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No field that nobody knows."""


class Draft(_Part, frozen=True, kw_only=True):
    """An event before it has its place in the chain."""

    event: Literal["gate:pass", "gate:fail", "prompt:compiled", "spec:changed"]
    type: Name
    code: str = ""
    trace_id: Uuid4
    span_id: Uuid4
    context: dict[str, Any]
    idempotency_key: Key


class Event(_Part, frozen=True, kw_only=True):
    """A row of `events`."""

    seq: int
    recorded_at: Iso
    event: str
    type: str
    code: str
    trace_id: str
    span_id: str
    context: dict[str, Any]
    idempotency_key: str
    prev: Digest
    digest: Digest


class _Context(_Part, frozen=True, kw_only=True):
    """What every payload has: the spec, once it has an identity, and until then its record."""

    spec_id: SpecId | None
    record: Name | None = None


class SpecAllocated(_Context, frozen=True, kw_only=True):
    """A spec got its identity."""

    record: Name
    contract: Name
    record_was: str | None = None  # the placeholder that stood there
    contract_was: str | None = None
    record_digest: Digest | None = None  # of the files before
    contract_digest: Digest | None = None


class SpecAllocationRefused(_Context, frozen=True, kw_only=True):
    """A spec is not ready for an identity."""

    reasons: Annotated[tuple[Name, ...], Meta(min_length=1)]


class SpecAllocationReverted(_Context, frozen=True, kw_only=True):
    """An allocation was taken back."""

    record: Name
    contract: Name


class DocsSpecs(_Context, frozen=True, kw_only=True):
    """`muster check` passed or failed."""

    run_id: Name
    counts: dict[str, int]  # findings by rule
    errors: int
    warnings: int


class SpecStatus(_Context, frozen=True, kw_only=True):
    """A spec says that its status is another."""

    spec: Name
    before: str | None
    after: str


class GateTransition(_Context, frozen=True, kw_only=True):
    """A work packet went through a gate."""

    work_packet_id: Name
    role: Literal["operator", "orchestrator", "coder", "validator", "system"]
    gate_kind: Literal["orchestrator", "validator"]
    gate: Name
    verdict: Literal["PASS", "FAIL"] | None
    gate_state_ref: Name
    idempotency_key: Name


class PacketActivated(_Context, frozen=True, kw_only=True):
    """A stub became a work packet."""

    base_wp_id: Name
    work_packet_id: Name
    stub_packet_ref: Name
    active_packet_ref: Name
    traceability_registry_ref: Name
    task_board_ref: Name
    idempotency_key: Name


class Signature(_Context, frozen=True, kw_only=True):
    """Somebody signed a refinement."""

    work_packet_id: Name
    signature: Name
    packet_digest: Digest


class RefinementPass(_Context, frozen=True, kw_only=True):
    """A refinement was checked to its end."""

    work_packet_id: Name
    verdict: Literal["PASS", "FAIL"]
    packet_digest: Digest


class SpecRouter(_Context, frozen=True, kw_only=True):
    """A prompt was compiled."""

    spec_prompt_pack_id: Name
    spec_prompt_pack_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    context_snapshot_id: Name
    stable_prefix_hash: Name
    variable_suffix_hash: Name
    stable_prefix_tokens: int
    variable_suffix_tokens: int
    total_tokens: int
    truncated: dict[str, bool]


class ChainGate(_Context, frozen=True, kw_only=True):
    """A gate of a prompt chain decided."""

    chain: Name
    label: Name
    decision: Name
    conditions: tuple[str, ...] = ()


class Kind(Struct, frozen=True):
    """What an event of some type is made of."""

    events: tuple[str, ...]
    payload: type[_Context]
    code: str = ""


_GATE = ("gate:pass", "gate:fail")
KINDS: Mapping[str, Kind] = {
    "spec_allocated": Kind(("gate:pass",), SpecAllocated),
    "spec_allocation_refused": Kind(("gate:fail",), SpecAllocationRefused),
    "spec_allocation_reverted": Kind(("spec:changed",), SpecAllocationReverted),
    "spec_status_changed": Kind(("spec:changed",), SpecStatus),
    "docs_specs": Kind(_GATE, DocsSpecs),
    "gov_gate_transition": Kind(_GATE, GateTransition, "FR-EVT-GOV-GATES-001"),
    "gov_work_packet_activated": Kind(("gate:pass",), PacketActivated, "FR-EVT-GOV-WP-001"),
    "user_signature": Kind(("gate:pass",), Signature),
    "refinement_pass": Kind(_GATE, RefinementPass),
    "spec_router": Kind(("prompt:compiled",), SpecRouter),
    "skeptic_gate": Kind(_GATE, ChainGate),
    "evidence_gate": Kind(_GATE, ChainGate),
}


def problems_in(event: Draft) -> list[str]:
    """Everything for which an event is refused."""
    draft: dict[str, Any] = msgspec.structs.asdict(event)  # its fields may be of any type: nothing checked them yet
    if flaw := unwritable(draft):
        return [f"the event {flaw}"]
    if (size := size_of(draft)) > MOST_BYTES:
        return [f"the event has {size:,} bytes, more than {MOST_BYTES:,}; texts stay out of it"]
    found = [f"`{field}` {problem}" for field, problem in misshapen(draft, Draft)]
    key, name = draft["idempotency_key"], draft["type"]
    if isinstance(key, str) and not is_keepable(key):
        found.append(f"`idempotency_key` is {shown(key)}; it holds NUL or half a character, which no database keeps")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        return [*found, f"`type` is {shown(draft['type'])}; it is one of {', '.join(KINDS)}"]
    if draft["event"] not in kind.events:
        found.append(f"`event` is {shown(draft['event'])}; of type {draft['type']} it is {' or '.join(kind.events)}")
    if draft["code"] != kind.code:
        found.append(f"`code` is {shown(draft['code'])}; of type {draft['type']} it is {kind.code!r}")
    context = draft["context"]
    if not isinstance(context, dict):
        return found
    found += [f"`context.{field}` {problem}" for field, problem in misshapen(context, kind.payload)]
    if (
        draft["type"] == "gov_gate_transition"
        and context.get("gate") == "REPORT_PRESENTED"
        and not context.get("verdict")
    ):
        found.append("`context.verdict` is null; of the gate REPORT_PRESENTED it is PASS or FAIL")
    return found + list(_blobs(context, "context"))


def _blobs(value: Any, where: str) -> Iterator[str]:
    """Texts where references belong, and numbers that JSON does not have."""
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\n" in value):
        what = f"has {len(value):,} characters" if len(value) > LONGEST_TEXT else "has several lines"
        yield f"`{where}` {what}; an event holds references and hashes, no texts"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"`{where}` is {value}, which is no number of JSON"
    elif isinstance(value, dict):
        for key, member in value.items():
            if len(key) > LONGEST_TEXT or "\n" in key:
                yield f"`{where}` has a key that is a text; an event holds references and hashes, no texts"
            else:
                yield from _blobs(member, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for number, member in enumerate(value):
            yield from _blobs(member, f"{where}[{number}]")


def sealed(draft: Mapping[str, Any], seq: int, recorded_at: str, prev: str) -> Event:
    """The event at its place in the chain."""
    rest = {"code": "", **draft, "seq": seq, "recorded_at": recorded_at, "prev": prev}
    return msgspec.convert({**rest, "digest": digest_of(rest)}, Event)


class Stored(Struct, frozen=True):
    """An event as it stands in the database, its payload still a text."""

    seq: int
    recorded_at: str
    event: str
    type: str
    code: str
    trace_id: str
    span_id: str
    context: str
    idempotency_key: str
    prev: str
    digest: str

    def read(self) -> Event:
        """The event, its payload understood; raises ValueError where that is no JSON."""
        context = msgspec.json.decode(self.context, type=dict[str, Any])
        return Event(**{**msgspec.structs.asdict(self), "context": context})


class Head(Struct, frozen=True):
    """The end of the chain: written down elsewhere, it tells when events at the end go."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what `muster events head` printed; raises ValueError."""
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or misshapen(digest, Digest):
            msg = f"{text!r} is no head of events, such as 12:sha256:0123..."
            raise ValueError(msg)
        return cls(int(number), digest)


def breaks_in(rows: Iterable[Stored], head: Head | None = None, first: Head | None = None) -> Iterator[str]:
    """Where a chain does not hold: what was changed, lost, inserted or put elsewhere."""
    expected, prev = (first.seq + 1, first.digest) if first else (1, GENESIS)
    reached: str | None = None
    for row in rows:
        if not _is_whole(row):
            yield f"event {expected} was changed: one of its columns is of another type"
            expected, prev = expected + 1, row.digest
            continue
        if row.seq > expected:
            lost = f"event {expected} is" if row.seq == expected + 1 else f"events {expected} to {row.seq - 1} are"
            yield f"{lost} missing"
        elif row.seq < expected:
            yield f"event {row.seq} stands where {expected} is due"
        if row.prev != prev:
            yield f"event {row.seq} does not follow on the one before it: `prev` is {row.prev}, and that has {prev}"
        if (problem := _changed(row)) is not None:
            yield f"event {row.seq} was changed: {problem}"
        expected, prev = row.seq + 1, row.digest
        if head and row.seq == head.seq:
            reached = row.digest
    if head and head.seq and reached is None:
        yield f"event {head.seq} of the head is missing: the chain ends with {expected - 1}"
    elif head and head.seq and reached != head.digest:
        yield f"event {head.seq} has the digest {reached}, and the head says {head.digest}"


def _is_whole(row: Stored) -> bool:
    """Whether each column is of its type: SQLite keeps any value in any of them."""
    number, *texts = msgspec.structs.astuple(row)
    return isinstance(number, int) and all(isinstance(text, str) for text in texts)


def _changed(row: Stored) -> str | None:
    try:
        event = row.read()
    except (ValueError, RecursionError):
        return "its context is no JSON object"
    rest = {name: value for name, value in msgspec.structs.asdict(event).items() if name != "digest"}
    try:
        if canonical(event.context).decode() != row.context:
            return "its context is not written as it was recorded"
        wanted = digest_of(rest)
    except (ValueError, RecursionError):
        return "it holds what is no text"
    return None if wanted == row.digest else f"its digest is {row.digest}, and its content gives {wanted}"
