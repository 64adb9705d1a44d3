"""The payloads of events: what each type is made of, as `reference/events.md` has it.

implements: MU-LEDGER-8031, MU-LEDGER-8033
"""

# Annotations are values here, not texts, as in rows.py.
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from muster.ledger.rows import Digest, Name

SpecId = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)")]
Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$(?!\n)")]
Count = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Payload(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every payload has: the spec, once it has an identity, and until then its record."""

    spec_id: SpecId | None
    record: Name | None = None


class SpecAllocated(Payload, frozen=True, kw_only=True):
    """A spec got its identity."""

    record: Name
    contract: Name
    record_was: str | None = None  # the placeholder that stood there
    contract_was: str | None = None
    record_digest: Digest | None = None  # of the files before
    contract_digest: Digest | None = None


class SpecAllocationRefused(Payload, frozen=True, kw_only=True):
    """A spec is not ready for an identity."""

    reasons: Annotated[tuple[Name, ...], Meta(min_length=1)]


class SpecAllocationReverted(Payload, frozen=True, kw_only=True):
    """An allocation was taken back."""

    record: Name
    contract: Name


class DocsSpecs(Payload, frozen=True, kw_only=True):
    """`muster check` passed or failed."""

    run_id: Name
    counts: dict[str, int]  # findings by rule
    errors: int
    warnings: int
    statuses: dict[str, int] = {}  # requirements by status; none where nobody traced them


class SpecStatus(Payload, frozen=True, kw_only=True):
    """A spec says that its status is another."""

    spec: Name
    before: str | None
    after: str


class GateTransition(Payload, frozen=True, kw_only=True):
    """A work packet went through a gate."""

    work_packet_id: Name
    role: Literal["operator", "orchestrator", "coder", "validator", "system"]
    gate_kind: Literal["orchestrator", "validator"]
    gate: Name
    verdict: Literal["PASS", "FAIL"] | None
    gate_state_ref: Name
    idempotency_key: Name


class PacketActivated(Payload, frozen=True, kw_only=True):
    """A stub became a work packet."""

    base_wp_id: Name
    work_packet_id: Name
    stub_packet_ref: Name
    active_packet_ref: Name
    traceability_registry_ref: Name | None  # where the project has one
    task_board_ref: Name | None
    idempotency_key: Name


class Signature(Payload, frozen=True, kw_only=True):
    """Somebody signed a refinement."""

    work_packet_id: Name
    packet_ref: Name | None = None  # the path of the packet
    signature: Name
    packet_digest: Digest


class RefinementPass(Payload, frozen=True, kw_only=True):
    """A refinement was checked to its end."""

    work_packet_id: Name
    packet_ref: Name | None = None  # the path of the packet
    verdict: Literal["PASS", "FAIL"]
    packet_digest: Digest


class SpecRouter(Payload, frozen=True, kw_only=True):
    """A prompt was compiled."""

    spec_prompt_pack_id: Name
    spec_prompt_pack_sha256: Sha256
    capability_snapshot_ref: Name  # the path of the file
    capability_snapshot_sha256: Sha256
    capability_registry_version: str
    spec_lint_report_ref: Name | None  # the path of the report of a preflight, where there is one
    spec_lint_report_sha256: Sha256 | None
    context_snapshot_id: Name
    stable_prefix_hash: Sha256
    variable_suffix_hash: Sha256
    full_prompt_hash: Sha256
    stable_prefix_tokens: int
    variable_suffix_tokens: int
    total_tokens: int
    tokenizer: Name  # with its version
    truncated: dict[str, bool]  # by placeholder
    variable_suffix_truncated: bool


class ChainGate(Payload, frozen=True, kw_only=True):
    """A gate of a prompt chain decided."""

    chain: Name
    label: Name
    decision: Name
    conditions: tuple[str, ...] = ()
    turn_ref: Name | None = None  # the path of the gate's turn
    decision_digest: Digest | None = None  # of the decision and its conditions


class LedgerRetired(Payload, frozen=True, kw_only=True):
    """Old months were dropped from the ledger. The chain is verified from behind `last_seq` on."""

    before: Month  # the first month that stayed
    events: Count
    first_seq: Count  # of the events that were dropped; 0 where none were
    last_seq: Count  # the last event that is not there any more, whenever it was dropped
    last_digest: Digest
    digest: Digest  # folded over the digests of all events up to that one
    runs: Count
    runs_digest: Digest  # of their IDs, a line each, in the order of their times
    tool_calls: Count
    script_runs: Count


class Kind(Struct, frozen=True):
    """What an event of some type is made of."""

    events: tuple[str, ...]
    payload: type[Payload]
    code: str = ""


_GATE = ("gate:pass", "gate:fail")
RETIRED = "ledger_retired"
KINDS: Mapping[str, Kind] = {
    "spec_allocated": Kind(("gate:pass",), SpecAllocated),
    "spec_allocation_refused": Kind(("gate:fail",), SpecAllocationRefused),
    "spec_allocation_reverted": Kind(("spec:changed",), SpecAllocationReverted),
    "spec_status_changed": Kind(("spec:changed",), SpecStatus),
    "docs_specs": Kind(_GATE, DocsSpecs),
    "gov_gate_transition": Kind(_GATE, GateTransition, "FR-EVT-GOV-GATES-001"),
    "gov_work_packet_activated": Kind(("gate:pass",), PacketActivated, "FR-EVT-GOV-WP-001"),
    "user_signature": Kind(("gate:pass",), Signature),
    "refinement_pass": Kind(_GATE, RefinementPass),
    "spec_router": Kind(("prompt:compiled",), SpecRouter),
    "skeptic_gate": Kind(_GATE, ChainGate),
    "evidence_gate": Kind(_GATE, ChainGate),
    RETIRED: Kind(("ledger:retired",), LedgerRetired),
}
