"""From a stub to its packet: the file, the row of the registry, and the event, in one step.

Whatever instant it is stopped at, the same command goes on from there: each file is written whole, a packet that is
there already is taken as it is, and the event has a key.

implements: MU-PKT-5023, MU-PKT-5030
"""

from __future__ import annotations

import os
from posixpath import basename
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.ledger.events import Draft, fits
from muster.ledger.keys import keyed
from muster.packets.activating import Stub, anchor_text, packet_path, stub_in, work_packet_text
from muster.packets.candidates import Candidate, candidate
from muster.packets.packet import Field, Packet
from muster.packets.registry import Entry, Refused, activated_row
from muster.packets.target import FIELD, spec_in_pointer, target_of
from muster.refining import (
    Change,
    Order,
    Refusal,
    anchors_meant,
    content,
    misplaced,
    outline_in,
    packet_made,
    refinements_of,
    refusal,
    target_found,
    write_change,
)
from muster.store import files
from muster.text.words import shortened

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from muster.ledger.book import Ledger
    from muster.model import Project
    from muster.shelf import Shelf

ACTIVATED = "gov_work_packet_activated"


class Span(Struct, frozen=True):
    """The run that an event is part of."""

    trace_id: str
    span_id: str


class Site(Struct, frozen=True):
    """A project as an activation finds it."""

    root: Path
    project: Project
    shelf: Shelf
    now: datetime


class Activation(Struct, frozen=True):
    """What an activation does."""

    stub: str
    packet: str
    wp_id: str
    base_wp_id: str
    spec_id: str
    changes: tuple[Change, ...]  # of the files that are to change, in the order in which they are written
    left: tuple[str, ...] = ()  # candidates that mean no lines of the spec, and stay words
    refinement: str = ""  # the file that holds the refinement, where that is another than the packet


def activation(stub_path: str, order: Order, site: Site) -> Activation | Refusal:
    """What the activation of a stub would still do, or why it is not done; `order` says what the stub does not."""
    root, project = site.root, site.project
    data = content(root, stub_path)
    if isinstance(data, Refusal):
        return data
    stub = stub_in(stub_path, data.decode("utf-8", "replace"))
    path = packet_path(stub_path, stub.wp_id, project.settings.packets.folder)
    refinement = _refinement_elsewhere(stub, stub_path, path, project)
    if wrong := _unfit(stub, stub_path, path, project, refinement):
        return wrong
    row = _registry(root, project.settings.packets.registry, Entry(stub.wp_id, stub_path, path))
    if isinstance(row, Refusal):
        return row
    done = Activation(stub_path, path, stub.wp_id, stub.base_wp_id, "", row, refinement=refinement)
    if os.path.lexists(root / path):
        kept = _kept(root, path, stub)
        return kept or msgspec.structs.replace(done, spec_id=_spec_id_of(refinement or path, project))
    if refinement:
        made = _pointing(stub, refinement, order, project)
    else:
        made = _made(stub, msgspec.structs.replace(order, wp_id=stub.wp_id, path=path), site)
    if isinstance(made, Refusal):
        return made
    changes = (Change(path, None, made.data), *row)
    return msgspec.structs.replace(done, spec_id=made.spec_id, changes=changes, left=made.left)


def _refinement_elsewhere(stub: Stub, stub_path: str, path: str, project: Project) -> str:
    """The one file that holds the refinement already, where that is another than the packet; else ""."""
    others = [other for other in refinements_of(stub.wp_id, project) if other != path]
    return others[0] if len(others) == 1 and others[0] != stub_path else ""


def _unfit(stub: Stub, stub_path: str, path: str, project: Project, refinement: str) -> Refusal | None:
    """Why a stub can have no packet."""
    if not stub.wp_id:
        return refusal([(f"{shortened(stub_path)} has no WP_ID", "write `- WP_ID: WP-1-Login-v1` into it")])
    if path == stub_path:
        words = f"{shortened(stub_path)} stands where its packet is to stand"
        return refusal([(words, "move the stub into a folder `stubs` beside it")])
    long = [one for one in (stub_path, path) if not fits(one)]
    if long:
        remedy = "an activation is an event, which names both files: choose a shorter, plainer path"
        return refusal((f"the path {shortened(one)} fits in no event", remedy) for one in long)
    return misplaced(stub.wp_id, path, project, refinement)


class _Made(Struct, frozen=True):
    """A packet made from a stub."""

    data: bytes
    spec_id: str
    left: tuple[str, ...] = ()


def _pointing(stub: Stub, refinement: str, order: Order, project: Project) -> _Made | Refusal:
    """A work packet that names the file of its refinement."""
    if order.anchors or order.spec:
        words = f"{stub.wp_id} has its refinement in {shortened(refinement)}, which says its spec and its anchors"
        return refusal([(words, "leave out --anchor and --spec, or move that file away")])
    return _Made(work_packet_text(stub, refinement).encode(), _spec_id_of(refinement, project))


def _made(stub: Stub, order: Order, site: Site) -> _Made | Refusal:
    order = _completed(order, stub, site)
    if not (order.spec or order.pointer):
        return refusal([("the stub names no SPEC_TARGET", "write it into the stub, or name the spec with --spec")])
    found = target_found(order, site.project, site.shelf)
    if isinstance(found, Refusal):
        return found
    target, spec = found
    outline = outline_in(site.project, target.path, spec)
    texts = tuple(anchor_text(one.value, basename(target.path)) for one in stub.candidates)
    left: tuple[str, ...] = ()
    if order.anchors:  # those of the stub are welcome beside them, and not demanded
        left = tuple(text for text in texts if not isinstance(candidate(text, outline), Candidate))
    anchors = anchors_meant((*(text for text in texts if text not in left), *order.anchors), outline)
    if isinstance(anchors, Refusal):
        remedy = f"{anchors.help}; with --anchor, candidates of the stub that fit nothing stay words"
        return Refusal(anchors.reasons, remedy) if texts and not order.anchors else anchors
    data = packet_made(order, site.project, target, spec, anchors, site.now)
    return _Made(data + stub.carried.encode(), site.project.spec_ids.get(target.path, ""), left)


def _completed(order: Order, stub: Stub, site: Site) -> Order:
    """The order with the spec that the stub names, unless the command names one."""
    if order.spec or order.pointer:
        return order
    pointer = site.project.settings.packets.pointer
    named = stub.target or pointer
    is_pointer = bool(named) and (named == pointer or _is_pointer(named, site))
    return msgspec.structs.replace(order, **({"pointer": named} if is_pointer else {"spec": named}))


def _is_pointer(path: str, site: Site) -> bool:
    """Whether a file names another of the project, as a pointer file does."""
    pattern = site.project.settings.packets.target
    named = spec_in_pointer(site.shelf.text(path) or "", pattern)
    if named is None:
        return False
    packet = Packet(1, (Field(FIELD, f"{path} -> {named[0]}", 1, 1),), (), (), None, ())
    return bool(target_of(packet, path, pattern, site.shelf).path)


def _kept(root: Path, path: str, stub: Stub) -> Refusal | None:
    """Why the file that stands where a packet is to be is not that packet."""
    data = content(root, path)
    if isinstance(data, Refusal):
        return data
    found = stub_in(path, data.decode("utf-8", "replace"))
    if found.wp_id == stub.wp_id:
        return None
    words = f"{shortened(path)} is there already, and its WP_ID is {shortened(found.wp_id)!r}, not {stub.wp_id!r}"
    return refusal([(words, "no packet is replaced: move it, or correct its WP_ID")])


def _spec_id_of(path: str, project: Project) -> str:
    spec = next((one.spec for one in project.refinements if one.path == path), "")
    return project.spec_ids.get(spec, "")


def _registry(root: Path, registry: str, entry: Entry) -> tuple[Change, ...] | Refusal:
    """The change of the registry; none where it names the packet already, or there is no registry."""
    if not registry:
        return ()
    before = content(root, registry)
    if isinstance(before, Refusal):
        return Refusal(before.reasons, "mend the registry, or the setting `packets.registry`")
    row = activated_row(before, registry, entry)
    if isinstance(row, Refused):
        return refusal([(row.message, row.help)])
    return (Change(registry, before, row.data),) if row.changed else ()


def activate(stub_path: str, order: Order, site: Site, book: Ledger, span: Span) -> Activation | Refusal:
    """Write the packet of a stub and its row of the registry, then record it."""
    with files.lock(site.root):
        found = activation(stub_path, order, site)
        if isinstance(found, Refusal):
            return found
        files.clear_leftovers(site.root, {os.path.dirname(change.path) or "." for change in found.changes})  # noqa: PTH120 -- paths of the project
        for change in found.changes:
            if refused := write_change(site.root, change):
                return refused
        book.append(_event(found, site.project, span))
        return found


def is_recorded(found: Activation, book: Ledger) -> bool:
    """Whether the ledger knows of an activation."""
    return any(one.idempotency_key == _key(found) for one in book.events(type=ACTIVATED))


def _key(found: Activation) -> str:
    return keyed(ACTIVATED, found.wp_id, found.stub, found.packet)


def _event(found: Activation, project: Project, span: Span) -> Draft:
    settings = project.settings.packets
    return Draft(
        event="gate:pass",
        type=ACTIVATED,
        code="FR-EVT-GOV-WP-001",
        context={
            "spec_id": found.spec_id or None,
            "base_wp_id": found.base_wp_id,
            "work_packet_id": found.wp_id,
            "stub_packet_ref": found.stub,
            "active_packet_ref": found.packet,
            "traceability_registry_ref": settings.registry or None,
            "task_board_ref": settings.task_board or None,
            "idempotency_key": _key(found),
        },
        idempotency_key=_key(found),
        **msgspec.structs.asdict(span),
    )
