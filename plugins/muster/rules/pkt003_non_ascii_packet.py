"""PKT003: a packet with a character that is not ASCII."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import packet_example, packet_with

RULE = Rule(
    code="PKT003",
    name="non-ascii-packet",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT003"),  # found by packets/ascii_only.py.  implements: MU-PKT-5010
    why="Editors and models change such characters on their way, and then an excerpt no longer matches its spec.",
    examples=(
        packet_example(
            packet_with(("- A job that is dropped is lost: count them.", "- Dropped job → lost job. <!-- PKT003 -->")),
            packet_with(("- A job that is dropped is lost: count them.", "- Dropped job -> lost job.")),
        ),
    ),
)
