"""Edits of the two files that carry a spec_id, which keep every other byte.  implements: MU-ALLOC-4011

Each edit has its inverse, which needs only what stood there before: the value as it was, quotes and all, or None
where there was no such key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.allocation.front import front_in, slot_in
from muster.allocation.json_object import json_object_in
from muster.allocation.kept_text import KeptText, line_around
from muster.allocation.spec_ids import KEY

if TYPE_CHECKING:
    from muster.allocation.front import Front
    from muster.allocation.json_object import JsonObject

_BREAK = re.compile(r"\r\n|\r|\n")


def value_in_record(data: bytes) -> str | None:
    """The value of spec_id as it stands in a record, None for no such key; raises Malformed."""
    kept = KeptText(data)
    slot = slot_in(kept, front_in(kept))
    return None if slot is None else kept.text[slot.start : slot.end]


def value_in_contract(data: bytes) -> str | None:
    """The value of spec_id as it stands in a contract, None for no such key; raises Malformed."""
    kept = KeptText(data)
    member = json_object_in(kept).member(KEY)
    return None if member is None else kept.text[member.start : member.end]


def with_spec_id_in_record(data: bytes, spec_id: str) -> bytes:
    """The record with the ID in place of its placeholder, else on a new line at the end of its front matter.

    implements: MU-ALLOC-4011
    """
    kept = KeptText(data)
    front = front_in(kept)
    slot = slot_in(kept, front)
    if slot is None:
        return _replaced(kept.text, front.end, front.end, _new_line(kept.text, front, spec_id))
    blank = " " if slot.start == slot.end else ""  # an empty value stands close behind its colon
    return _replaced(kept.text, slot.start, slot.end, blank + spec_id)


def without_spec_id_in_record(data: bytes, written: str | None) -> bytes:
    """The record as it was before it got its ID, whose value was `written`."""
    kept = KeptText(data)
    slot = slot_in(kept, front_in(kept))
    if slot is None:
        return data
    if written is None:
        return _replaced(kept.text, *line_around(kept.text, slot.key_start, slot.end), "")
    blank = 1 if not written and slot.start < slot.end else 0
    return _replaced(kept.text, slot.start - blank, slot.end, written)


def with_spec_id_in_contract(data: bytes, spec_id: str) -> bytes:
    """The contract with the ID in place of its placeholder, else as the first of its members.

    implements: MU-ALLOC-4011
    """
    kept = KeptText(data)
    found = json_object_in(kept)
    member = found.member(KEY)
    if member is not None:
        return _replaced(kept.text, member.start, member.end, f'"{spec_id}"')
    at, new = _new_member(kept.text, found, spec_id)
    return _replaced(kept.text, at, at, new)


def without_spec_id_in_contract(data: bytes, written: str | None) -> bytes:
    """The contract as it was before it got its ID, whose value was `written`."""
    kept = KeptText(data)
    found = json_object_in(kept)
    member = found.member(KEY)
    if member is None:
        return data
    if written is not None:
        return _replaced(kept.text, member.start, member.end, written)
    number = found.members.index(member)
    if number:  # somebody moved it
        return _replaced(kept.text, found.members[number - 1].end, member.end, "")
    if len(found.members) > 1:
        return _replaced(kept.text, member.name_start, found.members[1].name_start, "")
    return _replaced(kept.text, found.opening + 1, member.end, "")


def _replaced(text: str, start: int, end: int, new: str) -> bytes:
    return (text[:start] + new + text[end:]).encode()


def _new_line(text: str, front: Front, spec_id: str) -> str:
    """The line to put before the closing fence, indented and ended as the lines around it."""
    indent = ""
    if front.keys:
        begin, _ = line_around(text, front.keys[0].start, front.keys[0].start)
        line = text[max(begin, front.start) : front.keys[0].start]
        indent = line[: len(line) - len(line.lstrip(" "))]
    ending = "\r\n" if text[: front.end].endswith("\r\n") else text[front.end - 1]
    return f"{indent}{KEY}: {spec_id}{ending}"


def _new_member(text: str, found: JsonObject, spec_id: str) -> tuple[int, str]:
    """Where to put the member, and its text, spaced as the object spaces its own."""
    if not found.members:
        inside = text[found.opening + 1 : found.closing]
        line_end = _BREAK.search(inside)
        before = f"{line_end[0]}  " if line_end else inside
        return found.opening + 1, f'{before}"{KEY}": "{spec_id}"'
    first = found.members[0]
    lead = text[found.opening + 1 : first.name_start]
    colon = text[first.name_end : first.start]
    if len(found.members) > 1:
        comma = text[first.end : found.members[1].name_start]
    else:
        comma = f",{lead}" if _BREAK.search(lead) else "," + " " * (colon != ":")
    return first.name_start, f'"{KEY}"{colon}"{spec_id}"{comma}'
