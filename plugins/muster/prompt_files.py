"""Prompt packs, prompt documents and capability snapshots, gathered from all files and read once for each content.

implements: MU-PRM-6001, MU-PRM-6002, MU-PRM-6005, MU-PRM-6020, MU-PRM-6033
"""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec
from posixpath import basename, dirname
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Place, Problem, SnapshotNames
from muster.readings import readings
from muster.rules.base import SETTINGS_FILE
from muster.specs.discovery import is_left_out
from muster.text.globs import paths_matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.inputs import Inputs
    from muster.model import Project
    from muster.prompts.capabilities import CapabilitySnapshot
    from muster.prompts.values import Pack
    from muster.settings import PromptSettings, Settings
    from muster.store.cache import Cache

SNAPSHOT, MANIFEST = "capability_snapshot.json", "manifest.json"  # in the folder of a compiled prompt
GIT = "git"
ROUTE = "spec_router"


class Reference(Struct, frozen=True, array_like=True):
    """What a pack asks its answer to be valid under."""

    artifact_kind: str
    schema_ref: str
    line: int
    column: int


class PackFile(Struct, frozen=True, array_like=True):
    """What is kept of a pack: all that it alone shows to be wrong, and what it names elsewhere."""

    problems: tuple[Problem, ...]
    references: tuple[Reference, ...] = ()


class DocumentFile(Struct, frozen=True, array_like=True):
    """What is kept of a Markdown file that can be a prompt document: "" for an ID that is none."""

    prompt_id: str
    line: int
    problems: tuple[Problem, ...]


class NamesFile(Struct, frozen=True, array_like=True):
    """What is kept of a snapshot or of the registry."""

    names: SnapshotNames | None
    problems: tuple[Problem, ...]
    sha256: str = ""  # of a snapshot's file


class _Sealed(Struct, frozen=True):
    """What of a manifest says whether a file beside it is as it was written."""

    files: dict[str, str]  # by name: the SHA-256


def pack_paths(paths: Iterable[str], settings: Settings) -> list[str]:
    """The files that are prompt packs, sorted."""
    return sorted(path for path in paths_matching(paths, settings.prompts.packs) if not is_left_out(path, settings))


def with_prompts(project: Project, markdown: Iterable[str], inputs: Inputs, cache: Cache | None) -> Project:
    """The project with what is wrong with its packs and prompt documents, and with the names that specs may use."""
    problems = [
        *_pack_problems(project.settings, inputs, cache),
        *_document_problems(project.settings, markdown, inputs, cache),
    ]
    snapshots, wrong = _snapshots(project.settings.prompts, inputs, cache)
    problems += wrong
    if not (problems or snapshots):
        return project
    return msgspec.structs.replace(project, problems=(*project.problems, *problems), snapshots=snapshots)


def _pack_problems(settings: Settings, inputs: Inputs, cache: Cache | None) -> Iterator[Problem]:
    paths = pack_paths(inputs.paths, settings)
    name = _tokenizer(settings.prompts.tokenizer)
    found, unread = readings(
        f"pack:{name}", paths, lambda data, path: _pack_file(data, path, name), PackFile, inputs, cache
    )
    for path, why in unread.items():
        yield Problem("PRM001", Place(path), f"{path} cannot be read: {why}", "make it readable, or leave it out")
    for path, pack in found.items():
        yield from pack.problems
        yield from _unresolved(path, pack, inputs)


def _tokenizer(name: str) -> str:
    """The tokenizer of the settings; where its package is not installed, `words`: who compiles is told so."""
    return name if name in ("chars", "words") or find_spec("rs_bpe") else "words"


def _pack_file(data: bytes, path: str, tokenizer: str) -> PackFile:
    from muster.prompts.packs import pack_in

    reading = pack_in(data, basename(path))
    problems = [
        Problem(one.code, Place(path, one.line, one.column), f"{one.json_path}: {one.message}", one.help)
        for one in reading.troubles
    ]
    if reading.pack is None:
        return PackFile(tuple(problems))
    return _whole(reading.pack, data, path, tokenizer)


def _whole(pack: Pack, data: bytes, path: str, tokenizer: str) -> PackFile:
    """A pack that has its shape: what is wrong with its budgets, and what it names."""
    from muster.prompts.compiler import prefix_trouble
    from muster.prompts.json_places import LineStarts, placed_json
    from muster.prompts.tokenizers import tokenizer_named

    text = data.decode("utf-8-sig")
    offsets, lines = placed_json(text).offsets, LineStarts(text)
    problems: tuple[Problem, ...] = ()
    if trouble := prefix_trouble(pack, tokenizer_named(tokenizer)):
        where = Place(path, *lines.place(offsets["$.budgets.max_total_tokens"]))
        problems = (Problem("PRM007", where, f"$.budgets.max_total_tokens: {trouble.message}", trouble.help),)
    references = tuple(
        Reference(
            output.artifact_kind,
            output.schema_ref,
            *lines.place(offsets[f"$.required_outputs[{number}].schema_ref"]),
        )
        for number, output in enumerate(pack.required_outputs)
    )
    return PackFile(problems, references)


def template_path(pack: str, schema_ref: str) -> str:
    """Where a project keeps a template of its own for the spec that a pack asks for: beside the folder of packs."""
    return f"{dirname(dirname(pack))}/schemas/{schema_ref}.md".removeprefix("/")


def _unresolved(path: str, pack: PackFile, inputs: Inputs) -> Iterator[Problem]:
    """The outputs whose schema is neither shipped with Muster nor a template of the project."""
    if not pack.references:
        return
    from muster.prompts.contracts import ANSWERS, TEMPLATES

    for number, one in enumerate(pack.references):
        is_spec = one.artifact_kind == "SpecArtifact"
        shipped = TEMPLATES if is_spec else (ANSWERS[one.artifact_kind],)
        own = template_path(path, one.schema_ref)
        if one.schema_ref in shipped or (is_spec and own in inputs.paths):
            continue
        words = (
            f"$.required_outputs[{number}].schema_ref: no schema {one.schema_ref!r} of a {one.artifact_kind} is known"
        )
        remedy = f"name one of {', '.join(sorted(shipped))}" + (f", or write the template {own}" if is_spec else "")
        yield Problem("PRM008", Place(path, one.line, one.column), words, remedy)


def _document_problems(
    settings: Settings, markdown: Iterable[str], inputs: Inputs, cache: Cache | None
) -> Iterator[Problem]:
    own = settings.prompts
    paths = [path for path in paths_matching(markdown, own.documents) if not is_left_out(path, settings)]
    form = (own.document_fields, own.document_body, own.document_sections)
    found, _ = readings(  # unread ones are findings as pages
        f"prompt:{form}", paths, lambda data, path: _document_file(data, path, own), DocumentFile, inputs, cache
    )
    first: dict[str, str] = {}
    for path, document in found.items():
        yield from document.problems
        if document.prompt_id and (other := first.setdefault(document.prompt_id, path)) != path:
            words = f"the Prompt ID {document.prompt_id} is that of {other} too"
            yield Problem("PRM009", Place(path, document.line), words, "give one of the two an ID of its own")


def _document_file(data: bytes, path: str, settings: PromptSettings) -> DocumentFile:
    from muster.prompts.prompt_document import document_problems, prompt_document_in, prompt_id_of

    document = prompt_document_in(data.decode("utf-8", "replace"), settings)
    if document is None:
        return DocumentFile("", 0, ())
    field = prompt_id_of(document)
    problems = tuple(document_problems(document, path, settings))
    return DocumentFile(field.value.lower() if field else "", field.line if field else 0, problems)


def _snapshots(
    settings: PromptSettings, inputs: Inputs, cache: Cache | None
) -> tuple[tuple[SnapshotNames, ...], list[Problem]]:
    """What specs may name: by the snapshots of compiled prompts, and by the registry for every other spec."""
    found = _names_of_prompts(settings, inputs, cache)
    problems: list[Problem] = []
    if settings.registry:
        mode = str(settings.governance_mode)
        of_registry, unread = readings(
            f"registry:{mode}",
            [settings.registry],
            lambda data, path: _of_registry(data, path, mode),
            NamesFile,
            inputs,
            cache,
        )
        for path, why in unread.items():
            words = f"`prompts.registry` is {path!r}, which cannot be read: {why}"
            problems.append(Problem("PRM010", Place(SETTINGS_FILE), words, "name the registry, or leave it out"))
        for file in of_registry.values():
            problems += file.problems
            found += [file.names] if file.names else []
    return tuple(found), problems


def _names_of_prompts(settings: PromptSettings, inputs: Inputs, cache: Cache | None) -> list[SnapshotNames]:
    """The snapshots of compiled prompts; of one that is broken or was edited, `muster prompt verify` tells."""
    paths = sorted(paths_matching(inputs.paths, (f"{settings.folder.strip('/')}/*/{SNAPSHOT}",)))
    whole = [path for path in paths if not basename(dirname(path)).startswith(".")]  # else it is still being written
    snapshots, _ = readings("snapshot", whole, _of_snapshot, NamesFile, inputs, cache)
    manifests = [own for path in whole if (own := f"{dirname(path)}/{MANIFEST}") in inputs.paths]
    sealed, _ = readings("snapshot-seal", manifests, _seal, str, inputs, cache)
    return [
        file.names
        for path, file in snapshots.items()
        if file.names and file.sha256 == sealed.get(f"{dirname(path)}/{MANIFEST}")
    ]


def _of_snapshot(data: bytes, path: str) -> NamesFile:
    from muster.prompts.capabilities import snapshot_in

    snapshot = snapshot_in(data, path, GIT).snapshot
    names = _names(snapshot, path) if snapshot and not snapshot.is_silent else None
    return NamesFile(names, (), sha256(data).hexdigest())


def _seal(data: bytes, _path: str) -> str:
    """The SHA-256 that a manifest has for the snapshot beside it; "" for what is no manifest."""
    try:
        return msgspec.json.decode(data, type=_Sealed).files.get(SNAPSHOT, "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _of_registry(data: bytes, path: str, mode: str) -> NamesFile:
    from muster.prompts.governance import Mode
    from muster.prompts.minimal import snapshot_of
    from muster.prompts.registry import registry_in

    reading = registry_in(data, path)
    if reading.registry is None:
        problems = tuple(
            Problem("PRM010", Place(path, _line(one.path)), f"{one.path}: {one.message}", one.help)
            for one in reading.troubles
        )
        return NamesFile(None, problems)
    return NamesFile(_names(snapshot_of(reading.registry, ROUTE, Mode(mode), GIT, "", ""), path), ())


def _line(path: str) -> int:
    """The line of a trouble whose path is one: `line 3, column 4`."""
    word, _, rest = path.partition(" ")
    number = rest.split(",")[0]
    return int(number) if word == "line" and number.isdecimal() else 1


def _names(snapshot: CapabilitySnapshot, path: str) -> SnapshotNames:
    allowed = {one.capability_id for one in snapshot.allowed_capabilities}
    allowed |= {name for tool in snapshot.allowed_tools for name in (tool.tool_id, tool.engine_id)}
    denied = sorted(one.capability_id for one in snapshot.denied_capabilities)
    return SnapshotNames(path, snapshot.spec_id, snapshot.generated_at, tuple(sorted(allowed)), tuple(denied))
