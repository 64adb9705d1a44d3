"""The way back from a fix: the files as they were, kept under `.muster/undo` until the next fix."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.store import FOLDER
from muster.store.files import remove, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FOLDER = f"{FOLDER}/undo"
_LIST = f"{_FOLDER}/files.json"


class Kept(Struct, frozen=True):
    """A file before a fix, under a name of its own, and what the fix made of it."""

    path: str
    before: str  # file name in the folder
    after: str  # SHA-256 of what the fix wrote


class Restored(Struct, frozen=True):
    """What an undo did."""

    restored: tuple[str, ...]
    changed: tuple[str, ...]  # not what the fix wrote any more, and so left alone


def keep(root: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Write down the way back, before anything is changed: the list last, as it makes the rest count."""
    for file in _kept(root):
        remove(root, f"{_FOLDER}/{file.before}")
    remove(root, _LIST)
    kept = []
    for number, path in enumerate(sorted(before)):
        name = f"{number:04}.before"
        write(root, f"{_FOLDER}/{name}", before[path])
        kept.append(Kept(path, name, _digest(after[path])))
    write(root, _LIST, msgspec.json.encode(kept))


def restore(root: Path) -> Restored | None:
    """Undo the last fix where its files are as it left them; None where there is nothing to undo."""
    kept = _kept(root)
    if not kept:
        return None
    restored, changed = [], []
    for file in kept:
        data = (root / _FOLDER / file.before).read_bytes()
        current = _current(root / file.path)
        if current == data:
            continue  # a fix that was killed never reached it
        if current is None or _digest(current) != file.after:
            changed.append(file.path)
        elif write(root, file.path, data):
            restored.append(file.path)
    if not changed:
        remove(root, _LIST)
    return Restored(tuple(restored), tuple(changed))


def _kept(root: Path) -> list[Kept]:
    try:
        return msgspec.json.decode((root / _LIST).read_bytes(), type=list[Kept])
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def _current(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
