"""PKT004: a packet whose metadata is incomplete, or of the wrong form."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT004",
    name="wrong-metadata",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT004"),  # found by packets/metadata.py.  implements: MU-PKT-5011
    why="Only with its ID, its time and its spec can a packet be found, and held against what it was written for.",
    examples=(
        packet_example(
            packet_with(("- CREATED_AT: 2026-02-27T09:46:09Z", "- CREATED_AT: 2026-02-27 <!-- PKT004 -->")),
        ),
        packet_example(
            packet_with(("- WP_ID: WP-1-Queue-v1", "- WP_ID: <fill in> <!-- PKT004 -->")),
        ),
    ),
)
