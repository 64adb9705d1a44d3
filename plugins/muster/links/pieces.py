"""A page of a built site in pieces, cut where a link ends: what all pages repeat is read once.

Most of a site is its navigation, which differs from page to page by a link or two. A piece that was met
before, on whatever page, is known by its bytes. A piece is good by itself where no tag, comment or script
is open at its end; where one is, the pieces after it are joined to it. The tests prove a page in pieces
equal to the page read as a whole.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from muster.links.html import page_of, tags_before, tags_of
from muster.links.leading import OF_SITE

if TYPE_CHECKING:
    from collections.abc import Collection

    from muster.links.html import Tag, Tags

_CUT = "</a>"
_CUT_BYTES = _CUT.encode()


class Piece:
    """What one piece has; two are the same where they were read at once."""

    __slots__ = ("anchors", "base", "canonical", "links", "reach", "text")

    def __init__(self, text: str, tags: list[Tag]) -> None:
        self.text = text
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.base: str | None = None
        self.canonical: str | None = None
        self.reach = OF_SITE  # of the link that depends on most
        for anchors, links, base, canonical, reach in tags:
            self.anchors += anchors
            self.links += links
            self.reach = min(self.reach, reach)
            self.base = base if self.base is None else self.base
            self.canonical = canonical if self.canonical is None else self.canonical


class Page:
    """One page."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What links can name."""
        return frozenset(chain.from_iterable([piece.anchors for piece in self.pieces]))

    @property
    def links(self) -> dict[str, None]:
        """Each target once, in order."""
        return dict.fromkeys(chain.from_iterable([piece.links for piece in self.pieces]))

    @property
    def base(self) -> str:
        """The `href` of `<base>`."""
        return next((piece.base for piece in self.pieces if piece.base is not None), "")

    @property
    def canonical(self) -> str:
        """The page's own address, where it tells one."""
        return next((piece.canonical for piece in self.pieces if piece.canonical is not None), "")

    def lines_of(self, hrefs: Collection[str]) -> dict[str, int]:
        """The lines of the first tags that have these targets."""
        found: dict[str, int] = {}
        wanted = set(hrefs)
        line = 1
        for piece in self.pieces:
            at = 0
            if not wanted.isdisjoint(piece.links):
                for href, offset in page_of(piece.text).links.items():
                    if href in wanted:
                        line, at = line + piece.text.count("\n", at, offset), offset
                        found[href] = line
                wanted.difference_update(piece.links)
            if not wanted:
                break
            line += piece.text.count("\n", at)
        return found


class Reader:
    """Reads pages, and remembers their pieces: one for all of a site."""

    def __init__(self) -> None:
        self._tags: Tags = {}
        self._known: dict[bytes, Piece] = {}
        self._last: dict[bytes, Piece] = {}
        self._open = Piece("", [])  # stands for all that are not good by themselves

    def __call__(self, content: bytes) -> Page:
        """Read a page, as a browser would show it: what is no UTF-8 is replaced."""
        parts = content.split(_CUT_BYTES)
        last = parts.pop()
        known = self._known.get
        pieces = [known(part) or self._piece(part) for part in parts]
        if self._open in pieces:
            pieces, last = self._joined(parts, last)
        pieces.append(self._last.get(last) or self._end(last))
        return Page(pieces)

    def _piece(self, content: bytes) -> Piece:
        piece = self._known.get(content)
        if piece is None:
            text = content.decode("utf-8", "replace") + _CUT
            tags = tags_before(text, self._tags)
            piece = self._known[content] = self._open if tags is None else Piece(text, tags)
        return piece

    def _end(self, content: bytes) -> Piece:
        text = content.decode("utf-8", "replace")
        piece = self._last[content] = Piece(text, tags_of(text, self._tags))
        return piece

    def _joined(self, parts: list[bytes], last: bytes) -> tuple[list[Piece], bytes]:
        """The pieces that are good by themselves, and what is left for the last: each joins twice as many parts."""
        pieces: list[Piece] = []
        at = 0
        while at < len(parts):
            size = 1
            while (piece := self._piece(_CUT_BYTES.join(parts[at : at + size]))) is self._open:
                if at + size >= len(parts):
                    return pieces, _CUT_BYTES.join([*parts[at:], last])
                size *= 2
            pieces.append(piece)
            at += size
        return pieces, last
