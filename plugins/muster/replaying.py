"""A stored prompt made again: proved byte for byte, or told which of its inputs drifted.

implements: MU-PRM-6024, MU-PRM-6026
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping  # noqa: TC003 -- msgspec reads the types of fields
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.compiling import Compile, compile_from
from muster.gathering import (
    MODE,
    OWN,
    PROMPT,
    REFERENCE,
    TABLE,
    Gathered,
    NoInput,
    Order,
    gathered,
    own_source,
    reference_to,
)
from muster.prompts import folder
from muster.prompts.manifest import NAME, Manifest, NoManifest, manifest_in
from muster.prompts.naming import SourceKind, as_text
from muster.prompts.replay import GONE, Changed, Drift, Standing, replayed
from muster.prompts.sources import Source, fingerprints_of
from muster.prompts.tokenizers import UnknownTokenizer, tokenizer_named
from muster.prompts.values import CompileTrouble
from muster.prompts.view import compile_view, kept_texts
from muster.store import files
from muster.store.whole_folder import files_in
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muster.gathering import Site
    from muster.prompts.manifest import Input
    from muster.prompts.naming import Named


class Stored(Struct, frozen=True):
    """The folder of a compile, as it stands."""

    path: str
    files: Mapping[str, bytes]  # by name
    manifest: Manifest


class Told(Struct, frozen=True):
    """An input that drifted, and its text before and after where it is known."""

    drift: Drift
    old: str | None = None
    new: str | None = None


class Verdict(Struct, frozen=True):
    """What came of making a stored prompt again."""

    stored: Stored
    drifts: tuple[Told, ...]
    lacking: tuple[str, ...]  # placeholders whose texts must be given again
    troubles: tuple[CompileTrouble, ...]  # why it could not be made again
    made: Compile | None
    sources: Mapping[str, Source] = {}  # the values as they are now, by placeholder

    @property
    def is_proved(self) -> bool:
        """Whether every byte is as it was."""
        return self.made is not None and not self.drifts


def stored_at(root: Path, path: str) -> Stored:
    """A compile by its folder; raises NoInput."""
    try:
        contents = files_in(root, path)
    except files.OutsideRoot as error:
        words, _, remedy = str(error).partition("; ")
        raise NoInput(CompileTrouble(shortened(path), words, remedy or "name a folder of the project")) from None
    except OSError as error:
        words = f"it cannot be read: {(error.strerror or str(error)).lower()}"
        raise NoInput(CompileTrouble(shortened(path), words, "name the folder of a compiled prompt")) from None
    if NAME not in contents:
        words = f"this is no compiled prompt: it has no {NAME}"
        raise NoInput(CompileTrouble(shortened(path), words, "name a folder that `muster prompt compile` wrote"))
    try:
        return Stored(path, contents, manifest_in(contents[NAME]))
    except NoManifest as error:
        words = shortened(str(error), 300)
        raise NoInput(CompileTrouble(shortened(path), words, "restore the file, or compile again")) from None


def kept_in(stored: Stored) -> folder.Kept:
    """The texts that the folder keeps; none where nobody asked for them, or where they cannot be read."""
    try:
        return msgspec.json.decode(stored.files.get(folder.KEPT, b""), type=folder.Kept)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return folder.Kept({}, {})


def verdict_on(stored: Stored, given: Mapping[str, str | Named], site: Site) -> Verdict:
    """The prompt, made again from its inputs as they are now; `given` are texts that the folder does not keep."""
    manifest, kept = stored.manifest, kept_in(stored)
    order = _order_again(stored, given, kept)
    found = gathered(order, site)
    found = _as_recorded(found, stored)
    standing = _standing(found, stored, site)
    replay = replayed(manifest, standing)
    made = None
    troubles = found.troubles
    if not replay.lacking:
        again = compile_from(
            found, order, site, keep_text=manifest.keeps_text, job=manifest.job, muster=manifest.muster
        )
        if isinstance(again, Compile):
            made = again
            now = msgspec.structs.replace(standing, envelope_sha256=again.manifest.envelope_sha256)
            replay = replayed(manifest, now)
        else:
            replay = msgspec.structs.replace(replay, drifts=_explained(replay.drifts))
            troubles = again.troubles
    drifts = _causes(replay.drifts, manifest) or (tuple(_other_files(stored, made)) if made else ())
    told = tuple(_told(one, manifest, kept, found, site) for one in drifts)
    return Verdict(stored, told, replay.lacking, troubles, made, found.sources)


def _causes(drifts: tuple[Drift, ...], manifest: Manifest) -> tuple[Drift, ...]:
    """Drifts without that of a reference which follows from a prompt that drifted."""
    follows = any(one.placeholder == REFERENCE and one.handle.startswith(OWN) for one in manifest.inputs)
    others = tuple(one for one in drifts if one.name != REFERENCE)
    return others if follows and others else drifts


def _explained(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """Drifts without the one of an envelope that could not be made."""
    return tuple(one for one in drifts if one.what is not Changed.ENVELOPE)


def _order_again(stored: Stored, given: Mapping[str, str | Named], kept: folder.Kept) -> Order:
    """What has to be asked for to get the same compile; a text that nobody has is left out."""
    manifest = stored.manifest
    texts = kept_texts(compile_view(stored.path, stored.files))
    values: dict[str, str | Named] = {}
    for one in manifest.inputs:
        if one.handle.startswith(OWN) or one.placeholder in (TABLE, MODE):
            continue
        if one.kind != SourceKind.TEXT:
            values[one.placeholder] = one.handle
        elif one.placeholder in given:
            values[one.placeholder] = given[one.placeholder]
        elif one.placeholder in kept.values:
            values[one.placeholder] = as_text(kept.values[one.placeholder])
        elif one.sha256 in texts:
            values[one.placeholder] = as_text(texts[one.sha256])
    own = manifest.capability_snapshot
    return Order(
        pack=manifest.pack.handle,
        values=values,
        spec_id=manifest.spec_id,
        tokenizer=manifest.tokenizer,
        registry="" if own.given else own.handle,
        snapshot=own.handle if own.given else "",
        mode=manifest.governance_mode,
        at=manifest.created_at,
        own=tuple(one.placeholder for one in manifest.inputs if one.handle.startswith(OWN)),
    )


def texts_needed(stored: Stored) -> tuple[str, ...]:
    """The placeholders whose values were texts that somebody typed."""
    return tuple(one.placeholder for one in stored.manifest.inputs if one.handle == "text:")


def _as_recorded(found: Gathered, stored: Stored) -> Gathered:
    """What was gathered, under the names that the manifest has for it."""
    own: dict[str, Source] = {}
    for one in stored.manifest.inputs:
        source = found.sources.get(one.placeholder) or _own_again(one, stored)
        if source is None:
            continue
        text_again = one.kind == SourceKind.TEXT and source.handle != one.handle
        own[one.placeholder] = _renamed(source, one) if text_again else source
    if PROMPT in own and REFERENCE in own and own[REFERENCE].handle.startswith(OWN):
        own[REFERENCE] = own_source(REFERENCE, reference_to(own[PROMPT]))
    snapshot = found.snapshot
    was = compile_view(stored.path, stored.files).snapshot
    if snapshot and was and snapshot.sha256 == was.sha256:  # in no hash, and so no drift
        snapshot = msgspec.structs.replace(snapshot, generated_at=was.generated_at)
    return msgspec.structs.replace(found, sources=own, snapshot=snapshot)


def _own_again(one: Input, stored: Stored) -> Source | None:
    """A value that followed from the project, and does no longer: nothing now; from a text that is lacking, itself."""
    if not one.handle.startswith(OWN) or one.placeholder == TABLE:
        return None
    if one.placeholder != REFERENCE:
        return own_source(one.placeholder, "")
    text = kept_texts(compile_view(stored.path, stored.files)).get(one.sha256)
    return None if text is None else own_source(REFERENCE, text)


def _renamed(source: Source, one: Input) -> Source:
    """A text under the handle that it had; where a file gives it again, without the file's last line end."""
    return Source(one.handle, SourceKind.TEXT, source.text, hashlib.sha256(source.text.encode()).hexdigest())


def _standing(found: Gathered, stored: Stored, site: Site) -> Standing:
    """The inputs as they are now."""
    try:
        tokenizer = tokenizer_named(stored.manifest.tokenizer.partition("@")[0]).name
    except UnknownTokenizer:
        tokenizer = GONE
    return Standing(
        hashlib.sha256(found.pack_data).hexdigest() if found.pack_data else GONE,
        tokenizer,
        found.snapshot,
        found.sources,
        fingerprints_of(site.project),
        stored.files,
    )


def _other_files(stored: Stored, made: Compile) -> Iterator[Drift]:
    """Files that agree with the manifest, and are not what the same inputs give."""
    for name, data in sorted(made.contents.items()):
        was = hashlib.sha256(stored.files.get(name, b"")).hexdigest()
        now = hashlib.sha256(data).hexdigest()
        if was != now:
            yield Drift(Changed.FILE, name, was, now, ("made again from the same inputs, it is another",))


def _told(drift: Drift, manifest: Manifest, kept: folder.Kept, found: Gathered, site: Site) -> Told:
    """A drift with the texts before and after it."""
    if drift.what is Changed.REQUIREMENT and drift.name in fingerprints_in(manifest):
        texts = (one.text for one in site.project.requirements if one.id.text == drift.name)
        return Told(drift, kept.requirements.get(drift.name), next(texts, None))
    for one in manifest.inputs:
        if drift.name in (one.placeholder, one.handle) and drift.was == one.sha256:
            source = found.sources.get(one.placeholder)
            return Told(drift, kept.values.get(one.placeholder), source.text if source else None)
    return Told(drift)


def fingerprints_in(manifest: Manifest) -> dict[str, str]:
    """The requirements that went into a prompt, with their fingerprints."""
    return {name: known for one in manifest.inputs for name, known in one.fingerprints.items()}
