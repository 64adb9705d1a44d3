"""The way back from an allocation: what the two files held before they carried the ID.

implements: MU-ALLOC-4016
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.allocation.kept_text import Malformed
from muster.allocation.writing import value_in_contract, value_in_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from muster.allocation.deciding import Allocation


class WayBack(Struct, frozen=True):
    """The two files as they were; None for one that carried the ID before anybody kept it."""

    spec_id: str
    record: bytes | None
    contract: bytes | None


class Before(Struct, frozen=True):
    """What stood in a file in the place of the ID."""

    known: bool
    written: str | None = None  # the value, quotes and all; None for no such key
    digest: str = ""  # of the whole file, where that is known


NOBODY_KNOWS = Before(known=False)


def way_back_of(found: Allocation, record: bytes, contract: bytes, kept: WayBack | None) -> WayBack:
    """The way back from an allocation: the files as they stand, and of one that carries the ID already, what was kept.

    What was kept of a file out of which somebody took the ID by hand is no way back any more.
    """
    return WayBack(
        found.spec_id,
        record if record != found.record else kept.record if kept else None,
        contract if contract != found.contract else kept.contract if kept else None,
    )


def before_in(way_back: WayBack) -> tuple[Before, Before]:
    """What stood in record and contract, as the way back has it."""
    return _before(way_back.record, value_in_record), _before(way_back.contract, value_in_contract)


def _before(data: bytes | None, value_in: Callable[[bytes], str | None]) -> Before:
    if data is None:
        return NOBODY_KNOWS
    try:
        return Before(known=True, written=value_in(data), digest=digest_of_file(data))
    except Malformed:  # somebody edited what we keep
        return NOBODY_KNOWS


def told_of(before: tuple[Before, Before], fits: Callable[[str], bool]) -> dict[str, str | None]:
    """What the context of an event says of it; nothing of what nobody knows, or of a value that does not fit in one."""
    context: dict[str, str | None] = {}
    for name, one in zip(("record", "contract"), before, strict=True):
        if one.known and fits(one.written or ""):
            context[f"{name}_was"] = one.written
        if one.digest:
            context[f"{name}_digest"] = one.digest
    return context


def before_told(context: Mapping[str, Any]) -> tuple[Before, Before]:
    """What the context of an event says of it."""
    record, contract = (
        Before(f"{name}_was" in context, context.get(f"{name}_was"), context.get(f"{name}_digest") or "")
        for name in ("record", "contract")
    )
    return record, contract


def digest_of_file(data: bytes) -> str:
    """The digest of a file, as events write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
