"""Noticing that files may have changed, at a cost that does not show.

Git's answer is the truth and dear: three processes that look at every file. So what matters is
looked at by its time stamps, what changed of late four times a second, the rest as often as a few
hundredths of one core allow; and git is asked when something looks otherwise, and now and then.
"""

from __future__ import annotations

import os
import time
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from muster.store import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from muster.store.tree import Tree

TICK = 0.25  # seconds
SETTLED = 0.02  # seconds in which somebody who began to write a file has most likely written it
_NEAR = 50  # files that changed last: the next change is most likely among them
_SHARE = 0.025  # of one core, for the time stamps of everything
_SHARE_OF_GIT = 0.01
_GIT_AFTER = 2.0  # seconds, at the least
_STEERING = frozenset({".gitignore", ".gitattributes", "muster.toml", "pyproject.toml"})

Stamp = tuple[int, int, int] | None


class Eye:
    """Looks at the files of a tree, as it stands when the eye is made."""

    def __init__(self, root: Path, tree: Tree | None, relevant: Callable[[str], bool], git_folder: str = "") -> None:
        own = [os.path.join(root, name) for name in sorted(_STEERING)]
        own += [os.path.join(git_folder, name) for name in ("HEAD", "index") if git_folder]
        paths = [path for path in tree.paths if relevant(path) or basename(path) in _STEERING] if tree else []
        folders = _folders(tree.paths if tree else ())
        self._everything = [*own, *(os.path.join(root, path) for path in (*sorted(folders), *paths))]
        self._stamps = dict(zip(self._everything, map(_stamp, self._everything), strict=True))
        self._near = [*own, *sorted(self._everything, key=self._age)[:_NEAR]]
        self._wide_due = time.monotonic() + TICK
        self._git_due = time.monotonic() + _GIT_AFTER

    def _age(self, path: str) -> int:
        stamp = self._stamps[path]
        return -stamp[0] if stamp else 0

    def rest(self, cost: float) -> None:
        """Ask git again after a while that is long beside the CPU seconds that asking cost."""
        self._git_due = time.monotonic() + max(_GIT_AFTER, cost / _SHARE_OF_GIT)

    def changed(self) -> bool:
        """Whether it is time for a full look: something looks otherwise, or git was not asked for long."""
        now = time.monotonic()
        if now >= self._git_due or self._differ(self._near):
            return True
        if now < self._wide_due:
            return False
        began = time.process_time()
        found = self._differ(self._everything)
        self._paid(now, time.process_time() - began)
        return found

    def _paid(self, now: float, cost: float) -> None:
        self._wide_due = now + max(TICK, cost / _SHARE)

    def _differ(self, paths: Iterable[str]) -> bool:
        return any(_stamp(path) != self._stamps[path] for path in paths)


def cpu_seconds() -> float:
    """What this process and the ones that it waited for have used."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def git_folder(root: Path) -> str:
    """The folder that git keeps its index in; "" where there is none."""
    answer = git.run(root, "rev-parse", "--absolute-git-dir")
    return os.fsdecode(answer).removesuffix("\n") if answer else ""


def differing(before: Tree, after: Tree, looked: int) -> list[str]:
    """The paths that stand otherwise in two trees, sorted; `looked` is when the first one was listed."""
    found: set[str] = set()
    for old, new in ((before.unread, after.unread), (before.twins, after.twins)):
        found.update(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    then, now = before.versions, after.versions
    if then != now:
        found.update(
            path
            for path in then.keys() | now.keys()
            if (old_one := then.get(path)) != (new_one := now.get(path))
            and not (old_one == "" and new_one and _is_older(new_one, looked))
        )
    return sorted(found | (before.paths ^ after.paths))


def _is_older(version: str, moment: int) -> bool:
    """Whether a version is a time stamp from before a moment: the file was too young then to be sure of it."""
    parts = version.split(":")
    return len(parts) == 4 and max(int(parts[1]), int(parts[2])) < moment


def _folders(paths: Iterable[str]) -> set[str]:
    found = {""}
    for path in paths:
        folder = dirname(path)
        while folder not in found:
            found.add(folder)
            folder = dirname(folder)
    return found


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_ctime_ns, status.st_mtime_ns, status.st_size
