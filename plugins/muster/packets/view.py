"""What the site shows of a packet: each anchor's excerpt beside the lines of the spec that it is pinned to.

implements: MU-PKT-5031
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.model import Pinned, Refinement, Verdict, Window
from muster.packets.escapes import decoded, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.packets.packet import Anchor, Packet
    from muster.packets.spec_text import SpecText

MOST_LINES = 200  # of an excerpt or a window that a page shows
MOST_COMPARED = 2_000  # of a window: a packet that claims all of its spec costs no more than this
LONGEST = 2_000  # characters of a line


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A line of a spec or of an excerpt."""

    number: int  # in the spec; in an excerpt, 0
    text: str
    lacking: bool = False  # in the text beside it


class Passage(Struct, frozen=True, array_like=True):
    """Lines as a page shows them."""

    lines: tuple[Line, ...] = ()
    more: int = 0  # how many follow that are not shown


class AnchorView(Struct, frozen=True):
    """An anchor: what it quotes, what stands at its window, and what stands where that moved."""

    pinned: Pinned
    excerpt: Passage = Passage()
    quoted: Passage = Passage()
    now: Passage = Passage()


class PacketView(Struct, frozen=True):
    """A packet, and its anchors with their lines."""

    refinement: Refinement
    anchors: tuple[AnchorView, ...]


def packet_view(refinement: Refinement, packet: Packet, spec: SpecText | None) -> PacketView:
    """A packet beside its spec, which is None where there is none."""
    if len(refinement.anchors) != len(packet.anchors):
        return bare_view(refinement)  # somebody has written the packet anew since it was judged
    by_order = zip(refinement.anchors, packet.anchors, strict=True)
    return PacketView(refinement, tuple(_anchor_view(pinned, anchor, spec) for pinned, anchor in by_order))


def bare_view(refinement: Refinement) -> PacketView:
    """A packet without any lines, for who has read no spec."""
    return PacketView(refinement, tuple(AnchorView(pinned) for pinned in refinement.anchors))


def _anchor_view(pinned: Pinned, anchor: Anchor, spec: SpecText | None) -> AnchorView:
    written = anchor.excerpt.text.split("\n") if anchor.excerpt and anchor.excerpt.text else []
    excerpt = _passage(list(map(decoded, written)), len(written))
    if spec is None:
        return AnchorView(pinned, excerpt)
    at_window, at_new = _lines_at(pinned.window, spec), _lines_at(pinned.moved, spec)
    quoted, now = (
        _passage(lines, _size(window, spec), window.first if window else 0)
        for lines, window in ((at_window, pinned.window), (at_new, pinned.moved))
    )
    ours, theirs = list(map(folded, written)), list(map(folded, at_new or at_window))
    if not set(ours) & set(theirs) - {""} and pinned.verdict is not Verdict.OK:
        return AnchorView(pinned, excerpt, quoted, now)  # another text altogether: to mark each line would say nothing
    excerpt = _marked(excerpt, ours, theirs)
    if at_new:
        return AnchorView(pinned, excerpt, quoted, _marked(now, theirs, ours))
    return AnchorView(pinned, excerpt, _marked(quoted, theirs, ours))


def _size(window: Window | None, spec: SpecText) -> int:
    """How many lines of a window the spec has."""
    if window is None or window.first < 1:
        return 0
    return max(min(window.last, spec.size) - window.first + 1, 0)


def _lines_at(window: Window | None, spec: SpecText) -> list[str]:
    """The lines of a window that the spec has, as many as are compared."""
    size = min(_size(window, spec), MOST_COMPARED)
    return spec.lines(Window(window.first, window.first + size - 1)) if window and size else []


def _passage(lines: Sequence[str], size: int, first: int = 0) -> Passage:
    """The first of `size` lines; those of a spec are counted from `first`."""
    shown = tuple(
        Line(first + i if first else 0, line if len(line) <= LONGEST else f"{line[:LONGEST]} ...")
        for i, line in enumerate(lines[:MOST_LINES])
    )
    return Passage(shown, size - len(shown))


def _marked(passage: Passage, own: Sequence[str], other: Sequence[str]) -> Passage:
    """The passage, with the lines marked that the other text lacks; both texts folded.

    A line that is only wrapped otherwise is there.
    """
    there, whole = set(other), " ".join(filter(None, other))
    marked = (
        replace(line, lacking=bool(text) and text not in there and not (" " in text and text in whole))
        for line, text in zip(passage.lines, own, strict=False)
    )
    return Passage(tuple(marked), passage.more)
