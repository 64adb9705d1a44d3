"""PKT008: a packet that neither proposes a text for the spec nor says why not, or does both."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT008",
    name="contradictory-enrichment",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT008"),  # found by packets/enrichment.py.  implements: MU-PKT-5015
    why="Where the spec lacks something, the words for it are to be agreed on before the work begins.",
    examples=(
        packet_example(
            packet_with(
                (
                    "- REASON_NO_ENRICHMENT: section 1 says all of it",
                    "- REASON_NO_ENRICHMENT: NONE <!-- PKT008 -->",
                ),
            ),
        ),
    ),
)
