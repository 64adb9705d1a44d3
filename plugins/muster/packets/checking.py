"""A packet checked: all its problems at once, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Place, Problem, Refinement
from muster.packets.anchors import anchors_judged, lacking_anchors
from muster.packets.ascii_only import ascii_problems
from muster.packets.coverage import coverage_problems, verdict_of
from muster.packets.enrichment import enrichment_problems
from muster.packets.filling import filled
from muster.packets.metadata import hash_problems, metadata_problems
from muster.packets.sections import section_problems
from muster.packets.signing import signing_problems
from muster.packets.target import Target
from muster.packets.work import is_ready
from muster.settings import PacketSettings
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Packet
    from muster.packets.spec_text import SpecText

MALFORMED = "PKT001"


class Context(Struct, frozen=True):
    """What a packet is checked against."""

    settings: PacketSettings = PacketSettings()
    target: Target = Target()
    spec: SpecText | None = None  # that of the target; None where it leads nowhere
    spec_id: str = ""  # of the spec; "" where it is not allocated
    work_packet: str = ""  # the path of the work packet; "" where there is none
    status: str = ""  # of the work packet
    signed: bool = False  # the packet must be signed, whatever the status


class Checked(Struct, frozen=True):
    """A packet, and all that is wrong with it, in the order of its lines."""

    refinement: Refinement
    problems: tuple[Problem, ...]


def checked(packet: Packet, text: str, path: str, context: Context) -> Checked:
    """Check a packet at this path, whose file holds this text."""
    settings, target, spec = context.settings, context.target, context.spec
    ready = is_ready(context.status, settings.ready)
    anchors = anchors_judged(packet, text, path, target, spec)
    problems = [
        *_malformed(packet, path),
        *ascii_problems(text, path),
        *metadata_problems(packet, path, settings, context.spec_id),
        *target.problems,
        *hash_problems(packet, path, target, spec),
        *section_problems(packet, path),
        *coverage_problems(packet, path),
        *enrichment_problems(packet, path),
        *lacking_anchors(packet, path),
        *(problem for anchor in anchors for problem in anchor.problems),
        *signing_problems(packet, path, settings, _needed(context, ready)),
    ]
    refinement = Refinement(
        path=path,
        line=packet.line,
        wp_id=filled(packet, "WP_ID"),
        created_at=filled(packet, "CREATED_AT"),
        pointer=target.pointer,
        spec=target.path,
        review=filled(packet, "USER_REVIEW_STATUS").strip().upper(),
        signature=filled(packet, "USER_SIGNATURE"),
        covers=verdict_of(packet),
        work_packet=context.work_packet,
        status=context.status,
        ready=ready,
        anchors=tuple(anchor.pinned for anchor in anchors),
    )
    return Checked(refinement, tuple(sorted(problems, key=lambda problem: problem.place)))


def _malformed(packet: Packet, path: str) -> Iterator[Problem]:
    """What reading met.  implements: MU-PKT-5001"""
    for trouble in packet.troubles:
        yield Problem(MALFORMED, Place(path, max(trouble.line, 1)), trouble.message, trouble.help)


def _needed(context: Context, ready: bool) -> str:
    """Why a packet must be approved and signed; "" where it need not be yet."""
    if ready:
        return f"the work packet is {shortened(context.status)!r}"
    return "a signed packet is asked for" if context.signed else ""
