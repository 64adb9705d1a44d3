"""Where a prompt came from, as SpecIntent and SpecRouterDecision carry it, and skeletons of both.

implements: MU-PRM-6013, MU-PRM-6016, MU-PRM-6023
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

from muster.prompts.governance import DEMANDS, Mode, wants_safety_commit
from muster.prompts.values import ArtifactKind, Truncation  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.prompts.values import Envelope, Pack

INTENT_SCHEMA: Final = "hsk.spec_intent@0.2"
DECISION_SCHEMA: Final = "hsk.spec_router_decision@0.2"


class Reference(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is named and not repeated, and the hash of what it was."""

    handle: str
    sha256: str


class EnvelopeStand(Struct, frozen=True, forbid_unknown_fields=True):
    """What is told of an envelope wherever it is named: hashes, counts and what was cut."""

    stable_prefix_hash: str
    variable_suffix_hash: str
    full_prompt_hash: str
    stable_prefix_tokens: int
    variable_suffix_tokens: int
    total_tokens: int
    truncation: Truncation


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that it takes to find the prompt behind an answer."""

    spec_prompt_pack_id: str
    spec_prompt_pack_sha256: str
    capability_snapshot_ref: Reference
    capability_registry_version: str
    context_snapshot_id: str
    prompt_envelope: EnvelopeStand
    tokenizer: str  # with its version: "words@1"
    missing_placeholders: tuple[str, ...] = ()  # optional ones that expanded to nothing


class WorkflowContext(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the work takes place."""

    workspace_id: str = ""
    project_id: str = ""
    version_control: str = ""
    repo_root: str = ""


class SpecIntent(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the user wants, `hsk.spec_intent@0.2`."""

    schema_version: Literal["hsk.spec_intent@0.2"]
    spec_id: str
    prompt_ref: Reference
    prompt_type: str  # what the prompt comes from: text, file, requirement, section, packet, intent
    detected_capabilities: tuple[str, ...]
    risk_flags: tuple[str, ...]
    requested_outputs: tuple[ArtifactKind, ...]
    created_at: str


class SpecRouterDecision(Provenance, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the work goes on, `hsk.spec_router_decision@0.2`."""

    schema_version: Literal["hsk.spec_router_decision@0.2"]
    spec_id: str
    governance_mode: Mode
    spec_template_id: str
    required_roles: tuple[str, ...]
    required_gates: tuple[str, ...]
    work_packet_required: bool
    task_board_required: bool
    workflow_context: WorkflowContext
    safety_commit_required: bool


def stand_of(envelope: Envelope) -> EnvelopeStand:
    """What is told of an envelope."""
    return EnvelopeStand(
        envelope.stable_prefix_hash,
        envelope.variable_suffix_hash,
        envelope.full_prompt_hash,
        envelope.stable_prefix_tokens,
        envelope.variable_suffix_tokens,
        envelope.total_tokens,
        envelope.truncation,
    )


def provenance_of(answer: Provenance) -> Provenance:
    """The provenance that a SpecIntent or a SpecRouterDecision carries, alone: to be compared."""
    return Provenance(**{name: getattr(answer, name) for name in Provenance.__struct_fields__})


def workflow_context_of(values: Mapping[str, str]) -> WorkflowContext:
    """The workflow context among the values of a prompt."""
    named = ("WORKSPACE_ID", "PROJECT_ID", "VERSION_CONTROL", "REPO_ROOT")
    return WorkflowContext(*(values.get(name, "") for name in named))


def intent_skeleton(
    provenance: Provenance, pack: Pack, spec_id: str, prompt_ref: Reference, prompt_type: str, created_at: str
) -> SpecIntent:
    """A SpecIntent that holds the provenance; what the model finds out is still empty."""
    return SpecIntent(
        **_fields(provenance),
        schema_version=INTENT_SCHEMA,
        spec_id=spec_id,
        prompt_ref=prompt_ref,
        prompt_type=prompt_type,
        detected_capabilities=(),
        risk_flags=(),
        requested_outputs=tuple(output.artifact_kind for output in pack.required_outputs),
        created_at=created_at,
    )


def decision_skeleton(
    provenance: Provenance,
    pack: Pack,
    spec_id: str,
    mode: Mode,
    context: WorkflowContext,
    gates: Sequence[str] | None = None,
) -> SpecRouterDecision:
    """A SpecRouterDecision that holds the provenance, and what follows from the governance mode.

    `gates` are those that the prompt names, where they are not the mode's own.
    """
    demands = DEMANDS[mode]
    templates = [output.schema_ref for output in pack.required_outputs if output.artifact_kind == "SpecArtifact"]
    return SpecRouterDecision(
        **_fields(provenance),
        schema_version=DECISION_SCHEMA,
        spec_id=spec_id,
        governance_mode=mode,
        spec_template_id=templates[0] if templates else "",
        required_roles=demands.roles,
        required_gates=demands.gates if gates is None else tuple(gates),
        work_packet_required=demands.work_packet,
        task_board_required=demands.task_board,
        workflow_context=context,
        safety_commit_required=wants_safety_commit(mode, context.version_control),
    )


def _fields(provenance: Provenance) -> dict[str, Any]:
    return {name: getattr(provenance, name) for name in Provenance.__struct_fields__}
