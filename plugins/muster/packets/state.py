"""How far a packet has come: what the gate decides of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from muster.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.model import Finding, Refinement


class State(StrEnum):
    """How far a packet has come, the worst first.  implements: MU-PKT-5030"""

    FAILED = "failed"  # a rule of packets found an error in it
    PENDING = "pending"
    REVIEWED = "reviewed"  # approved, and not signed
    SIGNED = "signed"
    READY = "ready"  # signed, and the work packet is ready


def state_of(refinement: Refinement, findings: Iterable[Finding]) -> State:
    """The gate state of a packet; `findings` are those of the run, of which only those of packets count."""
    own = (one for one in findings if one.place.path == refinement.path and one.code.startswith("PKT"))
    if any(one.severity is Severity.ERROR for one in own):
        return State.FAILED
    if refinement.review != "APPROVED":
        return State.PENDING
    if not refinement.signature:
        return State.REVIEWED
    return State.READY if refinement.ready else State.SIGNED
