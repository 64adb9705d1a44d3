"""What a repin has changed, told in words: a packet or the pins of a file before and after.

implements: MU-PKT-5021
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.packets.escapes import decoded
from muster.packets.target import target_named
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.packets.packet import Anchor, Packet, Pin


class Mended(Struct, frozen=True):
    """A part of a file, and what became of it: `2 windows`, `moved`."""

    part: str
    end: str


def packet_mended(before: Packet, after: Packet) -> tuple[Mended, ...]:
    """What of a packet is changed."""
    moved = sum(_lines(old) != _lines(new) for old, new in zip(before.anchors, after.anchors, strict=True))
    found = [Mended(counted(moved, "window"), "moved")] if moved else []
    for key, part, end in (
        ("SPEC_TARGET_RESOLVED", "spec", f"set to {_spec_of(after)}"),
        ("SPEC_TARGET_SHA1", "SHA-1", "renewed"),
        ("USER_REVIEW_STATUS", "review", "back to pending"),
    ):
        old, new = before.field(key), after.field(key)
        if old and new and old.value != new.value:
            found.append(Mended(part, end))
    return tuple(found)


def pins_mended(before: Sequence[Pin], after: Sequence[Pin]) -> tuple[Mended, ...]:
    """What of the pins of a file is changed."""
    moved = sum(old.window != new.window for old, new in zip(before, after, strict=True))
    return (Mended(counted(moved, "pin"), "moved"),) if moved else ()


def _spec_of(packet: Packet) -> str:
    """The file that a packet names as its spec."""
    field = packet.field("SPEC_TARGET_RESOLVED")
    named = target_named(decoded(field.value)) if field else None
    return named.file if named else ""


def _lines(anchor: Anchor) -> tuple[str, ...]:
    return tuple(field.value for field in (anchor.start, anchor.end) if field)
