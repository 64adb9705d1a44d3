"""The objective contract beside an elicitation record, `objective-contract.json`."""

from __future__ import annotations

import json

from msgspec import Struct

from muster.allocation.elicitation import CODE, demanded_id
from muster.allocation.json_object import json_object_in
from muster.allocation.kept_text import KeptText, Malformed
from muster.allocation.spec_ids import KEY
from muster.model import Problem
from muster.text.words import shortened


class Contract(Struct, frozen=True, array_like=True):
    """An objective contract as read: its identity."""

    path: str
    spec_id: str = ""  # in lower case; "" for none or a placeholder
    written: str = ""  # its value as it stands there, quotes and all
    line: int = 1  # of spec_id, where the contract has it
    problems: tuple[Problem, ...] = ()


def contract_in(data: bytes, path: str) -> Contract:
    """What a contract says, and every problem of it.

    implements: MU-ALLOC-4014
    """
    kept = KeptText(data)
    problems: list[Problem] = []

    def tell(wrong: Malformed) -> None:
        problems.append(Problem(CODE, kept.place(path, wrong.offset), str(wrong), wrong.remedy))

    try:
        found = json_object_in(kept)
    except Malformed as wrong:
        tell(wrong)
        return Contract(path, problems=tuple(problems))
    for name, offset in found.repeated:
        tell(Malformed(f"{shortened(name)!r} stands twice in one object", "keep one of them", offset))
    spec_id, written, line = "", "", 1
    if member := found.member(KEY):
        written, line = kept.text[member.start : member.end], kept.place(path, member.name_start).line
        try:
            spec_id = _id_of(written, member.start)
        except Malformed as wrong:
            tell(wrong)
    return Contract(path, spec_id, written, line, tuple(sorted(problems, key=lambda problem: problem.place)))


def _id_of(written: str, offset: int) -> str:
    """The ID that a value of JSON is, "" for null and a placeholder; raises Malformed."""
    if written == "null":
        return ""
    if not written.startswith('"'):
        kind = {"{": "an object", "[": "a list"}.get(written[0], written)
        raise Malformed(f"{KEY} is {shortened(kind)}, and no text", "write a UUID as a text, or null", offset)
    return demanded_id(json.loads(written), offset)
