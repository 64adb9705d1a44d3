"""Giving a spec its identity, and taking it back: the files, the way back, and the event.

Whatever instant it is stopped at, the same command goes on from there: the ID is a function of the record, each file is
written whole, the way back is written down before either, and the event has a key.

implements: MU-ALLOC-4001, MU-ALLOC-4010, MU-ALLOC-4016, MU-ALLOC-4020, MU-ALLOC-4021, MU-ALLOC-4026
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster.allocation.contract import contract_in
from muster.allocation.deciding import Allocation, Refusal, decided
from muster.allocation.elicitation import elicitation_in
from muster.allocation.writing import (
    value_in_contract,
    value_in_record,
    without_spec_id_in_contract,
    without_spec_id_in_record,
)
from muster.ledger.events import LONGEST_TEXT, Draft
from muster.ledger.keys import keyed, new_uuid
from muster.store import FOLDER, files
from muster.text.words import printable

if TYPE_CHECKING:
    from pathlib import Path

    from muster.allocation.folder import Pair
    from muster.ledger.book import Ledger
    from muster.ledger.events import Event

_MOST_REASONS = 50


class Span(Struct, frozen=True):
    """The run that an event is part of."""

    trace_id: str
    span_id: str


class Change(Struct, frozen=True):
    """A file before and after."""

    path: str
    before: bytes
    after: bytes


class Planned(Struct, frozen=True):
    """What an allocation, or its reversal, would do."""

    spec_id: str
    changes: tuple[Change, ...]  # of the files that are to change
    edited: tuple[str, ...] = ()  # what somebody changed since the allocation: only the ID is taken out


class WayBack(Struct, frozen=True):
    """The two files as they were, kept under `.muster/allocations` until the allocation is taken back."""

    spec_id: str
    record: bytes
    contract: bytes


def read_pair(root: Path, pair: Pair) -> tuple[bytes, bytes]:
    """The content of the record and of the contract; raises OSError."""
    return (root / pair.record).read_bytes(), (root / pair.contract).read_bytes()


def planned(root: Path, pair: Pair, namespace: str) -> Planned | Refusal:
    """What an allocation would do, or why there is none."""
    record, contract = read_pair(root, pair)
    found = decided(
        elicitation_in(record, pair.record), contract_in(contract, pair.contract), record, contract, namespace
    )
    if isinstance(found, Refusal):
        return found
    return Planned(found.spec_id, _changes(pair, (record, contract), (found.record, found.contract)))


def _changes(pair: Pair, before: tuple[bytes, bytes], after: tuple[bytes, bytes]) -> tuple[Change, ...]:
    every = zip((pair.record, pair.contract), before, after, strict=True)
    return tuple(Change(path, old, new) for path, old, new in every if old != new)


def allocate(root: Path, pair: Pair, namespace: str, book: Ledger, span: Span) -> Planned | Refusal:
    """Write the identity into both files and record it, or record why not."""
    with files.lock(root):
        record, contract = read_pair(root, pair)
        found = decided(
            elicitation_in(record, pair.record), contract_in(contract, pair.contract), record, contract, namespace
        )
        if isinstance(found, Refusal):
            refuse(book, pair.record, found, span)
            return found
        files.clear_leftovers(root, [pair.record.rpartition("/")[0] or ".", f"{FOLDER}/allocations"])
        way_back = _kept_way_back(root, pair, found.spec_id)
        if way_back is None and found.changes:
            way_back = WayBack(found.spec_id, record, contract)
            files.write(root, _place(pair.record), msgspec.json.encode(way_back))
        files.write(root, pair.record, found.record)
        files.write(root, pair.contract, found.contract)
        book.append(_allocated(pair, found, way_back, _times_reverted(book, found.spec_id), span))
        return Planned(found.spec_id, _changes(pair, (record, contract), (found.record, found.contract)))


def _allocated(pair: Pair, found: Allocation, way_back: WayBack | None, times: int, span: Span) -> Draft:
    was = (found.record_was, found.contract_was)
    context: dict[str, Any] = {"spec_id": found.spec_id, "record": pair.record, "contract": pair.contract}
    if way_back is not None:
        was = (value_in_record(way_back.record), value_in_contract(way_back.contract))
        context |= {"record_digest": _digest(way_back.record), "contract_digest": _digest(way_back.contract)}
    context |= {"record_was": _short(was[0]), "contract_was": _short(was[1])}
    return Draft(
        event="gate:pass",
        type="spec_allocated",
        context=context,
        # Allocated, reverted and allocated again are three decisions.
        idempotency_key=keyed("spec_allocated", found.spec_id, pair.record, str(times)),
        **msgspec.structs.asdict(span),
    )


def refuse(book: Ledger, record: str, refusal: Refusal, span: Span) -> None:
    """Record that a spec got no identity."""
    reasons = [_line(reason) for reason in refusal.reasons[:_MOST_REASONS]]
    if len(refusal.reasons) > _MOST_REASONS:
        reasons.append(f"and {len(refusal.reasons) - _MOST_REASONS} more")
    book.append(
        Draft(
            event="gate:fail",
            type="spec_allocation_refused",
            context={"spec_id": None, "record": record, "reasons": reasons},
            idempotency_key=keyed("spec_allocation_refused", record, span.span_id),
            **msgspec.structs.asdict(span),
        )
    )


def reverted(root: Path, pair: Pair, book: Ledger) -> Planned | None:
    """What taking an allocation back would do; None where there is nothing to take back."""
    record, contract = read_pair(root, pair)
    spec_id = elicitation_in(record, pair.record).spec_id or contract_in(contract, pair.contract).spec_id
    if not spec_id:
        return None
    way_back = _kept_way_back(root, pair, spec_id)
    was = _told_before(book, spec_id, pair, way_back)
    after = (
        without_spec_id_in_record(record, was[0]) if _holds(value_in_record(record), spec_id) else record,
        without_spec_id_in_contract(contract, was[1]) if _holds(value_in_contract(contract), spec_id) else contract,
    )
    edited: tuple[str, ...] = ()
    if way_back is not None:
        kept = ((pair.record, after[0], way_back.record), (pair.contract, after[1], way_back.contract))
        edited = tuple(path for path, new, old in kept if new != old)
    return Planned(spec_id, _changes(pair, (record, contract), after), edited)


def revert(root: Path, pair: Pair, book: Ledger, span: Span) -> Planned | None:
    """Take an allocation back: both files, and an event that says so."""
    with files.lock(root):
        found = reverted(root, pair, book)
        if found is None:
            return None
        times = _times_reverted(book, found.spec_id)
        for change in found.changes:
            files.write(root, change.path, change.after)
        book.append(
            Draft(
                event="spec:changed",
                type="spec_allocation_reverted",
                context={"spec_id": found.spec_id, "record": pair.record, "contract": pair.contract},
                idempotency_key=keyed("spec_allocation_reverted", found.spec_id, pair.record, str(times)),
                **msgspec.structs.asdict(span),
            )
        )
        files.remove(root, _place(pair.record))
        return found


def _holds(value: str | None, spec_id: str) -> bool:
    return value is not None and spec_id in value.lower()


def _told_before(book: Ledger, spec_id: str, pair: Pair, way_back: WayBack | None) -> tuple[str | None, str | None]:
    """What stood in the two files for the ID: as the way back has it, else as the event says."""
    if way_back is not None:
        return value_in_record(way_back.record), value_in_contract(way_back.contract)
    told: list[Event] = [
        one for one in book.events(spec=spec_id, type="spec_allocated") if one.context["record"] == pair.record
    ]
    context = told[-1].context if told else {}
    return context.get("record_was"), context.get("contract_was")


def _times_reverted(book: Ledger, spec_id: str) -> int:
    return len(book.events(spec=spec_id, type="spec_allocation_reverted"))


def _kept_way_back(root: Path, pair: Pair, spec_id: str) -> WayBack | None:
    try:
        kept = msgspec.json.decode((root / _place(pair.record)).read_bytes(), type=WayBack)
    except (OSError, msgspec.DecodeError):
        return None
    return kept if kept.spec_id == spec_id else None


def _place(record: str) -> str:
    name = hashlib.sha256(record.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"{FOLDER}/allocations/{name}.json"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_TEXT else None


def _line(text: str) -> str:
    """A reason as an event holds it: one line, not too long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 4]} ..."


def new_span() -> Span:
    """A span that no run told of."""
    return Span(new_uuid(), new_uuid())
