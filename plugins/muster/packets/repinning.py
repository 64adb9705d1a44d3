"""Edits that bring a packet or a pin to where its lines are now, and keep every other byte.  implements: MU-PKT-5021"""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.packets.packet import PENDING, is_placeholder
from muster.packets.target import ARROW
from muster.packets.writing import in_ascii

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.model import Window
    from muster.packets.packet import Anchor, Field, Packet, Pin

_BREAK = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"[0-9]+(?=\s*(?:\(|$))|.+")  # what is none is replaced as a whole, a remark behind one stays
_WHOLE = re.compile(r".+")
_NAME_ENDS = r"(?![\w/-]|\.\w)"


class Move(Struct, frozen=True):
    """An anchor, and the lines that it is to be pinned to."""

    anchor: Anchor
    window: Window


class Renamed(Struct, frozen=True, dict=True):
    """The file of a spec as a packet names it, and the name that it has now."""

    old: str
    new: str
    path: str = ""  # the new file from the root of the project; "" where its name is that

    @cached_property
    def claim(self) -> re.Pattern[str]:
        """How a claim begins that names the old file: plain, or as a link, whose destination names it again."""
        forms = sorted({self.old, normpath(self.old), basename(self.old)}, key=len, reverse=True)
        name = rf"(?:[^\s:()\[\]]*/)?(?:{'|'.join(map(_spelled, forms))})"
        return re.compile(rf"[`*\[ ]*({name}){_NAME_ENDS}(?:[`*]*\]\(<?({name}){_NAME_ENDS})?")

    def today(self, written: str) -> str:
        """What a claim that names the old file in this way has to call it now."""
        if written == in_ascii(self.old):
            return in_ascii(self.new)
        path = self.path or self.new
        folder, own = normpath(dirname(written)), dirname(path)
        if folder == "." or folder.startswith("..") or f"/{own}".endswith(f"/{folder}"):
            return written[: written.rfind("/") + 1] + in_ascii(basename(path))
        return in_ascii(path)


class _Edit(Struct, frozen=True):
    """What stands at a column of a line, from 1, and what comes in its place."""

    line: int
    column: int
    old: str
    new: str


def repinned(
    data: bytes, packet: Packet, moves: Iterable[Move] = (), sha1: str = "", renamed: Renamed | None = None
) -> bytes:
    """The file of a packet with its windows moved, and the SHA-1 and the name of its spec brought up to date.

    Whoever changes one of these asks for a new review: the review status becomes pending, and the signature stays.
    An anchor that lacks a line of its window stays as it is.
    """
    lines = _Lines(data)
    edits = [edit for move in moves for edit in _window_edits(lines, move)]
    digest = packet.field("SPEC_TARGET_SHA1")
    if sha1 and digest is not None:
        edits += _value_edits(lines, digest, _WHOLE, sha1)
    if renamed is not None:
        edits += _name_edits(lines, packet, renamed)
    review = packet.field("USER_REVIEW_STATUS")
    if edits and review is not None and not is_placeholder(review.value):
        edits += _value_edits(lines, review, _WHOLE, PENDING)
    return lines.edited(edits)


def repinned_pins(data: bytes, moves: Iterable[tuple[Pin, Window]]) -> bytes:
    """The file of some pins with their lines brought up to date."""
    lines = _Lines(data)
    edits = []
    for pin, window in moves:
        column = pin.column + len(pin.path) + 1
        old = lines.text(pin.line)[column - 1 : pin.column + pin.width - 1]
        alone = window.first == window.last and "-" not in old
        edits.append(_Edit(pin.line, column, old, f"L{window.first}" if alone else f"L{window.first}-L{window.last}"))
    return lines.edited(edits)


class _Lines:
    """The bytes of a file as lines: what is no UTF-8 stays what it is."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.whole = data.decode("utf-8", "surrogateescape")
        begin = int(self.whole.startswith("\ufeff"))
        self.starts = [begin, *(match.end() for match in _BREAK.finditer(self.whole))]

    def text(self, line: int) -> str:
        """A line, counted from 1, without its end."""
        end = self.starts[line] if line < len(self.starts) else len(self.whole)
        return self.whole[self.starts[line - 1] : end].rstrip("\r\n")

    def edited(self, edits: Iterable[_Edit]) -> bytes:
        """The bytes with the edits made."""
        parts: list[str] = []
        done = 0
        for edit in sorted(set(edits), key=lambda edit: (edit.line, edit.column)):
            at = self.starts[edit.line - 1] + edit.column - 1
            parts += (self.whole[done:at], edit.new)
            done = at + len(edit.old)
        if not parts:
            return self.data
        return "".join((*parts, self.whole[done:])).encode("utf-8", "surrogateescape")


def _window_edits(lines: _Lines, move: Move) -> Iterator[_Edit]:
    start, end = move.anchor.start, move.anchor.end
    if start is not None and end is not None:
        yield from _value_edits(lines, start, _NUMBER, str(move.window.first))
        yield from _value_edits(lines, end, _NUMBER, str(move.window.last))


def _value_edits(lines: _Lines, field: Field, pattern: re.Pattern[str], new: str) -> Iterator[_Edit]:
    """The edit by which the first part of a value gives way to another; none where it says so already."""
    line = lines.text(field.line)
    if not field.value:  # it goes behind the colon, and what may close the label
        at = line.find(":", field.column - 1) + 1
        label_end = at + len(line[at:]) - len(line[at:].lstrip("*_"))
        yield _Edit(field.line, label_end + 1, line[label_end:], f" {new}")
        return
    at = line.find(field.value, field.column - 1)
    old = pattern.match(field.value)
    if at >= 0 and old is not None and old[0].casefold() != new.casefold():
        yield _Edit(field.line, at + 1, old[0], new)


def _name_edits(lines: _Lines, packet: Packet, renamed: Renamed) -> Iterator[_Edit]:
    """The edits that name the spec otherwise: in the target, and where an anchor begins with its name."""
    if not renamed.old or renamed.old == renamed.new:
        return
    target = packet.field("SPEC_TARGET_RESOLVED")
    if target is not None:
        line = lines.text(target.line)
        behind = max((arrow.end() for arrow in ARROW.finditer(line, target.column - 1)), default=target.column - 1)
        if name := re.compile(_spelled(renamed.old)).search(line, behind):
            yield _Edit(target.line, name.start() + 1, name[0], in_ascii(renamed.new))
    for claim in (anchor.claim for anchor in packet.anchors):
        if claim is not None and (begin := renamed.claim.match(lines.text(claim.line), claim.column - 1)):
            for group in (1, 2):
                if (old := begin[group]) and old != (new := renamed.today(old)):
                    yield _Edit(claim.line, begin.start(group) + 1, old, new)


def _spelled(name: str) -> str:
    """A pattern for a name, its characters plain or as escapes."""
    return "".join(re.escape(one) if one.isascii() else f"(?:{one}|{_escape(one)})" for one in name)


def _escape(character: str) -> str:
    """A pattern for the escapes that stand for a character."""
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(rf"\\{{1,2}}u(?i:{pair})" for pair in pairs)
