"""The sections that every packet has, with content or NONE.

implements: MU-PKT-5013
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.coverage import verdict_of
from muster.packets.filling import is_none, is_nothing, said_in
from muster.packets.packet import SECTIONS, is_placeholder
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Packet, Section

CODE = "PKT006"
_GAPS = "GAPS_IDENTIFIED"
_PROSE = (_GAPS, "FLIGHT_RECORDER_INTERACTION", "RED_TEAM_ADVISORY", "PRIMITIVES")  # the others are made of fields
_LEFT = re.compile(r"<(?:pending|fill|paste)\b", re.IGNORECASE)
_CODE_SPAN = re.compile(r"`+[^`]*`+")


def section_problems(packet: Packet, path: str) -> Iterator[Problem]:
    """Sections that are missing, empty or still to be filled in, and gaps where the verdict sees none."""
    for name in SECTIONS:
        section = packet.section(name)
        if section is None:
            where = Place(path, max(packet.line, 1))
            remedy = f"add `### {name}`, {'with content or `- NONE`' if name in _PROSE else 'with its fields'}"
            yield Problem(CODE, where, f"the section {name} is missing", remedy)
        elif not (_says_something(section) or section.fences or (name == "SPEC_ANCHORS" and packet.anchors)):
            if name != "SPEC_ANCHORS":  # no anchor at all is told by the anchors' rule
                remedy = "write its fields" if name not in _PROSE else "fill it in, or write `- NONE`"
                yield Problem(CODE, Place(path, section.line), f"the section {name} is empty", remedy)
        elif name in _PROSE:
            yield from _left_open(section, path)
    gaps = packet.section(_GAPS)
    if gaps and verdict_of(packet) == "PASS":
        yield from _gaps_beside_pass(gaps, path)


def _says_something(section: Section) -> bool:
    """Whether a line of it is more than a bullet."""
    return any(said_in(text) for _, text in section.content)


def _left_open(section: Section, path: str) -> Iterator[Problem]:
    """Lines of a section that are still to be filled in."""
    for line, text in section.content:
        if _is_open(text):
            yield Problem(
                CODE, Place(path, line), f"{section.name} is not answered yet", "fill it in, or write `- NONE`"
            )


def _gaps_beside_pass(section: Section, path: str) -> Iterator[Problem]:
    """The first gap that stands beside the verdict PASS."""
    for line, said in sorted(_gaps_in(section))[:1]:
        words = f"{shortened(said)!r} is a gap, and CLEARLY_COVERS_VERDICT is PASS"
        remedy = "close the gap in the spec and write `- NONE`, or write the verdict FAIL"
        yield Problem(CODE, Place(path, line), words, remedy)


def _gaps_in(section: Section) -> Iterator[tuple[int, str]]:
    """The gaps that are named, in lines and in fences; lines below a NONE that are deeper belong to it."""
    inside = False
    for line, text in section.content:
        said = said_in(text)
        inside = (inside and text[:1].isspace()) or is_none(said)
        if not (inside or _is_open(text)):
            yield line, said
    for fence in section.fences:
        if not (is_nothing(fence.text) or is_placeholder(fence.text)):
            yield fence.line, fence.text.strip().partition("\n")[0]


def _is_open(text: str) -> bool:
    """Whether a line has a placeholder; one in code is spoken of, unless it is all that the line says."""
    if "<" not in text and "`" not in text and "pending" not in text.casefold():
        return False
    prose = said_in(_CODE_SPAN.sub("", text))
    return _LEFT.search(prose) is not None or is_placeholder(prose.strip("*_") or said_in(text))
