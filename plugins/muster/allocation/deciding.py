"""Whether a spec gets its identity, which, and what the two files that carry it then hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.allocation.contract import contract_in
from muster.allocation.elicitation import BLOCKING, READY, elicitation_in
from muster.allocation.minting import minted
from muster.allocation.spec_ids import KEY
from muster.allocation.writing import (
    value_in_contract,
    value_in_record,
    with_spec_id_in_contract,
    with_spec_id_in_record,
    without_spec_id_in_contract,
    without_spec_id_in_record,
)
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.allocation.contract import Contract
    from muster.allocation.elicitation import Elicitation


class Refusal(Struct, frozen=True):
    """Why a spec gets no identity now: every reason, and what to do."""

    reasons: tuple[str, ...]
    help: str
    record: str = ""  # the record that is refused, where it is known which


class Allocation(Struct, frozen=True):
    """The identity of a spec, and the two files with it."""

    spec_id: str
    record: bytes  # what the record is to hold
    contract: bytes
    record_was: str | None  # the value of spec_id as it stood there before, None for no such key
    contract_was: str | None
    changes: bool  # at least one of the files holds something else so far


Reason = tuple[str, str]  # what is wrong, what to do
_SETTLE = f"settle what blocks, then set `{READY}: true` and `{BLOCKING}: []`"
_NAMESPACE = 'put `namespace = "UUID"` into muster.toml; `muster init` writes one'


def decided(
    record: Elicitation, contract: Contract, record_data: bytes, contract_data: bytes, namespace: str
) -> Allocation | Refusal:
    """The identity of a spec, or all that stands against it.

    An ID that is there already is kept, and what both files carry needs no readiness any longer.

    implements: MU-ALLOC-4002 MU-ALLOC-4012
    """
    kept = record.spec_id or contract.spec_id
    reasons = [*problems_of(record, contract), *_disagreement(record, contract)]
    if not (record.spec_id and contract.spec_id):
        reasons += unready(record)
    if not kept and not namespace:
        reasons.append(("the settings have no `namespace` to mint an ID from", _NAMESPACE))
    if reasons:
        return refusal_of(reasons)
    spec_id = kept or minted(namespace, record.path, record_data)
    new_record = record_data if record.spec_id else with_spec_id_in_record(record_data, spec_id)
    new_contract = contract_data if contract.spec_id else with_spec_id_in_contract(contract_data, spec_id)
    changes = not (record.spec_id and contract.spec_id)
    was = value_in_record(record_data), value_in_contract(contract_data)
    allocation = Allocation(spec_id, new_record, new_contract, *was, changes)
    reasons = list(_unkept(record, contract, record_data, contract_data, allocation))
    return refusal_of(reasons) if reasons else allocation


def refusal_of(reasons: list[Reason], record: str = "") -> Refusal:
    """A refusal with all its reasons, each remedy told once."""
    remedies = dict.fromkeys(remedy for _, remedy in reasons)
    return Refusal(tuple(reason for reason, _ in reasons), "; ".join(remedies), record)


def copied(spec_id: str, record: str, others: Sequence[str]) -> Reason:
    """What to say of a record whose ID others hold as well."""
    remedy = "take it out of the copy and of the contract beside it, then run `muster allocate` on the copy"
    return f"{spec_id} is the ID of another record as well: {record} and {', '.join(others)} hold it", remedy


def problems_of(record: Elicitation, contract: Contract) -> Iterator[Reason]:
    """All for which the two files cannot be read."""
    for problem in (*record.problems, *contract.problems):
        yield f"{problem.place}: {problem.message}", problem.help


def _disagreement(record: Elicitation, contract: Contract) -> Iterator[Reason]:
    """Two IDs for one spec, both shown.

    implements: MU-ALLOC-4013
    """
    if record.spec_id and contract.spec_id and record.spec_id != contract.spec_id:
        ours, theirs = (f"{one.path}:{one.line} has {one.spec_id}" for one in (record, contract))
        remedy = f"keep the {KEY} that runs and events carry, and write it into both files"
        yield f"the files carry different IDs: {ours}, {theirs}", remedy


def unready(record: Elicitation) -> Iterator[Reason]:
    """What the record says against planning; what it says in a wrong way is a problem of it, told as such."""
    if not record.readable:
        return
    if not record.says_ready:
        yield f"{record.path}: `{READY}` is missing", _SETTLE
    elif record.says_ready == "false":
        yield f"{record.path}: `{READY}` is false", _SETTLE
    if not record.declares_blocking:
        yield f"{record.path}: `{BLOCKING}` is missing", _SETTLE
    for unknown in record.blocking:
        yield f"{record.path}: blocked by {shortened(unknown, 200)!r}", _SETTLE


def _unkept(
    record: Elicitation, contract: Contract, record_data: bytes, contract_data: bytes, allocation: Allocation
) -> Iterator[Reason]:
    """Files that could not be read after their edit, or not be put back: they are left alone."""
    by_hand = f"write `{KEY}` into it by hand: {allocation.spec_id}"
    if not record.spec_id:
        read = elicitation_in(allocation.record, record.path).spec_id == allocation.spec_id
        back = read and without_spec_id_in_record(allocation.record, allocation.record_was)
        if back != record_data:
            yield f"{record.path}: an edit would not keep the rest of the front matter as it is", by_hand
    if not contract.spec_id:
        read = contract_in(allocation.contract, contract.path).spec_id == allocation.spec_id
        back = read and without_spec_id_in_contract(allocation.contract, allocation.contract_was)
        if back != contract_data:
            yield f"{contract.path}: an edit would not keep the rest of the file as it is", by_hand
