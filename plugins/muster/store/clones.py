"""Clones that a portfolio keeps: made and brought up to date only where somebody asks for it.

implements: MU-FOLIO-9505
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.store.files import make_own_folder
from muster.store.git import run

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "portfolio"  # below `.muster`
_RELATIVE = re.compile(r"\.{1,2}(?:/|$)")
# Nobody is there to be asked for a password, and no program of a repository runs.
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=20"
_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never"),
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"),
)


class Clone(Struct, frozen=True):
    """What stands of a clone: a problem in words that are the same everywhere, and what git said."""

    problem: str = ""
    detail: str = ""
    usable: bool = True  # it can be read, if perhaps as it was on another day
    is_there: bool = True


NO_CLONE = Clone()


def clone_folder(home: Path, name: str) -> Path:
    """Where the clone of a repository is; `home` is the folder of the portfolio."""
    return home / ".muster" / FOLDER / name


def clone_of(home: Path, name: str, url: str, revision: str, *, fetch: bool) -> Clone:
    """See to it that the clone is there and stands at its revision; the network is used with `fetch` alone."""
    folder = clone_folder(home, name)
    stale = Clone()
    if fetch:
        make_own_folder(home / ".muster")
        folder.parent.mkdir(exist_ok=True)
        stale = _fetched(home, folder, url)
    if not (folder / ".git").is_dir():
        if stale.problem:
            return Clone("it could not be cloned", stale.detail, usable=False, is_there=False)
        return Clone("it is not cloned yet: `muster portfolio --fetch` does it", usable=False, is_there=False)
    wrong = _stands_at(folder, revision)
    return wrong if wrong.problem else stale


def _fetched(home: Path, folder: Path, url: str) -> Clone:
    """Clone, or fetch; a clone of another address gives way."""
    address = os.path.abspath(home / url) if _RELATIVE.match(url) else url
    held = run(folder, "config", "--get", "remote.origin.url") if (folder / ".git").is_dir() else None
    if held is not None and os.fsdecode(held).strip() == address:
        error = _told(folder, "fetch", "--quiet", "--prune", "--force", "--tags", "origin")
        if not error:
            # What the host names as its branch may have changed; where it names none, the old one stays.
            _told(folder, "remote", "set-head", "origin", "--auto")
        return Clone("it could not be fetched: this is its last state here", error) if error else Clone()
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    error = _told(home, "clone", "--quiet", "--no-checkout", "--", address, str(fresh))
    if error:
        shutil.rmtree(fresh, ignore_errors=True)
        return Clone("it could not be fetched: this is its last state here", error)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return Clone()


def _stands_at(folder: Path, revision: str) -> Clone:
    """Check out what is wanted, where something else is."""
    names = (f"refs/remotes/origin/{revision}", revision) if revision else ("refs/remotes/origin/HEAD",)
    answers = (
        run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}^{{commit}}") for one in names
    )
    wanted = next((answer for answer in answers if answer), None)
    if wanted is None and revision:
        return Clone(f"its clone has no revision {revision!r}; `--fetch` looks for it", usable=False)
    if wanted is None:
        return Clone("its clone has no commit", usable=False)
    commit = os.fsdecode(wanted).strip()
    head = run(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head == wanted and (folder / ".git" / "index").is_file():
        return Clone()
    error = _told(folder, "checkout", "--quiet", "--force", "--detach", commit)
    return Clone("its clone cannot be checked out", error, usable=False) if error else Clone()


def _told(folder: Path, *arguments: str) -> str:
    """What git says where it fails; "" where it does not."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS} | _ENVIRONMENT
    environment.setdefault("GIT_SSH_COMMAND", _SSH)
    try:
        done = subprocess.run(
            ["git", *_OPTIONS, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        return f"git does not start: {error.strerror}"
    lines = [line for line in os.fsdecode(done.stderr).splitlines() if line.startswith(("fatal: ", "error: "))]
    return (lines[0] if lines else f"git ends with {done.returncode}") if done.returncode else ""
