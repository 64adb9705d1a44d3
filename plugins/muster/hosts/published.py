"""Where the documents of a project are published, those from outside `docs_dir` included.

implements: MU-SITE-9005
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from muster.hosts.build import Build


def published(build: Build, files: Files, config: MkDocsConfig) -> dict[str, File]:
    """The file of each page, by the path in the project of the Markdown that it is made of."""
    found = {}
    docs = _relative(config.docs_dir, build.root)
    for file in files.documentation_pages():
        if file.src_dir is not None:
            found[posixpath.normpath(posixpath.join(docs, file.src_uri))] = file
        elif file.abs_src_path is not None:
            found[_relative(file.abs_src_path, build.root)] = file
    return found


def _relative(path: str, root: Path) -> str:
    """A path relative to the root with `/`, links resolved; one on another drive stays absolute."""
    try:
        return Path(os.path.relpath(os.path.realpath(path), root)).as_posix()
    except ValueError:
        return Path(path).as_posix()


def outside_files(build: Build, known: Mapping[str, File], config: MkDocsConfig) -> Iterator[File]:
    """A page for each spec that `docs_dir` does not hold, under the settings' folder."""
    folder = build.outcome.project.settings.site.outside
    taken = {file.src_uri for file in known.values()}
    for document in build.outcome.project.specs:
        if document.path in known:
            continue
        uri = _free(posixpath.join(folder, f"{_name(document.package or document.path)}.md"), taken)
        taken.add(uri)
        yield File.generated(config, uri, abs_src_path=str(build.root / document.path))


def _name(package: str) -> str:
    name = re.sub(r"[^\w.-]+", "-", package.removesuffix(".md")).strip("-.") or "spec"
    return f"{name}-spec" if name.lower() in ("index", "readme") else name


def _free(uri: str, taken: set[str]) -> str:
    stem, count, free = uri.removesuffix(".md"), 1, uri
    while free in taken:
        count += 1
        free = f"{stem}-{count}.md"
    return free
