"""The folder of a compiled prompt, written whole, and the event of the compile.

Whatever instant it is stopped at, the same command goes on from there: the folder is there whole or not at all, its
name follows from what went in, and the event has a key.

implements: MU-PRM-6022, MU-PRM-6025
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.allocation.spec_ids import spec_id_of
from muster.compiling import Compile, compile_of
from muster.ledger.events import LONGEST_TEXT, Draft, problems_in
from muster.ledger.keys import keyed
from muster.prompts import folder
from muster.prompts.manifest import NAME, Manifest, NoManifest, files_of, is_intact, manifest_in
from muster.prompts.values import CompileTrouble
from muster.store import FOLDER, files
from muster.store.whole_folder import clear_half_written, files_in, write_whole
from muster.text.utf8 import is_encodable
from muster.text.words import printable, shortened

if TYPE_CHECKING:
    from pathlib import Path

    from muster.gathering import Order, Site
    from muster.ledger.book import Ledger
    from muster.prompts.provenance import Reference

COMPILED = "spec_router"
ID_SHOWN = 13  # characters of a context snapshot's ID that name its folder


class Span(Struct, frozen=True):
    """The run that an event is part of."""

    trace_id: str
    span_id: str


class Written(Struct, frozen=True):
    """What came of writing a compile."""

    folder: str
    paths: tuple[str, ...]  # that were written; none where the folder is there already
    recorded: bool  # the ledger did not know of it


def default_folder(made: Compile, site: Site) -> str:
    """Where a compile is written unless somebody names another place."""
    return f"{site.project.settings.prompts.folder.strip('/')}/{made.manifest.context_snapshot_id[:ID_SHOWN]}"


def unfit_folder(root: Path, path: str) -> CompileTrouble | None:
    """Why nothing can be written there."""
    if not (len(path) + 50 <= LONGEST_TEXT and is_encodable(path) and printable(path) == path):
        words = "an event cannot name this folder"
        return CompileTrouble(shortened(path), words, "choose a shorter, plainer path")
    try:
        own = files.inside(root, path)
    except files.OutsideRoot as error:
        words, _, remedy = str(error).partition("; ")
        return CompileTrouble(shortened(path), words, remedy or "choose a folder of the project")
    top = files.inside(root, ".")
    if own == top:
        return CompileTrouble(path, "this is the folder of the project itself", "choose a folder below it")
    if own.relative_to(top).parts[0].casefold() == FOLDER:
        return CompileTrouble(shortened(path), f"{FOLDER} is Muster's own folder", "choose one beside it")
    return None


def standing_at(root: Path, path: str, made: Compile) -> Manifest | CompileTrouble | None:
    """The manifest of the same compile where its folder is there already; else why nothing can be written there."""
    if not os.path.lexists(root / path):
        return None
    try:
        contents = files_in(root, path)
        is_empty = not os.listdir(files.inside(root, path))  # noqa: PTH208 -- a name that is no UTF-8 counts too
        if is_empty:
            return None
        manifest = manifest_in(contents[NAME])
    except (OSError, KeyError, NoManifest):
        words = "something else stands there, which is no compiled prompt"
        return CompileTrouble(path, words, "move it away, or choose another folder with --output")
    if not is_intact(manifest) or files_of(contents) != manifest.files:
        return _edited(path)
    if manifest.context_snapshot_id != made.manifest.context_snapshot_id:
        return CompileTrouble(path, "another compiled prompt stands there", "choose another folder with --output")
    return manifest


def _edited(path: str) -> CompileTrouble:
    words = "the compiled prompt that stands there is not as it was written"
    return CompileTrouble(path, words, f"see `muster prompt verify {path}`; move it away, then compile again")


class Placed(Struct, frozen=True):
    """Where a compile is to be written, and how it is to be recorded."""

    path: str
    lint: Reference | None  # the report of a preflight
    span: Span


def write(order: Order, made: Compile, placed: Placed, site: Site, book: Ledger) -> Written | CompileTrouble:
    """Write the folder where it is not there yet, and record the compile where the ledger does not know of it."""
    root, path = site.root, placed.path
    draft = _event(made, placed)
    if wrong := problems_in(draft):  # before anything is written
        return CompileTrouble(
            path, f"the event would be refused: {'; '.join(wrong[:5])}", "name it shorter and plainer"
        )
    with files.lock(root):
        clear_half_written(root, path.rpartition("/")[0])
        there = standing_at(root, path, made)
        if isinstance(there, CompileTrouble):
            return there
        paths: tuple[str, ...] = ()
        if there is None or (made.manifest.keeps_text and not there.keeps_text):
            old = None
            if there is not None:  # only the texts are added: it was compiled when it was
                made = _made_then(order, there, site) or made
                old = files_in(root, path)
                if files_of(old) != there.files:
                    return _edited(path)
            write_whole(root, path, made.contents, replaces=old)
            paths = tuple(f"{path}/{name}" for name in sorted(made.contents))
        is_known = any(one.idempotency_key == draft.idempotency_key for one in book.events(type=COMPILED))
        book.append(draft)
    return Written(path, paths, not is_known)


def _made_then(order: Order, there: Manifest, site: Site) -> Compile | None:
    """The compile with the time of the one that is there; None where an input changed this very moment."""
    made = compile_of(msgspec.structs.replace(order, at=there.created_at), site, keep_text=True)
    is_same = isinstance(made, Compile) and made.manifest.context_snapshot_id == there.context_snapshot_id
    return made if isinstance(made, Compile) and is_same else None


def _event(made: Compile, placed: Placed) -> Draft:
    """The event of a compile.  implements: MU-PRM-6022"""
    manifest, envelope = made.manifest, made.envelope
    lint = placed.lint
    return Draft(
        event="prompt:compiled",
        type=COMPILED,
        context={
            "spec_id": spec_id_of(manifest.spec_id) or None,
            "spec_prompt_pack_id": manifest.pack.pack_id,
            "spec_prompt_pack_sha256": manifest.pack.sha256,
            "capability_snapshot_ref": f"{placed.path}/{folder.SNAPSHOT}",
            "capability_snapshot_sha256": manifest.capability_snapshot.sha256,
            "capability_registry_version": manifest.capability_snapshot.registry_version,
            "spec_lint_report_ref": lint.handle if lint else None,
            "spec_lint_report_sha256": lint.sha256 if lint else None,
            "context_snapshot_id": manifest.context_snapshot_id,
            "stable_prefix_hash": envelope.stable_prefix_hash,
            "variable_suffix_hash": envelope.variable_suffix_hash,
            "full_prompt_hash": envelope.full_prompt_hash,
            "stable_prefix_tokens": envelope.stable_prefix_tokens,
            "variable_suffix_tokens": envelope.variable_suffix_tokens,
            "total_tokens": envelope.total_tokens,
            "tokenizer": manifest.tokenizer,
            "truncated": envelope.truncation.per_placeholder_truncated,
            "variable_suffix_truncated": envelope.truncation.variable_suffix_truncated,
        },
        idempotency_key=keyed(COMPILED, manifest.context_snapshot_id, manifest.spec_id, lint.sha256 if lint else ""),
        **msgspec.structs.asdict(placed.span),
    )
