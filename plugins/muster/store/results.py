"""Files of test results: they are seldom tracked, and often lie where git ignores them.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import os
from glob import iglob
from typing import TYPE_CHECKING

from muster.model import ResultFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 200_000_000  # bytes of one file


def result_paths(root: Path, globs: Iterable[str]) -> list[str]:
    """What these globs name below a folder, sorted, tracked or not."""
    found = {
        path.replace(os.sep, "/")
        for glob in globs
        for path in iglob(glob, root_dir=root, recursive=True, include_hidden=True)
        if os.path.isfile(os.path.join(root, path))
    }
    return sorted(found)


def read_results(root: Path, paths: Iterable[str]) -> tuple[ResultFile, ...]:
    """The content of each, or why there is none; a path may lie outside the root."""
    return tuple(_read(root, path) for path in paths)


def _read(root: Path, path: str) -> ResultFile:
    try:
        with open(os.path.join(root, path), "rb") as file:
            content = file.read(MOST + 1)
    except OSError as error:
        return ResultFile(path, None, error.strerror or str(error))
    if len(content) > MOST:
        return ResultFile(path, None, f"it has more than {MOST:,} bytes")
    return ResultFile(path, content)
