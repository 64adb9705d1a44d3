"""Refinement packets and pins, joined with the files that they name: each spec is read and hashed once a run.

A packet is judged anew only where it, its pointer, its spec or its work packet changed: what came of it is kept under
the content of all four.

implements: MU-PKT-5003
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from posixpath import dirname
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Place, Problem, Refinement
from muster.packets.packet import Field, Packet
from muster.pinned import judged_pins
from muster.readings import readings
from muster.records import rule_version
from muster.shelf import Shelf
from muster.specs.discovery import is_left_out
from muster.text.globs import paths_matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.inputs import Inputs
    from muster.model import Project
    from muster.packets.packet import Pins
    from muster.packets.target import Target
    from muster.packets.view import PacketView
    from muster.settings import PacketSettings, Settings
    from muster.store.cache import Cache

_encode = msgspec.msgpack.Encoder().encode


class Head(Struct, frozen=True, array_like=True):
    """What of a packet or of a work packet says which other files it depends on."""

    refinement: bool  # it holds the block
    wp_id: str
    status: str  # of the work packet; "" where it is none
    target: tuple[str, str, int, int] | None  # the field SPEC_TARGET_RESOLVED
    spec_id: str  # SPEC_ID


class Judged(Struct, frozen=True, array_like=True):
    """What came of a packet, as it is kept."""

    refinement: Refinement
    problems: tuple[Problem, ...]


class Found(Struct, frozen=True):
    """The packets and work packets of a project, and the spec that each refinement names."""

    heads: dict[str, Head]
    targets: dict[str, Target]
    shelf: Shelf
    fresh: dict[str, Packet]  # those that had to be read

    @property
    def work_packets(self) -> dict[str, tuple[str, str]]:
        """Path and status of the work packet, by its ID; of two, the first."""
        found: dict[str, tuple[str, str]] = {}
        for path, head in self.heads.items():
            if head.status and head.wp_id:
                found.setdefault(head.wp_id, (path, head.status))
        return found


def may_be_packet(path: str, settings: Settings) -> bool:
    """Whether a path is one of those where packets are looked for."""
    return bool(paths_matching([path], settings.packets.include)) and not is_left_out(path, settings)


def packets_found(settings: Settings, markdown: Iterable[str], inputs: Inputs, cache: Cache | None) -> Found:
    """Which of the Markdown files are packets, and which spec each is about."""
    shelf = Shelf(inputs)
    candidates = [
        path for path in paths_matching(markdown, settings.packets.include) if not is_left_out(path, settings)
    ]
    fresh: dict[str, Packet] = {}

    def head_in(data: bytes, path: str) -> Head | None:
        from muster.packets.reading import packet_in  # a warm check reads no packet

        packet = packet_in(data.decode("utf-8", "replace"))
        if packet is None:
            return None
        fresh[path] = packet
        return _head_of(packet)

    read, _ = readings("packet", candidates, head_in, Head | None, shelf, cache)  # unread ones are findings as pages
    heads = {path: head for path, head in read.items() if head is not None}
    targets = _targets({path: head for path, head in heads.items() if head.refinement}, settings.packets, shelf)
    shelf.keep([*heads, *(target.path for target in targets.values())])
    return Found(heads, targets, shelf, fresh)


def _head_of(packet: Packet) -> Head:
    def told(key: str) -> str:
        field = packet.field(key)
        return field.value if field else ""

    target = packet.field("SPEC_TARGET_RESOLVED")
    return Head(
        packet.is_judged,
        told("WP_ID"),
        packet.status.value if packet.status else "",
        (target.key, target.value, target.line, target.column) if target else None,
        told("SPEC_ID"),
    )


def _targets(heads: dict[str, Head], settings: PacketSettings, shelf: Shelf) -> dict[str, Target]:
    """The spec that each packet is about; packets of one folder that name it alike share it, where nothing is wrong."""
    from muster.packets.target import target_of

    sound: dict[tuple[str, str], Target] = {}  # by folder, and by what is written
    targets: dict[str, Target] = {}
    for path, head in heads.items():
        key = (dirname(path), head.target[1] if head.target else "")
        target = sound.get(key)
        if target is None or target.path == path:  # it may be right for its neighbours, and the packet itself here
            fields = (Field(*head.target),) if head.target else ()
            target = target_of(Packet(1, fields, (), (), None, ()), path, settings.target, shelf)
            if not target.problems:  # these name their place
                sound[key] = target
        targets[path] = target
    return targets


def with_refinements(
    project: Project,
    found: Found,
    pins: Mapping[str, Pins],
    inputs: Inputs,
    cache: Cache | None,
    *,
    signed: bool = False,
) -> Project:
    """The project with its packets and pins, each judged against its spec; `signed` asks all to be signed."""
    linked = _linked(project.settings, found, inputs)
    if not (found.heads or pins or linked):
        return project
    judged = _judged(project, found, inputs, cache, signed=signed)
    problems = [problem for one in judged.values() for problem in one.problems]
    problems += _doubled(judged.values())
    problems += _owing(project, found, inputs)
    pinned, wrong = judged_pins(pins, found.shelf, cache)
    return msgspec.structs.replace(
        project,
        refinements=tuple(one.refinement for one in judged.values()),
        pins=pinned,
        problems=(*project.problems, *linked, *problems, *wrong),
    )


def _linked(settings: Settings, found: Found, inputs: Inputs) -> list[Problem]:
    """Links where a packet is due, to one that stands where none is looked for."""
    links = [path for path in paths_matching(inputs.twins, settings.packets.include) if path.endswith(".md")]
    return [
        Problem(
            "PKT001",
            Place(path),
            f"{path} is a link to {inputs.twins[path]}, which `packets.include` leaves out",
            "put the packet itself there, or name its place in that setting",
        )
        for path in links
        if inputs.twins[path] not in found.heads and "TECHNICAL_REFINEMENT" in (found.shelf.text(path) or "")
    ]


def _doubled(judged: Iterable[Judged]) -> list[Problem]:
    """Refinements of a work packet that has one already."""
    first: dict[str, str] = {}
    problems = []
    for refinement in (one.refinement for one in judged):
        other = first.setdefault(refinement.wp_id, refinement.path)
        if refinement.wp_id and other != refinement.path:
            words = f"WP_ID is {refinement.wp_id}, whose refinement is {other} already"
            problems.append(Problem("PKT004", Place(refinement.path, refinement.line or 1), words, "keep one of them"))
    return problems


def _judged(project: Project, found: Found, inputs: Inputs, cache: Cache | None, *, signed: bool) -> dict[str, Judged]:
    """What came of each packet; only what is not kept is read."""
    settings, shelf, work = project.settings.packets, found.shelf, found.work_packets
    own = hashlib.blake2b(_encode(settings) + rule_version().encode(), digest_size=16).hexdigest()
    keys: dict[str, str] = {}  # only for a cache
    about: dict[str, tuple[str, str, str]] = {}  # the identity of the spec, and path and status of the work packet
    for path, target in found.targets.items():
        head = found.heads[path]
        packet, status = work.get(head.wp_id, ("", "")) if head.wp_id else ("", "")
        if not status and head.status:
            packet, status = path, head.status
        about[path] = project.spec_ids.get(target.path, ""), packet, status
        if cache is None:
            continue
        stand = (path, inputs.versions.get(path), target, shelf.version(target.path), about[path], signed)
        keys[path] = f"{own}:judged:{hashlib.blake2b(_encode(stand), digest_size=16).hexdigest()}"
    known = cache.get_many(list(keys.values())) if cache and keys else {}
    decode = msgspec.msgpack.Decoder(Judged).decode
    judged: dict[str, Judged] = {}
    fresh: dict[str, bytes] = {}
    for path in found.targets:
        key = keys.get(path, "")
        if key in known and inputs.versions.get(path):
            judged[path] = decode(known[key])
            continue
        with suppress(OSError):  # one that is gone by now was read a moment ago
            judged[path] = _judge(path, shelf.read(path), found, settings, about[path], signed=signed)
            if key:
                fresh[key] = _encode(judged[path])
    if cache and fresh:
        cache.put_many(fresh)
    return judged


def _judge(
    path: str, data: bytes, found: Found, settings: PacketSettings, about: tuple[str, str, str], *, signed: bool
) -> Judged:
    from muster.packets.checking import Context, checked
    from muster.packets.reading import packet_in

    text = data.decode("utf-8", "replace")
    packet = found.fresh.get(path) or packet_in(text)
    assert packet is not None
    target = found.targets[path]
    spec = found.shelf.spec(target.path) if target.path else None
    result = checked(packet, text, path, Context(settings, target, spec, *about, signed))
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Judged(msgspec.structs.replace(result.refinement, digest=digest), result.problems)


def _owing(project: Project, found: Found, inputs: Inputs) -> list[Problem]:
    """The work packets that owe a refinement.  implements: MU-PKT-5004"""
    from muster.packets.reading import packet_in
    from muster.packets.work import is_ready, work_problems

    ready = project.settings.packets.ready
    problems: list[Problem] = []
    for path, head in found.heads.items():
        if is_ready(head.status, ready) and not head.refinement:
            text = inputs.read(path).decode("utf-8", "replace")
            packet = packet_in(text)
            if packet is not None:
                problems += work_problems(packet, text, path, ready, found.targets.keys())
    return problems


def views_of(project: Project, inputs: Inputs) -> tuple[PacketView, ...]:
    """The packets with the lines that they quote: what the site shows, and no check gathers."""
    from muster.packets.reading import packet_in
    from muster.packets.view import bare_view, packet_view

    shelf = Shelf(inputs)
    views = []
    for refinement in project.refinements:
        packet = packet_in(shelf.text(refinement.path) or "")
        if packet is None or len(packet.anchors) != len(refinement.anchors):  # it changed since it was judged
            views.append(bare_view(refinement))
        else:
            views.append(packet_view(refinement, packet, shelf.spec(refinement.spec) if refinement.spec else None))
    return tuple(views)


def anchors_of(project: Project) -> int:
    """How many claims the packets pin to lines."""
    return sum(len(one.anchors) for one in project.refinements)
