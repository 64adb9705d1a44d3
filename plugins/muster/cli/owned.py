"""A folder of generated files that a command may replace and remove, beside others that it leaves alone."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.cli.errors import Mistake
from muster.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Written(Struct, frozen=True):
    """What became of the files of a folder, by path."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class Owned(Struct, frozen=True):
    """Who writes into a folder: the name of its list there, the first line of that, the endings of its files."""

    listed: str
    head: str
    endings: tuple[str, ...]

    def write(self, target: Path, wanted: Mapping[str, bytes]) -> Written:
        """Make the folder hold these files, and none that an earlier run wrote beside them."""
        earlier = self._earlier(target)
        for path, data in wanted.items():
            file = target / path
            if path not in earlier and file.is_file() and file.read_bytes() != data:
                raise Mistake(
                    f"{file} is not replaced: Muster did not write it", help="move it away, or name another folder"
                )
        target.mkdir(parents=True, exist_ok=True)
        # The list first, with old and new: a run that is killed leaves no file that nobody knows.
        files.write(target, self.listed, self._text({*wanted, *earlier}))
        written = tuple(path for path, data in wanted.items() if files.write(target, path, data))
        removed = tuple(path for path in sorted(earlier - wanted.keys()) if files.remove(target, path))
        files.write(target, self.listed, self._text(set(wanted)))
        return Written(written, removed, len(wanted) - len(written))

    def _earlier(self, target: Path) -> set[str]:
        """The files that the list names; what leads out of the folder is none."""
        try:
            lines = (target / self.listed).read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return set()
        paths = (PurePosixPath(line) for line in lines if line and not line.startswith("#"))
        return {
            str(path)
            for path in paths
            if not path.is_absolute() and ".." not in path.parts and path.suffix in self.endings
        }

    def _text(self, paths: set[str]) -> bytes:
        return (self.head + "\n" + "".join(f"{path}\n" for path in sorted(paths))).encode()
