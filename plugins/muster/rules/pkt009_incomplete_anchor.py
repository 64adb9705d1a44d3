"""PKT009: an anchor that lacks a part, or whose window or section is not in the spec."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT009",
    name="incomplete-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT009"),  # found by packets/anchors.py.  implements: MU-PKT-5016
    why="Only a whole anchor can be held against the spec, and be found again when that moves.",
    examples=(
        packet_example(
            packet_with(("- CONTEXT_END_LINE: 7", "- CONTEXT_END_LINE: 70 <!-- PKT009 -->")),
        ),
        packet_example(
            packet_with(("10-queue.md 1) Order", "10-queue.md 4) Order <!-- PKT009 -->")),
        ),
    ),
)
