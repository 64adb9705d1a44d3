"""What git knows of a folder, asked of git itself, without a shell.

Each answer holds for the folder as root: paths are relative to it, and where it is a subfolder of
a repository nothing outside it is listed. Paths are text as `os.fsdecode` makes it, so that any
byte of a name survives.

implements: MU-REQ-1002
"""

from __future__ import annotations

import os
import re
import subprocess
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# A hook's git hands these to its children; they would turn our questions to another tree or index.
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")

# What others wrote, where it is neither tracked nor ignored: Python 3.11 makes environments that ignore nothing.
NEVER_OURS = ("node_modules", ".venv", "__pycache__")
_BUILT = "site"  # by MkDocs, where a sitemap stands in it

# An entry of `ls-files -v -s`, from the zero byte before it. Nearly all are files in the one version
# that counts; the rest are links, submodules, sides of a conflict, or files that git may not look at.
_FILE = re.compile(r"\0H 100[0-7]{3} ([0-9a-f]+) 0\t([^\0]+)")
_SPECIAL = re.compile(rb"\0(?!H 100[0-7]{3} [0-9a-f]+ 0\t)([^ ]+) ([0-7]{6}) [0-9a-f]+ [0-3]\t([^\0]+)")


class UnknownRevision(ValueError):
    """A revision that git cannot find, or that nobody can ask it for."""


class Listing(Struct, frozen=True, dict=True):
    """The files below a root, as git sees them: its own raw answers, read as far as needed."""

    raw: bytes  # of `ls-files -v -s -z`: the index
    dirty: frozenset[str]  # tracked, and to be looked at: changed, deleted, in conflict, or not watched by git
    untracked: tuple[str, ...]  # neither tracked nor ignored
    links: tuple[str, ...]  # tracked symbolic links
    modules: tuple[str, ...] = ()  # submodules

    @cached_property
    def tracked(self) -> dict[str, str]:
        """The blob ID of each tracked file whose content is that of the index, by path."""
        text = "\0" + os.fsdecode(self.raw)
        return {path: blob for blob, path in _FILE.findall(text) if path not in self.dirty}


def listing(root: Path) -> Listing | None:
    """What git lists below `root`; None where there is no git, no repository, or one that ignores `root`."""
    # All three at once: the second and third look at the files, the first only at the index.
    index, changed, others = _answers(
        root,
        ["ls-files", "-v", "-s", "-z"],
        ["diff-files", "--name-only", "--relative", "-z"],
        ["ls-files", "-o", "--exclude-standard", *_left_out(root), "-z"],
    )
    if index is None or changed is None or others is None:
        return None
    if not index and not others and run(root, "check-ignore", "-q", ".") is not None:
        return None
    dirty = set(_paths(changed))
    links, modules = [], []
    for tag, mode, name in _SPECIAL.findall(b"\0" + index):
        path = os.fsdecode(name)
        if mode == b"160000":
            dirty.discard(path)
            modules.append(path)
        elif mode == b"120000" and tag == b"H":
            links.append(path)
        else:
            dirty.add(path)
    # A repository inside this one that is no submodule is listed with a slash: it is not ours.
    untracked = tuple(path for path in _paths(others) if not path.endswith("/"))
    return Listing(index, frozenset(dirty), untracked, tuple(links), tuple(modules))


def _left_out(root: Path) -> list[str]:
    """Options by which git leaves out what is untracked and nobody's source."""
    built = [f"/{folder_in_repository(root)}{_BUILT}/"] if (root / _BUILT / "sitemap.xml").is_file() else []
    return [f"--exclude={pattern}" for pattern in (*(f"{name}/" for name in NEVER_OURS), *built)]


def folder_in_repository(root: Path) -> str:
    """Where a folder lies in its repository, with a final slash; "" at the top, and where there is no repository."""
    for above in (root, *root.parents):
        if (above / ".git").exists():
            return "" if above == root else f"{root.relative_to(above).as_posix()}/"
    return ""


def repository_address(root: Path) -> str:
    """The web address of the repository that this one was cloned from; "" where there is none."""
    answer = run(root, "remote", "get-url", "origin")
    match = _REMOTE.fullmatch(os.fsdecode(answer or b"").strip())
    return f"https://{match['host']}/{match['path']}" if match else ""


_REMOTE = re.compile(
    r"(?:https?://(?:[^@/\s]+@)?|ssh://(?:[^@/\s]+@)?|[^@/\s]+@)(?P<host>[\w.-]+\.[a-z]+)(?::[0-9]+)?[:/]"
    r"(?P<path>[\w./~-]+?)(?:\.git)?/?"
)


def refusal(root: Path) -> str:
    """Why git does not answer for a folder that is in a repository; empty where there is none or no git."""
    process = started(root, ["rev-parse", "--git-dir"], errors=True)
    if process is None:
        return ""
    _, errors = process.communicate()
    # Git may warn of a configuration that it cannot read before it says what is fatal.
    fatal = [line for line in os.fsdecode(errors).splitlines() if line.startswith("fatal: ")]
    if process.returncode == 0 or not fatal or "not a git repository" in fatal[0]:
        return ""
    return fatal[0].removeprefix("fatal: ")


def read_at(root: Path, revision: str, select: Callable[[str], bool]) -> dict[str, bytes]:
    """The files of a revision whose path `select` takes, sorted by path.  implements: MU-REQ-1043"""
    commit = None
    if revision and not revision.startswith("-") and "\0" not in revision:
        commit = run(root, "rev-parse", "--verify", "--quiet", revision + "^{commit}")
    tree = run(root, "ls-tree", "-r", "-z", os.fsdecode(commit).strip()) if commit else None
    if tree is None:
        msg = f"git knows no revision {revision!r} here; `git fetch` it, or name a commit, branch or tag"
        raise UnknownRevision(msg)
    wanted = {}
    for line in os.fsdecode(tree).split("\0")[:-1]:
        facts, _, path = line.partition("\t")
        mode, _, blob = facts.split(" ")
        if mode.startswith("100") and select(path):
            wanted[path] = blob
    contents = _blobs(root, sorted(set(wanted.values())))
    missing = [path for path in sorted(wanted) if wanted[path] not in contents]
    if missing:
        msg = f"git lacks {missing[0]} of revision {revision!r}; `git fetch` it"
        raise UnknownRevision(msg)
    return {path: contents[wanted[path]] for path in sorted(wanted)}


def branches(root: Path) -> dict[str, str]:
    """The commits at the tip of local and remote branches, by the first ref that names each.

    implements: MU-REQ-1040
    """
    answer = run(root, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes")
    names: dict[str, str] = {}
    for line in os.fsdecode(answer or b"").splitlines():
        commit, _, name = line.partition(" ")
        names.setdefault(commit, name)
    return {name: commit for commit, name in names.items()}


def _blobs(root: Path, ids: list[str]) -> dict[str, bytes]:
    """The content of blobs, through one process; those that git lacks are left out."""
    answer = run(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in ids).encode()) if ids else None
    contents = {}
    at = 0
    while answer and at < len(answer):
        end = answer.index(b"\n", at)
        blob, _, facts = answer[at:end].partition(b" ")
        at = end + 1
        if facts.startswith(b"blob "):
            size = int(facts[5:])
            contents[blob.decode()] = answer[at : at + size]
            at += size + 1
    return contents


def run(root: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git answers; None where it fails or is missing."""
    process = started(root, list(arguments))
    if process is None:
        return None
    answer, _ = process.communicate(given)
    return answer if process.returncode == 0 else None


def _answers(root: Path, *commands: list[str]) -> list[bytes | None]:
    """What git answers to each command, all running at once."""
    processes = [started(root, command) for command in commands]
    answers = [process.communicate()[0] if process else None for process in processes]
    return [
        answer if process and process.returncode == 0 else None
        for process, answer in zip(processes, answers, strict=True)
    ]


def started(root: Path, arguments: list[str], *, errors: bool = False) -> subprocess.Popen[bytes] | None:
    """A running git, in the language that we read and without taking locks; None where it cannot start."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    try:
        return subprocess.Popen(
            ["git", *arguments],
            cwd=root,
            env={**environment, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else subprocess.DEVNULL,
        )
    except OSError:
        return None


def _paths(answer: bytes) -> list[str]:
    return os.fsdecode(answer).split("\0")[:-1]
