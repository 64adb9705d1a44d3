"""The sections, anchors and fields of a packet, put together from its pieces, in whatever order these stand.

implements: MU-PKT-5001
"""

from __future__ import annotations

from msgspec import Struct

from muster.packets.fields import BLOCK, Heading
from muster.packets.packet import Anchor, Excerpt, Fence, Field, Section


class _Section(Struct):
    """A section while its lines are read."""

    name: str
    line: int
    level: int
    content: list[tuple[int, str]] = []
    fences: list[Fence] = []

    def built(self) -> Section:
        return Section(self.name, self.line, tuple(self.content), tuple(self.fences))


class UnfinishedAnchor(Struct):
    """An anchor while its lines are read."""

    name: str
    line: int
    level: int
    fields: dict[str, Field] = {}
    excerpt: Excerpt | None = None

    def built(self) -> Anchor:
        """The anchor, of whose fields each is the first of its key."""
        of = self.fields.get
        start, end = of("CONTEXT_START_LINE"), of("CONTEXT_END_LINE")
        return Anchor(self.name, self.line, of("SPEC_ANCHOR"), start, end, of("CONTEXT_TOKEN"), self.excerpt)


class Parts:
    """The parts of a packet, put together piece by piece."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self.anchors: list[UnfinishedAnchor] = []
        self.target: Field | None = None  # SPEC_TARGET_RESOLVED, written so
        self._sections: list[_Section] = []
        self._section: _Section | None = None
        self._anchor: UnfinishedAnchor | None = None

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that are read by now."""
        return tuple([section.built() for section in self._sections])

    def add_line(self, number: int, text: str, field: Field | None, excerpt: Excerpt | None = None) -> None:
        """Takes up a line, the field that it is, and the excerpt that the field is the label of."""
        anchor = self._anchor
        if anchor is not None:
            if field is not None:
                anchor.fields.setdefault(field.key, field)
                anchor.excerpt = anchor.excerpt or excerpt
            return
        if self._section is not None:
            self._section.content.append((number, text))
        if field is not None:
            self.fields.append(field)
            if field.key == "SPEC_TARGET_RESOLVED" and field.key in text:
                self.target = self.target or field

    def add_fence(self, fence: Fence) -> None:
        """Takes up a fence outside of excerpts; in an anchor it is no part of anything."""
        if self._section is not None and self._anchor is None:
            self._section.fences.append(fence)

    def begin(self, heading: Heading) -> None:
        """Ends what a heading ends, and begins what it begins: one without a known name ends what is not above it."""
        if self._anchor is not None and (heading.name or heading.level <= self._anchor.level):
            self._anchor = None
        if heading.is_anchor:
            self._anchor = UnfinishedAnchor(heading.name, heading.line, heading.level)
            self.anchors.append(self._anchor)
            return
        if self._section is not None and (heading.name or heading.level <= self._section.level):
            self._section = None
        if heading.name not in ("", BLOCK):
            self._section = _Section(heading.name, heading.line, heading.level)
            self._sections.append(self._section)
