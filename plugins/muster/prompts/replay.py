"""Whether a compiled prompt can be made again, byte for byte; if not, which of its inputs changed.

implements: MU-PRM-6024, MU-PRM-6026
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.prompts.capabilities import CapabilitySnapshot, changes_between
from muster.prompts.manifest import NAME, is_intact
from muster.prompts.naming import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muster.prompts.manifest import Input, Manifest
    from muster.prompts.sources import Source

SNAPSHOT_FILE = "capability_snapshot.json"
GONE = ""  # the hash or name of what is there no longer
_HASH = re.compile(r"\b((?:sha256:)?[0-9a-f]{12})[0-9a-f]{52}\b")


class Changed(StrEnum):
    """What is not as it was."""

    PACK = "pack"
    TOKENIZER = "tokenizer"
    CAPABILITY_SNAPSHOT = "capability snapshot"
    PROMPT = "prompt"  # a text or file that stands for what the user asks
    VALUE = "value"  # a text or file of another placeholder
    REQUIREMENT = "requirement"
    SECTION = "section"
    PACKET = "packet"
    INTENT = "intent"
    FILE = "file"  # of the folder of the compile
    ENVELOPE = "envelope"  # all inputs are the same, and it is not


class Drift(Struct, frozen=True):
    """An input, or a file of the folder, that is not as it was."""

    what: Changed
    name: str  # a pack ID, a placeholder's handle, the ID of a requirement, the name of a file
    was: str  # a hash, a fingerprint, the name of a tokenizer
    now: str  # the same; "" where it is there no longer
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        gone = f"is now {_shown(self.now)}" if self.now else "is gone"
        was = f"was {_shown(self.was)}" if self.was else "was not there"
        more = f" ({'; '.join(self.details)})" if self.details else ""
        return f"{self.what} {self.name} {was} and {gone}{more}"


def _shown(value: str) -> str:
    """A name, or the first digits of a hash."""
    return _HASH.sub(r"\1", value)


class Standing(Struct, frozen=True):
    """The inputs of a compile as they are now, and the files of its folder."""

    pack_sha256: str  # GONE where there is no such pack any longer; so are the next two
    tokenizer: str
    capability_snapshot: CapabilitySnapshot | None
    sources: Mapping[str, Source]  # by placeholder; a text that nobody gave again is not among them
    requirements: Mapping[str, str]  # the fingerprint of each requirement of the project, by ID
    files: Mapping[str, bytes]  # of the folder, by name
    envelope_sha256: str = GONE  # of the envelope as it is compiled now


class Replay(Struct, frozen=True):
    """What came of making a prompt again."""

    drifts: tuple[Drift, ...]
    lacking: tuple[str, ...]  # the placeholders whose texts must be given again, as nobody kept them

    @property
    def proved(self) -> bool:
        """Whether the prompt was made again byte for byte."""
        return not self.drifts and not self.lacking


def replayed(manifest: Manifest, now: Standing) -> Replay:
    """What came of making a prompt again."""
    return Replay(drift_of(manifest, now), lacking_in(manifest, now))


def lacking_in(manifest: Manifest, now: Standing) -> tuple[str, ...]:
    """The placeholders whose texts must be given again; what followed from the project, nobody can give."""
    return tuple(
        one.placeholder for one in manifest.inputs if one.handle == "text:" and one.placeholder not in now.sources
    )


def drift_of(manifest: Manifest, now: Standing) -> tuple[Drift, ...]:
    """Every input and every file that is not as it was; the envelope only where nothing else explains it."""
    drifts = [*_changed_files(manifest, now), *_changed_frame(manifest, now)]
    told: set[str] = set()
    for one in manifest.inputs:
        own = [drift for drift in _changed_requirements(one, now) if drift.name not in told]
        told.update(drift.name for drift in own)
        drifts += [*own, *_changed_value(one, now)]
    if not drifts and not lacking_in(manifest, now) and now.envelope_sha256 != manifest.envelope_sha256:
        drifts.append(Drift(Changed.ENVELOPE, "envelope", manifest.envelope_sha256, now.envelope_sha256))
    return tuple(drifts)


def _changed_files(manifest: Manifest, now: Standing) -> Iterator[Drift]:
    """The files of the folder that are other than the manifest says, gone or new; the manifest itself first."""
    if not is_intact(manifest):
        details = ("it was edited after it was written",)
        yield Drift(Changed.FILE, NAME, manifest.manifest_sha256, "another", details)
    found = {name: hashlib.sha256(data).hexdigest() for name, data in now.files.items() if name != NAME}
    for name in sorted(manifest.files.keys() | found.keys()):
        was, is_now = manifest.files.get(name, GONE), found.get(name, GONE)
        if was == is_now:
            continue
        if "/" in name:  # no name of a file has one
            yield Drift(Changed.FILE, name, GONE, "there")
        else:
            yield Drift(Changed.FILE, name, was, is_now, _line_ends(was, now.files.get(name, b"")))


def _line_ends(was: str, data: bytes) -> tuple[str, ...]:
    """What to do about a checkout that changed the line ends and nothing else."""
    plain = data.replace(b"\r\n", b"\n")
    if plain == data or hashlib.sha256(plain).hexdigest() != was:
        return ()
    return ("only its line ends differ; mark the folder `-text` in .gitattributes",)


def _changed_frame(manifest: Manifest, now: Standing) -> Iterator[Drift]:
    """Pack, tokenizer and capability snapshot."""
    if now.pack_sha256 != manifest.pack.sha256:
        yield Drift(Changed.PACK, manifest.pack.pack_id, manifest.pack.sha256, now.pack_sha256)
    if now.tokenizer != manifest.tokenizer:
        yield Drift(Changed.TOKENIZER, manifest.tokenizer.partition("@")[0], manifest.tokenizer, now.tokenizer)
    own, snapshot = manifest.capability_snapshot, now.capability_snapshot
    is_now = snapshot.sha256 if snapshot else GONE
    if is_now != own.sha256:
        was = _stored_snapshot(now)
        details = changes_between(was, snapshot) if was and snapshot else ()
        yield Drift(Changed.CAPABILITY_SNAPSHOT, own.handle, own.sha256, is_now, details)


def _stored_snapshot(now: Standing) -> CapabilitySnapshot | None:
    try:
        return msgspec.json.decode(now.files.get(SNAPSHOT_FILE, b""), type=CapabilitySnapshot)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _changed_requirements(one: Input, now: Standing) -> Iterator[Drift]:
    for identifier, fingerprint in sorted(one.fingerprints.items()):
        is_now = now.requirements.get(identifier, GONE)
        if is_now != fingerprint:
            yield Drift(Changed.REQUIREMENT, identifier, fingerprint, is_now, (f"{one.placeholder} holds it",))


_CHANGED = {
    SourceKind.SECTION: Changed.SECTION,
    SourceKind.PACKET: Changed.PACKET,
    SourceKind.INTENT: Changed.INTENT,
    SourceKind.REQUIREMENT: Changed.REQUIREMENT,
}


def _changed_value(one: Input, now: Standing) -> Iterator[Drift]:
    """The text of a value; that of requirements is told by their fingerprints, where these say it."""
    source = now.sources.get(one.placeholder)
    kind = SourceKind(one.kind)
    if one.origin == "capability_snapshot" or (source is None and kind is SourceKind.TEXT):
        return
    is_now = source.sha256 if source else GONE
    if is_now == one.sha256:
        return
    details: tuple[str, ...] = (f"{one.placeholder} holds it",)
    if kind is SourceKind.REQUIREMENT:
        if any(now.requirements.get(name) != known for name, known in one.fingerprints.items()):
            return
        details = ("emphasis or white space changed, which is in no fingerprint", *details)
    name = one.placeholder if kind is SourceKind.TEXT else one.handle
    what = _CHANGED.get(kind) or (Changed.PROMPT if one.origin == "prompt_ref" else Changed.VALUE)
    yield Drift(what, name, one.sha256, is_now, details)
