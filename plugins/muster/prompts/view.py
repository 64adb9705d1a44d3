"""What the site shows of packs and of compiled prompts: what the files say, and how the tokens are spent.

implements: MU-PRM-6031
"""

from __future__ import annotations

import functools
import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from muster.prompts.capabilities import CapabilitySnapshot, table_of
from muster.prompts.compiler import SEPARATOR, most_tokens
from muster.prompts.context import ContextSnapshot
from muster.prompts.folder import CONTEXT, DECISION, INTENT, KEPT, PACK, SNAPSHOT, TEXT, Kept
from muster.prompts.manifest import NAME as MANIFEST
from muster.prompts.manifest import Manifest, NoManifest, is_intact, manifest_in
from muster.prompts.packs import pack_in
from muster.prompts.provenance import EnvelopeStand, Provenance, SpecIntent, SpecRouterDecision
from muster.prompts.replay import Changed
from muster.prompts.template import pieces_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.prompts.replay import Drift, Replay
    from muster.prompts.tokenizers import Tokenizer
    from muster.prompts.values import Pack, PackReading

_Kind = TypeVar("_Kind")


class Part(StrEnum):
    """What a share of a prompt is."""

    PREFIX = "stable prefix"
    VALUE = "value"
    UNKNOWN = "values that were not kept"
    SUFFIX = "variable suffix"  # where nobody can tell what stands in it
    TEMPLATE = "rest of the template"
    LEFT = "left"


class Share(Struct, frozen=True):
    """A part of a prompt's budget."""

    part: Part
    tokens: int
    name: str = ""  # of a placeholder, or of several that nobody can tell apart
    most: int | None = None  # what it may take at most
    cut: bool = False


class PackView(Struct, frozen=True):
    """A pack, as its file is now."""

    path: str
    pack_id: str
    sha256: str
    pack: Pack | None  # None for one that is malformed
    tokenizer: str = ""
    prefix_tokens: int | None = None


class CompileView(Struct, frozen=True):
    """A compiled prompt, as far as its folder can be read."""

    folder: str
    troubles: tuple[str, ...] = ()  # what is damaged
    manifest: Manifest | None = None
    context: ContextSnapshot | None = None
    intent: SpecIntent | None = None
    decision: SpecRouterDecision | None = None
    snapshot: CapabilitySnapshot | None = None
    pack: Pack | None = None
    kept: Kept | None = None  # the texts, where the user had them kept
    shares: tuple[Share, ...] = ()
    replay: Replay | None = None  # what of its inputs is otherwise now; None where nobody looked
    proved: bool = False  # it was made again, byte for byte

    @property
    def provenance(self) -> Provenance | None:
        """The provenance that both answers carry."""
        return self.intent or self.decision

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """What is not as it was: inputs, and where the folder is whole, files that the inputs do not give."""
        every = self.replay.drifts if self.replay else ()
        files = () if self.troubles else tuple(one for one in every if one.what is Changed.FILE and _is_told(one))
        return (*files, *(one for one in every if one.what is not Changed.FILE))

    @property
    def stand(self) -> EnvelopeStand | None:
        """The envelope in numbers."""
        return self.provenance.prompt_envelope if self.provenance else None


def _is_told(drift: Drift) -> bool:
    """Whether a file is not one of the texts, which may stay on the machine of who compiled the prompt."""
    return bool(drift.now) or drift.name not in (TEXT, KEPT)


class PromptViews(Struct, frozen=True):
    """All that pages show of prompts."""

    packs: tuple[PackView, ...] = ()
    compiles: tuple[CompileView, ...] = ()


NO_PROMPTS = PromptViews()


def compile_view(folder: str, files: Mapping[str, bytes]) -> CompileView:
    """What a folder holds, by the names of its files; what is damaged is told, and shown as if it were not there."""
    troubles: list[str] = []
    manifest = None
    try:
        manifest = manifest_in(files[MANIFEST])
    except KeyError:
        troubles.append(f"{MANIFEST} is missing")
    except NoManifest as error:
        troubles.append(_told(error))
    else:
        troubles += broken_seals(manifest, files)
    view = CompileView(
        folder,
        manifest=manifest,
        context=_read(files, CONTEXT, ContextSnapshot, troubles),
        intent=_read(files, INTENT, SpecIntent, troubles),
        decision=_read(files, DECISION, SpecRouterDecision, troubles),
        snapshot=_read(files, SNAPSHOT, CapabilitySnapshot, troubles),
        pack=_pack(files, troubles),
        kept=_read(files, KEPT, Kept, troubles) if KEPT in files else None,
    )
    return msgspec.structs.replace(view, troubles=tuple(dict.fromkeys(troubles)))


def broken_seals(manifest: Manifest, files: Mapping[str, bytes]) -> Iterable[str]:
    """What in a folder is not as it was written; texts may stay on the machine of who compiled it."""
    if not is_intact(manifest):
        yield f"{MANIFEST} was edited after it was written"
    for name, digest in sorted(manifest.files.items()):
        if name not in files:
            if name not in (TEXT, KEPT):  # which may stay on the machine of who compiled it
                yield f"{name} is missing"
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            yield f"{name} was edited after it was written"
    for name in sorted(files.keys() - manifest.files.keys() - {MANIFEST}):
        yield f"{name} was not written by the compile"


def _read(files: Mapping[str, bytes], name: str, kind: type[_Kind], troubles: list[str]) -> _Kind | None:
    if name not in files:
        troubles.append(f"{name} is missing")
        return None
    try:
        return msgspec.json.decode(files[name], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        troubles.append(f"{name} has another shape: {_told(error)}")
        return None


def _pack(files: Mapping[str, bytes], troubles: list[str]) -> Pack | None:
    if PACK not in files:
        troubles.append(f"{PACK} is missing")
        return None
    reading = _pack_reading(files[PACK])
    if reading.pack is None:
        first = reading.troubles[0]
        troubles.append(f"{PACK} is no prompt pack: {first.json_path}: {first.message}")
    return reading.pack


@functools.lru_cache(maxsize=8)  # many compiles hold the same pack
def _pack_reading(data: bytes) -> PackReading:
    return pack_in(data)


def _told(error: Exception) -> str:
    return shortened(str(error), 300)


def kept_texts(view: CompileView) -> dict[str, str]:
    """Texts that can have been values and stand in the folder, by their SHA-256."""
    found = list(view.kept.values.values()) if view.kept else []
    if view.snapshot:
        found.append(table_of(view.snapshot))
    if view.intent:
        prompt = view.intent.prompt_ref
        found += [prompt.handle, f"text:{prompt.sha256[:16]}"]
    if view.decision:
        own = view.decision
        found += [str(own.governance_mode), *msgspec.structs.astuple(own.workflow_context)]
        found += [mark.join(own.required_gates) for mark in (", ", ",")]
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in found}


def shares_of(view: CompileView, texts: Mapping[str, str], tokenizer: Tokenizer) -> tuple[Share, ...]:
    """How the tokens of a prompt are spent, in the order of its text, and what is left of the budget.

    `texts` are the values that are known, by placeholder. Where the suffix is cut, what stands behind the cut is not
    spent. Parts that are counted for themselves can differ from the whole by a few tokens: the template has the rest.
    """
    manifest, stand, pack = view.manifest, view.stand, view.pack
    if manifest is None or stand is None or pack is None:
        return ()
    own = {each.name: most_tokens(pack, each) for each in pack.placeholders}
    limits = {one.placeholder: own.get(one.placeholder, pack.budgets.max_capsule_tokens) for one in manifest.inputs}
    unknown = [name for name in limits if name not in texts]
    most, shortened_suffix = pack.budgets.max_total_tokens, stand.truncation.variable_suffix_truncated
    prefix = Share(Part.PREFIX, stand.stable_prefix_tokens)
    left = Share(Part.LEFT, max(most - stand.total_tokens, 0))
    rest = max(stand.total_tokens - stand.stable_prefix_tokens, 0)
    if unknown and shortened_suffix:
        return (prefix, Share(Part.SUFFIX, rest, cut=True), left)
    pieces = _pieces(pack, texts, limits, tokenizer)
    whole = "".join(text for text, _ in pieces)
    spent = _spent(pieces, len(tokenizer.cut(whole, stand.variable_suffix_tokens)), tokenizer)
    unspent = max(stand.variable_suffix_tokens - tokenizer.count(whole), 0) if unknown else 0
    cut = stand.truncation.per_placeholder_truncated
    if len(unknown) == 1:
        spent[unknown[0]] = min(unspent, limits[unknown[0]])  # what the others leave
    values = [
        Share(Part.VALUE, spent[name], name, limits[name], cut.get(name, False)) for name in limits if name in spent
    ]
    if len(unknown) > 1:
        values.append(_together(unknown, unspent, limits, cut))
    template = Share(Part.TEMPLATE, max(rest - sum(one.tokens for one in values), 0), cut=shortened_suffix)
    return (prefix, *values, template, left)


def _pieces(
    pack: Pack, texts: Mapping[str, str], limits: Mapping[str, int], tokenizer: Tokenizer
) -> list[tuple[str, str]]:
    """The suffix before it is cut, in pieces: each text, and the name of the value that it is; "" for the template.

    A value that nobody knows is empty.
    """
    values = {name: tokenizer.cut(texts.get(name, ""), limits[name]) for name in limits}
    found: list[tuple[str, str]] = []
    placed = set()
    for text, name in pieces_of(pack.variable_suffix_template_md):
        found += [(text, ""), (values.get(name, ""), name)]
        placed.add(name)
    for name in limits:
        if name not in placed:  # a capsule
            found += [(SEPARATOR, ""), (values[name], name)]
    return [(text, name) for text, name in found if text or name in texts]


def _spent(pieces: Iterable[tuple[str, str]], size: int, tokenizer: Tokenizer) -> dict[str, int]:
    """What each value takes of a suffix of that many characters."""
    spent: dict[str, int] = {}
    for text, name in pieces:
        if name:
            spent[name] = spent.get(name, 0) + tokenizer.count(text[: max(size, 0)])
        size -= len(text)
    return spent


def _together(names: Sequence[str], unspent: int, limits: Mapping[str, int], cut: Mapping[str, bool]) -> Share:
    """Several values that nobody kept: together they take what the others leave."""
    most = sum(limits[name] for name in names)
    flag = any(cut.get(name, False) for name in names)
    return Share(Part.UNKNOWN, min(unspent, most), ", ".join(names), most, flag)
