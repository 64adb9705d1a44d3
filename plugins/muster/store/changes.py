"""Which files a range of git changes, the working tree included where the range is open.

implements: MU-TRACE-3032
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.store import FOLDER
from muster.store.git import UnknownRevision, run

if TYPE_CHECKING:
    from pathlib import Path

_RANGE = re.compile(r"(?P<base>.*?)(?P<dots>\.\.\.?)(?P<end>.*)", re.DOTALL)


class Changes(Struct, frozen=True):
    """What is different from a commit."""

    base: str  # the commit
    paths: tuple[str, ...]  # sorted; also of files that are gone


def changes_in(root: Path, text: str) -> Changes:
    """The files below `root` that a revision or a range names.

    `A..B` and `A...B` compare commits, the latter with the merge base of both. `A`, `A..` and `A...` end with the
    files as they are, those that git neither tracks nor ignores included.
    """
    match = _RANGE.fullmatch(text)
    base = _commit(root, match["base"] or "HEAD" if match else text, text)
    end = _commit(root, match["end"], text) if match and match["end"] else ""
    if match and match["dots"] == "...":
        base = _merge_base(root, base, end or "HEAD", text)
    sides = [base, end] if end else [base]
    options = ["--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z"]
    answer = run(root, "diff", *options, *sides, "--")
    others = b"" if end else run(root, "ls-files", "-o", "--exclude-standard", "-z")
    if answer is None or others is None:
        msg = f"git cannot compare {text!r}; run `git diff --name-only {text}` to see why"
        raise UnknownRevision(msg)
    found = {*os.fsdecode(answer).split("\0"), *os.fsdecode(others).split("\0")}
    return Changes(base, tuple(sorted(path for path in found if path and not path.startswith(f"{FOLDER}/"))))


def stood_there(root: Path, path: str) -> bool:
    """Whether the last commit has a file, or a folder, at a path."""
    return run(root, "cat-file", "-e", f"HEAD:./{path}") is not None


def _commit(root: Path, name: str, text: str) -> str:
    commit = None
    if name and not name.startswith(("-", "^")) and "\0" not in name:
        commit = run(root, "rev-parse", "--verify", "--quiet", name + "^{commit}")
    if commit is None:
        of = "" if name == text else f" of {text!r}"
        msg = f"{name!r}{of} is neither a file or folder here nor a revision of git; check the path, or `git fetch` it"
        raise UnknownRevision(msg)
    return os.fsdecode(commit).strip()


def _merge_base(root: Path, base: str, end: str, text: str) -> str:
    answer = run(root, "merge-base", base, end)
    if answer is None:
        msg = f"the two sides of {text!r} have no commit in common; `git fetch --unshallow`, or write `..` for `...`"
        raise UnknownRevision(msg)
    return os.fsdecode(answer).strip()
