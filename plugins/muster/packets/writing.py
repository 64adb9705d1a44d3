"""The text of a new packet, in the form of the seed.  implements: MU-PKT-5010, MU-PKT-5022"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.packets.escapes import escaped
from muster.packets.packet import PENDING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from muster.packets.candidates import Candidate

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")

_HEAD = r"""## TECHNICAL_REFINEMENT (MASTER SPEC)

Requirements (HARD):
- This block is REQUIRED for any packet with Status: Ready for Dev / In Progress.
- For EACH SPEC_ANCHOR, include an excerpt window (start/end lines) AND a context token that must appear within that window in the current SPEC_TARGET_RESOLVED spec file.
- Matching rule: context match only (token-in-window), not exact content match.
- Even when ENRICHMENT_NEEDED=NO, you MUST include REASON_NO_ENRICHMENT and SPEC_EXCERPTS for every anchor.
- If ENRICHMENT_NEEDED=YES, you MUST include the full Proposed Spec Enrichment text (verbatim Markdown) that could be copy-pasted into the Master Spec.
- Keep this file ASCII-only. Non-ASCII characters must be written as \\uXXXX escapes inside the excerpt block.
- This file is the Technical Refinement Block required by ORCHESTRATOR_PROTOCOL Part 2.5.2.
"""  # noqa: E501 -- the seed's own lines

_SECTIONS = """
### REQUIRED SECTIONS (per ORCHESTRATOR_PROTOCOL Part 2.5.2)

### GAPS_IDENTIFIED
- <fill: what does the spec leave open for this work? NONE where nothing>

### FLIGHT_RECORDER_INTERACTION (event IDs + telemetry triggers)
- <fill: which events must this work record, and when? NONE where none>

### RED_TEAM_ADVISORY (security failure modes)
- <fill: how can this be abused or fail, and what prevents it? NONE where nothing>

### PRIMITIVES (traits/structs/enums)
- <fill: which types does this work add or change? NONE where none>

### CLEARLY_COVERS (5-point checklist)
- Appears in Main Body: [ ] <fill: PASS or FAIL>
- Explicitly named: [ ] <fill: PASS or FAIL>
- Specific: [ ] <fill: PASS or FAIL>
- Measurable acceptance criteria: [ ] <fill: PASS or FAIL>
- No ambiguity: [ ] <fill: PASS or FAIL>
- CLEARLY_COVERS_VERDICT: <fill: PASS or FAIL; one FAIL above means FAIL>
- CLEARLY_COVERS_REASON: <fill: where does the spec say so, or what is missing?>
- AMBIGUITY_FOUND: <fill: YES or NO>
- AMBIGUITY_REASON: <fill: what can be read in two ways? NONE where nothing>

### ENRICHMENT
- ENRICHMENT_NEEDED: <fill: NO where the verdict is PASS, else YES>
- REASON_NO_ENRICHMENT: <fill: why is the spec enough as it is?>

#### PROPOSED_SPEC_ENRICHMENT (VERBATIM) (required if ENRICHMENT_NEEDED=YES)
```md
<not applicable; ENRICHMENT_NEEDED=NO>
```

### SPEC_ANCHORS (REQUIRED: one or more)
"""


class Target(Struct, frozen=True):
    """The spec that a packet is about, as the packet names it."""

    pointer: str  # the path of the pointer file; "" where the spec is named by itself
    name: str  # of the spec, as the pointer writes it; its path where there is no pointer
    sha1: str
    spec_id: str = ""  # where the spec is allocated

    def __str__(self) -> str:
        return f"{self.pointer} -> {self.name}" if self.pointer else self.name


def packet_text(wp_id: str, created_at: datetime, target: Target, anchors: tuple[Candidate, ...]) -> str:
    """A packet with all that can be known filled in, and a question where only somebody can answer."""
    fields = {
        "WP_ID": wp_id,
        "CREATED_AT": created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SPEC_TARGET_RESOLVED": in_ascii(str(target)),
        "SPEC_TARGET_SHA1": target.sha1,
        **({"SPEC_ID": target.spec_id} if target.spec_id else {}),
        "USER_REVIEW_STATUS": PENDING,
        "USER_SIGNATURE": PENDING,
        "USER_APPROVAL_EVIDENCE": PENDING,
    }
    metadata = "".join(f"- {key}: {value}\n" for key, value in fields.items())
    parts = [_HEAD, "\n### METADATA\n", metadata, _SECTIONS]
    for number, anchor in enumerate(anchors, start=1):
        parts += _anchor_lines(number, anchor, target.name)
    return "".join(parts)


def _anchor_lines(number: int, anchor: Candidate, spec: str) -> Iterator[str]:
    yield f"\n#### ANCHOR {number}\n"
    yield f"- SPEC_ANCHOR: {in_ascii(f'{spec} {anchor.claim}')}\n"
    yield f"- CONTEXT_START_LINE: {anchor.window.first}\n"
    yield f"- CONTEXT_END_LINE: {anchor.window.last}\n"
    yield f"- CONTEXT_TOKEN: {in_ascii(anchor.token)}\n"
    yield "- EXCERPT_ASCII_ESCAPED:\n"
    yield "  ```text\n"
    for line in anchor.lines:
        yield f"  {escaped(line)}\n" if line.strip() else "\n"
    yield "  ```\n"


def in_ascii(text: str) -> str:
    """A text with what is not ASCII as escapes; its backslashes stay single, so that a token is found as it is."""
    return _NON_ASCII.sub(lambda match: escaped(match[0]), text)
