"""What is wrong with the form of a packet, so that its readers cannot know what it says.

implements: MU-PKT-5001
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.packets.fields import ANCHOR_KEYS, BLOCK, Heading
from muster.packets.packet import KNOWN_SECTIONS, Fence, Field, Packet, Trouble
from muster.packets.pieces import Line, Piece
from muster.packets.unheaded import unheaded
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

SINGLE = frozenset(
    {
        "WP_ID",
        "CREATED_AT",
        "SPEC_TARGET_RESOLVED",
        "SPEC_TARGET_SHA1",
        "SPEC_ID",
        "USER_REVIEW_STATUS",
        "USER_SIGNATURE",
        "USER_APPROVAL_EVIDENCE",
        "APPEARS_IN_MAIN_BODY",
        "EXPLICITLY_NAMED",
        "SPECIFIC",
        "MEASURABLE_ACCEPTANCE_CRITERIA",
        "NO_AMBIGUITY",
        "CLEARLY_COVERS_VERDICT",
        "AMBIGUITY_FOUND",
        "ENRICHMENT_NEEDED",
        *ANCHOR_KEYS,
    }
)  # fields with one answer
_TOLD = SINGLE - set(ANCHOR_KEYS)  # those of anchors are told as what they may be: another anchor


class Extent(Struct, frozen=True):
    """The lines of the block."""

    first: int  # 0 where the file has no such heading
    end: int  # the line behind the last


def troubles_of(
    packet: Packet, pieces: list[Piece], lines: list[str], extent: Extent, target: Field | None
) -> Iterator[Trouble]:
    """What stands twice, what is not closed, and what lacks its heading, be it the block or an anchor."""
    if not extent.first:
        first = min([anchor.line for anchor in packet.anchors] + ([target.line] if target else []))
        message = f"this belongs to a refinement, but no heading {BLOCK} is in the file"
        yield Trouble(first, message, f"write `## {BLOCK} (MASTER SPEC)` above the refinement")
    for piece in pieces:
        if type(piece) is Fence and not piece.closed:
            yield Trouble(piece.line, "this fence is never closed", "close it with a line of the same ticks")
    inside = [piece for piece in pieces if extent.first <= piece.line < extent.end]
    yield from _headings_twice([piece for piece in inside if type(piece) is Heading])
    yield from _fields_twice(inside)
    yield from unheaded(inside, lines)


def _headings_twice(headings: list[Heading]) -> Iterator[Trouble]:
    """A second block, and in each block the second of two sections or of two anchors with one number."""
    first: dict[str, int] = {}
    block: Heading | None = None
    for heading in headings:
        name = heading.name
        if name == BLOCK:
            if block is not None:
                message = f"a second heading {BLOCK}: the first is in line {block.line}"
                yield Trouble(heading.line, message, "keep one refinement in a file")
            block, first = heading, {}
        elif name in first and name != "ANCHOR":
            there = f"the first is in line {first[name]}"
            if heading.is_anchor:
                yield Trouble(heading.line, f"a second {name}: {there}", "give each anchor its own number")
            else:
                yield Trouble(heading.line, f"a second section {name}: {there}", "make one section of the two")
        elif name:
            first[name] = heading.line


def _fields_twice(pieces: list[Piece]) -> Iterator[Trouble]:
    """The second answer to one question, where it is another than the first, in one section or anchor."""
    first: dict[str, Field] = {}
    counts = True  # whether these lines belong to a known section
    for piece in pieces:
        if type(piece) is Heading:
            first, counts = {}, piece.name in KNOWN_SECTIONS or piece.name == BLOCK or piece.is_anchor
        elif type(piece) is Line and counts and (field := piece.field) is not None and field.key in _TOLD:
            known = first.setdefault(field.key, field)
            if known is not field and known.value != field.value:
                message = f"{field.key} stands twice: line {known.line} says {shortened(known.value)!r}"
                yield Trouble(field.line, message, "keep the one that is true")
