"""The files of a project with their content identity: what a run reads.

In a git repository git says which files there are and which content each has; only what it does
not vouch for is looked at. Elsewhere the folder is walked. Either way a content is named by its
git blob ID, so that the cache holds on every machine.

implements: MU-REQ-1002
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.identity import blob_id
from muster.store import FOLDER, git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, KeysView, Mapping
    from pathlib import Path

    from muster.store.cache import Cache

_OWN = f"{FOLDER}/"
_SKIPPED = frozenset({".git", FOLDER, *git.NEVER_OURS})

_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_HEAD = 8192  # bytes in which a file that is no text has a zero
_PIECE = 1 << 16  # bytes of a first read, which for most files is the only one
# A file written this shortly before it was looked at may change again within the same time stamp.
_RACY = 2_000_000_000


class Texts(Struct, frozen=True):
    """Reads the texts below a folder."""

    folder: str

    @property
    def portable(self) -> bool:
        """It holds no more than a path."""
        return True

    def text_of(self, path: str, limit: int) -> bytes | None:
        """The content of a listed file; None for one that is larger than `limit`, or no text; raises OSError."""
        descriptor = os.open(f"{self.folder}/{path}", _READING)
        try:
            content = os.read(descriptor, _PIECE)
            if content.find(b"\0", 0, _HEAD) >= 0:
                return None
            if len(content) < _PIECE:  # all of it, and most files need no more
                return content if len(content) <= limit else None
            status = os.fstat(descriptor)
            if status.st_size > limit or not stat.S_ISREG(status.st_mode):
                return None
            while more := os.read(descriptor, status.st_size + 1):
                content += more
            return content
        finally:
            os.close(descriptor)

    def text_size(self, path: str) -> int:
        """How many bytes a text has; 0 for what is no text, or cannot be read."""
        try:
            descriptor = os.open(f"{self.folder}/{path}", _READING)
        except OSError:
            return 0
        try:
            status = os.fstat(descriptor)
            is_text = stat.S_ISREG(status.st_mode) and b"\0" not in os.read(descriptor, _HEAD)
            return status.st_size if is_text else 0
        finally:
            os.close(descriptor)


class Tree(Struct, frozen=True, dict=True):
    """The files below a root at one moment."""

    root: Path
    digest: str  # of all that is listed: equal digests mean equal files
    unread: dict[str, str]  # links that are not followed and folders that cannot be listed, and why
    twins: dict[str, str]  # links to a file that is listed itself, and so not read twice; their targets
    warning: str  # why git does not answer though there is a repository, or ""
    index: git.Listing | None
    seen: dict[str, str | None]  # what git does not vouch for; None where the content is of no interest
    stamps: dict[str, str] = {}  # of that whose content is of no interest, as it was listed; "" where it may yet change

    @cached_property
    def entries(self) -> dict[str, str]:
        """Content IDs by path, sorted; the ID of a file that cannot be read is empty."""
        known = {path: blob for path, blob in self.seen.items() if blob is not None}
        if self.index is not None:
            known.update(self.index.tracked)
        return {path: known[path] for path in sorted(known) if not path.startswith(_OWN)}

    @cached_property
    def paths(self) -> KeysView[str]:
        """Every file that is listed, also those without a content ID; sorted, and quick to ask."""
        if all(blob is not None for blob in self.seen.values()):
            return self.entries.keys()
        return dict.fromkeys(sorted({*self.entries, *self.seen})).keys()

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """For every file, sorted, a text that changes with its content; "" where none does."""
        if not self.stamps:
            return self.entries
        known = {**self.entries, **self.stamps}
        return {path: known[path] for path in sorted(known) if not path.startswith(_OWN)}

    @property
    def reader(self) -> Texts:
        """What reads the texts of the listed files, and can be handed to another process."""
        return Texts(str(self.root))

    @cached_property
    def state(self) -> str:
        """A text that is the same only where every file is; "" where one may change unnoticed."""
        if "" in self.stamps.values():
            return ""
        return hashlib.blake2b(repr((self.digest, self.stamps)).encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def modules(self) -> tuple[str, ...]:
        """The folders that git keeps as submodules."""
        return self.index.modules if self.index else ()

    def resolved(self, path: str) -> str:
        """Where a path leads through symbolic links, as a path below the root; "" where nowhere in it."""
        try:
            return _target(os.path.realpath(self.root), path)
        except (_Unfollowed, ValueError):
            return ""

    def is_ignored(self, path: str) -> bool:
        """Whether something stands at a path that is not listed and lies in the root."""
        return bool(self.resolved(path)) and path not in self.paths

    def read(self, path: str) -> bytes:
        """The content of a listed file; raises OSError."""
        if path not in self.paths:
            raise FileNotFoundError(errno.ENOENT, "no file of the project", path)
        return _read(self.root / path)

    def standing(self, path: str) -> bytes | None:
        """What stands at a path, listed or not: an ignored file too, and what a link inside the project leads to.

        None where nothing does; raises OSError for all that is no file of the project.
        """
        top = os.path.realpath(self.root)
        if not os.path.lexists(os.path.join(top, path)):
            return None
        try:
            return _read(self.root / _target(top, path))
        except _Unfollowed as why:
            raise OSError(errno.EINVAL, str(why), path) from None


def everything(_path: str) -> bool:
    """The predicate for a run that wants the content of each file."""
    return True


def tree_of(
    root: Path,
    cache: Cache | None = None,
    relevant: Callable[[str], bool] = everything,
    scan: Callable[[str], Iterable[os.DirEntry[str]]] = os.scandir,
    now: Callable[[], int] = time.time_ns,
) -> Tree:
    """List the files below `root`, leaving out what git ignores, and name the content of the relevant ones.

    Outside git, `scan` lists a folder, in any order. A file that is younger than two seconds `now` is read
    again the next time, since it may change within its time stamp.
    """
    index = git.listing(root)
    unread: dict[str, str] = {}
    if index is None:
        paths, unread = _walk(root, scan)
        warning = git.refusal(root)
    else:
        paths = sorted({*index.dirty, *index.untracked, *index.links})
        warning = ""
    files, left_out, twins = _sorted_out(root, paths, index)
    unread = dict(sorted({**unread, **left_out}.items()))
    begun = now()
    ids = _content_ids(root, {path: status for path, status in files.items() if relevant(path)}, cache, now)
    seen = {path: ids.get(path) for path in files}
    stamps = {path: "" if _is_racy(files[path], begun) else _stamp(files[path]) for path in files if path not in ids}
    return Tree(root, _digest(index, paths, seen, {**unread, **twins}), unread, twins, warning, index, seen, stamps)


def _walk(root: Path, scan: Callable[[str], Iterable[os.DirEntry[str]]]) -> tuple[list[str], dict[str, str]]:
    """What is no folder, sorted, and the folders that cannot be listed."""
    found, unread = [], {}
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = list(scan(os.path.join(root, folder)))
        except OSError as error:
            unread[folder or "."] = f"the folder cannot be listed: {_reason(error)}"
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                found.append(path)
            elif entry.name not in _SKIPPED:
                pending.append(path)
    return sorted(found), unread


def _sorted_out(
    root: Path, paths: Iterable[str], index: git.Listing | None
) -> tuple[dict[str, os.stat_result], dict[str, str], dict[str, str]]:
    """The ordinary files among these paths with their status, the links that lead nowhere good, and the twins."""
    top = os.path.realpath(root)
    in_place: dict[str, bool] = {}  # by folder: whether no link stands on the way to it
    files: dict[str, os.stat_result] = {}
    targets: dict[str, str] = {}
    unread: dict[str, str] = {}
    for path in paths:
        folder = os.path.dirname(path)
        if folder not in in_place:
            plain = os.path.join(top, folder) if folder else top
            in_place[folder] = os.path.realpath(plain) == plain
        if path.startswith(_OWN) or not in_place[folder]:
            continue  # where a link took the place of a tracked file's folder, the file is gone
        with suppress(OSError):  # it is gone
            status = os.lstat(os.path.join(top, path))
            if stat.S_ISREG(status.st_mode):
                files[path] = status
            elif stat.S_ISLNK(status.st_mode):
                try:
                    targets[path] = _target(top, path)
                except _Unfollowed as why:
                    unread[path] = str(why)
    twins = {path: target for path, target in targets.items() if target in files or (index and target in index.tracked)}
    for path, target in targets.items():
        if path not in twins:
            with suppress(OSError):
                status = os.stat(os.path.join(top, target))
                if stat.S_ISREG(status.st_mode):
                    files[path] = status
    return dict(sorted(files.items())), unread, dict(sorted(twins.items()))


class _Unfollowed(Exception):
    """Why a symbolic link is not read."""


def _target(top: str, path: str) -> str:
    """Where a symbolic link leads, as a path below the root."""
    try:
        real = os.path.realpath(os.path.join(top, path), strict=True)
    except OSError as error:
        loop = error.errno == errno.ELOOP
        raise _Unfollowed("the link leads to itself" if loop else f"the link is broken: {_reason(error)}") from None
    target = os.path.relpath(real, top)
    if target == ".." or target.startswith("../"):
        raise _Unfollowed("the link leads out of the project")
    first = target.split("/", 1)[0]
    if first == ".git" or (first == FOLDER and target != path):  # what we keep there ourselves is no link
        raise _Unfollowed(f"the link leads into {first}")
    return target


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def _is_racy(status: os.stat_result, begun: int) -> bool:
    return begun - max(status.st_mtime_ns, status.st_ctime_ns) <= _RACY


def _content_ids(
    root: Path, files: dict[str, os.stat_result], cache: Cache | None, now: Callable[[], int]
) -> dict[str, str]:
    """The blob IDs of these files; a file is read where the cache has not seen it as it stands now."""
    stamps = {path: _stamp(status) for path, status in files.items()}
    ids = cache.looks(stamps) if cache else {}
    fresh = {}
    for path, status in files.items():
        if path in ids:
            continue
        begun = now()
        try:
            ids[path] = blob_id(_read(root / path))
        except OSError:
            ids[path] = ""
            continue
        if not _is_racy(status, begun):
            fresh[path] = (stamps[path], ids[path])
    if cache and fresh:
        cache.put_looks(fresh)
    return ids


def _digest(
    index: git.Listing | None, paths: Iterable[str], seen: dict[str, str | None], unread: dict[str, str]
) -> str:
    """One value over all that is listed, and cheap: the index is taken as git printed it."""
    total = hashlib.blake2b(index.raw if index else b"", digest_size=32)
    for path in paths:
        state = (seen[path] or "-") if path in seen else unread.get(path, "gone")
        total.update(os.fsencode(f"\0{path}\0{state}"))
    for path, why in unread.items():
        total.update(os.fsencode(f"\0{path}\0{why}"))
    return total.hexdigest()


def _read(path: Path) -> bytes:
    """The content of an ordinary file; never waits for what only looks like one."""
    descriptor = os.open(path, _READING)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
        return file.read()


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
