"""Which spec a packet is about: the file that it names, and the one that its pointer file names now.

implements: MU-PKT-5002
"""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from muster.model import Problem
from muster.packets.escapes import decoded
from muster.packets.filling import filled, place_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Place
    from muster.packets.packet import Packet

CODE = "PKT002"
FIELD = "SPEC_TARGET_RESOLVED"
_FORM = "write `POINTER -> FILE`, or the path of the spec alone, both from the root of the project"
ARROW = re.compile(r"->|\u2192|\\{1,2}u2192")  # what is not ASCII is told by another rule
_REMARK = re.compile(r"(\.\w+[`*]*)\s+\([^()]*\)[`*\s]*$")  # behind the name of a file
_ABSOLUTE = re.compile(r"[/~]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+://")


class Files(Protocol):
    """The files of a project, as far as a target asks for them."""

    def exists(self, path: str, /) -> bool:
        """Whether an ordinary file of the project has this path."""

    def text(self, path: str, /) -> str | None:
        """What a file holds; None where it cannot be read."""

    def named(self, name: str, /) -> Sequence[str]:
        """The paths of all files with this name."""

    def near(self, path: str, /) -> str:
        """The path of a file with a name most like this one's; "" for none."""


class Named(Struct, frozen=True):
    """What SPEC_TARGET_RESOLVED says, as written."""

    pointer: str  # "" where it names the spec alone
    file: str


class Target(Struct, frozen=True, dict=True):
    """The spec of a packet, found by way of its pointer file."""

    pointer: str = ""  # the path of the pointer file; "" for none
    path: str = ""  # of the spec that the pointer names now; "" where that leads nowhere
    written: str = ""  # the file as the packet names it
    current: str = ""  # the file as the pointer names it now
    problems: tuple[Problem, ...] = ()

    @property
    def outdated(self) -> bool:
        """Whether the pointer names another spec by now than the packet does."""
        return bool(self.path and self.problems)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the packet may call its spec, be it today's or the one that it names: with and without folders."""
        whole = [name for name in (self.path, self.current, self.written) if name]
        return tuple(dict.fromkeys([*map(basename, whole), *whole]))


def target_named(value: str) -> Named | None:
    """The two names of `<pointer> -> <file>`, or of a spec alone; None where it is neither."""
    parts = [part.strip().strip("`*").strip() for part in ARROW.split(_REMARK.sub(r"\1", value))]
    if not all(parts) or len(parts) > 2:
        return None
    return Named("" if len(parts) == 1 else parts[0], parts[-1])


def spec_in_pointer(text: str, pattern: str) -> tuple[str, int] | None:
    """The file that a pointer file names, and the line where it does."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = re.search(pattern, text)
    if match is None:
        return None
    group = 1 if match.re.groups and match[1] is not None else 0
    name = match[group].strip().strip("`*").strip()
    return (name, text.count("\n", 0, match.start(group)) + 1) if name else None


def target_of(packet: Packet, path: str, pattern: str, files: Files) -> Target:
    """The spec that a packet at this path is about; with a finding where it is none, or no longer the one named.

    A field that is missing or still to be filled in gives no target, and is told by the metadata's rule.
    """
    field = packet.field(FIELD)
    if field is None or not filled(packet, FIELD).strip():
        return Target()
    place = place_of(path, field)
    named = target_named(decoded(field.value))
    if named is None:
        return _nothing(place, f"{FIELD} is {shortened(field.value)!r}, which names no spec", _FORM)
    for name in (named.pointer, named.file):
        if name and (why := _foreign(name)):
            return _nothing(place, f"{FIELD} names {shortened(name)!r}, {why}", _FORM)
    if named.pointer:
        return _through_pointer(named, place, pattern, files)
    found = _found(named.file, ("", dirname(path)), files)
    if found == path:
        return _nothing(place, f"{FIELD} names the packet itself", _FORM)
    if isinstance(found, str):
        return Target(path=found, written=named.file, current=named.file)
    is_missing = not found and _inside(normpath(named.file))
    remedy = _remedy_of_missing(named.file, files) if is_missing else _FORM
    return _nothing(place, f"{FIELD} names {_lost(named.file, found)}", remedy)


def _remedy_of_missing(name: str, files: Files) -> str:
    near = files.near(name)
    return f"did you mean {near}?" if near else "put the spec there, or name the file that it is"


def _through_pointer(named: Named, place: Place, pattern: str, files: Files) -> Target:
    """The spec that the pointer file names now, held against the one that the packet names."""
    pointer = _found(named.pointer, ("", dirname(place.path)), files, by_name=False)
    if not isinstance(pointer, str):
        remedy = "name the file that says which spec is current, by its path from the root of the project"
        return _nothing(place, f"{FIELD} names the pointer file {_lost(named.pointer, pointer)}", remedy)
    text = files.text(pointer)
    if text is None:
        return _nothing(place, f"the pointer file {pointer} cannot be read", "make it a text file in UTF-8", pointer)
    remedy = f"write the file name of the current spec into {pointer}, by default in bold: `**spec.md**`"
    said = spec_in_pointer(text, pattern)
    if said is None:
        return _nothing(place, f"the pointer file {pointer} names no spec", remedy, pointer)
    current, line = said
    source = f"the pointer file {pointer}:{line} names"
    if why := _foreign(current):
        return _nothing(place, f"{source} {shortened(current)!r}, {why}", remedy, pointer)
    starts = (dirname(pointer), "")
    found = _found(current, starts, files)
    if not isinstance(found, str):
        return _nothing(place, f"{source} {_lost(current, found)}", remedy, pointer)
    if found in (pointer, place.path):
        return _nothing(place, f"{source} {'itself' if found == pointer else 'the packet itself'}", remedy, pointer)
    if named.file == current or found in _meant(named.file, starts, files):
        return Target(pointer, found, named.file, current)
    words = f"{FIELD} names {shortened(named.file)}, but {pointer}:{line} names {shortened(current)} now"
    told = Problem(CODE, place, words, f"read what changed, then run `muster packet repin {place.path}`")
    return Target(pointer, found, named.file, current, (told,))


def _nothing(place: Place, message: str, help: str, pointer: str = "") -> Target:  # noqa: A002
    return Target(pointer, problems=(Problem(CODE, place, message, help),))


def _foreign(name: str) -> str:
    """Why a name is no path of the project, whatever files there are."""
    if _ABSOLUTE.match(name):
        return "which is no path inside the project"
    return "which has a backslash" if "\\" in name else ""


def _found(name: str, starts: tuple[str, str], files: Files, *, by_name: bool = True) -> str | tuple[str, ...]:
    """The one path that a name means, or else all that it could."""
    meant = _meant(name, starts, files, by_name=by_name)
    return meant[0] if len(meant) == 1 else meant


def _meant(name: str, starts: tuple[str, str], files: Files, *, by_name: bool = True) -> tuple[str, ...]:
    """The paths that a name can mean: from the first start, else from the second, else by the file's name alone."""
    for start in starts:
        path = normpath(join(start, name))
        if _inside(path) and files.exists(path):
            return (path,)
    return tuple(files.named(name)) if by_name and "/" not in name else ()


def _inside(path: str) -> bool:
    return path not in (".", "..") and not path.startswith("../")


def _lost(name: str, meant: tuple[str, ...]) -> str:
    """How a message speaks of a name that means no file, or several."""
    shown = shortened(name)
    if meant:
        return f"{shown}, and {len(meant)} files have that name: {', '.join(sorted(meant)[:3])}"
    if not _inside(normpath(name)):
        return f"{shown}, which leads out of the project or to no file of it"
    return f"{shown}, which is no file of the project"
