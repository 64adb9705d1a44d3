"""A folder that is there whole or not at all: written beside its place, and renamed into it.

implements: MU-CORE-0020, MU-CORE-0021
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from muster.store.files import NotWritten, inside, read, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TEMPORARY = re.compile(r"\.[^/]+\.[0-9a-f]{16}\.muster-tmp", re.DOTALL)
MOST_FILES = 200  # in a folder that is read whole
LARGEST = 100_000_000  # bytes of one of its files


def write_whole(
    root: Path, path: str, contents: Mapping[str, bytes], *, replaces: Mapping[str, bytes] | None = None
) -> None:
    """Make a folder that holds these files and no others; call it under the lock.

    A folder that is there already is replaced where it holds the files of `replaces` and nothing else, so that nothing
    is lost that somebody else put there.

    A killed process leaves the old folder, the new one, or for an instant between two renames none; never a part of it.
    """
    parent, _, name = path.rpartition("/")
    base = f"{parent}/" if parent else ""
    fresh, old = (f"{base}.{name[:50]}.{os.urandom(8).hex()}.muster-tmp" for _ in range(2))
    try:
        for one, data in contents.items():
            write(root, f"{fresh}/{one}", data)
        _put_in_place(root, path, fresh, old, replaces)
    except NotWritten as error:
        raise NotWritten(path, error.reason, error.remedy) from error
    except OSError as error:
        raise NotWritten.because(path, error) from error
    finally:
        shutil.rmtree(inside(root, fresh), ignore_errors=True)


def _put_in_place(root: Path, path: str, fresh: str, old: str, replaces: Mapping[str, bytes] | None) -> None:
    """Rename the new folder to its place; what stands there goes back where it is not what may be replaced."""
    target, aside = inside(root, path), inside(root, old)
    if not os.path.lexists(target) or _is_empty(target):
        inside(root, fresh).rename(target)
        _keep(target.parent)
        return
    target.rename(aside)
    is_replaced = False
    try:
        if files_in(root, old) == replaces:
            inside(root, fresh).rename(target)
            is_replaced = True
    finally:
        if not is_replaced:
            aside.rename(target)
    if not is_replaced:
        raise NotWritten(path, "something else stands there", "move it away")
    _keep(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def clear_half_written(root: Path, parent: str) -> list[str]:
    """Remove the folders that a killed `write_whole` left in this one; call it under the lock.

    It writes ordinary files alone: a folder with anything else in it is somebody's, and stays.
    """
    try:
        with os.scandir(inside(root, parent or ".")) as entries:
            found = [
                one.path
                for one in entries
                if _TEMPORARY.fullmatch(one.name)
                and one.is_dir(follow_symlinks=False)
                and all(stat.S_ISREG(mode) for mode in _kinds(one.path).values())
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise NotWritten.because(parent, error, deed="cleared") from error
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return sorted(found)


def files_in(root: Path, path: str) -> dict[str, bytes]:
    """What stands directly in a folder of the project: its ordinary files by name; raises OSError and OutsideRoot.

    All else is there without a content, by a name that no file has, such as `old/ (a folder)`: who compares the files
    with those that were written sees it.
    """
    kinds = _kinds(inside(root, path))
    if len(kinds) > MOST_FILES:
        raise OSError(errno.EFBIG, f"it holds {len(kinds):,} files, more than {MOST_FILES}", path)
    found: dict[str, bytes] = {}
    for name, mode in sorted(kinds.items()):
        if stat.S_ISREG(mode):
            found[name] = read(root, f"{path}/{name}", LARGEST)
        else:
            found[_odd_name(name, mode)] = b""
    return found


def odd_in(root: Path, path: str) -> dict[str, bytes]:
    """What `files_in` has beside the ordinary files; raises the same."""
    kinds = sorted(_kinds(inside(root, path)).items())
    return {_odd_name(name, mode): b"" for name, mode in kinds if not stat.S_ISREG(mode)}


def _kinds(folder: Path | str) -> dict[str, int]:
    """What stands in a folder, each with the bits that say what it is."""
    with os.scandir(folder) as entries:
        return {one.name: one.stat(follow_symlinks=False).st_mode for one in entries}


def _odd_name(name: str, mode: int) -> str:
    return f"{name}/ ({_kind_of(mode)})"


def _kind_of(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a symbolic link" if stat.S_ISLNK(mode) else "no ordinary file"


def _is_empty(folder: Path) -> bool:
    """Whether an empty folder stands there, which a rename replaces."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except NotADirectoryError:
        return False


def _keep(folder: Path) -> None:
    """Have a rename survive a power cut, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
