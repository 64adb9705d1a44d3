"""What `mkdocs serve` watches for a project, so that a page follows whatever it was made of.

implements: MU-SITE-9006
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.store import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NOT_WATCHED = frozenset(("node_modules", "target", "venv"))  # ten thousand files that nobody here wrote
_NO_SOURCE = frozenset((".git", FOLDER))


def watched(
    root: Path, site_dir: Path, cited: Iterable[str] = (), results: Iterable[str] = ()
) -> Iterator[tuple[Path, bool]]:
    """The places to watch, and whether with all that lies below.

    These are the files in the root, those that are still to come too, and the folders in it, save hidden ones and what
    a build writes, which would trigger the next build. A hidden folder that holds a file of `cited` is a source. Of
    `results` those that lie nowhere else are watched with their neighbours: the next run may give them other names.
    """
    yield root, False
    folders = [path for path in sorted(root.iterdir()) if path.is_dir()]
    sources = {path.partition("/")[0] for path in cited} - _NO_SOURCE
    whole = [
        path
        for path in folders
        if (path.name in sources or not (path.name.startswith(".") or path.name in NOT_WATCHED))
        and not site_dir.is_relative_to(path.resolve())
    ]
    yield from ((path, True) for path in whole)
    elsewhere = {_place(root / path, root, site_dir) for path in results}
    known = (root, *whole)
    yield from ((path, False) for path in sorted(elsewhere) if path not in known and not _below(path, whole))


def _place(file: Path, root: Path, site_dir: Path) -> Path:
    """The folder of a file of results; the file alone where a build writes beside it."""
    written = file.is_relative_to(root / FOLDER) or file.resolve().is_relative_to(site_dir)
    return file if written else file.parent


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
