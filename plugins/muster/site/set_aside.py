"""Anchors that are taken out of a rendered page until everybody has read it, and put back as they should be.

Who makes a search index parses each page; ten thousand anchors would cost that more than all else that Muster adds.

implements: MU-SITE-9010
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# As `markup.bare_anchor` makes it.
_BARE = re.compile(r'<a id="([^"]*)">((?:<(?:strong|code)>)?[^<]*(?:</(?:strong|code)>)?)</a>')


class Marker(Struct, frozen=True, gc=False):
    """Where the marker of an anchor stands in the page without anchors."""

    id: str
    text: str  # HTML
    start: int


class SetAside(Struct, frozen=True):
    """A page without its anchors, and where they belong."""

    content: str
    markers: tuple[Marker, ...] = ()

    def with_anchors(self, content: str, anchor: Callable[[Marker], str]) -> str:
        """The page with an anchor in the place of each marker; `content` is what others made of it.

        A marker that is no longer there leaves its anchor at the start of the page.
        """
        markers = self.markers if content == self.content else self._found_again(content)
        parts: list[str] = []
        last = 0
        for marker in markers:
            if marker.start < last:
                parts.insert(0, anchor(marker))
                continue
            parts += (content[last : marker.start], anchor(marker))
            last = marker.start + len(marker.text)
        return "".join((*parts, content[last:]))

    def _found_again(self, content: str) -> list[Marker]:
        """The markers in a page that changed: each is the one of its text that it was, counted from the start."""
        found = []
        for marker in self.markers:
            start, before = -1, self.content.count(marker.text, 0, marker.start) + 1
            for _ in range(before):
                start = content.find(marker.text, start + 1)
                if start < 0:
                    break
            text = marker.text if start >= 0 else ""
            found.append(Marker(marker.id, text, start))
        return sorted(found, key=lambda marker: marker.start)


def set_aside(content: str, ours: Collection[str]) -> SetAside:
    """Take the anchors with these IDs out of a page; what they mark stays."""
    parts: list[str] = []
    markers: list[Marker] = []
    size = last = 0
    for match in _BARE.finditer(content):
        identifier = html.unescape(match[1])
        if identifier in ours:
            before = content[last : match.start()]
            size += len(before)
            markers.append(Marker(identifier, match[2], size))
            parts += (before, match[2])
            size += len(match[2])
            last = match.end()
    return SetAside("".join((*parts, content[last:])), tuple(markers))
