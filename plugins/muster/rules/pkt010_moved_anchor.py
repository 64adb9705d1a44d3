"""PKT010: an anchor or a pin whose lines stand elsewhere by now."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT010",
    name="moved-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT010"),  # found by packets/verdicts.py.  implements: MU-PKT-5020
    why="Who follows the citation reads lines that say something else; `muster packet repin` mends it.",
    examples=(
        packet_example(
            packet_with(
                ("- CONTEXT_START_LINE: 5", "- CONTEXT_START_LINE: 1 <!-- PKT010 -->"),
                ("- CONTEXT_END_LINE: 7", "- CONTEXT_END_LINE: 3"),
            ),
        ),
    ),
)
