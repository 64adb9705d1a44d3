"""PKT006: a packet that lacks a section, or leaves one open, or has gaps beside the verdict PASS."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT006",
    name="missing-section",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT006"),  # found by packets/sections.py.  implements: MU-PKT-5013
    why="A section that says NONE was thought about; one that is missing may have been forgotten.",
    examples=(
        packet_example(
            packet_with(
                ("## TECHNICAL_REFINEMENT", "## TECHNICAL_REFINEMENT <!-- PKT006 -->"),
                ("### PRIMITIVES\n- NONE\n\n", ""),
            ),
        ),
        packet_example(
            packet_with(
                ("### GAPS_IDENTIFIED\n- NONE", "### GAPS_IDENTIFIED\n- No word on priorities. <!-- PKT006 -->")
            ),
        ),
    ),
)
