"""What a folder of a compile was made from, and what stands in it: enough to make it again, and to see what changed.

implements: MU-PRM-6021, MU-PRM-6024, MU-PRM-6025
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec import Struct

from muster.prompts.canonical import sha256_of
from muster.prompts.context import EnvelopeHashes, Job  # noqa: TC001 -- msgspec reads the types of fields
from muster.prompts.governance import Mode  # noqa: TC001 -- as above
from muster.prompts.naming import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.prompts.sources import Source
    from muster.prompts.values import Envelope, Pack

NAME = "manifest.json"
SCHEMA: Final = "muster.prompt_manifest@1"


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """The value of a placeholder, by its hash."""

    placeholder: str
    origin: str  # what the pack says: prompt_ref, capability_snapshot, workflow_context, governance_mode
    handle: str
    kind: str
    sha256: str
    fingerprints: dict[str, str] = {}


class PackInput(Struct, frozen=True, forbid_unknown_fields=True):
    """The pack."""

    pack_id: str
    handle: str  # where it was read: a path of the project, or "muster:PACK_ID" for a shipped one
    sha256: str  # of the exact bytes


class CapabilityInput(Struct, frozen=True, forbid_unknown_fields=True):
    """The capability snapshot, and the file that it was made from."""

    handle: str  # the path of the registry, or of the given snapshot
    given: bool  # it was not made from a registry
    registry_version: str
    sha256: str  # of the snapshot without its time


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The inputs of a compile, and the files of its folder."""

    schema_version: Literal["muster.prompt_manifest@1"]
    muster: str  # the version that compiled it
    spec_id: str
    context_snapshot_id: str
    created_at: str
    job: Job
    route: str  # the job kind
    governance_mode: Mode
    version_control: str
    tokenizer: str  # with its version
    pack: PackInput
    capability_snapshot: CapabilityInput
    inputs: tuple[Input, ...]  # in the order of the pack
    envelope_hashes: EnvelopeHashes
    envelope_sha256: str  # of the bytes of the whole envelope, be its text kept or not
    keeps_text: bool
    files: dict[str, str]  # by name: the SHA-256 of each file of the folder but this one
    manifest_sha256: str = ""  # of all this but itself


class NoManifest(ValueError):
    """A file is no manifest."""


def inputs_of(pack: Pack, sources: Mapping[str, Source]) -> tuple[Input, ...]:
    """The values of a pack's placeholders by their hashes."""
    return tuple(
        Input(each.name, each.source, source.handle, str(source.kind), source.sha256, source.fingerprints)
        for each in pack.placeholders
        if (source := sources.get(each.name)) is not None
    )


def files_of(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, by name."""
    return {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents) if name != NAME}


def sealed(manifest: Manifest) -> Manifest:
    """The manifest with its own hash."""
    return msgspec.structs.replace(manifest, manifest_sha256=_own_hash(manifest))


def is_intact(manifest: Manifest) -> bool:
    """Whether a manifest is as it was sealed."""
    return manifest.manifest_sha256 == _own_hash(manifest)


def _own_hash(manifest: Manifest) -> str:
    return sha256_of(msgspec.structs.replace(manifest, manifest_sha256=""))


def manifest_in(data: bytes) -> Manifest:
    """The manifest that a file holds; raises NoManifest."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoManifest(f"{NAME} is no manifest of a prompt: {error}") from None
    for number, one in enumerate(manifest.inputs):
        if one.kind not in list(SourceKind):
            raise NoManifest(f"{NAME} is no manifest of a prompt: Invalid kind {one.kind!r} - at `$.inputs[{number}]`")
    return manifest


def json_file(value: Struct) -> bytes:
    """A value as the content of a file: indented, in the order of its fields, with a line end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def envelope_sha256(envelope: Envelope) -> str:
    """The SHA-256 of the whole envelope as a file."""
    return hashlib.sha256(json_file(envelope)).hexdigest()
