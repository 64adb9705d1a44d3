"""PKT012: an anchor or a pin that several places of the spec match."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported
from muster.rules.pkt_sample import PATH, SPEC, SPEC_PATH, packet_with, sha1_of

_SPEC = f"{SPEC}\n## 2) Batches\n\n- [QUEUE-002] A batch MUST keep the order.\n"


def _packet(*changes: tuple[str, str]) -> str:
    """The packet, pinned to the spec that says such a thing twice."""
    return packet_with((sha1_of(SPEC), sha1_of(_SPEC)), *changes)


RULE = Rule(
    code="PKT012",
    name="ambiguous-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PKT012"),  # found by packets/verdicts.py.  implements: MU-PKT-5020
    why="A claim that could mean several places proves none of them.",
    examples=(
        Example(
            bad=_packet(
                ("- CONTEXT_START_LINE: 5", "- CONTEXT_START_LINE: 1"),
                ("- CONTEXT_END_LINE: 7", "- CONTEXT_END_LINE: 3"),
                ("- CONTEXT_TOKEN: QUEUE-001", "- CONTEXT_TOKEN: MUST keep the order <!-- PKT012 -->"),
                ("  ## 1) Order\n\n  - [QUEUE-001] The queue MUST keep the order.\n", "  They MUST keep the order.\n"),
            ),
            good=_packet(),
            path=PATH,
            framed=False,
            bad_files={SPEC_PATH: _SPEC},
            good_files={SPEC_PATH: _SPEC},
        ),
    ),
)
