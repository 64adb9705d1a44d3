"""Citations in Markdown: which stand in a sample, and what a traceability map says.

implements: MU-TRACE-3002, MU-TRACE-3007
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.trace.marks import ANY_ID, REST, area_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FENCE = re.compile(rb"^[ \t>]*(?:[-*+] |[0-9]+[.)] )?[ \t]*(`{3,}|~{3,})([^\n]*)", re.MULTILINE)
_ARROW = re.compile(r"<?(?:->|=>)|[→↔⇒⇔↦]")
_SPEC_PATH = re.compile(r"[\w./*-]+\.md")
_TITLE = re.compile(rb"^#{1,6}[ \t].*raceab", re.MULTILINE)
_ANY_TITLE = re.compile(r"#{1,6}[ \t]")


def samples(content: bytes, offsets: Sequence[int]) -> Iterator[bool]:
    """For each offset whether it stands in a fence, or in a code span that holds more than the ID."""
    fences = iter(_fences(content))
    fence = next(fences, None)
    at = ticks = 0  # how many backticks stand between the beginning of the line and there
    for offset in offsets:
        while fence and fence[1] <= offset:
            fence = next(fences, None)
        if fence and fence[0] <= offset:
            yield True
            continue
        start = content.rfind(b"\n", at, offset) + 1
        ticks = content.count(b"`", start, offset) if start else ticks + content.count(b"`", at, offset)
        at = offset
        yield content[offset - 1 : offset] != b"`" and ticks % 2 == 1


def _fences(content: bytes) -> Iterator[tuple[int, int]]:
    """Where fences begin and end; an open one goes on to the end."""
    opened: tuple[int, bytes] | None = None
    for match in _FENCE.finditer(content):
        mark, info = match[1], match[2]
        if opened is None:
            if not (mark.startswith(b"`") and b"`" in info):
                opened = (match.start(), mark)
        elif mark.startswith(opened[1]) and not info.strip():
            yield opened[0], match.end()
            opened = None
    if opened:
        yield opened[0], len(content)


class MapLine(Struct, frozen=True, array_like=True, gc=False):
    """A line of a traceability map: IDs on the left, IDs and specs on the right."""

    line: int
    left: tuple[tuple[str, str], ...]  # an ID, and the last one where it begins a range
    right: tuple[tuple[str, str], ...]
    specs: tuple[str, ...]  # paths as written, perhaps with `*`


def maps_in(content: bytes) -> tuple[MapLine, ...]:
    """The lines of the sections titled traceability in which an arrow or a table leads from IDs to others."""
    if _TITLE.search(content) is None:
        return ()
    text = content.decode("utf-8", "replace").replace("\u2011", "-")
    inside = False
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if _ANY_TITLE.match(line):
            inside = "raceab" in line
        elif inside and (parts := _sides(line)):
            left, right = (_ids(part) for part in parts)
            specs = tuple(_SPEC_PATH.findall(parts[1]))
            if left and (right or specs):
                found.append(MapLine(number, left, right, specs))
    return tuple(found)


def _sides(line: str) -> tuple[str, str] | None:
    if arrow := _ARROW.search(line):
        return line[: arrow.start()], line[arrow.end() :]
    if line.lstrip().startswith("|"):
        first, _, rest = line.strip().strip("|").partition("|")
        return first, rest
    return None


def _ids(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for match in ANY_ID.finditer(text.encode()):
        own = match["id"].decode()
        found.append((own, ""))
        for part in REST.finditer(match["rest"]):
            if part["number"]:
                found.append((f"{area_of(own)}-{part['number'].decode()}", ""))
            else:
                last = part["last"].decode()
                found[-1] = (found[-1][0], last if "-" in last else f"{area_of(own)}-{last}")
    return tuple(found)
