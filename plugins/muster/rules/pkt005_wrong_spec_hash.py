"""PKT005: a packet whose SHA-1 is not that of its spec."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.pkt_sample import SPEC, packet_example, packet_with, sha1_of

RULE = Rule(
    code="PKT005",
    name="wrong-spec-hash",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT005"),  # found by packets/metadata.py.  implements: MU-PKT-5012
    why="The spec has changed since the packet was written, and nobody has looked whether the packet still holds.",
    examples=(
        packet_example(
            packet_with((sha1_of(SPEC), "0a5a9069bf8e06654ddf9b647927c2cb8a30aa6f <!-- PKT005 -->")),
        ),
    ),
)
