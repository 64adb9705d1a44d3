"""A small packet, and the spec that it is pinned to: each rule's bad example differs from it by a line or two."""

from __future__ import annotations

import hashlib

from muster.rules.base import Example

SPEC_PATH = "specs/10-queue.md"
PATH = "packets/WP-1-Queue-v1.md"
SPEC = """\
# Queue SPEC

Conformance language: RFC 2119 and RFC 8174

## 1) Order

- [QUEUE-001] The queue MUST keep the order.
"""


def sha1_of(spec: str) -> str:
    """The SHA-1 that a packet has of this spec."""
    return hashlib.sha1(spec.encode(), usedforsecurity=False).hexdigest()


PACKET = f"""\
## TECHNICAL_REFINEMENT

### METADATA
- WP_ID: WP-1-Queue-v1
- CREATED_AT: 2026-02-27T09:46:09Z
- SPEC_TARGET_RESOLVED: specs/10-queue.md
- SPEC_TARGET_SHA1: {sha1_of(SPEC)}
- USER_REVIEW_STATUS: APPROVED
- USER_SIGNATURE: ann270220261121

### GAPS_IDENTIFIED
- NONE

### FLIGHT_RECORDER_INTERACTION
- NONE

### RED_TEAM_ADVISORY
- A job that is dropped is lost: count them.

### PRIMITIVES
- NONE

### CLEARLY_COVERS
- Appears in Main Body: PASS
- Explicitly named: PASS
- Specific: PASS
- Measurable acceptance criteria: PASS
- No ambiguity: PASS
- CLEARLY_COVERS_VERDICT: PASS
- CLEARLY_COVERS_REASON: section 1 says what the order is
- AMBIGUITY_FOUND: NO

### ENRICHMENT
- ENRICHMENT_NEEDED: NO
- REASON_NO_ENRICHMENT: section 1 says all of it

### SPEC_ANCHORS

#### ANCHOR 1
- SPEC_ANCHOR: 10-queue.md 1) Order
- CONTEXT_START_LINE: 5
- CONTEXT_END_LINE: 7
- CONTEXT_TOKEN: QUEUE-001
- EXCERPT_ASCII_ESCAPED:
  ```text
  ## 1) Order

  - [QUEUE-001] The queue MUST keep the order.
  ```
"""


def packet_with(*changes: tuple[str, str]) -> str:
    """The packet with each first text replaced by its second."""
    text = PACKET
    for old, new in changes:
        head, found, tail = text.partition(old)
        assert found, old
        text = head + new + tail
    return text


def packet_example(bad: str, good: str = PACKET, **files: str) -> Example:
    """A bad packet and a good one beside the spec, and beside further files: `path=text`."""
    others = {SPEC_PATH: SPEC, **files}
    return Example(bad=bad, good=good, path=PATH, framed=False, bad_files=others, good_files=others)
