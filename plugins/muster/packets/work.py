"""Work packets: whether work may go on, and whether the refinement that this takes is there.

implements: MU-PKT-5004
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from muster.model import Problem
from muster.packets.filling import filled, place_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from muster.packets.packet import Packet

CODE = "PKT015"
_FIELD = "REFINEMENT_FILE"
_RUN = re.compile(r"[^\s`()\[\]<>\"'|*]+")
_END = re.compile(r"\.md\b")


def is_ready(status: str, ready: tuple[str, ...]) -> bool:
    """Whether a status lets work begin or go on, whatever remark stands behind it."""
    said = " ".join(status.strip("`*_ ").casefold().split())
    for word in ready:
        due = " ".join(word.casefold().split())
        if due and said.startswith(due) and not said[len(due) :][:1].isalnum():
            return True
    return False


def work_problems(
    packet: Packet, text: str, path: str, ready: tuple[str, ...], refinements: Collection[str]
) -> Iterator[Problem]:
    """A work packet that is ready or in progress, and has no refinement.

    `refinements` are the paths of all refinements of the project.
    """
    status = packet.status
    if status is None or packet.is_refinement or not is_ready(status.value, ready):
        return
    if any(_is_among(name, path, refinements) for name in _named(packet, text)):
        return
    field = packet.field(_FIELD)
    state = f"Status is {shortened(status.value)!r}"
    remedy = f"add the block, or name its file: `- {_FIELD}: PATH`"
    if field and filled(packet, _FIELD):
        words = f"{state}, and {_FIELD} names {shortened(field.value)}, which is no refinement of the project"
        yield Problem(CODE, place_of(path, field), words, remedy)
    else:
        words = f"{state}, and the packet neither holds a TECHNICAL_REFINEMENT nor names its file"
        yield Problem(CODE, place_of(path, status), words, remedy)


def _named(packet: Packet, text: str) -> Iterator[str]:
    """The files that a work packet names: in its field, then in links, in code and in prose."""
    yield filled(packet, _FIELD).strip("`*<> ")
    for run in _RUN.findall(text):
        if end := _END.search(run):
            yield run[: end.end()]


def _is_among(name: str, path: str, refinements: Collection[str]) -> bool:
    if not name:
        return False
    return any(normpath(join(start, name)) in refinements for start in (dirname(path), ""))
