"""What a chain says of its own beginning: the checkpoint that was sealed when old events were dropped.

implements: MU-LEDGER-8034, MU-LEDGER-8035
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from muster.ledger.events import GENESIS, Head, Stored
from muster.ledger.payloads import RETIRED, LedgerRetired
from muster.ledger.queries import EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.ledger.database import Dialect, Session


class Checkpoint(LedgerRetired, frozen=True, kw_only=True):
    """The payload of the event that tells what was dropped, and the number of that event."""

    seq: int

    @property
    def end(self) -> Head:
        """The last event that is not there any more, which the first one that is follows on."""
        return Head(self.last_seq, self.last_digest)


def folded(digest: str, digests: Iterable[str]) -> str:
    """A digest of many: each with what came of those before it, so that it can go on where it stopped."""
    for one in digests:
        digest = f"sha256:{hashlib.sha256(f'{digest} {one}'.encode('utf-8', 'replace')).hexdigest()}"
    return digest


def checkpoint_of(events: Iterable[Stored], first: int) -> Checkpoint | None:
    """Of the checkpoints among these events the last one behind which the event `first` comes."""
    found = None
    for event in events:
        if event.type != RETIRED:
            continue
        try:
            told = msgspec.json.decode(event.context, type=LedgerRetired)
        except (ValueError, TypeError, RecursionError):  # changed: the chain tells so where it comes to this event
            continue
        if 0 < told.last_seq == first - 1:
            found = Checkpoint(**msgspec.structs.asdict(told), seq=event.seq)
    return found


def beginning(session: Session, dialect: Dialect) -> Checkpoint | None:
    """The checkpoint that tells what became of the events before the first one here; None where none are missing."""
    first = session.rows("SELECT min(seq) FROM events")[0][0]
    if not isinstance(first, int) or first <= 1:
        return None
    columns = EVENT_COLUMNS.format(as_text=dialect.as_text)
    query = f"SELECT {columns} FROM events WHERE type = {dialect.mark} ORDER BY seq"
    return checkpoint_of((Stored(*row) for row in session.rows(query, (RETIRED,))), first)


def breaks_before(session: Session, found: Checkpoint, head: Head | None) -> Iterator[str]:
    """What does not hold of the digests that are kept of retired events, and of a head among them."""
    reached, digest, expected = None, GENESIS, 0
    begins_at_one = True
    for seq, own in session.stream(f"SELECT seq, digest FROM event_key WHERE seq <= {found.last_seq:d} ORDER BY seq"):
        if not expected:
            begins_at_one = seq == 1
        elif seq != expected:
            yield f"the digest that is kept of the retired event {expected} is missing"
        digest, expected = folded(digest, (own,)), seq + 1
        reached = own if head and head.seq == seq else reached
    if expected not in (0, found.last_seq + 1):
        yield f"the digests that are kept of the retired events {expected} to {found.last_seq} are missing"
    if expected and begins_at_one and digest != found.digest:
        yield f"the digests that are kept of retired events give {digest}, and event {found.seq} says {found.digest}"
    if head is None or not 0 < head.seq <= found.last_seq:
        return
    reached = found.last_digest if head.seq == found.last_seq else reached
    if reached is None:
        yield f"event {head.seq} of the head is retired, and its digest is not kept here: only a later head tells"
    elif reached != head.digest:
        yield f"event {head.seq} had the digest {reached}, and the head says {head.digest}"


def demand_none(kinds: Sequence[str]) -> list[str]:
    """Why events of these types are refused where they are handed in: a checkpoint is sealed by whoever drops."""
    return [f"`type` is {RETIRED}, which only retiring records"] if RETIRED in kinds else []
