"""A new packet: its spec found as a check will find it, its anchors pinned, the file written where none is.

implements: MU-PKT-5022
"""

from __future__ import annotations

import os
import re
from posixpath import basename
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Window
from muster.packets.candidates import Candidate, Outline, candidate, outline_of
from muster.packets.packet import Field, Packet
from muster.packets.target import FIELD, spec_in_pointer, target_of
from muster.packets.writing import Target as Written
from muster.packets.writing import packet_text
from muster.refinements import may_be_packet
from muster.specs.reading import document_of
from muster.store import files
from muster.text.source import source_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from muster.model import Project
    from muster.packets.spec_text import SpecText
    from muster.packets.target import Target
    from muster.shelf import Shelf


class Refusal(Struct, frozen=True):
    """Why nothing is done: each reason, and what to do."""

    reasons: tuple[str, ...]
    help: str


class Change(Struct, frozen=True):
    """A file before and after; None where there is none yet."""

    path: str
    before: bytes | None
    after: bytes


class Order(Struct, frozen=True):
    """What a packet is to be about."""

    wp_id: str
    path: str  # where it is to stand
    spec: str = ""  # the path of its spec; "" where the pointer names it
    pointer: str = ""  # the path of the pointer file; "" for none
    anchors: tuple[str, ...] = ()


def refusal(reasons: Iterable[tuple[str, str]]) -> Refusal:
    """The reasons with one text of help for all of them."""
    every = list(dict.fromkeys(reasons))
    return Refusal(tuple(words for words, _ in every), "; ".join(dict.fromkeys(remedy for _, remedy in every)))


def misplaced(wp_id: str, path: str, project: Project, beside: str = "") -> Refusal | None:
    """Why a packet cannot have this ID, or stand there; `beside` is the path of one that may be there already."""
    settings = project.settings
    if re.fullmatch(settings.packets.wp_id, wp_id) is None or "/" in wp_id or not wp_id.isascii():
        words = f"{shortened(wp_id)!r} is no ID of a work packet by `packets.wp_id`"
        return refusal([(words, "write it like WP-1-Login-v1")])
    name = basename(path)
    if not name.startswith(f"{wp_id}.") or not name.endswith(".md"):
        return refusal([(f"{shortened(path)} is not named for {wp_id}", f"name it {wp_id}.md, so that both agree")])
    if not may_be_packet(path, settings):
        words = f"{shortened(path)} would not be read: no glob of `packets.include` takes it"
        return refusal([(words, "add it to that setting, or write elsewhere with --output")])
    others = [other for other in refinements_of(wp_id, project) if other not in (path, beside)]
    if others:
        return refusal([(f"{wp_id} has a packet: {shortened(others[0])}", "write into that, or choose another ID")])
    return None


def refinements_of(wp_id: str, project: Project) -> list[str]:
    """The paths of the packets with this ID."""
    return [one.path for one in project.refinements if one.wp_id == wp_id]


def by_pointer(order: Order, project: Project, shelf: Shelf) -> Order:
    """The order by way of the pointer file of the settings, where that names its spec, or where it has none."""
    pointer = project.settings.packets.pointer
    if order.pointer or not pointer:
        return order
    chosen = msgspec.structs.replace(order, pointer=pointer)
    return order if order.spec and isinstance(target_found(chosen, project, shelf), Refusal) else chosen


def drafted(order: Order, project: Project, shelf: Shelf, now: datetime) -> bytes | Refusal:
    """The text of a packet, or every reason for which there is none."""
    order = by_pointer(order, project, shelf)
    if not (order.spec or order.pointer):
        return refusal([("a packet is about a spec", "name it with --spec, or the file that does with --pointer")])
    found = target_found(order, project, shelf)
    if isinstance(found, Refusal):
        return found
    target, spec = found
    anchors = anchors_meant(order.anchors, outline_in(project, target.path, spec))
    return anchors if isinstance(anchors, Refusal) else packet_made(order, project, target, spec, anchors, now)


def packet_made(
    order: Order, project: Project, target: Target, spec: SpecText, anchors: Sequence[Candidate], now: datetime
) -> bytes:
    """The text of a packet about this spec, with these anchors."""
    written = Written(target.pointer, target.written, spec.sha1, project.spec_ids.get(target.path, ""))
    return packet_text(order.wp_id, now, written, tuple(anchors)).encode()


def outline_in(project: Project, path: str, spec: SpecText) -> Outline:
    """A spec as anchors see it, be it a document of the project or a file that `specs.include` leaves out."""
    document = next((one for one in project.documents if one.path == path), None)
    if document is None and len(spec.content) <= project.settings.specs.max_bytes:
        document = document_of(path, source_of(spec.content.decode()), project.settings)
    windows: dict[str, Window] = {}
    for one in document.requirements if document else ():
        windows.setdefault(one.id.text, Window(one.place.line, one.end_line))
    return outline_of(spec, windows)


def target_found(order: Order, project: Project, shelf: Shelf) -> tuple[Target, SpecText] | Refusal:
    """The spec, found as a check of the packet will find it."""
    pattern = project.settings.packets.target
    value = order.spec
    if order.pointer:
        text = shelf.text(order.pointer)
        if text is None:
            words = f"the pointer file {shortened(order.pointer)} cannot be read"
            return refusal([(words, "name the file that says which spec is current")])
        named = spec_in_pointer(text, pattern)
        if named is None:
            words = f"the pointer file {shortened(order.pointer)} names no spec"
            return refusal([(words, "write the file name of the spec into it, by default in bold: `**spec.md**`")])
        value = f"{order.pointer} -> {named[0]}"
    target = target_of(Packet(1, (Field(FIELD, value, 1, 1),), (), (), None, ()), order.path, pattern, shelf)
    if not target.path and not order.pointer:
        words = f"{shortened(order.spec)} leads to no file of the project, or to several"
        return refusal([(words, "name the spec by its path from the root of the project")])
    if not target.path or target.problems:
        return refusal((problem.message, problem.help) for problem in target.problems)
    if order.pointer and order.spec and target.path != order.spec:
        words = f"the pointer file {target.pointer} names {target.path}, not {shortened(order.spec)}"
        return refusal([(words, "leave one of the two out, or correct the pointer")])
    spec = shelf.spec(target.path)
    if spec is None:
        return refusal([(f"{shortened(target.path)} cannot be read", "name an ordinary file of the project")])
    return target, spec


def anchors_meant(texts: Sequence[str], outline: Outline) -> list[Candidate] | Refusal:
    """What each text means; all that mean nothing are told at once."""
    if not texts:
        return refusal([("a packet has at least one anchor", "name one: --anchor '2.6.8 Queue', an ID, or L20-L31")])
    found = [candidate(text, outline) for text in dict.fromkeys(texts)]
    fit = [one for one in found if isinstance(one, Candidate)]
    wrong = [(one.message, one.help) for one in found if not isinstance(one, Candidate)]
    if len(wrong) > 1:
        help_for_all = "name headings, section numbers, requirement IDs or lines, L20-L31"
        wrong = [(f"{words}; {remedy}", help_for_all) for words, remedy in wrong]
    kept: dict[Window, Candidate] = {}
    for one in fit:
        kept.setdefault(one.window, one)
    return refusal(wrong) if wrong else list(kept.values())


def write_new(root: Path, path: str, data: bytes) -> Refusal | None:
    """Write a packet where no file is."""
    with files.lock(root):
        if os.path.lexists(root / path):
            return refusal([(f"{shortened(path)} is there already", "no packet is replaced: move it, or name another")])
        files.write(root, path, data)
    return None


def write_change(root: Path, change: Change) -> Refusal | None:
    """Write a change under the lock, unless the file is no longer what the change was made from."""
    now = content(root, change.path) if os.path.lexists(root / change.path) else None
    if now != change.before:
        return refusal([(f"{shortened(change.path)} changed meanwhile, and is not written", "run it again")])
    files.write(root, change.path, change.after)
    return None


def content(root: Path, path: str) -> bytes | Refusal:
    """What a file of the project holds, or why it cannot be read."""
    try:
        return files.read(root, path)
    except (OSError, files.OutsideRoot) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        words = f"{shortened(path)} cannot be read: {reason}"
        return refusal([(words, "put an ordinary file there that you may read")])
