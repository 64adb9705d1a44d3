"""Globs over paths: `*` within a name, `**` over folders."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@functools.cache
def pattern_of(glob: str) -> re.Pattern[str]:
    """Compile a glob; `**/` also stands for no folder at all."""
    glob = re.sub(r"(?:\*\*/){2,}", "**/", glob.removeprefix("./"))
    parts = []
    at = 0
    while at < len(glob):
        if glob.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif glob.startswith("**", at):
            parts.append(".*")
            at += 2
        elif glob[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif glob[at] == "?":
            parts.append("[^/]")
            at += 1
        else:
            parts.append(re.escape(glob[at]))
            at += 1
    return re.compile("".join(parts), re.DOTALL)


def matches(path: str, glob: str) -> bool:
    """Whether a path lies under a glob; a glob without magic also names the folder of all below it."""
    return pattern_of(glob).fullmatch(path) is not None or (
        "*" not in glob and "?" not in glob and path.startswith(glob.rstrip("/") + "/")
    )


def any_matches(path: str, globs: tuple[str, ...]) -> bool:
    """Whether a path lies under one of the globs."""
    return any(matches(path, glob) for glob in globs)


@functools.cache
def union_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all of them; it matches nothing where there is none."""
    return re.compile("|".join(f"(?:{pattern_of(glob).pattern})" for glob in globs) or r"(?!)", re.DOTALL)


def paths_matching(paths: Iterable[str], globs: tuple[str, ...]) -> list[str]:
    """The paths, of very many, that lie under one of the globs."""
    names, whole = _by_name(globs)
    return [path for path in paths if names.fullmatch(path, path.rfind("/") + 1) or whole.fullmatch(path)]


@functools.cache
def _by_name(globs: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of a file's name and of its whole path: `**/name.md` asks for the name alone, which is quicker."""
    names = [glob for glob in globs if glob.startswith("**/") and glob.rfind("/") == 2 and "**" not in glob[3:]]
    return union_of(tuple(glob[3:] for glob in names)), union_of(tuple(glob for glob in globs if glob not in names))
