"""Globs over paths: `*` within a name, `**` over folders."""

from __future__ import annotations

import functools
import re


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
