"""Which record each spec and planning artifact is tied to, and what of that does not fit.

implements: MU-ALLOC-4003, MU-ALLOC-4022, MU-ALLOC-4025
"""

from __future__ import annotations

import difflib
import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.allocation.spec_ids import KEY, spec_id_of
from muster.model import Allocated, Place, Problem, Tie
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.settings import AllocationSettings

_MOST_COMPARED = 2000  # records among which the nearest one is looked for
_MOST_GUESSES = 20  # for which one is looked for


class Held(Struct, frozen=True, array_like=True):
    """What a record or a contract holds; nothing but problems where it cannot be read."""

    spec_id: str = ""
    line: int = 1  # where that stands
    ready: bool = False  # for planning
    problems: tuple[Problem, ...] = ()


class Tied(Struct, frozen=True):
    """A spec or a planning artifact, and what is said of the record that it belongs to."""

    path: str
    tie: Tie
    planning: bool = False  # a packet, a chain or a prompt
    status: str = ""  # with which it is marked ready
    given: bool = False  # the settings say so: a path is one from the root


class Joined(Struct, frozen=True):
    """The records with what is tied to them, the identity of each path, and what does not fit."""

    allocations: tuple[Allocated, ...]
    spec_ids: dict[str, str]
    problems: tuple[Problem, ...]


def record_in(data: bytes, path: str) -> Held | None:
    """What a record holds; None for a page that only bears the name of one: it has none of a record's keys."""
    # A warm check finds these readings in its cache.
    from muster.allocation.elicitation import BLOCKING, READY, elicitation_in
    from muster.allocation.front import front_in
    from muster.allocation.kept_text import KeptText, Malformed

    kept = KeptText(data)
    try:
        if not kept.text.startswith("---", kept.begin) or not any(map(front_in(kept).key, (READY, BLOCKING, KEY))):
            return None
    except Malformed:
        pass  # reading it says so
    found = elicitation_in(data, path)
    return Held(
        found.spec_id, found.line, found.ready and found.declares_blocking and not found.blocking, found.problems
    )


def contract_held(data: bytes, path: str) -> Held:
    """What a contract holds."""
    from muster.allocation.contract import contract_in

    found = contract_in(data, path)
    return Held(found.spec_id, found.line, problems=found.problems)


def tied_by(settings: AllocationSettings, path: str, tie: Tie) -> tuple[Tie, bool]:
    """What front matter says, or else the settings, and whether it is the settings that do."""
    told = settings.specs.get(path, "")
    if tie.elicitation or spec_id_of(tie.spec_id) != "" or not told:
        return tie, False
    return (Tie(spec_id=told) if spec_id_of(told) else Tie(elicitation=told)), True


def marked_ready(settings: AllocationSettings, status: str) -> bool:
    """Whether a status counts as ready; a remark behind it does not: `approved (2026-01-31)`."""
    bare = re.split(r"[,;(]", status, maxsplit=1)[0].strip().casefold()
    return bool(bare) and bare in {known.casefold() for known in settings.ready}


def joined(
    records: Mapping[str, Held],
    contracts: Mapping[str, tuple[str, Held]],
    tied: Sequence[Tied],
    links: Mapping[str, str],
) -> Joined:
    """Join records, their contracts (path and content by record), and what is tied to them.

    `links` says where symbolic links inside the project lead.
    """
    search = _Search(records, links)
    problems = [problem for held in records.values() for problem in held.problems]
    of_contracts = {path: held.problems for path, held in contracts.values()}  # several records may share one
    problems += [problem for _, wrong in sorted(of_contracts.items()) for problem in wrong]
    problems += _duplicates(records)
    problems += _disagreements(records, contracts)
    members: dict[str, tuple[list[str], list[str]]] = {}  # by record: its specs, its planning artifacts
    for one in tied:
        if one.path in records:
            continue
        record, wrong = search.record_of(one)
        problems += wrong
        if record:
            members.setdefault(record, ([], []))[one.planning].append(one.path)
    found = []
    for path, held in sorted(records.items()):
        specs, planning = members.get(path, ([], []))
        contract = contracts[path][0] if path in contracts else ""
        found.append(Allocated(held.spec_id, path, contract, held.ready, tuple(sorted(specs)), tuple(sorted(planning))))
    return Joined(tuple(found), _spec_ids(found, contracts), tuple(problems))


def _spec_ids(allocations: Sequence[Allocated], contracts: Mapping[str, tuple[str, Held]]) -> dict[str, str]:
    """The identity of each path; a contract that several records share has its own."""
    found: dict[str, str] = {}
    for one in allocations:
        if one.spec_id:
            own = [one.contract] if one.contract and contracts[one.record][1].spec_id in ("", one.spec_id) else []
            found.update(dict.fromkeys((one.record, *own, *one.specs, *one.planning), one.spec_id))
    return found


class _Search:
    """Looks for the record that a file is tied to."""

    def __init__(self, records: Mapping[str, Held], links: Mapping[str, str]) -> None:
        self.records = records
        self.links = links
        self.holders: dict[str, str] = {}  # the record of each spec_id, of two the first
        for path, held in sorted(records.items()):
            if held.spec_id:
                self.holders.setdefault(held.spec_id, path)
        self.hidden = any(held.problems for held in records.values())  # a record that is not read may hold any ID
        self.guesses = 0

    def record_of(self, one: Tied) -> tuple[str, list[Problem]]:
        """Its path, "" for none, and what is wrong with what the file says."""
        tie = one.tie
        claimed = spec_id_of(tie.spec_id)
        if tie.elicitation:
            record = self._named(one)
            if not record:
                return "", [self._no_record(one)]
            return record, [] if claimed == "" else self._other_id(one, record, claimed)
        if claimed == "":
            return "", [self._untied(one)] if self.records and (one.planning or one.status) else []
        record = self.holders.get(claimed or "", "")
        return record, [] if record or self.hidden else [self._no_id(one, claimed)]

    def _named(self, one: Tied) -> str:
        """The record at a path that is relative to the file, or else to the root."""
        written = one.tie.elicitation
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(one.path), written))
        for path in (posixpath.normpath(written),) if one.given else (beside, posixpath.normpath(written)):
            path = self.links.get(path, path)  # noqa: PLW2901 -- a link is its target from here on
            if path in self.records:
                return path
        return ""

    def _no_record(self, one: Tied) -> Problem:
        written = one.tie.elicitation
        path = posixpath.normpath(posixpath.join("" if one.given else posixpath.dirname(one.path), written))
        what = (
            "leads out of the project" if path.startswith(("../", "/")) or path == ".." else "is no elicitation record"
        )
        words = f"{_source(one, 'elicitation')} names {shortened(written)!r}, which {what}"
        near = self._nearest(path, list(self.records))
        remedy = (
            f"did you mean {near}?"
            if near
            else "name a Markdown file that `allocation.records` has and that begins with front matter"
        )
        return Problem("ALO002", Place(one.path, one.tie.elicitation_line), words, remedy)

    def _no_id(self, one: Tied, claimed: str | None) -> Problem:
        written = one.tie.spec_id
        what = "no elicitation record holds" if claimed else "is no UUID, and no elicitation record holds it"
        words = f"{_source(one, 'spec_id')} is {shortened(written)!r}, which {what}"
        near = self._nearest(written.lower(), list(self.holders))
        remedy = (
            f"did you mean {near}, of {self.holders[near]}?" if near else "name the record instead: `elicitation: PATH`"
        )
        return Problem("ALO002", Place(one.path, one.tie.spec_id_line), words, remedy)

    def _other_id(self, one: Tied, record: str, claimed: str | None) -> list[Problem]:
        held = self.records[record]
        if held.spec_id == claimed or held.problems:
            return []
        words = f"`spec_id` is {shortened(one.tie.spec_id)!r}, and {record} holds {held.spec_id or 'none'}"
        return [
            Problem("ALO004", Place(one.path, one.tie.spec_id_line), words, "name the record, and leave `spec_id` out")
        ]

    def _untied(self, one: Tied) -> Problem:
        what = "is a planning artifact" if one.planning else f"is marked {shortened(one.status)!r}"
        folder = posixpath.dirname(one.path)
        likely = [path for path in self.records if posixpath.dirname(path) == folder] or list(self.records)
        path = posixpath.relpath(likely[0], folder or ".") if len(likely) == 1 else "PATH"
        remedy = f"name its record in front matter, such as `elicitation: {path}`, or in `allocation.specs`"
        words = f"{one.path} {what}, and is tied to no elicitation record"
        return Problem("ALO001", Place(one.path, one.tie.spec_id_line), words, remedy)

    def _nearest(self, written: str, known: list[str]) -> str:
        self.guesses += 1
        if self.guesses > _MOST_GUESSES or len(known) > _MOST_COMPARED or len(written) > 200:
            return ""
        return next(iter(difflib.get_close_matches(written, known, 1, 0.7)), "")


def _source(one: Tied, key: str) -> str:
    return "`allocation.specs`" if one.given else f"`{key}`"


def _duplicates(records: Mapping[str, Held]) -> list[Problem]:
    """Records that hold the ID of another one: a copy took it along."""
    first: dict[str, str] = {}
    found = []
    for path, held in sorted(records.items()):
        if held.spec_id and (other := first.setdefault(held.spec_id, path)) != path:
            words = f"{held.spec_id} is the spec_id of {other} already"
            remedy = f"take it out of the copy and of its contract, then run `muster allocate {path}`"
            found.append(Problem("ALO005", Place(path, held.line), words, remedy))
    return found


def _disagreements(records: Mapping[str, Held], contracts: Mapping[str, tuple[str, Held]]) -> list[Problem]:
    """Records and contracts that carry different IDs, or of which only one carries any."""
    shared: dict[str, list[str]] = {}
    for record, (contract, _) in contracts.items():
        shared.setdefault(contract, []).append(record)
    found = []
    for record, held in records.items():
        contract, other = contracts.get(record, ("", Held()))
        if held.problems or other.problems or held.spec_id == other.spec_id:
            continue
        others = shared.get(contract, [])
        if len(others) > 1 and (not held.spec_id or any(records[one].spec_id == other.spec_id for one in others)):
            continue  # the contract belongs to another record of the folder
        found.append(_disagreement(record, held, contract, other))
    return found


def _disagreement(record: str, held: Held, contract: str, other: Held) -> Problem:
    """What to say of two that are not alike."""
    again = f"`muster allocate {record}`"
    if not contract:
        words = f"{record} holds spec_id {held.spec_id}, and no objective contract stands beside it"
        return Problem("ALO004", Place(record, held.line), words, f"write the contract, then run {again}")
    if not other.spec_id:
        words = f"{contract} holds no spec_id, and {record} holds {held.spec_id}"
        return Problem("ALO004", Place(contract, other.line), words, f"{again} writes it")
    if not held.spec_id:
        words = f"{record} holds no spec_id, and {contract} holds {other.spec_id}"
        return Problem("ALO004", Place(record, held.line), words, f"{again} writes it")
    words = f"{record} holds spec_id {held.spec_id}, and {contract} holds {other.spec_id}"
    return Problem("ALO004", Place(record, held.line), words, f"take the wrong one out, then run {again}")
