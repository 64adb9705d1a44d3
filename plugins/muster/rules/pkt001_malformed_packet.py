"""PKT001: a packet that does not have the form of one."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT001",
    name="malformed-packet",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT001"),  # found by packets/reading.py.  implements: MU-PKT-5001
    why="A packet is read by its headings and fields; where one stands twice or never ends, nobody knows which counts.",
    examples=(
        packet_example(
            packet_with(
                (
                    "- USER_SIGNATURE: ann270220261121",
                    "- USER_SIGNATURE: ann270220261121\n- WP_ID: WP-2 <!-- PKT001 -->",
                ),
            )
        ),
    ),
)
