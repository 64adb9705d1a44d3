"""PKT013: an anchor or a pin whose lines the spec no longer has."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT013",
    name="lost-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT013"),  # found by packets/verdicts.py.  implements: MU-PKT-5017
    why="What the packet builds on has gone from the spec.",
    examples=(
        packet_example(
            packet_with(("- CONTEXT_TOKEN: QUEUE-001", "- CONTEXT_TOKEN: first in, first out <!-- PKT013 -->")),
        ),
    ),
)
