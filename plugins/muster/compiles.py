"""Prompt packs, compiled prompts and prompt documents: where they are, and for the site what they hold.

implements: MU-PRM-6031
"""

from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

import msgspec

from muster.model import PromptHead, Prompts
from muster.prompt_files import pack_paths
from muster.readings import readings
from muster.specs.discovery import is_left_out
from muster.text.globs import paths_matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.inputs import Inputs
    from muster.model import Project
    from muster.settings import PromptSettings, Settings
    from muster.store.cache import Cache

SHIPPED = "muster:"  # before the ID of a pack that comes with Muster
PACK = "pack.json"
_FILES = ("manifest.json", "envelope.json", "context_snapshot.json", "spec_intent.json", PACK)


def with_prompt_places(project: Project, markdown: Iterable[str], inputs: Inputs, cache: Cache | None) -> Project:
    """The project with its packs, the folders of compiled prompts, and its prompt documents."""
    folders = compile_folders(project.settings.prompts, inputs.paths)
    packs = _packs(project.settings, folders, inputs, cache)
    documents = _documents(project.settings, markdown, inputs, cache)
    if not (packs or folders or documents):
        return project
    return msgspec.structs.replace(project, prompts=Prompts(packs, tuple(folders), documents))


def compile_folders(settings: PromptSettings, paths: Iterable[str]) -> list[str]:
    """The folders of compiled prompts, sorted; a hidden one is still being written."""
    top = settings.folder.strip("/")
    files = [path for path in paths if path.startswith(f"{top}/") and basename(path) in _FILES]
    folders = {dirname(path) for path in files}
    return sorted(one for one in folders if dirname(one) == top and not basename(one).startswith("."))


def _packs(settings: Settings, folders: Sequence[str], inputs: Inputs, cache: Cache | None) -> dict[str, str]:
    """The ID of each pack by its path; of those beside a compiled prompt, one for each content that is nowhere else."""
    own = pack_paths(inputs.paths, settings)
    beside = [path for path in (f"{folder}/{PACK}" for folder in folders) if path in inputs.paths]
    read, _ = readings("pack-id", [*own, *beside], _named, tuple[str, str], inputs, cache)
    known = {read[path][1] for path in own if path in read}
    found = {path: basename(path).removesuffix(".json") for path in own}
    for path in beside:
        pack_id, digest = read.get(path, ("", ""))
        if pack_id and digest not in known:
            known.add(digest)
            found[path] = pack_id
    return found


def _named(data: bytes, _path: str) -> tuple[str, str]:
    """The ID and the SHA-256 of a pack; "" for the ID of what is none."""
    from muster.prompts.packs import pack_in

    reading = pack_in(data)
    return reading.pack.pack_id if reading.pack else "", reading.sha256


def _documents(
    settings: Settings, markdown: Iterable[str], inputs: Inputs, cache: Cache | None
) -> tuple[PromptHead, ...]:
    paths = [path for path in paths_matching(markdown, settings.prompts.documents) if not is_left_out(path, settings)]
    found, _ = readings(
        f"prompt-head:{settings.prompts.document_body}",
        paths,
        lambda data, path: _head(data, path, settings.prompts),
        PromptHead | None,
        inputs,
        cache,
    )
    return tuple(head for head in found.values() if head)


def _head(data: bytes, path: str, settings: PromptSettings) -> PromptHead | None:
    from muster.prompts.prompt_document import prompt_document_in

    document = prompt_document_in(data.decode("utf-8", "replace"), settings)
    if document is None:
        return None
    return PromptHead(path, document.title, {field.name: field.value for field in document.fields})
