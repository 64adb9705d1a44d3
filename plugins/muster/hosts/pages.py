"""The page that MkDocs is rendering, as the Markdown extension asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.utils import get_relative_url

from muster.site.index import Index
from muster.site.page import dossier_pages
from muster.specs.reading import read_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs.structure.files import File, Files

    from muster.hosts.build import Build
    from muster.model import Document
    from muster.site.index import Entry


class PageHost:
    """Knows the page, and where each document is published; one for each build."""

    def __init__(self) -> None:
        self.index = Index()
        self.files: Mapping[str, File] = {}
        self.file: File | None = None
        self._build: Build | None = None
        self.relocated: frozenset[str] = frozenset()  # the documents that are published elsewhere than they lie
        self._paths: dict[str, str] = {}
        self._dossiers: dict[str, File] = {}  # by the document that defines the requirements
        self._links: dict[str, str] = {}  # to these, from the page being rendered

    def open(self, build: Build, files: Mapping[str, File]) -> None:
        """Take what the build has read; `files` are the pages by their path in the project."""
        self._build, self.index, self.files = build, build.index, files
        self.relocated = frozenset(path for path, file in files.items() if file.src_dir is None)
        self._paths = {file.src_uri: path for path, file in files.items()}
        self._dossiers = {}

    def learn(self, files: Files) -> None:
        """Take the generated pages that tell all of a requirement, where `files` has them."""
        pages = dossier_pages(self._build.outcome.project.documents) if self._build else {}
        found = {path: files.get_file_from_path(page) for path, page in pages.items()}
        self._dossiers = {path: file for path, file in found.items() if file is not None and file.src_dir is None}

    def enter(self, file: File) -> None:
        """Take `file` for the page being rendered."""
        self.file = file
        self._links = {}

    @property
    def path(self) -> str:
        """The path in the project of the page being rendered; "" for a generated one."""
        return self._paths.get(self.file.src_uri, "") if self.file else ""

    def document(self, path: str, text: str) -> Document | None:  # noqa: ARG002 - MkDocs knows the page itself
        """Read the page afresh where it is a spec: another plugin has changed its text."""
        if self._build is None or self.path not in self._build.sources:
            return None
        return read_document(self.path, text, self._build.outcome.project.settings)

    def href(self, path: str, entry: Entry) -> str:  # noqa: ARG002 - as above
        """The relative URL of the page that has a requirement."""
        target = self.files.get(entry.document)
        if target is None or self.file is None:
            return ""
        return "#" if target is self.file else get_relative_url(target.url, self.file.url)

    def dossier(self, path: str, entry: Entry) -> str:  # noqa: ARG002 - as above
        """The relative URL of the generated page that tells all of a requirement; "" where no plugin makes any."""
        home = entry.document
        if home not in self._links:
            target = self._dossiers.get(home)
            known = target is not None and self.file is not None
            self._links[home] = get_relative_url(target.url, self.file.url) if known else ""  # type: ignore[union-attr]
        return self._links[home]
