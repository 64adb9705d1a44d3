"""The files of a git revision: what a run over an earlier state reads.

The tree is listed at once, a content is read when it is asked for: a run that finds all in its
cache reads none. The working tree is not touched.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Self

from muster.store import FOLDER, git

if TYPE_CHECKING:
    import subprocess
    from collections.abc import KeysView
    from pathlib import Path

_ENTRY = re.compile(r"([0-7]{6}) [a-z]+ ([0-9a-f]+)\t([^\0]+)\0")
_OWN = f"{FOLDER}/"
_HEAD = 8192  # bytes in which a file that is no text has a zero
_LINKS = 40  # so many in a row lead nowhere, as for the system


class Revision:
    """The files below a root in one commit; close it when done."""

    def __init__(self, root: Path, name: str, commit: str | None) -> None:
        self._root = root
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self.unread: dict[str, str] = {}
        self.twins: dict[str, str] = {}
        listed = os.fsdecode((git.run(root, "ls-tree", "-r", "-z", commit) if commit else None) or b"")
        facts = [(mode, blob, path) for mode, blob, path in _ENTRY.findall(listed) if not path.startswith(_OWN)]
        # Git's own order is by bytes; that of a project is by text.
        self.entries = dict(sorted((path, blob) for mode, blob, path in facts if mode.startswith("100")))
        self.modules = tuple(path for mode, _, path in facts if mode == "160000")
        self._links = {path: os.fsdecode(self._content(blob, path)) for mode, blob, path in facts if mode == "120000"}
        for path in sorted(self._links):
            target = self.resolved(path)
            if target in self.entries:
                self.twins[path] = target
            elif not target:
                self.unread[path] = "the link is broken, or leads out of the project"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate()

    @property
    def paths(self) -> KeysView[str]:
        return self.entries.keys()

    @property
    def versions(self) -> dict[str, str]:
        return self.entries

    @property
    def state(self) -> str:
        return ""

    @property
    def reader(self) -> Self:
        return self

    @property
    def portable(self) -> bool:
        """No: it talks to a git of its own."""
        return False

    def text_of(self, path: str, limit: int) -> bytes | None:
        """The content of a file; None for one that is larger than `limit`, or no text."""
        content = self.read(path)
        return None if len(content) > limit or b"\0" in content[:_HEAD] else content

    def text_size(self, path: str) -> int:
        """How many bytes a text has; 0 for what is no text."""
        content = self.read(path)
        return 0 if b"\0" in content[:_HEAD] else len(content)

    @cached_property
    def _folders(self) -> frozenset[str]:
        found = {""}
        for path in self.entries:
            while (path := posixpath.dirname(path)) not in found:
                found.add(path)
        return frozenset(found)

    def resolved(self, path: str) -> str:
        """Where a path leads through the links of the revision; "" where nowhere in it."""
        done: list[str] = []
        ahead = path.split("/")[::-1]
        followed = 0
        while ahead:
            part = ahead.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    return ""
                done.pop()
                continue
            done.append(part)
            target = self._links.get("/".join(done))
            if target is not None:
                followed += 1
                if followed > _LINKS or target.startswith("/"):
                    return ""
                done.pop()
                ahead += target.split("/")[::-1]
        found = "/".join(done)
        return (found or ".") if found in self.entries or found in self._folders else ""

    def is_ignored(self, path: str) -> bool:  # noqa: ARG002 -- what git does not keep, nobody knows
        """Nothing is: a commit holds no ignored files."""
        return False

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError where there is none."""
        if path not in self.entries:
            raise FileNotFoundError(errno.ENOENT, "no file of the revision", path)
        return self._content(self.entries[path], path)

    def standing(self, path: str) -> bytes | None:
        """What stands at a path, also through a link; None where nothing does."""
        target = self.resolved(path)
        return self.read(target) if target in self.entries else None

    def renamed(self) -> dict[str, str]:
        """The old names of files that have a new one since, by the new one, as git sees it."""
        changed = git.run(
            self._root, "diff", "-M", "--name-status", "--diff-filter=R", "--relative", "-z", self._name, "--"
        )
        words = os.fsdecode(changed or b"").split("\0")
        return dict(zip(words[2::3], words[1::3], strict=False))

    def _content(self, blob: str, path: str) -> bytes:
        if self._process is None:
            self._process = git.started(self._root, ["cat-file", "--batch"])
        if self._process is not None and self._process.stdin and self._process.stdout:
            with suppress(OSError):  # git ended: it says nothing
                self._process.stdin.write(f"{blob}\n".encode())
                self._process.stdin.flush()
            facts = self._process.stdout.readline().split()
            if facts[1:2] == [b"blob"]:
                return self._process.stdout.read(int(facts[2]) + 1)[:-1]
        msg = f"git lacks {path} of revision {self._name!r}; `git fetch` it"
        raise git.UnknownRevision(msg)


def revision_of(root: Path, name: str) -> Revision:
    """The files of a revision; HEAD of a repository without a commit has none."""
    if git.run(root, "rev-parse", "--git-dir") is None:
        msg = f"there is no git repository to find revision {name!r} in; leave `--since` out, or run it in one"
        raise git.UnknownRevision(msg)
    commit = None
    if name and not name.startswith(("-", "^")) and "\0" not in name:
        commit = git.run(root, "rev-parse", "--verify", "--quiet", name + "^{commit}")
    if commit is None and not (name == "HEAD" and git.run(root, "symbolic-ref", "--quiet", "HEAD")):
        msg = f"git knows no revision {name!r} here; `git fetch` it, or name a commit, branch or tag"
        raise git.UnknownRevision(msg)
    return Revision(root, name, os.fsdecode(commit).strip() if commit else None)
