"""The pieces of a packet in its plain form, which `muster packet new` writes, without a look at each quoted line.

What is not sure to be plain is left to `pieces.py`: comments, tabs, characters that are not ASCII, fences of another
form. For all else both give the same, and a test holds them to it.

implements: MU-PKT-5003
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.packets.fields import ANCHOR_KEYS, BLOCK, field_in, heading_in
from muster.packets.packet import Excerpt, Fence, Packet
from muster.packets.parts import Parts
from muster.packets.troubles import SINGLE
from muster.packets.unheaded import PINNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.fields import Heading

_EXCERPT = ANCHOR_KEYS[-1]
_LABEL = f"- {_EXCERPT}:"
_TICKS = "```"
_FENCES = (_TICKS, "~~~")
_INDENT = "  "
_MARGIN = re.compile(r"\n(?=[^ \n])")  # in front of a line at column 0
_OPENING = re.compile(rf"{_TICKS}[^`]*")
_FENCE = re.compile(r"\n[ \t]*+(`{3,}+)([^`\n]*+)(?![^\n])")
_FOREIGN = frozenset({_EXCERPT, "REFINEMENT_FILE"})  # the label in another form, and a file of another kind
_WATCHED = SINGLE | _FOREIGN
_UNSURE = ("<!--", "\t", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f")  # comments, and blanks that are not " "


class _Unsure(Exception):
    """What stands here may not be plain."""


def plain_packet(text: str) -> Packet | None:
    """The packet that a text is; None where `packet_in` has to look closely, and where it is none."""
    if not text.isascii() or "\r" in text:
        return None
    try:
        return _Reader().read(text)
    except _Unsure:
        return None


class _Reader:
    """Reads a file that holds one refinement and nothing else."""

    def __init__(self) -> None:
        self._parts = Parts()
        self._block: Heading | None = None
        self._names: set[str] = set()  # of known headings
        self._answers: set[str] = set()  # keys below the last known heading

    def read(self, text: str) -> Packet:
        """The packet of a text."""
        frame, *rest = text.split(f"\n{_LABEL}\n")
        self._read_frame(frame, 1)
        number = frame.count("\n") + 2  # of the label
        for part in rest:
            quoted, frame = _cut(part)
            self._answer(_EXCERPT)
            self._parts.add_line(number, _LABEL, field_in(_LABEL, number), _excerpt(quoted, number + 1))
            number += quoted.count("\n") + 2
            self._read_frame(frame, number)
            number += frame.count("\n") + 1
        parts = self._parts
        if self._block is None or not PINNING.isdisjoint([field.key for field in parts.fields]):
            raise _Unsure
        return Packet(
            line=self._block.line,
            fields=tuple(parts.fields),
            sections=parts.sections,
            anchors=tuple([anchor.built() for anchor in parts.anchors]),
            status=None,
            troubles=(),
        )

    def _read_frame(self, text: str, number: int) -> None:
        """What stands between two excerpts; `number` is that of the first line."""
        if any(mark in text for mark in _UNSURE):
            raise _Unsure
        lines = enumerate(text.split("\n"), number)
        add_line = self._parts.add_line
        for at, line in lines:
            if not line:
                continue
            begin = line[0]
            if begin == "#":
                self._begin(heading_in(line, at))
            elif begin == " ":
                bare = line.lstrip()
                if bare.startswith(_FENCES):
                    raise _Unsure
                if bare:
                    add_line(at, line, None)
            elif begin in "`~" and line.startswith(_FENCES):
                self._parts.add_fence(_fence(line, at, lines))
            else:
                field = field_in(line, at)
                if field is not None and field.key in _WATCHED:
                    if field.key in _FOREIGN:
                        raise _Unsure
                    self._answer(field.key)
                add_line(at, line, field)

    def _answer(self, key: str) -> None:
        """Takes up that a question is answered, which may be once below a known heading."""
        if key in self._answers:
            raise _Unsure
        self._answers.add(key)

    def _begin(self, heading: Heading | None) -> None:
        """Takes up a heading: the first is that of the block, and none behind it is as high."""
        if heading is None or heading.name in self._names:
            raise _Unsure
        if self._block is None:
            if heading.name != BLOCK or self._parts.fields:
                raise _Unsure
            self._block = heading
        elif heading.level <= self._block.level:
            raise _Unsure
        if heading.name:  # another may be the misspelt one of an anchor
            self._names.add(heading.name)
            self._answers = set()
        self._parts.begin(heading)


def _cut(part: str) -> tuple[str, str]:
    """An excerpt, up to the next line at column 0, and what stands behind it."""
    margin = _MARGIN.search(part)
    return (part[: margin.start()], part[margin.end() :]) if margin else (part, "")


def _excerpt(quoted: str, number: int) -> Excerpt:
    """An excerpt whose fence is the first and the last line that is not blank; `number` is that of the first."""
    opening, _, below = quoted.rstrip().partition("\n")
    inner = f"\n{below}".removesuffix(f"\n{_INDENT}{_TICKS}")
    text = "\n".join(inner.split(f"\n{_INDENT}"))[1:]  # twice as fast as `replace`
    if len(inner) > len(below) or not text or opening[:2] != _INDENT or not _OPENING.fullmatch(opening, 2):
        raise _Unsure
    if not _is_nesting(inner):
        raise _Unsure
    return Excerpt(number + 1, number + 1 + below.count("\n"), text, True, True)


def _is_nesting(inner: str) -> bool:
    """Whether of the fences in an excerpt each is closed, so that what stands behind it closes its own."""
    depth = 0
    for ticks, word in _FENCE.findall(inner):
        depth += 1 if word.strip() else -1
        if ticks != _TICKS or depth < 0:
            return False
    return depth == 0


def _fence(opening: str, number: int, below: Iterator[tuple[int, str]]) -> Fence:
    """A fence in which no other begins; its lines are taken from those below."""
    if not _OPENING.fullmatch(opening):
        raise _Unsure
    text: list[str] = []
    for _, line in below:
        if line == _TICKS:
            return Fence(number, "\n".join(text), True)
        if _TICKS in line:
            break
        text.append(line)
    raise _Unsure
