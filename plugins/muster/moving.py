"""Packets and pins brought to where the lines of their specs are now.  implements: MU-PKT-5021, MU-PKT-5024"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.model import Verdict
from muster.packets.anchors import anchors_judged, judged_pin
from muster.packets.escapes import decoded
from muster.packets.mending import Mended, packet_mended, pins_mended
from muster.packets.metadata import hash_problems
from muster.packets.pins import pins_in
from muster.packets.reading import packet_in
from muster.packets.repinning import Move, Renamed, repinned, repinned_pins
from muster.packets.target import Named, target_named, target_of
from muster.packets.writing import in_ascii
from muster.pinned import pin_target
from muster.refining import Change, Refusal, content, write_change
from muster.shelf import Shelf
from muster.store import files
from muster.text.words import shortened
from muster.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from muster.model import Pinned, Problem, Project
    from muster.packets.anchors import Judged
    from muster.packets.packet import Anchor, Packet
    from muster.workspace import Workspace

_SHOWN = 5  # places that are named
_ROUNDS = 50  # until nothing changes any more
_WARNING, _GONE = "PKT011", "PKT013"


class Left(Struct, frozen=True):
    """A claim that nobody but its author can bring anywhere: where it stands, and why."""

    path: str
    line: int
    message: str
    help: str


class Told(Struct, frozen=True):
    """A file that is changed, and each thing that is changed in it."""

    path: str
    mended: tuple[Mended, ...]


class Repinning(Struct, frozen=True):
    """What is changed, and what is left to do by hand."""

    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    looked_at: int  # packets and files with pins
    told: tuple[Told, ...] = ()  # of each change
    reviews: tuple[str, ...] = ()  # packets that are changed, and have to be reviewed again
    wrong: tuple[str, ...] = ()  # packets in which a line that is pinned, or the spec, is wrong in another way

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do by hand."""
        return not (self.left or self.wrong)


class _Looked(Struct, frozen=True):
    """A file as it is to be, what nobody can mend in it, and the files that this rests on."""

    data: bytes
    left: tuple[Left, ...] = ()
    rests_on: frozenset[str] = frozenset()
    is_wrong: bool = False


def repinning(workspace: Workspace, project: Project, is_wanted: Callable[[str], bool]) -> Repinning:
    """What can be mended in the packets and the pins of those files that are wanted."""
    shelf = Shelf(workspace.inputs)
    packets = {one.path for one in project.refinements if is_wanted(one.path)}
    paths = sorted(packets | {one.place.path for one in project.pins if is_wanted(one.place.path)})
    contents = {path: content(workspace.root, path) for path in paths}
    left = [Left(path, 1, one.reasons[0], one.help) for path, one in contents.items() if isinstance(one, Refusal)]
    before = {path: data for path, data in contents.items() if isinstance(data, bytes)}
    look = partial(_looked, packets=packets, pattern=workspace.settings.packets.target, shelf=shelf)
    found = _settled(before, look, shelf)
    changes = tuple(Change(path, data, found[path].data) for path, data in before.items() if found[path].data != data)
    by_packet = {change.path: _packet_mended(change) for change in changes if change.path in packets}
    return Repinning(
        changes,
        (*left, *(it for path in before for it in found[path].left)),
        len(paths),
        tuple(Told(change.path, (*by_packet.get(change.path, ()), *_pins_mended(change))) for change in changes),
        tuple(path for path, mended in by_packet.items() if mended),
        tuple(path for path in before if found[path].is_wrong),
    )


def repin(root: Path, is_wanted: Callable[[str], bool]) -> Repinning:
    """Mend what can be mended, the project as it stands while nobody else writes."""
    with files.lock(root):
        workspace = open_workspace(root)
        return written(root, repinning(workspace, workspace.run_packets().project, is_wanted))


def written(root: Path, found: Repinning) -> Repinning:
    """Write the changes under the lock; what was saved meanwhile stays, and is told as left."""
    refused = {change.path: refusal for change in found.changes if (refusal := write_change(root, change))}
    left = (Left(path, 1, refusal.reasons[0], refusal.help) for path, refusal in refused.items())
    return replace(
        found,
        changes=tuple(change for change in found.changes if change.path not in refused),
        left=(*found.left, *left),
        told=tuple(told for told in found.told if told.path not in refused),
        reviews=tuple(path for path in found.reviews if path not in refused),
    )


def _settled(before: Mapping[str, bytes], look: Callable[[bytes, str], _Looked], shelf: Shelf) -> dict[str, _Looked]:
    """The files looked at until nothing changes: one may be the spec of another, or have a pin to itself.

    Those of which no end is found stay as they are.
    """
    found: dict[str, _Looked] = {}
    due: Sequence[str] = tuple(before)
    for _ in range(_ROUNDS):
        changed = set()
        for path in due:
            old = found[path].data if path in found else before[path]
            found[path] = look(old, path)
            if found[path].data != old:
                shelf.put(path, found[path].data)
                changed.add(path)
        due = [path for path, one in reversed(found.items()) if path in changed or one.rests_on & changed]
        if not due:
            return found
    words, remedy = "it changes with its own spec, without end", "pin it to a file that does not rest on it"
    return found | {path: _Looked(before[path], (Left(path, 1, words, remedy),)) for path in due}


def _packet_mended(change: Change) -> tuple[Mended, ...]:
    """What a change does to a packet, by how it is read before and after."""
    old, new = (packet_in(text) for text in _texts(change))
    return packet_mended(old, new) if old and new else ()


def _pins_mended(change: Change) -> tuple[Mended, ...]:
    old, new = (pins_in(text).pins for text in _texts(change))
    return pins_mended(old, new)


def _texts(change: Change) -> tuple[str, str]:
    return (change.before or b"").decode("utf-8", "replace"), change.after.decode("utf-8", "replace")


def _looked(data: bytes, path: str, *, packets: set[str], pattern: str, shelf: Shelf) -> _Looked:
    """A file with its packet and its pins held against their specs."""
    packet = packet_in(data.decode("utf-8", "replace")) if path in packets else None
    of_packet = _of_packet(data, packet, path, pattern, shelf) if packet and packet.is_judged else _Looked(data)
    of_pins = _of_pins(of_packet.data, path, shelf)
    return _Looked(
        of_pins.data,
        (*of_packet.left, *of_pins.left),
        frozenset(map(shelf.real, of_packet.rests_on | of_pins.rests_on)),
        of_packet.is_wrong,
    )


def _of_packet(data: bytes, packet: Packet, path: str, pattern: str, shelf: Shelf) -> _Looked:
    text = data.decode("utf-8", "replace")
    target = target_of(packet, path, pattern, shelf)
    spec = shelf.spec(target.path) if target.path else None
    if spec is None:
        told = tuple(Left(path, one.place.line, one.message, one.help) for one in target.problems)
        nothing = Left(path, max(packet.line, 1), "the packet names no spec", "fill in SPEC_TARGET_RESOLVED")
        return _Looked(data, told or (nothing,))
    if target.outdated and not _can_be_named(target.current):
        words = f"SPEC_TARGET_RESOLVED cannot hold the name {shortened(target.current)}"
        return _Looked(data, (Left(path, target.problems[0].place.line, words, "give the spec a plainer name"),))
    judged = anchors_judged(packet, text, path, target, spec)
    by_order = list(zip(packet.anchors, judged, strict=True))
    moves = [Move(anchor, one.pinned.moved) for anchor, one in by_order if one.pinned.moved and _has_window(anchor)]
    renamed = Renamed(target.written, target.current, target.path) if target.outdated else None
    left = tuple(
        it for anchor, one in by_order for it in _left_of(one.pinned, one.problems, movable=_has_window(anchor))
    )
    is_wrong = bool(target.problems) or any(hash_problems(packet, path, target, spec)) or _is_wrong(judged, left)
    after = repinned(data, packet, moves, spec.sha1, renamed)
    return _Looked(after, left, frozenset((target.path,)), is_wrong)


def _can_be_named(spec: str) -> bool:
    """Whether the name of a spec behind an arrow is read as what it is."""
    return target_named(decoded(in_ascii(f"pointer -> {spec}"))) == Named("pointer", spec)


def _is_wrong(judged: Iterable[Judged], left: Iterable[Left]) -> bool:
    """Whether an anchor has an error that is not told as left."""
    told = {one.line for one in left}
    wrong = (one for one in judged if any(problem.code != _WARNING for problem in one.problems))
    return any(one.pinned.place.line not in told for one in wrong)


def _has_window(anchor: Anchor) -> bool:
    return anchor.start is not None and anchor.end is not None


def _of_pins(data: bytes, path: str, shelf: Shelf) -> _Looked:
    """The file of some pins, held against their specs."""
    moves = []
    left: list[Left] = []
    specs = set()
    for pin in pins_in(data.decode("utf-8", "replace")).pins:
        target = pin_target(pin.path, path, shelf)
        spec = shelf.spec(target) if target else None
        if spec is None:
            words = f"the pin to {shortened(pin.path)} leads to no file"
            left.append(Left(path, pin.line, words, "correct its path, or take it out"))
            continue
        specs.add(target)
        judged, problems = judged_pin(pin, path, target, spec)
        if judged.moved:
            moves.append((pin, judged.moved))
        left += _left_of(judged, problems, movable=True)
    return _Looked(repinned_pins(data, moves), tuple(left), frozenset(specs))


def _left_of(pinned: Pinned, problems: Iterable[Problem], *, movable: bool) -> Iterator[Left]:
    """Why an anchor or a pin stays where it is, if it is not right there."""
    whose = f"{pinned.name}: " if pinned.name else ""
    token = f"{whose}{shortened(pinned.token)!r}"
    verdict, places = pinned.verdict, pinned.places
    if verdict is Verdict.AMBIGUOUS:
        shown = ", ".join(str(line) for line in places[:_SHOWN]) + (", ..." if len(places) > _SHOWN else "")
        where = f"at {pinned.spec}:{shown}" if places else f"at more places of {pinned.spec} than can be told apart"
        words, remedy = (
            f"{token} may be meant {where}",
            "choose a token that stands there once, or set the lines by hand",
        )
    elif verdict is Verdict.GONE:
        words, remedy = f"{token} is gone from {pinned.spec}", "pin it to what the spec says now, or take it out"
        if places:  # of its token alone, or of its excerpt: a check says which
            words, remedy = next(((it.message, it.help) for it in problems if it.code == _GONE), (words, remedy))
    elif verdict is Verdict.MOVED and not movable:
        words, remedy = f"{token} has no window to move", "write both lines of its window"
    elif verdict is Verdict.UNKNOWN:
        words, remedy = f"{whose}there is no token to look for", "write a token that stands in the lines"
    else:
        return
    yield Left(pinned.place.path, pinned.place.line, words, remedy)
