"""Giving a spec its identity, and taking it back: the files, the way back, and the event.

Whatever instant it is stopped at, the same command goes on from there: the ID is a function of the record, each file is
written whole, the way back is written down before either, and the event has a key.

implements: MU-ALLOC-4001, MU-ALLOC-4010, MU-ALLOC-4016, MU-ALLOC-4020, MU-ALLOC-4021, MU-ALLOC-4026
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.allocation.contract import contract_in
from muster.allocation.deciding import Refusal, copied, decided, problems_of, refusal_of, unready
from muster.allocation.elicitation import elicitation_in
from muster.allocation.folder import pair_in, records_among
from muster.allocation.records import record_in
from muster.allocation.spec_ids import carries
from muster.allocation.way_back import (
    NOBODY_KNOWS,
    WayBack,
    before_in,
    before_told,
    digest_of_file,
    told_of,
    way_back_of,
)
from muster.allocation.writing import without_spec_id_in_contract, without_spec_id_in_record
from muster.ledger.events import LONGEST_TEXT, Draft, fits
from muster.ledger.keys import keyed, new_uuid
from muster.specs.discovery import is_left_out
from muster.store import FOLDER, files
from muster.text.globs import pattern_of
from muster.text.words import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from muster.allocation.deciding import Allocation, Reason
    from muster.allocation.folder import Pair
    from muster.allocation.way_back import Before
    from muster.ledger.book import Ledger
    from muster.ledger.events import Event
    from muster.settings import Settings

_MOST_REASONS = 25  # as long as they may be, in any script, they fit in one event


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
    unknown: tuple[str, ...] = ()  # of which nobody knows what stood there before: the key is taken out


class Now(Struct, frozen=True):
    """The two files as they stand, and the identity that they are to get."""

    record: bytes
    contract: bytes
    found: Allocation


def may_be_record(path: str, settings: Settings) -> bool:
    """Whether a path is one of those where a record is looked for."""
    return any(pattern_of(glob).fullmatch(path) for glob in settings.allocation.records) and not is_left_out(
        path, settings
    )


def pair_at(root: Path, named: str, settings: Settings) -> Pair | Refusal:
    """The record that a path of the project means, itself or as the folder that holds it, and the contract beside it.

    implements: MU-ALLOC-4014
    """
    is_folder = os.path.isdir(root / named)  # noqa: PTH112 -- Path.is_dir raises where permission lacks
    folder = ("" if named == "." else named) if is_folder else named.rpartition("/")[0]
    looked_for = " and ".join(f"`{glob}`" for glob in settings.allocation.records)
    if not is_folder and not may_be_record(named, settings):
        if is_left_out(named, settings):
            return refusal_of([(f"`links.exclude` leaves {named} out", "take it out of that setting")])
        words = f"{named} is no elicitation record by its name; looked for {looked_for}"
        return refusal_of([(words, "rename it, or name it in `allocation.records`")])
    try:
        names = [one.name for one in files.inside(root, folder or ".").iterdir()]
    except (OSError, files.OutsideRoot) as error:
        return refusal_of([_unread(folder or ".", error)])
    here = (f"{folder}/{name}" if folder else name for name in names)
    called = [path for path in here if may_be_record(path, settings)]
    records = records_among(called, lambda path: _is_record(root, path), "" if is_folder else named)
    found = pair_in(names, folder, records.__contains__, looked_for)
    if isinstance(found, Refusal):
        return _with_record(root, found)
    unfit = [reason for path in (found.record, found.contract) for reason in _unfit(path)]
    return refusal_of(unfit, found.record) if unfit else found


def _with_record(root: Path, refusal: Refusal) -> Refusal:
    """The refusal with what its record says against planning, so that every reason is told at once."""
    if not refusal.record:
        return refusal
    try:
        record = elicitation_in(files.read(root, refusal.record), refusal.record)
    except (OSError, files.OutsideRoot):
        return refusal
    own = refusal_of([*problems_of(record, contract_in(b"{}", refusal.record)), *unready(record)], refusal.record)
    return Refusal((*refusal.reasons, *own.reasons), "; ".join(filter(None, (refusal.help, own.help))), refusal.record)


def _is_record(root: Path, path: str) -> bool:
    """Whether a file that has the name of a record is one; what cannot be read counts, so that somebody mends it."""
    try:
        return record_in(files.read(root, path), path) is not None
    except (OSError, files.OutsideRoot):
        return True


def _unfit(path: str) -> list[Reason]:
    """Why no event can name a path."""
    remedy = "an allocation is an event, which names both files: move them to a shorter and plainer path"
    if len(path) > LONGEST_TEXT:
        return [(f"the path {shortened(path)} has {len(path):,} characters, more than {LONGEST_TEXT}", remedy)]
    return [] if fits(path) else [(f"the path {shortened(path)} is no UTF-8 on one line", remedy)]


def _unread(path: str, error: OSError | files.OutsideRoot) -> Reason:
    if isinstance(error, OSError):
        reason = (error.strerror or str(error)).lower()
        return f"{path} cannot be read: {reason}", "put an ordinary file there that you may read"
    problem, _, remedy = str(error).partition("; ")
    return problem, remedy


def read_pair(root: Path, pair: Pair) -> tuple[bytes, bytes] | Refusal:
    """The content of the record and of the contract, or why they cannot be read."""
    contents: list[bytes] = []
    reasons: list[Reason] = []
    for path in (pair.record, pair.contract):
        try:
            contents.append(files.read(root, path))
        except (OSError, files.OutsideRoot) as error:
            reasons.append(_unread(path, error))
    return refusal_of(reasons, pair.record) if reasons else (contents[0], contents[1])


def _considered(root: Path, pair: Pair, namespace: str, records: Iterable[str]) -> Now | Refusal:
    """The identity that a spec is to get; `records` are the paths of all records of the project."""
    now = read_pair(root, pair)
    if isinstance(now, Refusal):
        return now
    found = decided(elicitation_in(now[0], pair.record), contract_in(now[1], pair.contract), *now, namespace)
    if isinstance(found, Refusal):
        return found
    others = [path for path in records if _holds(root, path, found.spec_id) and not is_same(root, path, pair.record)]
    return refusal_of([copied(found.spec_id, pair.record, others)]) if others else Now(*now, found)


def _holds(root: Path, path: str, spec_id: str) -> bool:
    """Whether a record has this identity."""
    try:
        data = files.read(root, path)
    except (OSError, files.OutsideRoot):
        return False
    return carries(data, spec_id) and elicitation_in(data, path).spec_id == spec_id


def is_same(root: Path, path: str, other: str) -> bool:
    """Whether two paths lead to one file."""
    return path == other or files.inside(root, path) == files.inside(root, other)


def planned(root: Path, pair: Pair, namespace: str, records: Iterable[str]) -> Planned | Refusal:
    """What an allocation would do, or why there is none."""
    now = _considered(root, pair, namespace, records)
    return now if isinstance(now, Refusal) else _planned(pair, now)


def _planned(pair: Pair, now: Now) -> Planned:
    after = (now.found.record, now.found.contract)
    return Planned(now.found.spec_id, _changes(pair, (now.record, now.contract), after))


def _changes(pair: Pair, before: tuple[bytes, bytes], after: tuple[bytes, bytes]) -> tuple[Change, ...]:
    every = zip((pair.record, pair.contract), before, after, strict=True)
    return tuple(Change(path, old, new) for path, old, new in every if old != new)


def allocate(
    root: Path, pair: Pair, namespace: str, records: Iterable[str], book: Ledger, span: Span
) -> Planned | Refusal:
    """Write the identity into both files and record it, or record why not."""
    with files.lock(root):
        now = _considered(root, pair, namespace, records)
        if isinstance(now, Refusal):
            refuse(book, pair.record, now, span)
            return now
        found = now.found
        files.clear_leftovers(root, [pair.record.rpartition("/")[0] or ".", f"{FOLDER}/allocations"])
        way_back = way_back_of(found, now.record, now.contract, _kept_way_back(root, pair, found.spec_id))
        if found.changes:
            files.write(root, _place(pair.record), msgspec.json.encode(way_back))
        files.write(root, pair.record, found.record)
        files.write(root, pair.contract, found.contract)
        times = _times_reverted(book, found.spec_id)
        book.append(_allocated(pair, found.spec_id, before_in(way_back), times, span))
        return _planned(pair, now)


def _allocated(pair: Pair, spec_id: str, before: tuple[Before, Before], times: int, span: Span) -> Draft:
    return Draft(
        event="gate:pass",
        type="spec_allocated",
        context={"spec_id": spec_id, "record": pair.record, "contract": pair.contract, **told_of(before, fits)},
        # Allocated, reverted and allocated again are three decisions.
        idempotency_key=keyed("spec_allocated", spec_id, pair.record, str(times)),
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
            context={"spec_id": None, "record": record if fits(record) else None, "reasons": reasons},
            idempotency_key=keyed("spec_allocation_refused", record, span.span_id),
            **msgspec.structs.asdict(span),
        )
    )


def reverted(root: Path, pair: Pair, book: Ledger | None) -> Planned | Refusal | None:
    """What taking an allocation back would do, or why it is not done; None where there is nothing to take back."""
    now = read_pair(root, pair)
    if isinstance(now, Refusal):
        return now
    record, contract = elicitation_in(now[0], pair.record), contract_in(now[1], pair.contract)
    if wrong := list(problems_of(record, contract)):
        return refusal_of(wrong, pair.record)
    spec_id = record.spec_id or contract.spec_id
    if not spec_id:
        return None
    before = _known_before(root, pair, spec_id, book)
    after = (
        without_spec_id_in_record(now[0], before[0].written) if record.spec_id == spec_id else now[0],
        without_spec_id_in_contract(now[1], before[1].written) if contract.spec_id == spec_id else now[1],
    )
    every = list(zip((pair.record, pair.contract), before, now, after, strict=True))
    unknown = tuple(path for path, one, old, new in every if old != new and not one.known)
    edited = tuple(path for path, one, _, new in every if one.known and one.digest not in ("", digest_of_file(new)))
    return Planned(spec_id, _changes(pair, now, after), edited, unknown)


def revert(root: Path, pair: Pair, book: Ledger, span: Span) -> Planned | Refusal | None:
    """Take an allocation back: both files, and an event that says so."""
    with files.lock(root):
        found = reverted(root, pair, book)
        if found is None or isinstance(found, Refusal):
            return found
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


def _known_before(root: Path, pair: Pair, spec_id: str, book: Ledger | None) -> tuple[Before, Before]:
    """What stood in the two files for the ID: as the way back has it, else as the event says."""
    way_back = _kept_way_back(root, pair, spec_id)
    kept = before_in(way_back) if way_back else (NOBODY_KNOWS, NOBODY_KNOWS)
    if (kept[0].known and kept[1].known) or book is None:
        return kept
    told: list[Event] = [
        one for one in book.events(spec=spec_id, type="spec_allocated") if one.context["record"] == pair.record
    ]
    event = before_told(told[-1].context if told else {})
    return kept[0] if kept[0].known else event[0], kept[1] if kept[1].known else event[1]


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


def _line(text: str) -> str:
    """A reason as an event holds it: one line, not too long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 4]} ..."


def new_span() -> Span:
    """A span that no run told of."""
    return Span(new_uuid(), new_uuid())
