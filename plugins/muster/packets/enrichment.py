"""What a packet proposes to add to its spec, or why it proposes nothing.

implements: MU-PKT-5015
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.coverage import answer_of
from muster.packets.filling import is_none, is_nothing, place_of, said_in, unfilled
from muster.packets.packet import is_placeholder
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Fence, Packet

CODE = "PKT008"
_NEEDED, _REASON = "ENRICHMENT_NEEDED", "REASON_NO_ENRICHMENT"
_SECTION, _PROPOSED = "ENRICHMENT", "PROPOSED_SPEC_ENRICHMENT"


def enrichment_problems(packet: Packet, path: str) -> Iterator[Problem]:
    """An enrichment that is needed and not proposed, or proposed and not needed.

    A section that is missing or empty is told as that, and as nothing else.
    """
    section = packet.section(_SECTION)
    needed = packet.field(_NEEDED)
    if needed is None and (section is None or not (section.content or section.fences)):
        return
    owner = Place(path, max(section.line if section else packet.line, 1))
    remedy = f"write `- {_NEEDED}: NO` and {_REASON}, or YES and the proposed text"
    answer = answer_of(packet, _NEEDED)
    if problem := unfilled(CODE, _NEEDED, needed, owner, remedy):
        yield problem
    elif needed and not answer:
        words = f"{_NEEDED} is {shortened(needed.value)!r}, neither YES nor NO"
        yield Problem(CODE, place_of(path, needed), words, remedy)
    elif answer == "NO":
        yield from _not_needed(packet, owner)
    elif needed and not any(_proposes(fence) for fence in _fences(packet)):
        place = next((Place(path, fence.line) for fence in _fences(packet)), place_of(path, needed))
        remedy = f"put the full text for the spec into a fence below `#### {_PROPOSED}`"
        yield Problem(CODE, place, f"{_NEEDED} is YES (line {needed.line}), and no text is proposed", remedy)


def _not_needed(packet: Packet, owner: Place) -> Iterator[Problem]:
    """A missing reason, and text that is proposed all the same."""
    reason = packet.field(_REASON)
    remedy = f"write `- {_REASON}: ` and why the spec says enough"
    if problem := unfilled(CODE, _REASON, reason, owner, remedy):
        yield problem
    elif reason and is_nothing(reason.value):
        words = f"{_REASON} is {shortened(reason.value)!r}, which is none"
        yield Problem(CODE, place_of(owner.path, reason), words, remedy)
    for line, text in _proposals(packet):
        words = f"{_NEEDED} is NO, and a text is proposed: {shortened(text)!r}"
        remedy = f"write `<not applicable; {_NEEDED}=NO>` in its place, or {_NEEDED}: YES"
        yield Problem(CODE, Place(owner.path, line), words, remedy)


def _proposals(packet: Packet) -> Iterator[tuple[int, str]]:
    """Where a text is proposed, with its first line: in a fence, and once for all that stands below its heading."""
    for fence in _fences(packet):
        if _proposes(fence):
            yield fence.line, fence.text.strip().partition("\n")[0]
    answers = {field.line for field in packet.fields if field.key in (_NEEDED, _REASON)}
    own = (section for section in packet.sections if section.name == _PROPOSED)
    running = ((line, said_in(text)) for section in own for line, text in section.content if line not in answers)
    yield from islice(((line, said) for line, said in running if not is_none(said) and not is_placeholder(said)), 1)


def _fences(packet: Packet) -> list[Fence]:
    """The fences that hold a proposal: below its own heading, or of the section itself."""
    return [fence for section in packet.sections if section.name in (_SECTION, _PROPOSED) for fence in section.fences]


def _proposes(fence: Fence) -> bool:
    return not (is_nothing(fence.text) or is_placeholder(fence.text))
