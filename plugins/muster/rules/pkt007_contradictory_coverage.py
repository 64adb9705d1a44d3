"""PKT007: a packet whose CLEARLY_COVERS is incomplete or contradicts itself."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT007",
    name="contradictory-coverage",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT007"),  # found by packets/coverage.py.  implements: MU-PKT-5014
    why="A verdict that its own points deny is worth nothing.",
    examples=(
        packet_example(
            packet_with(
                ("- Specific: PASS", "- Specific: FAIL"),
                ("- CLEARLY_COVERS_VERDICT: PASS", "- CLEARLY_COVERS_VERDICT: PASS <!-- PKT007 -->"),
            ),
        ),
        packet_example(
            packet_with(("- Specific: PASS", "- Specific: mostly <!-- PKT007 -->")),
        ),
    ),
)
