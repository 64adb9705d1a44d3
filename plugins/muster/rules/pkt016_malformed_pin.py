"""PKT016: a pin that cannot be read, or names no file."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported
from muster.rules.pkt_sample import SPEC, SPEC_PATH

RULE = Rule(
    code="PKT016",
    name="malformed-pin",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT016"),  # found by packets/pins.py.  implements: MU-PKT-5024
    why="A pin that is not understood holds nothing in its place.",
    examples=(
        Example(
            bad='The order is kept. <!-- muster: pin specs/10-queue.md token="QUEUE-001" --> <!-- PKT016 -->\n',
            good='The order is kept. <!-- muster: pin specs/10-queue.md#L5-L7 token="QUEUE-001" -->\n',
            path="docs/queue.md",
            framed=False,
            bad_files={SPEC_PATH: SPEC},
            good_files={SPEC_PATH: SPEC},
        ),
        Example(
            bad='The order is kept. <!-- muster: pin specs/queue.md#L5-L7 token="QUEUE-001" --> <!-- PKT016 -->\n',
            good='The order is kept. <!-- muster: pin specs/10-queue.md#L5-L7 token="QUEUE-001" -->\n',
            path="docs/queue.md",
            framed=False,
            bad_files={SPEC_PATH: SPEC},
            good_files={SPEC_PATH: SPEC},
        ),
    ),
)
