"""PKT015: a work packet that is ready or in progress, and has no refinement."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported
from muster.rules.pkt_sample import PACKET, PATH, SPEC, SPEC_PATH

_WORK = """\
# Task packet

## METADATA
- WP_ID: WP-1-Queue-v1
- **Status:** In Progress <!-- PKT015 -->
"""

RULE = Rule(
    code="PKT015",
    name="missing-refinement",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT015"),  # found by packets/work.py.  implements: MU-PKT-5004
    why="Work that begins without one is not held against any spec.",
    examples=(
        Example(
            bad=_WORK,
            good=f"{_WORK}- REFINEMENT_FILE: packets/WP-1-Queue-v1.md\n",
            path="task_packets/WP-1-Queue-v1.md",
            framed=False,
            bad_files={SPEC_PATH: SPEC},
            good_files={SPEC_PATH: SPEC, PATH: PACKET},
        ),
    ),
)
