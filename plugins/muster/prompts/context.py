"""What a model was shown and why, by hashes alone: the ContextSnapshot.

implements: MU-PRM-6021, MU-PRM-6026
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from muster.prompts.canonical import sha256_of
from muster.text.uuids import named_uuid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.prompts.manifest import Input
    from muster.prompts.values import Envelope

NAMESPACE = UUID("6f0c1f0e-6a1b-5d0e-9d53-0f4b8f2f6a11")  # of the IDs of context snapshots
# Two jobs that show the same to the same model share the ID, and so do a compile that keeps its text and one that does
# not.
_OUTSIDE = frozenset(("context_snapshot_id", "job_id", "step_id", "created_at", "local_only_payload_ref"))


class Artifact(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that went in."""

    handle: str
    kind: str  # pack, capability_snapshot, text, file, requirement, section, packet, intent
    sha256: str
    fingerprints: dict[str, str] = {}  # of the requirements in it, by ID


class Ids(Struct, frozen=True, forbid_unknown_fields=True):
    """A list of names, of which only the hash is told."""

    ids_hash: str
    count: int


class EnvelopeHashes(Struct, frozen=True, forbid_unknown_fields=True):
    """The three hashes of an envelope."""

    stable_prefix: str
    variable_suffix: str
    full_prompt: str


class Job(Struct, frozen=True):
    """For whom a prompt is compiled."""

    job_id: str = ""
    step_id: str = ""
    determinism_mode: Literal["strict", "replay"] = "strict"
    model_tier: Literal["local", "cloud"] = "local"
    model_id: str = ""
    policy_profile_id: str = ""
    layer_scope: str = "project"
    seed: int = 0


class ContextSnapshot(Struct, frozen=True, forbid_unknown_fields=True):
    """What one step of a job was shown."""

    context_snapshot_id: str  # a UUID made from the rest, without job, step, time and payload
    job_id: str
    step_id: str
    created_at: str
    determinism_mode: Literal["strict", "replay"]
    model_tier: Literal["local", "cloud"]
    model_id: str
    policy_profile_id: str
    layer_scope: str
    scope_inputs_hash: str
    retrieval_candidates: Ids
    selected_sources: Ids
    prompt_envelope_hashes: EnvelopeHashes
    artifact_handles: tuple[Artifact, ...]
    seed: int
    warnings: tuple[str, ...]
    local_only_payload_ref: str  # where the full text is kept; "" where it is not


def hashes_of(envelope: Envelope) -> EnvelopeHashes:
    """The three hashes of an envelope."""
    return EnvelopeHashes(envelope.stable_prefix_hash, envelope.variable_suffix_hash, envelope.full_prompt_hash)


def ids_of(names: Iterable[str]) -> Ids:
    """Names as one hash: their order and how often each is there count for nothing."""
    own = sorted(set(names))
    return Ids(sha256_of(own), len(own))


def context_snapshot_of(
    inputs: Sequence[Input],
    artifacts: Iterable[Artifact],
    envelope: Envelope,
    job: Job,
    created_at: str,
    warnings: Sequence[str] = (),
    payload_ref: str = "",
) -> ContextSnapshot:
    """The snapshot of a compile.

    `inputs` are the values of the placeholders; `artifacts` what else went in: the pack, the capability snapshot.
    Muster retrieves nothing by itself: what the values name are the candidates, and all of them are selected.
    """
    own = {_sort_key(one): one for one in (*artifacts, *map(_artifact, inputs))}
    named = ids_of(one.handle for one in inputs if one.kind != "text")
    snapshot = ContextSnapshot(
        "",
        job.job_id,
        job.step_id,
        created_at,
        job.determinism_mode,
        job.model_tier,
        job.model_id,
        job.policy_profile_id,
        job.layer_scope,
        sha256_of({one.placeholder: one.sha256 for one in inputs}),
        named,
        named,
        hashes_of(envelope),
        tuple(own[key] for key in sorted(own)),
        job.seed,
        tuple(warnings),
        payload_ref,
    )
    return msgspec.structs.replace(snapshot, context_snapshot_id=id_of(snapshot))


def id_of(snapshot: ContextSnapshot) -> str:
    """The ID that follows from what a snapshot says: a UUID5 over the hash of its content.  implements: MU-PRM-6010"""
    fields: Mapping[str, object] = msgspec.to_builtins(snapshot)
    content = sha256_of({name: value for name, value in fields.items() if name not in _OUTSIDE})
    return named_uuid(NAMESPACE, content.encode())


def _artifact(one: Input) -> Artifact:
    return Artifact(one.handle, one.kind, one.sha256, one.fingerprints)


def _sort_key(one: Artifact) -> tuple[str, str, str]:
    return one.kind, one.handle, one.sha256
