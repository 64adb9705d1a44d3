"""The Markdown extension for generators that have Python-Markdown but no plugins; Zensical is one.

Nothing tells an extension when a build begins, and it is made anew for each page. So the reading of a project is
kept for the process, and read again when a file of it has changed since the last look.

implements: MU-SITE-9003
"""

from __future__ import annotations

import posixpath
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown.extensions import Extension
from msgspec import Struct

from muster.site.extension import MusterExtension
from muster.site.index import Index, index_of
from muster.site.page import dossier_pages
from muster.specs.reading import read_document
from muster.workspace import check, find_root

if TYPE_CHECKING:
    from markdown import Markdown

    from muster.model import Document, Outcome
    from muster.site.index import Entry

LOOK_EVERY = 1.0  # seconds; a build asks thousands of times
_lock = threading.Lock()
_projects: dict[Path, _Project] = {}


class _Project(Struct):
    """One reading of a project, and how its files looked then."""

    outcome: Outcome
    index: Index
    paths: frozenset[str]  # of the documents that define requirements
    dossiers: dict[str, str]  # the generated page of each of them
    looks: tuple[object, ...]
    looked: float


def project_at(root: Path) -> _Project:
    """The project in a folder, read at most once for each state of its files."""
    with _lock:
        known = _projects.get(root)
        now = time.monotonic()
        if known is not None:
            if now - known.looked < LOOK_EVERY:
                return known
            if _looks(root, known.outcome) == known.looks:
                known.looked = now
                return known
        outcome = check(root, workers=1)
        documents = outcome.project.documents
        _projects[root] = _Project(
            outcome,
            index_of(documents, outcome.project.trace.statuses, lambda path: (root / path).read_bytes()),
            frozenset(document.path for document in outcome.project.specs if document.requirements),
            dossier_pages(documents),
            _looks(root, outcome),
            now,
        )
        return _projects[root]


def _looks(root: Path, outcome: Outcome) -> tuple[object, ...]:
    """Size and time of each document, its folder and the settings; a folder changes when a file comes or goes."""
    paths = {document.path for document in outcome.project.documents}
    paths |= {posixpath.dirname(path) for path in paths} | {"muster.toml", "pyproject.toml"}
    return tuple(_look(root / path) for path in sorted(paths))


def _look(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


class TextHost:
    """A host of which only the text of a page is known, and with Zensical its path too."""

    def __init__(self, root: Path, md: Markdown, pages: str = "") -> None:
        self.root = root
        self.project = project_at(root)
        docs = _zensical_docs(root, md) or root / self.project.outcome.project.settings.site.docs
        self.rendered = _zensical_path(root, docs, md)
        self.pages = _inside(root, docs / pages) if pages else ""  # where `muster pages` wrote; "" for nowhere
        self._links: dict[str, str] = {}

    @property
    def index(self) -> Index:
        return self.project.index

    def document(self, path: str, text: str) -> Document | None:
        """Read a page afresh where it is a spec by its path, or else by defining all that one spec defines."""
        settings = self.project.outcome.project.settings
        path = self.rendered or path
        if path:
            return read_document(path, text, settings) if path in self.project.paths else None
        if "[" not in text and "~" not in text and "**" not in text:
            return None
        read = read_document("page.md", text, settings)
        own = {requirement.id.text for requirement in read.requirements}
        homes = {self.index.entries[identifier].document for identifier in own if identifier in self.index.entries}
        if len(homes) != 1:
            return None
        home = homes.pop()
        there = {entry.id for entry in self.index.entries.values() if entry.document == home}
        return read if own == there else None

    def href(self, path: str, entry: Entry) -> str:
        """The link from file to file, which the generator turns into one from page to page."""
        page = self.rendered or path
        if not page:
            return ""
        return "#" if page == entry.document else posixpath.relpath(entry.document, posixpath.dirname(page))

    def dossier(self, path: str, entry: Entry) -> str:
        """The link from file to file, as above, where `muster pages` has written that page."""
        home = entry.document
        if home not in self._links:
            page, made = self.rendered or path, self.project.dossiers.get(home, "")
            target = posixpath.join(self.pages, made)
            there = page and self.pages and made and (self.root / target).is_file()
            self._links[home] = posixpath.relpath(target, posixpath.dirname(page)) if there else ""
        return self._links[home]


def _zensical_docs(root: Path, md: Markdown) -> Path | None:
    """The documentation folder of Zensical; None with any other generator."""
    if "rendering_context" not in md.preprocessors:
        return None
    context: Any = md.preprocessors["rendering_context"]
    return root / str(context.config.get("docs_dir", "docs"))


def _zensical_path(root: Path, docs: Path, md: Markdown) -> str:
    """The path in the project of the page that Zensical renders; "" with any other generator."""
    if "rendering_context" not in md.preprocessors:
        return ""
    context: Any = md.preprocessors["rendering_context"]
    return _inside(root, docs / str(context.page.path))


def _inside(root: Path, path: Path) -> str:
    """The path seen from the project; "" for one outside it."""
    try:
        return path.resolve().relative_to(root).as_posix()
    except ValueError:
        return ""


class PlainMusterExtension(Extension):
    """The entry point `muster`: anchors, badges and cross references from the project in the current folder."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "root": [".", "The folder of the project."],
            "pages": ["", "Where `muster pages` writes, seen from the documentation folder: badges lead there."],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Read the project, or take it as read, and hand over to the extension proper."""
        root = find_root(Path(self.getConfig("root")))
        MusterExtension(TextHost(root, md, str(self.getConfig("pages")))).extendMarkdown(md)
