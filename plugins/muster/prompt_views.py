"""Packs and compiled prompts for the site: what their files say, and whether each prompt is what its inputs give now.

implements: MU-PRM-6031
"""

from __future__ import annotations

from contextlib import suppress
from posixpath import basename, dirname
from typing import TYPE_CHECKING

import msgspec

from muster.gathering import Site
from muster.prompts.packs import pack_in
from muster.prompts.replay import Replay
from muster.prompts.tokenizers import UnknownTokenizer, tokenizer_named
from muster.prompts.view import CompileView, PackView, PromptViews, compile_view, shares_of
from muster.replaying import Stored, verdict_on
from muster.store.files import OutsideRoot
from muster.store.whole_folder import odd_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from muster.inputs import Inputs
    from muster.model import Project
    from muster.prompts.tokenizers import Tokenizer


def prompt_views(root: Path, project: Project, inputs: Inputs) -> PromptViews:
    """The packs and compiled prompts as they are now: what the site shows, and no check gathers."""
    prompts = project.prompts
    tokenizer = _tokenizer(project.settings.prompts.tokenizer)
    packs = tuple(_pack_view(path, pack_id, tokenizer, inputs) for path, pack_id in prompts.packs.items())
    own: dict[str, dict[str, bytes]] = {folder: {} for folder in prompts.compiles}
    for path in inputs.paths if own else ():
        if (folder := dirname(path)) in own:
            with suppress(OSError):  # it is told as missing
                own[folder][basename(path)] = inputs.read(path)
    for folder, found in own.items():
        with suppress(OSError, OutsideRoot):
            found.update(odd_in(root, folder))
    site = Site(root, project, inputs.paths)
    return PromptViews(packs, tuple(_compile_view(folder, files, site) for folder, files in own.items()))


def _pack_view(path: str, pack_id: str, tokenizer: Tokenizer | None, inputs: Inputs) -> PackView:
    try:
        reading = pack_in(inputs.read(path))
    except OSError:
        return PackView(path, pack_id, "", None)
    if reading.pack is None or tokenizer is None:
        return PackView(path, pack_id, reading.sha256, reading.pack)
    prefix = "\n\n".join(section.content_md for section in reading.pack.stable_prefix_sections)
    return PackView(path, pack_id, reading.sha256, reading.pack, tokenizer.name, tokenizer.count(prefix))


def _compile_view(folder: str, files: Mapping[str, bytes], site: Site) -> CompileView:
    """A compiled prompt, what of its inputs changed, and how its tokens are spent."""
    view = compile_view(folder, files)
    if view.manifest is None:
        return view
    verdict = verdict_on(Stored(folder, files, view.manifest), {}, site)
    hashes = {one.placeholder: one.sha256 for one in view.manifest.inputs}
    texts = {name: one.text for name, one in verdict.sources.items() if one.sha256 == hashes.get(name)}
    tokenizer = _tokenizer(view.manifest.tokenizer)
    return msgspec.structs.replace(
        view,
        shares=shares_of(view, texts, tokenizer) if tokenizer else (),
        replay=Replay(tuple(told.drift for told in verdict.drifts), verdict.lacking),
        proved=verdict.is_proved,
    )


def _tokenizer(name: str) -> Tokenizer | None:
    """The tokenizer of that name, whatever its version; None where it is not installed here."""
    try:
        return tokenizer_named(name.partition("@")[0])
    except UnknownTokenizer:
        return None
