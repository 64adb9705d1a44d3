"""Bracketed texts that look like an ID where a definition stands, and are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Block, Passage, Place
from muster.settings import DEFAULT_ID, Marker, Settings
from muster.specs.grammar import STANDARDS, grammar_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_DASHES = "-_\u2010-\u2015\u2212\u00ad"
_LOOKS = re.compile(rf"\[(?P<id>[^\W\d_]\w*(?:[{_DASHES}][^\W\d_]\w*)*[{_DASHES}][0-9]{{1,6}}[a-z]?)\](?![(\[\x00:])")
_LEAD = re.compile(r"\s*(?:\|\s*)?[*_]{0,3}")
_REST = re.compile(r"[*_]{0,3}[.;,]?\s*\|?\s*")


def look_alikes(passage: Passage, path: str, settings: Settings) -> Iterator[tuple[str, Place]]:
    """Each malformed ID at an edge of a passage that defines nothing, with its place."""
    wanted = settings.requirements
    if "[" not in passage.masked or Marker.BRACKET not in wanted.markers or wanted.id != DEFAULT_ID:
        return
    if any(mark.defines for mark in passage.marks):
        return
    grammar = grammar_of(wanted)
    for match in _LOOKS.finditer(passage.masked):
        text = match["id"]
        if text.split("-")[0].upper() in STANDARDS or grammar.id.fullmatch(text) or not _at_edge(passage, match):
            continue
        row = passage.masked.count("\n", 0, match.start())
        column = match.start() - (passage.masked.rfind("\n", 0, match.start()) + 1)
        start = passage.columns[row] if row < len(passage.columns) else 1
        yield text, Place(path, passage.line + row, start + column, match.end() - match.start())


def mended(text: str) -> str:
    """The ID that a look-alike was meant to be, as far as can be told."""
    plain = re.sub(f"[{_DASHES}]", "-", text).upper().rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    area, number = plain.rsplit("-", 1)
    return f"[{area}-{number[:5]:0>3}]"


def _at_edge(passage: Passage, match: re.Match[str]) -> bool:
    lead = _LEAD.match(passage.masked)
    if lead is not None and lead.end() == match.start():
        return True
    rest = _REST.match(passage.masked, match.end())
    ends = rest is not None and rest.end() == len(passage.masked)
    return ends and (bool(passage.keywords) or passage.block is Block.HEADING)
