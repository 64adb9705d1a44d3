"""A packet as it stands in its file: fields, sections and anchors, in whatever order.

implements: MU-PKT-5001, MU-PKT-5019
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from muster.packets.fields import BLOCK, Heading
from muster.packets.packet import Field, Packet
from muster.packets.parts import Parts, UnfinishedAnchor
from muster.packets.pieces import Line, Piece, pieces_in
from muster.packets.quick import plain_packet
from muster.packets.troubles import Extent, troubles_of
from muster.text.source import raw_lines

_SIGN = re.compile(r"TECHNICAL_REFINEMENT|SPEC_TARGET_RESOLVED|ANCHOR|WP[_ -]ID", re.IGNORECASE)


def packet_in(text: str) -> Packet | None:
    """The packet that a file is, None where it is neither a refinement nor a work packet.

    It is one with the heading TECHNICAL_REFINEMENT, with the fields Status and WP_ID, or with the field
    SPEC_TARGET_RESOLVED or an anchor, whose heading is then missing.
    """
    return plain_packet(text) or any_packet(text) if _SIGN.search(text) else None


def any_packet(text: str) -> Packet | None:
    """The same, read line by line, however the text is formed."""
    lines = raw_lines(text)
    pieces, comment = pieces_in(lines)
    parts = _parts_of(pieces)
    names_file = any(field.key == "REFINEMENT_FILE" for field in parts.fields)
    headings = [piece for piece in pieces if type(piece) is Heading and not (names_file and piece.is_anchor)]
    extent = _extent_of(headings, len(lines) + 1)
    packet = Packet(
        line=extent.first,
        fields=tuple(parts.fields),
        sections=parts.sections,
        anchors=tuple([anchor.built() for anchor in parts.anchors if _belongs(anchor, extent, names_file)]),
        status=_status_of(parts.fields, extent),
        troubles=(),
    )
    if packet.line == 0 and not packet.anchors and parts.target is None:
        return packet if packet.status is not None and packet.field("WP_ID") is not None else None
    if packet.line and not packet.is_refinement:
        return packet
    troubles = [*troubles_of(packet, pieces, lines, extent, parts.target), *([comment] if comment else [])]
    return replace(packet, troubles=tuple(sorted(troubles, key=lambda trouble: trouble.line))) if troubles else packet


def _parts_of(pieces: list[Piece]) -> Parts:
    """The parts that the pieces of a file make up."""
    parts = Parts()
    for piece in pieces:
        if isinstance(piece, Line):
            parts.add_line(piece.line, piece.text, piece.field, piece.excerpt)
        elif isinstance(piece, Heading):
            parts.begin(piece)
        else:
            parts.add_fence(piece)
    return parts


def _belongs(anchor: UnfinishedAnchor, extent: Extent, names_file: bool) -> bool:
    """Whether an anchor is the refinement's own: work packets repeat those of the file that they name."""
    if names_file:
        return extent.first <= anchor.line < extent.end
    return extent.first > 0 or bool(anchor.fields)


def _extent_of(headings: list[Heading], end_of_file: int) -> Extent:
    """Where the block stands: from its heading to the first as high as it behind its last section.

    Older packets have their sections as high as the block itself. METADATA there may be the work packet's.
    """
    block = next((heading for heading in headings if heading.name == BLOCK), None)
    if block is None:
        return Extent(0, end_of_file)
    end = None
    for heading in headings:
        if heading.line <= block.line:
            continue
        is_high = heading.level <= block.level
        if heading.name and not (is_high and heading.name == "METADATA"):
            end = None
        elif is_high and end is None:
            end = heading.line
    return Extent(block.line, end or end_of_file)


def _status_of(fields: list[Field], extent: Extent) -> Field | None:
    """The status of the work packet, which stands outside of the block."""
    stated = (field for field in fields if field.key == "STATUS")
    return next((it for it in stated if not extent.first or not extent.first <= it.line < extent.end), None)
