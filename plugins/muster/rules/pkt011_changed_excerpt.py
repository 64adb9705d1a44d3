"""PKT011: an anchor or a pin whose excerpt is not what the spec says there."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT011",
    name="changed-excerpt",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT011"),  # found by packets/verdicts.py.  implements: MU-PKT-5020
    why="The lines are found, but they no longer say what was agreed on.",
    examples=(
        packet_example(
            packet_with(("  ## 1) Order\n", "  ## 1) The order of jobs <!-- PKT011 -->\n")),
        ),
    ),
)
