"""What the site shows of a chain: its turns with what stands in them, cut where that is long.

implements: MU-CHAIN-7052
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.fences import body_of
from muster.model import Chain  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.chains.fences import Body

MOST_TURNS = 300  # a longer chain is shown without what stands in its turns
MOST_LINES = 150  # of a block
MOST_CHARACTERS = 8_000  # of a block
MOST_OF_A_TURN = 24_000  # characters
MOST_BLOCKS = 60  # of a turn
MOST_PARTS = 30  # of a turn
LONGEST = 1_000  # characters of a line
_DIFFS = ("diff", "patch")


class Block(Struct, frozen=True, array_like=True, gc=False):
    """Lines that belong together: a fence, or the prose between two."""

    fenced: bool
    is_diff: bool
    lines: tuple[str, ...]
    more: int = 0  # how many follow that are not shown


class Part(Struct, frozen=True, array_like=True):
    """A section of a turn under its heading; "" for what stands in front of the first one."""

    title: str
    size: int  # its lines, those left out too
    blocks: tuple[Block, ...]
    more: int = 0  # lines of blocks that are not shown at all


class TurnView(Struct, frozen=True, array_like=True):
    """What stands in a turn."""

    path: str
    size: int  # in bytes
    parts: tuple[Part, ...] = ()
    more: int = 0  # sections that are not shown


class ChainView(Struct, frozen=True):
    """A chain, and what stands in those of its turns that were read."""

    chain: Chain
    turns: tuple[TurnView, ...] = ()


def turn_view(path: str, data: bytes) -> TurnView:
    """What stands in a turn, below its front matter."""
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    start = _end_of_front(lines)
    body = body_of(lines[start:], start + 1)
    spans = list(_spans(body))
    left = _Left()
    parts = [
        Part(title, size, *left.blocks(_blocks(lines, body.between(first, stop))))
        for title, first, stop in spans[:MOST_PARTS]
        if (size := _size(lines, first, stop))
    ]
    return TurnView(path, len(data), tuple(parts), max(len(spans) - MOST_PARTS, 0))


def _end_of_front(lines: Sequence[str]) -> int:
    """How many lines the front matter takes, its marks included."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---"), 0)


def _spans(body: Body) -> Iterator[tuple[str, int, int]]:
    """The sections of the first two levels: title, first line, and the line behind the last one."""
    heads = [heading for heading in body.headings if heading.level <= 2]
    title, first = "", body.first
    for heading in heads:
        if heading.line > first:
            yield title, first, heading.line
        title, first = heading.text, heading.line + 1
    if body.stop > first:
        yield title, first, body.stop


def _size(lines: Sequence[str], first: int, stop: int) -> int:
    """How many lines of a section say something."""
    return sum(1 for line in lines[first - 1 : stop - 1] if line and not line.isspace())


def _blocks(lines: Sequence[str], body: Body) -> Iterator[tuple[bool, bool, Sequence[str]]]:
    """The fences of a section and the prose around them, in order: whether fenced, whether a diff, the lines."""
    at = body.first
    for fence in body.fences:
        yield False, False, _trimmed(lines[at - 1 : fence.line - 1])
        yield True, fence.language in _DIFFS, fence.text_lines
        at = fence.end + 1
    yield False, False, _trimmed(lines[at - 1 : body.stop - 1])


def _trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Lines without the blank ones around them."""
    said = [number for number, line in enumerate(lines) if line and not line.isspace()]
    return lines[said[0] : said[-1] + 1] if said else ()


class _Left:
    """How much of a turn may still be shown."""

    def __init__(self) -> None:
        self.characters = MOST_OF_A_TURN
        self.count = MOST_BLOCKS

    def blocks(self, found: Iterator[tuple[bool, bool, Sequence[str]]]) -> tuple[tuple[Block, ...], int]:
        """The blocks of a section, and how many lines of further ones are not shown."""
        shown: list[Block] = []
        more = 0
        for fenced, is_diff, lines in found:
            if not lines:
                continue
            kept = self.lines(lines)
            if kept:
                shown.append(Block(fenced, is_diff, kept, len(lines) - len(kept)))
            else:
                more += len(lines)
        return tuple(shown), more

    def lines(self, lines: Sequence[str]) -> tuple[str, ...]:
        """As many lines of a block as there is room for."""
        if self.count <= 0:
            return ()
        kept: list[str] = []
        room = min(self.characters, MOST_CHARACTERS)
        for line in lines[:MOST_LINES]:
            cut = line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."
            if len(cut) + 1 > room:
                break
            room -= len(cut) + 1
            self.characters -= len(cut) + 1
            kept.append(cut)
        self.count -= bool(kept)
        return tuple(kept)
