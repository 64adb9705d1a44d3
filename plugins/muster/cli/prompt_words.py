"""What the ledger keeps of the command line of `muster prompt`: no text of a prompt, and no place on a machine.

implements: MU-PRM-6025, MU-LEDGER-8022
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.cli.project import Where, inside
from muster.cli.prompt_order import PLACEHOLDER
from muster.cli.recorded import recorded
from muster.cli.terminal import visible
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from muster.cli.recorded import Log

_VALUES = ("--set", "--capsule")
_TEXT = "..."  # in place of what somebody wrote
_OUTSIDE = "<outside>"  # in place of a folder that is none of the project


@contextmanager
def recorded_prompt(where: Where, name: str, *, enabled: bool = True) -> Iterator[Log]:
    """Run a command on prompts, and record it without what it was told."""
    with recorded(without_texts(where), name, enabled=enabled) as log:
        log.hidden = _hidden(where)
        yield log


def without_texts(where: Where, known: Collection[str] = ()) -> Where:
    """The command line for the ledger; of what is written like a name, files that are there and `known` handles stay.

    Before a prompt is compiled nobody knows whether `requirement:the secret plan` is a name or a text.
    """
    root = where.root()
    words: list[str] = []
    for word in where.words:
        before = words[-1] if words else ""
        option, mark, rest = word.partition("=")
        if before in _VALUES:
            words.append(_value(word, before, where, root, known))
        elif mark and option in _VALUES:
            words.append(f"{option}={_value(rest, option, where, root, known)}")
        elif before == "-C" or word.startswith("-C"):
            words.append("-C" if word == "-C" else "." if before == "-C" else "-C.")
        elif mark and word.startswith("--"):
            words.append(f"{option}={_path(rest, where, root)}")
        else:
            words.append(_path(word, where, root))
    return replace(where, words=tuple(words))


def _hidden(where: Where) -> dict[str, str]:
    """What takes the place of words of the command line where a message repeats them."""
    root = where.root()
    found: dict[str, str] = {}
    for word in where.words:
        typed = word.partition("=")[2] if word.startswith("--") and "=" in word else word
        told = _path(typed, where, root)
        if told != typed and typed.strip("./"):
            spellings = (typed, inside(where, root, typed), os.path.abspath(where.folder / typed))  # noqa: PTH100
            found |= {form(one): told for one in spellings for form in (str, visible, shortened) if one != told}
    return found


def _value(word: str, option: str, where: Where, root: Path, known: Collection[str]) -> str:
    """A value of an option, with its name where it has one."""
    if option == "--capsule":
        return _name_or_text(word, where, root, known)
    name, mark, value = word.partition("=")
    return f"{name}={_name_or_text(value, where, root, known)}" if mark and PLACEHOLDER.fullmatch(name) else _TEXT


def _name_or_text(value: str, where: Where, root: Path, known: Collection[str]) -> str:
    """What a value names, as far as that is there; else no more than that it was a text, or of which kind."""
    from muster.prompts.naming import NotNamed, SourceKind, named_in

    if value.startswith("@"):
        is_there = value == "@-" or os.path.lexists(where.folder / value[1:])
        return f"@{_path(value[1:], where, root)}" if is_there else f"@{_TEXT}"
    word, colon, _ = value.partition(":")
    if not colon or word not in list(SourceKind) or word == SourceKind.TEXT:
        return _TEXT
    try:
        named = named_in(value)
    except NotNamed:
        return f"{word}:{_TEXT}"
    is_file = named.kind in (SourceKind.FILE, SourceKind.PACKET, SourceKind.INTENT)
    is_known = named.handle in known or (is_file and os.path.lexists(root / named.path))
    return named.handle if is_known else f"{word}:{_TEXT}"


def _path(typed: str, where: Where, root: Path) -> str:
    """A word that can be a path, without the folders outside of the project; blanks are in paths that are there."""
    is_text = any(char.isspace() for char in typed) and not os.path.lexists(where.folder / typed)
    if "/" not in typed and typed != "..":
        return _TEXT if is_text else typed
    own = inside(where, root, typed)
    if own == ".." or own.startswith("../"):
        name = typed.rstrip("/").rpartition("/")[2]
        if is_text or name in ("", ".", "..") or _holds_home(where.folder / typed):
            return _OUTSIDE
        return f"{_OUTSIDE}/{name}"
    if is_text:
        return _TEXT
    return own if typed.startswith("/") or ".." in typed.split("/") else typed


def _holds_home(path: Path) -> bool:
    """Whether that is the home of who runs it, whose name is a user's, or a folder above."""
    home = os.path.expanduser("~")  # noqa: PTH111 -- it may be unknown
    return f"{home}/".startswith(f"{os.path.abspath(path)}/")  # noqa: PTH100 -- links stay
