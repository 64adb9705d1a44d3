"""The files of a folder that somebody built: none outside of it, whatever its links say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Folder(Struct, frozen=True):
    """What a folder holds."""

    paths: frozenset[str]  # of ordinary files, with `/`
    left_out: tuple[str, ...]  # links that lead out of it, and what is neither file nor folder


def folder_of(root: Path) -> Folder:
    """List a folder. A link inside it is followed, `latest` beside `1.2` say, but never in a circle; raises OSError."""
    top = os.path.realpath(root)
    paths: list[str] = []
    left_out: list[str] = []
    pending = [("", top, frozenset({top}))]
    while pending:
        prefix, folder, above = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                path = f"{prefix}{entry.name}"
                if entry.is_file(follow_symlinks=False):
                    paths.append(path)
                    continue
                real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                if entry.is_symlink() and not f"{real}{os.sep}".startswith(f"{top}{os.sep}"):
                    left_out.append(path)
                elif os.path.isdir(real):
                    if real not in above:
                        pending.append((f"{path}/", real, above | {real}))
                elif os.path.isfile(real):
                    paths.append(path)
                else:
                    left_out.append(path)
    return Folder(frozenset(paths), tuple(sorted(left_out)))


class Contents(Mapping[str, bytes]):
    """The content of listed files, read at each use; raises OSError."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        self._root = f"{root}{os.sep}"
        self._paths = paths

    def __getitem__(self, path: str) -> bytes:
        with open(self._root + path, "rb", buffering=0) as file:
            return file.read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
