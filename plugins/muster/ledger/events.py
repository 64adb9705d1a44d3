"""Events: what the gates decided, each chained to the one before it.

implements: MU-LEDGER-8030, MU-LEDGER-8031, MU-LEDGER-8033
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from muster.ledger.payloads import KINDS
from muster.ledger.rows import Digest, Iso, Key, Name, Uuid4
from muster.ledger.shape import is_keepable, misshapen, shown, size_of, unwritable
from muster.text.canonical import canonical, digest_of
from muster.text.utf8 import is_encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GENESIS = f"sha256:{'0' * 64}"
LONGEST_TEXT = 500  # of a payload: references and hashes go in, texts stay out
MOST_BYTES = 65_536


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No field that nobody knows."""


class Draft(_Part, frozen=True, kw_only=True):
    """An event before it has its place in the chain."""

    event: Literal["gate:pass", "gate:fail", "prompt:compiled", "spec:changed", "ledger:retired"]
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


def fits(text: str) -> bool:
    """Whether an event can hold a text: a reference, on one line."""
    return len(text) <= LONGEST_TEXT and "\n" not in text and is_encodable(text)


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
