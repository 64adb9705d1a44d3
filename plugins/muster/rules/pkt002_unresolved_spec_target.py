"""PKT002: a packet whose spec is not found, or no longer the one that the pointer file names."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT002",
    name="unresolved-spec-target",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT002"),  # found by packets/target.py.  implements: MU-PKT-5002
    why="A packet holds against one version of one spec; against another one it says nothing.",
    examples=(
        packet_example(
            packet_with(("specs/10-queue.md", "specs/10-queues.md <!-- PKT002 -->")),
        ),
        packet_example(
            packet_with(("specs/10-queue.md", "docs/SPEC_CURRENT.md -> 09-queue.md <!-- PKT002 -->")),
            packet_with(("specs/10-queue.md", "docs/SPEC_CURRENT.md -> 10-queue.md")),
            **{"docs/SPEC_CURRENT.md": "The current spec is **10-queue.md**.\n"},
        ),
    ),
)
