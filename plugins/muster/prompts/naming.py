"""What a value of a prompt names, read from how it is written: a text, or something of the project that holds one.

implements: MU-PRM-6026
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum

from msgspec import Struct

from muster.text.words import shortened

_SECTION = re.compile(r"(?P<path>[^#§]+?)[ \t]*(?:#(?P<anchor>[^\s#]+)|§{1,2}[ \t]*(?P<number>[0-9A-Za-z.]+))")


class SourceKind(StrEnum):
    """What a value comes from."""

    TEXT = "text"
    FILE = "file"
    REQUIREMENT = "requirement"
    SECTION = "section"
    PACKET = "packet"
    INTENT = "intent"


FORMS = {
    SourceKind.TEXT: "text:WORDS",
    SourceKind.FILE: "file:PATH",
    SourceKind.REQUIREMENT: "requirement:ID,ID",
    SourceKind.SECTION: "section:PATH#anchor` or `section:PATH §2.1",
    SourceKind.PACKET: "packet:PATH",
    SourceKind.INTENT: "intent:PATH",
}


class Named(Struct, frozen=True):
    """What a value names, taken apart."""

    kind: SourceKind
    handle: str  # how it is named in manifests and snapshots; `text:` for every text
    text: str = ""  # of a text, as it is
    path: str = ""  # of the file that is needed; "" for none
    ids: tuple[str, ...] = ()
    anchor: str = ""
    number: str = ""  # of a section; "" where its anchor is named


class NotNamed(ValueError):
    """A value begins like a name, and names nothing."""


def named_in(value: str) -> Named:
    """What a value names; raises NotNamed.  What begins with none of the six words is a text.

    Only for what the user writes where a value is asked for: text from elsewhere is `as_text(...)`, whatever it
    begins with, so that it can name no file.
    """
    word, colon, rest = value.partition(":")
    if not colon or word not in list(SourceKind) or word == SourceKind.TEXT:
        return as_text(rest if colon and word == SourceKind.TEXT else value)
    kind, target = SourceKind(word), rest.strip()
    if not target:
        raise NotNamed(f"`{word}:` names nothing")
    if kind is SourceKind.REQUIREMENT:
        return _requirements(target)
    if kind is SourceKind.SECTION:
        match = _SECTION.fullmatch(target)
        if match is None:
            raise NotNamed(f"{shortened(target)!r} names no section of a file")
        path = _path(match["path"])
        anchor, number = match["anchor"] or "", (match["number"] or "").rstrip(".")
        return Named(
            kind,
            f"section:{path}#{anchor}" if anchor else f"section:{path} §{number}",
            path=path,
            anchor=anchor,
            number=number,
        )
    path = _path(target)
    return Named(kind, f"{kind}:{path}", path=path)


def as_text(text: str) -> Named:
    """A text that is taken as it is."""
    return Named(SourceKind.TEXT, "text:", text)


def _requirements(target: str) -> Named:
    ids = tuple(part.strip() for part in target.split(","))
    if not all(ids):
        raise NotNamed(f"{shortened(target)!r} has an empty place where an ID is due")
    twice = next((one for one, count in Counter(ids).items() if count > 1), "")
    if twice:
        raise NotNamed(f"{shortened(twice)!r} is named twice")
    return Named(SourceKind.REQUIREMENT, f"requirement:{','.join(ids)}", ids=ids)


def _path(written: str) -> str:
    parts = [part for part in written.strip().split("/") if part != "."]
    path = "/".join(parts)
    if not parts or "\\" in path or ":" in parts[0] or not path.isprintable():
        raise NotNamed(f"{shortened(written)!r} is no path of a file in the project")
    if ".." in parts or not all(parts):
        raise NotNamed(f"{shortened(written)!r} is no path below the root of the project")
    return path
