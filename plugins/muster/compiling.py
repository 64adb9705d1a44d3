"""A prompt compiled from what was gathered, and the files that tell of it.

implements: MU-PRM-6021, MU-PRM-6023, MU-PRM-6025
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from muster import __version__
from muster.gathering import PROMPT, REFERENCE, ROUTE, Gathered, capsule_name, gathered, reference_to
from muster.prompts import folder
from muster.prompts.compiler import compiled, missing_optional, missing_required, most_tokens
from muster.prompts.context import Artifact, Job, context_snapshot_of, hashes_of
from muster.prompts.manifest import (
    NAME,
    SCHEMA,
    CapabilityInput,
    Input,
    Manifest,
    PackInput,
    envelope_sha256,
    files_of,
    inputs_of,
    json_file,
    sealed,
)
from muster.prompts.provenance import (
    Provenance,
    Reference,
    decision_skeleton,
    intent_skeleton,
    stand_of,
    workflow_context_of,
)
from muster.prompts.values import Problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.gathering import Order, Site
    from muster.prompts.capabilities import CapabilitySnapshot
    from muster.prompts.context import ContextSnapshot
    from muster.prompts.sources import Source
    from muster.prompts.tokenizers import Tokenizer
    from muster.prompts.values import CompileTrouble, Envelope, Pack


class Compile(Struct, frozen=True):
    """A compiled prompt and the files of its folder."""

    envelope: Envelope
    manifest: Manifest
    snapshot: CapabilitySnapshot
    missing: tuple[str, ...]  # optional placeholders without a value
    contents: dict[str, bytes]  # by name


class _Parts(Struct, frozen=True):
    """What was gathered, all of it there."""

    pack: Pack
    pack_sha256: str
    tokenizer: Tokenizer
    snapshot: CapabilitySnapshot
    found: Gathered
    envelope: Envelope


def compile_of(order: Order, site: Site, *, keep_text: bool = False) -> Compile | Problems:
    """The compile that an order means, or every reason why there is none."""
    return compile_from(gathered(order, site), order, site, keep_text=keep_text)


def compile_from(
    found: Gathered, order: Order, site: Site, *, keep_text: bool, job: Job | None = None, muster: str = __version__
) -> Compile | Problems:
    """The same, of what is gathered already."""
    pack = found.pack.pack if found.pack else None
    envelope = _envelope(found, pack)
    own = envelope.troubles if isinstance(envelope, Problems) else ()
    troubles = (*found.troubles, *_not_told(own, found.troubles))
    if troubles or isinstance(envelope, Problems):
        return Problems(troubles)
    assert found.pack is not None
    assert pack is not None
    assert found.snapshot is not None
    assert found.tokenizer is not None
    parts = _Parts(pack, found.pack.sha256, found.tokenizer, found.snapshot, found, envelope)
    return _compile(parts, order, site, job or Job(), muster, keep_text=keep_text)


def _envelope(found: Gathered, pack: Pack | None) -> Envelope | Problems:
    if pack is None:
        return Problems(())
    if found.tokenizer is None:
        return Problems(tuple(missing_required(pack, found.sources)))
    capsules = [found.sources[name] for name in _capsules(found.sources)]
    values = {name: source.text for name, source in found.sources.items() if not name.startswith("CONTEXT_CAPSULE[")}
    return compiled(pack, values, found.tokenizer, [one.text for one in capsules])


def _capsules(sources: Mapping[str, Source]) -> list[str]:
    count = sum(name.startswith("CONTEXT_CAPSULE[") for name in sources)
    return [name for index in range(count) if (name := capsule_name(index)) in sources]


def _not_told(own: tuple[CompileTrouble, ...], told: tuple[CompileTrouble, ...]) -> tuple[CompileTrouble, ...]:
    """What the compiler finds, without values that are missing because something is wrong with them."""
    paths = {one.path for one in told}
    hidden = {"$.values.CAPABILITY_SNAPSHOT_TABLE"} if told else set()
    if any(path == f"$.values.{PROMPT}" for path in (*paths, *(one.path for one in own))):
        hidden.add(f"$.values.{REFERENCE}")  # it follows from the prompt
    return tuple(one for one in own if one.path not in paths | hidden)


def _compile(parts: _Parts, order: Order, site: Site, job: Job, muster: str, *, keep_text: bool) -> Compile:
    found, pack, envelope = parts.found, parts.pack, parts.envelope
    missing = missing_optional(pack, {name: one.text for name, one in found.sources.items()})
    inputs = (*inputs_of(pack, found.sources), *_capsule_inputs(found.sources))
    context = context_snapshot_of(
        inputs,
        _artifacts(parts, order),
        envelope,
        job,
        order.at,
        _warnings(envelope, missing),
        folder.TEXT if keep_text else "",
    )
    spec_id = order.spec_id or parts.snapshot.spec_id
    contents = {
        folder.ENVELOPE: json_file(folder.stored(envelope, keep_text=keep_text)),
        folder.SNAPSHOT: json_file(parts.snapshot),
        folder.CONTEXT: json_file(context),
        folder.PACK: found.pack_data,
        **_skeletons(parts, order, context, spec_id, missing),
        **(_texts(parts, site) if keep_text else {}),
    }
    manifest = Manifest(
        SCHEMA,
        muster,
        spec_id,
        context.context_snapshot_id,
        order.at,
        job,
        ROUTE,
        order.mode,
        found.version_control,
        parts.tokenizer.name,
        PackInput(pack.pack_id, found.pack_handle, parts.pack_sha256),
        CapabilityInput(
            found.snapshot_handle, bool(order.snapshot), parts.snapshot.registry_version, parts.snapshot.sha256
        ),
        inputs,
        hashes_of(envelope),
        envelope_sha256(envelope),
        keep_text,
        files_of(contents),
    )
    manifest = sealed(manifest)
    return Compile(envelope, manifest, parts.snapshot, missing, {**contents, NAME: json_file(manifest)})


def _capsule_inputs(sources: Mapping[str, Source]) -> list[Input]:
    own = [(name, sources[name]) for name in _capsules(sources)]
    return [
        Input(name, "context_capsule", one.handle, str(one.kind), one.sha256, one.fingerprints) for name, one in own
    ]


def _artifacts(parts: _Parts, order: Order) -> tuple[Artifact, ...]:
    """What went in beside the values; also by the names alone of tokenizer and mode, two compiles differ."""
    found = parts.found
    names = (("tokenizer", parts.tokenizer.name), ("governance_mode", str(order.mode)))
    return (
        Artifact(found.pack_handle, "pack", parts.pack_sha256),
        Artifact(found.snapshot_handle, "capability_snapshot", parts.snapshot.sha256),
        *(Artifact(f"{kind}:{name}", kind, hashlib.sha256(name.encode()).hexdigest()) for kind, name in names),
    )


def _warnings(envelope: Envelope, missing: tuple[str, ...]) -> list[str]:
    cut = [name for name, was_cut in envelope.truncation.per_placeholder_truncated.items() if was_cut]
    return [
        *(f"{name} is cut" for name in cut),
        *(["the variable suffix is cut"] if envelope.truncation.variable_suffix_truncated else []),
        *(f"{name} has no value" for name in missing),
    ]


def _skeletons(
    parts: _Parts, order: Order, context: ContextSnapshot, spec_id: str, missing: tuple[str, ...]
) -> dict[str, bytes]:
    """SpecIntent and SpecRouterDecision, with the provenance that an answer has to carry."""
    sources, pack = parts.found.sources, parts.pack
    provenance = Provenance(
        spec_prompt_pack_id=pack.pack_id,
        spec_prompt_pack_sha256=parts.pack_sha256,
        capability_snapshot_ref=Reference(folder.SNAPSHOT, parts.snapshot.sha256),
        capability_registry_version=parts.snapshot.registry_version,
        context_snapshot_id=context.context_snapshot_id,
        prompt_envelope=stand_of(parts.envelope),
        tokenizer=parts.tokenizer.name,
        missing_placeholders=missing,
    )
    prompt = _prompt(pack, sources)
    reference = Reference(reference_to(prompt), prompt.sha256) if prompt else Reference("", "")
    limits = {one.name: most_tokens(pack, one) for one in pack.placeholders}
    shown = {name: parts.tokenizer.cut(sources[name].text, most) for name, most in limits.items() if name in sources}
    gates = shown.get("REQUIRED_GATES")
    intent = intent_skeleton(provenance, pack, spec_id, reference, str(prompt.kind) if prompt else "", order.at)
    decision = decision_skeleton(
        provenance,
        pack,
        spec_id,
        order.mode,
        workflow_context_of({"VERSION_CONTROL": parts.found.version_control[:100], **shown}),
        None if gates is None else tuple(filter(None, (one.strip() for one in gates.split(",")))),
    )
    return {folder.INTENT: json_file(intent), folder.DECISION: json_file(decision)}


def _prompt(pack: Pack, sources: Mapping[str, Source]) -> Source | None:
    """The value that holds what the user wants."""
    named = [one.name for one in pack.placeholders if one.source == "prompt_ref" and one.name != REFERENCE]
    return next((sources[name] for name in (PROMPT, *named) if name in sources), None)


def _texts(parts: _Parts, site: Site) -> dict[str, bytes]:
    """The full text, and the texts behind it: only where the user asks for them.  implements: MU-PRM-6025"""
    sources = parts.found.sources
    named = {name for source in sources.values() for name in source.fingerprints}
    requirements: dict[str, str] = {}
    for one in site.project.requirements:
        if one.id.text in named:
            requirements.setdefault(one.id.text, one.text)
    kept = folder.Kept({name: sources[name].text for name in sorted(sources)}, dict(sorted(requirements.items())))
    return {folder.TEXT: parts.envelope.text.encode(), folder.KEPT: json_file(kept)}
