"""Writing files whole, inside the project, one sync at a time.

implements: MU-CORE-0012, MU-CORE-0020, MU-CORE-0021
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self

from muster.store import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.muster-tmp", re.DOTALL)

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space and run it again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run it again"),
    errno.EFBIG: ("it is larger than a file may be here", "raise the limit on file sizes"),
    errno.EROFS: ("the file system is read-only", "run it where the project can be written"),
    errno.EACCES: ("permission denied", "give yourself the right to write the folder it is in"),
    errno.EPERM: ("permission denied", "give yourself the right to write the folder it is in"),
    errno.EISDIR: ("it is a directory", "move the directory away"),
    errno.ENOTDIR: ("a file stands where a folder of its path has to be", "move that file away"),
    errno.EEXIST: ("a file stands where a folder of its path has to be", "move that file away"),
    errno.ELOOP: ("it is a symbolic link that leads to itself", "remove the link"),
    errno.ENAMETOOLONG: ("its name is too long", "give it a shorter name"),
}


class OutsideRoot(ValueError):
    """A path leaves the root of the project, or goes where Muster must not write."""


class NotWritten(OSError):
    """A file could not be written; what stood there still stands."""

    def __init__(self, path: str, reason: str, remedy: str, *, deed: str = "written") -> None:
        super().__init__(f"{path} cannot be {deed}: {reason}; {remedy}")
        self.path = path
        self.reason = reason
        self.remedy = remedy

    @classmethod
    def because(cls, path: str, error: OSError, *, deed: str = "written") -> Self:
        """The error in words, with what to do about it."""
        words = error.strerror or str(error)
        reason, remedy = _REASONS.get(error.errno or 0, (words, "remove the cause and run it again"))
        return cls(path, reason, remedy, deed=deed)


class Busy(RuntimeError):
    """Another process is writing into the same project."""


def write(root: Path, path: str, data: bytes) -> bool:
    """Make `data` the content of the file, all of it or nothing; False, and no touch, where it is already.

    A symbolic link inside the project stays: its target is written.
    """
    target = inside(root, path)
    try:
        old = _status(target)
        if old is not None and old.st_size == len(data) and target.read_bytes() == data:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data, old)
    except OSError as error:
        raise NotWritten.because(path, error) from error
    return True


def read(root: Path, path: str, limit: int | None = None) -> bytes:
    """The content of an ordinary file of the project; never waits for what only looks like one.

    A symbolic link inside the project is followed. Raises OutsideRoot, and OSError for all else that is no such file,
    or has more than `limit` bytes.
    """
    target = inside(root, path)
    status = _status(target)
    if status is None:
        is_link = (root / path).is_symlink()
        raise FileNotFoundError(errno.ENOENT, "the link leads nowhere" if is_link else os.strerror(errno.ENOENT))
    if limit is not None and status.st_size > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    with open(os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read()


def remove(root: Path, path: str) -> bool:
    """Remove the file, or the symbolic link inside the project; False where there is none."""
    inside(root, path)
    target = inside(root, str(PurePosixPath(path).parent)) / PurePosixPath(path).name
    try:
        target.unlink()
        _keep(target.parent)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise NotWritten.because(path, error, deed="removed") from error
    return True


def clear_leftovers(root: Path, folders: Iterable[str]) -> list[str]:
    """Remove what a killed run left in these folders; call it under the lock, where no other run is writing."""
    removed: list[str] = []
    for folder in sorted(set(folders)):
        target = inside(root, folder)
        try:
            names = sorted(entry.name for entry in os.scandir(target) if entry.is_file(follow_symlinks=False))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise NotWritten.because(folder, error, deed="cleared") from error
        paths = [str(PurePosixPath(folder) / name) for name in names if _TEMPORARY.fullmatch(name)]
        removed += [path for path in paths if remove(root, path)]
    return removed


def make_own_folder(folder: Path) -> None:
    """Make `.muster`, with a `.gitignore` that keeps all of it out of git; raises OSError."""
    if folder.is_symlink():
        raise OutsideRoot(f"{folder.name} is a symbolic link; remove it, Muster makes a folder of its own")
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        with suppress(FileExistsError), ignore.open("x", encoding="ascii") as file:
            file.write("*\n")


@contextmanager
def lock(root: Path, timeout: float = 10.0) -> Iterator[None]:
    """Hold the project for writing; wait `timeout` seconds for another process, then raise `Busy`.

    The system lets go of the lock when its process ends, in whatever way.
    """
    path = f"{FOLDER}/lock"
    try:
        make_own_folder(root / FOLDER)
        descriptor = os.open(root / path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise NotWritten.because(path, error) from error
    try:
        _acquire(descriptor, path, timeout)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                msg = f"another muster has held {path} for {timeout:g} s; wait until it ends, or end it, and run again"
                raise Busy(msg) from None
            time.sleep(0.02)
        except OSError as error:
            raise NotWritten.because(path, error) from error
        else:
            return


def inside(root: Path, path: str) -> Path:
    """The real path of a file of the project, symbolic links followed."""
    parts = PurePosixPath(path).parts
    if not path or "\0" in path or path.startswith("/") or ".." in parts:
        raise OutsideRoot(f"{path!r} is not a path inside the project; write it relative to the root, without `..`")
    top = Path(os.path.realpath(root))
    real = Path(os.path.realpath(top.joinpath(*parts)))
    if not real.is_relative_to(top):
        raise OutsideRoot(f"{path} leads out of the project through a symbolic link; remove the link")
    if ".git" in real.relative_to(top).parts:
        raise OutsideRoot(f"{path} is inside .git, which is git's own; choose another path")
    return real


def _status(target: Path) -> os.stat_result | None:
    """What stands at the path; only nothing and an ordinary file can be written."""
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):  # realpath follows every link, save those that run in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    return status


def _replace(target: Path, data: bytes, old: os.stat_result | None) -> None:
    """Write beside the target, then put it in the target's place: a killed process leaves the old or the new."""
    # 50 characters are at most 200 bytes: with the rest below the 255 that a name may have.
    temporary = target.with_name(f".{target.name[:50]}.{os.urandom(8).hex()}.muster-tmp")
    try:
        # O_EXCL follows no link; the umask trims the mode as for any new file.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with open(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            if old is not None:
                _adopt(descriptor, old)
            os.fsync(descriptor)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _keep(target.parent)


def _adopt(descriptor: int, old: os.stat_result) -> None:
    """Keep the mode of the replaced file, and its owner where the system lets us."""
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(OSError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _keep(folder: Path) -> None:
    """Have the folder's new entries survive a power cut; some file systems cannot, and need not."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
