"""PKT014: a packet that must be approved and signed and is not, or whose signature does not hold."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

_WORK = """\
# Task packet

## METADATA
- WP_ID: WP-1-Queue-v1
- **Status:** In Progress
- REFINEMENT_FILE: packets/WP-1-Queue-v1.md
"""

RULE = Rule(
    code="PKT014",
    name="unsigned-packet",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT014"),  # found by packets/signing.py.  implements: MU-PKT-5018
    why="Work begins from what somebody answers for.",
    examples=(
        packet_example(
            packet_with(("- USER_SIGNATURE: ann270220261121", "- USER_SIGNATURE: <pending> <!-- PKT014 -->")),
            **{"task_packets/WP-1-Queue-v1.md": _WORK},
        ),
        packet_example(
            packet_with(("- USER_SIGNATURE: ann270220261121", "- USER_SIGNATURE: ann260220261121 <!-- PKT014 -->")),
        ),
    ),
)
