"""Whether a packet is approved and signed where it must be, and whether its signature holds.

implements: MU-PKT-5018
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from muster.model import Problem
from muster.packets.filling import filled, place_of
from muster.packets.metadata import moment, names_itself, review_of
from muster.packets.packet import is_placeholder
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Field, Packet
    from muster.settings import PacketSettings

CODE = "PKT014"
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_TIME = re.compile(r"[0-9]{12}")


def signing_problems(packet: Packet, path: str, settings: PacketSettings, needed: str) -> Iterator[Problem]:
    """What is missing of an approval, and what is wrong with the one that is given.

    `needed` says why the packet must be approved and signed; "" where it need not be yet. A field that is missing,
    and a status that is none, are told by the metadata's rule.
    """
    review = packet.field("USER_REVIEW_STATUS")
    pending = review is not None and is_placeholder(review.value)
    if needed and review and (pending or review_of(packet) not in ("", "APPROVED")):
        words = f"USER_REVIEW_STATUS is {shortened(review.value)!r}, and {needed}"
        yield Problem(CODE, place_of(path, review), words, "have it reviewed, then write APPROVED")
    signature = packet.field("USER_SIGNATURE")
    if signature and is_placeholder(signature.value):
        if needed:
            words = f"USER_SIGNATURE is {shortened(signature.value)!r}, and {needed}"
            yield Problem(CODE, place_of(path, signature), words, "have it signed, with name and DDMMYYYYHHMM")
    elif signature and signature.value.strip():
        yield from _signature(packet, signature, path, settings)
    yield from _evidence(packet, path, settings)


def _signature(packet: Packet, field: Field, path: str, settings: PacketSettings) -> Iterator[Problem]:
    """What is wrong with a signature: its form, its time, or that it is older than the packet."""
    place = place_of(path, field)
    shown = f"USER_SIGNATURE is {shortened(field.value)!r}"
    match = re.fullmatch(settings.signature, field.value)
    if match is None:
        remedy = "write name and DDMMYYYYHHMM, such as ann270220261121, or `<pending>`"
        yield Problem(CODE, place, f"{shown}, which does not match `{settings.signature}`", remedy)
        return
    written = match.groupdict().get("time")
    if written is None:
        return
    signed = _signed_at(written, settings.utc_offset)
    created = moment(filled(packet, "CREATED_AT"))
    if signed is None:
        remedy = "write day, month, year, hour and minute of the signature as DDMMYYYYHHMM"
        yield Problem(CODE, place, f"{shown}, and {shortened(written)} is no time", remedy)
    elif created and signed < created.replace(second=0, microsecond=0):
        words = f"{shown}, which is before CREATED_AT {filled(packet, 'CREATED_AT')}"
        remedy = f"have it signed again; signatures are read at UTC{settings.utc_offset} (`packets.utc_offset`)"
        yield Problem(CODE, place, words, remedy)


def _signed_at(written: str, offset: str) -> datetime | None:
    """The moment that DDMMYYYYHHMM is on the clock of signatures; None for no time."""
    if _TIME.fullmatch(written) is None:
        return None
    try:
        day, month, year, hour, minute = (int(written[a:b]) for a, b in ((0, 2), (2, 4), (4, 8), (8, 10), (10, 12)))
        return datetime(year, month, day, hour, minute, tzinfo=_zone(offset))
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _zone(offset: str) -> timezone:
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return UTC
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-size if match[1] == "-" else size)


def _evidence(packet: Packet, path: str, settings: PacketSettings) -> Iterator[Problem]:
    """Evidence of an approval that is another packet's; nothing where it is not known whose packet this is."""
    field = packet.field("USER_APPROVAL_EVIDENCE")
    wp_id = filled(packet, "WP_ID")
    known = re.fullmatch(settings.wp_id, wp_id) and names_itself(wp_id, path)
    if field is None or not known or not filled(packet, "USER_APPROVAL_EVIDENCE").strip():
        return
    due = f"APPROVE REFINEMENT {wp_id}"
    if " ".join(field.value.split()) != due:
        words = f"USER_APPROVAL_EVIDENCE is {shortened(field.value)!r}, which does not approve this packet"
        yield Problem(CODE, place_of(path, field), words, f"write `{due}`, or leave the field out")
