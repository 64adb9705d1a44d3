"""What a packet says of itself: whose it is, since when, and the version of the spec that it was written against.

implements: MU-PKT-5011
"""

from __future__ import annotations

import re
from datetime import datetime
from posixpath import basename
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.filling import filled, metadata_line, place_of, unfilled
from muster.packets.packet import is_placeholder
from muster.packets.target import FIELD as TARGET
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Field, Packet
    from muster.packets.spec_text import SpecText
    from muster.packets.target import Target
    from muster.settings import PacketSettings

CODE = "PKT004"
HASH = "PKT005"
REVIEWS = ("APPROVED", "REJECTED", "CHANGES_REQUESTED")
_REVIEW = f"write {', '.join(REVIEWS)} or `<pending>`"
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_SHOWN = 12  # digits of it that a message names, where these differ


def metadata_problems(packet: Packet, path: str, settings: PacketSettings, spec_id: str) -> Iterator[Problem]:
    """What is missing in the metadata of a packet, still to be filled in, or of the wrong form.

    `spec_id` is that of the spec; "" where none is allocated. What a target leads to is told elsewhere.
    """
    owner = Place(path, metadata_line(packet))
    yield from _wp_id(packet, owner, settings)
    yield from _created_at(packet, owner)
    target = "write `- SPEC_TARGET_RESOLVED: POINTER -> FILE`, or the path of the spec alone"
    if problem := unfilled(CODE, TARGET, packet.field(TARGET), owner, target):
        yield problem
    yield from _sha1(packet, owner)
    if spec_id:
        yield from _spec_id(packet, owner, spec_id)
    yield from _review(packet, owner)
    signature = packet.field("USER_SIGNATURE")
    if signature is None or not signature.value.strip():
        yield _absent("USER_SIGNATURE", signature, owner, "write `- USER_SIGNATURE: <pending>` until it is signed")


def hash_problems(packet: Packet, path: str, target: Target, spec: SpecText | None) -> Iterator[Problem]:
    """A SHA-1 that the spec does not have; nothing where the packet names an older spec, which is told as such.

    implements: MU-PKT-5012
    """
    field = packet.field("SPEC_TARGET_SHA1")
    if field is None or spec is None or target.outdated or not _SHA1.fullmatch(field.value):
        return
    said = field.value.lower()
    if said != spec.sha1:
        short = slice(_SHOWN if said[:_SHOWN] != spec.sha1[:_SHOWN] else None)
        words = f"SPEC_TARGET_SHA1 is {said[short]}, and {target.path} has {spec.sha1[short]}"
        remedy = f"read what changed in {target.path}, then run `muster packet repin {path}`"
        yield Problem(HASH, place_of(path, field), words, remedy)


def moment(text: str) -> datetime | None:
    """A time of ISO 8601 with its zone; None for anything else."""
    match = _MOMENT.fullmatch(text)
    if match is None or match["zone"] is None:
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:  # a thirteenth month
        return None


def names_itself(wp_id: str, path: str) -> bool:
    """Whether a file is named after a work packet: `WP-1-Queue-v1.md`, `WP-1-Queue-v1.packet.md`."""
    return basename(path).startswith(f"{wp_id}.")


def _wp_id(packet: Packet, owner: Place, settings: PacketSettings) -> Iterator[Problem]:
    field = packet.field("WP_ID")
    stem = basename(owner.path).partition(".")[0]
    of_file = stem if re.fullmatch(settings.wp_id, stem) else "WP-..."
    if problem := unfilled(CODE, "WP_ID", field, owner, f"write `- WP_ID: {of_file}`"):
        yield problem
    elif field and re.fullmatch(settings.wp_id, field.value) is None:
        words = f"WP_ID is {shortened(field.value)!r}, which does not match `{settings.wp_id}`"
        yield Problem(CODE, place_of(owner.path, field), words, "write the ID of the work packet, and nothing else")
    elif field and not names_itself(field.value, owner.path):
        words = f"WP_ID is {shortened(field.value)}, and the file is named {basename(owner.path)}"
        remedy = f"name the file {shortened(field.value)}.md, or write the ID that it is named after"
        yield Problem(CODE, place_of(owner.path, field), words, remedy)


def _created_at(packet: Packet, owner: Place) -> Iterator[Problem]:
    field = packet.field("CREATED_AT")
    remedy = "write a time of ISO 8601 with its zone, such as 2026-02-27T09:46:09Z"
    if problem := unfilled(CODE, "CREATED_AT", field, owner, remedy):
        yield problem
    elif field and moment(field.value) is None:
        match = _MOMENT.fullmatch(field.value)
        why = "which has no zone" if match and match["zone"] is None else "which is no such time"
        words = f"CREATED_AT is {shortened(field.value)!r}, {why}"
        yield Problem(CODE, place_of(owner.path, field), words, remedy)


def _sha1(packet: Packet, owner: Place) -> Iterator[Problem]:
    field = packet.field("SPEC_TARGET_SHA1")
    remedy = f"write the SHA-1 of the spec's bytes, 40 hex digits: `muster packet repin {owner.path}` does"
    if problem := unfilled(CODE, "SPEC_TARGET_SHA1", field, owner, remedy):
        yield problem
    elif field and _SHA1.fullmatch(field.value) is None:
        words = f"SPEC_TARGET_SHA1 is {shortened(field.value)!r}, which is no SHA-1"
        yield Problem(CODE, place_of(owner.path, field), words, remedy)


def _spec_id(packet: Packet, owner: Place, spec_id: str) -> Iterator[Problem]:
    field = packet.field("SPEC_ID")
    remedy = f"write `- SPEC_ID: {spec_id}`"
    if problem := unfilled(CODE, "SPEC_ID", field, owner, remedy):
        yield problem
    elif field and field.value.lower() != spec_id.lower():
        words = f"SPEC_ID is {shortened(field.value)!r}, and the spec has {spec_id}"
        yield Problem(CODE, place_of(owner.path, field), words, remedy)


def _review(packet: Packet, owner: Place) -> Iterator[Problem]:
    field = packet.field("USER_REVIEW_STATUS")
    if field is None or not field.value.strip():
        yield _absent("USER_REVIEW_STATUS", field, owner, _REVIEW)
    elif not is_placeholder(field.value) and not review_of(packet):
        words = f"USER_REVIEW_STATUS is {shortened(field.value)!r}, which is no status of a review"
        yield Problem(CODE, place_of(owner.path, field), words, _REVIEW)


def review_of(packet: Packet) -> str:
    """How the review of a packet ended: a word of `REVIEWS`; "" while it is pending, or where that is none."""
    word = filled(packet, "USER_REVIEW_STATUS").strip().upper().replace(" ", "_")
    return word if word in REVIEWS else ""


def _absent(key: str, field: Field | None, owner: Place, remedy: str) -> Problem:
    place = place_of(owner.path, field) if field else owner
    return Problem(CODE, place, f"{key} is {'empty' if field else 'missing'}", remedy)
