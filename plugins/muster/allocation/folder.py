"""The record and the contract of a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.allocation.deciding import Refusal, refusal_of
from muster.allocation.spec_ids import CONTRACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from muster.allocation.deciding import Reason


class Pair(Struct, frozen=True):
    """The two files that carry the identity of one spec."""

    record: str
    contract: str


def records_among(called: Sequence[str], is_record: Callable[[str], bool], named: str = "") -> list[str]:
    """The records among the files of a folder that have the name of one; `named` is the one that somebody means.

    A page without a record's keys is none, unless it is meant, or alone: then it is told what it lacks.
    """
    records = [path for path in called if is_record(path)]
    if named and named not in records:
        return [named]
    return records or list(called if len(called) == 1 else ())


def pair_in(names: Iterable[str], folder: str, is_record: Callable[[str], bool], looked_for: str) -> Pair | Refusal:
    """The record and the contract among the names of a folder ("" for the root).

    `is_record` judges a path, and `looked_for` says in words what it takes for a record.

    implements: MU-ALLOC-4014
    """
    here = {f"{folder}/{name}" if folder else name for name in names}
    records = sorted(path for path in here if is_record(path))
    contract = f"{folder}/{CONTRACT}" if folder else CONTRACT
    shown = folder or "."
    reasons: list[Reason] = []
    if not records:
        words = f"{shown} has no elicitation record; looked for {looked_for}"
        reasons.append((words, "name the record; it has `ready_for_planning` in its front matter"))
    elif len(records) > 1:
        words = f"{shown} has several elicitation records: {', '.join(records)}"
        reasons.append((words, "keep one in a directory: the contract beside it belongs to one spec"))
    if contract not in here:
        reasons.append((f"{contract} is missing", "write the objective contract there; `{}` is enough to begin with"))
    if reasons:
        return refusal_of(reasons, records[0] if len(records) == 1 else "")
    return Pair(records[0], contract)
