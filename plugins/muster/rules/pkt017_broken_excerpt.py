"""PKT017: an excerpt that a line at column 0 ends before its fence is closed."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT017",
    name="broken-excerpt",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT017"),  # found by packets/anchors.py.  implements: MU-PKT-5019
    why="What follows is no longer part of the excerpt, and may be taken for fields and headings of the packet.",
    examples=(
        packet_example(
            packet_with(
                (
                    "  - [QUEUE-001] The queue MUST keep the order.\n",
                    "- [QUEUE-001] The queue MUST keep the order. <!-- PKT017 -->\n",
                ),
            ),
        ),
    ),
)
