"""What every generated page is made of: its place, its links, tables and headings.

Tables are ready HTML inside Markdown, for a Markdown table costs a hundred times as much to render. Text from
documents is escaped, and made inert to template engines that look into pages.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from msgspec import Struct

from muster.site.markup import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from muster.model import Document

STYLESHEET = "assets/muster/muster.css"
SCRIPT = "assets/muster/muster.js"
_NO_SPECS = ("matrix", "holes", "findings")  # pages beside those of specs
NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"
# Material leaves the room of the table of contents to the page; other themes pass over the words.
WIDE_AND_SEARCHED = "---\nhide:\n  - toc\n---\n\n"
WIDE = NOT_SEARCHED.removesuffix("---\n\n") + WIDE_AND_SEARCHED.removeprefix("---\n")


class GeneratedPage(Struct, frozen=True):
    """A page that nobody wrote: its path below the folder of the pages, and its Markdown."""

    path: str
    text: str


class GeneratedFile(Struct, frozen=True):
    """A file that is no page: its path below the site, or below the folder of the pages, and its bytes."""

    path: str
    data: bytes


class Links(Protocol):
    """How the host links from a generated page; ready HTML is not looked into, so a link is final.

    An address is what a script resolves against the site, or against the folder of the pages: "" for none.
    """

    def to_document(self, page: str, document: str) -> str:
        """The link to a document of the project, without fragment; "" where it is not published."""
        ...

    def to_page(self, page: str, other: str) -> str:
        """The link to another generated page."""
        ...

    def to_file(self, page: str, path: str) -> str:
        """The link to a generated file."""
        ...

    def head(self, page: str) -> str:
        """The tags by which a page gets styles and scripts; "" where the host sees to it."""
        ...

    def document_address(self, document: str) -> str:
        """The address of a document's page, without fragment; "" where it is not published."""
        ...

    def page_address(self, page: str) -> str:
        """The address of a generated page."""
        ...


class PlainLinks(Struct, frozen=True):
    """Links between Markdown files, for generators that turn `.md` into the address of the page themselves.

    `folder` is where the pages are written and `site` the documentation folder, both in the project;
    a document outside `site` is not published. `directory_urls`: the generator makes `page/` of `page.md`.
    """

    folder: str
    site: str
    directory_urls: bool = True

    def to_document(self, page: str, document: str) -> str:
        if self.site not in ("", ".") and not document.startswith(f"{self.site.rstrip('/')}/"):
            return ""
        return posixpath.relpath(document, posixpath.dirname(posixpath.join(self.folder, page)))

    def to_page(self, page: str, other: str) -> str:
        return posixpath.relpath(other, posixpath.dirname(page))

    def to_file(self, page: str, path: str) -> str:
        return posixpath.relpath(path, posixpath.dirname(page))

    def head(self, page: str) -> str:
        style, script = (escape(self.to_file(page, path)) for path in (STYLESHEET, SCRIPT))
        return f'<div hidden><link rel="stylesheet" href="{style}"><script type="module" src="{script}"></script></div>'

    def document_address(self, document: str) -> str:
        return self._address(document) if self.to_document("index.md", document) else ""

    def page_address(self, page: str) -> str:
        return self._address(posixpath.normpath(posixpath.join(self.folder, page)))

    def _address(self, path: str) -> str:
        """Where the generator shows a Markdown file of the project, seen from the folder of the pages."""
        start = posixpath.relpath(posixpath.dirname(path) or ".", self.folder or ".")
        stem = posixpath.basename(path).removesuffix(".md")
        name, end = ("", "index.html") if stem in ("index", "README") else (f"{stem}/", f"{stem}.html")
        address = f"{start}/{name if self.directory_urls else end}".removeprefix("./")
        return quote(address, errors="surrogateescape") or "./"


def with_head(page: str, tags: str) -> str:
    """The Markdown of a page with tags behind its front matter, in a block of their own."""
    if not tags:
        return page
    end = page.find("\n---\n", 4) + 5 if page.startswith("---\n") else 0
    return f"{page[:end]}\n{tags}\n\n{page[end:].lstrip()}" if end else f"{tags}\n\n{page}"


def file_names(wanted: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """A file name for each, without its ending; where somebody has it already, a number stands behind it."""
    names: dict[str, None] = {}
    for want in wanted:
        base = re.sub(r"[^\w.-]+", "-", want).strip("-.") or "spec"
        base = f"{base}-spec" if base.lower() in ("index", "readme") else base  # those names are a folder's own page
        candidates = itertools.chain([base], (f"{base}-{i}" for i in itertools.count(2)))
        names[next(name for name in candidates if name not in names and name not in taken)] = None
    return list(names)


def names_of(specs: Sequence[Document]) -> list[str]:
    """A file name for each spec: its package; two specs with one package (a finding) still get a page each."""
    return file_names((document.package for document in specs), taken=_NO_SPECS)


def dossier_pages(documents: Iterable[Document]) -> dict[str, str]:
    """The generated page of each spec that defines requirements, by the path of the spec."""
    specs = [document for document in documents if document.is_spec and document.requirements]
    return {spec.path: f"compliance/{name}.md" for spec, name in zip(specs, names_of(specs), strict=True)}


def heading(title: str) -> str:
    """A document's title as a heading in which nothing is markup: each special character is an entity."""
    return "".join(char if char.isalnum() or char in " ,.:;" else f"&#{ord(char)};" for char in " ".join(title.split()))


def table(
    caption: str,
    columns: Iterable[str],
    rows: Iterable[str],
    *,
    numbers: bool = False,
    cards: bool = False,
    foot: str = "",
) -> str:
    """An accessible table: it has a caption, and header cells that say what they head.

    `numbers` stand right, and where rows are mostly text, they are `cards` on a phone.
    """
    # The class stands on a wrapper: Material styles, and makes scroll on a phone, tables that have none.
    kind = " muster-numbers" if numbers else " muster-cards" if cards else ""
    parts = [f'<div class="muster-table{kind}">', "<table>", f"<caption>{escape(caption)}</caption>", "<thead>"]
    parts.append("<tr>" + "".join(f'<th scope="col">{escape(column)}</th>' for column in columns) + "</tr>")
    parts += ["</thead>", "<tbody>", *(f"<tr>{row}</tr>" for row in rows), "</tbody>"]
    if foot:
        parts += ["<tfoot>", f"<tr>{foot}</tr>", "</tfoot>"]
    return "\n".join([*parts, "</table>", "</div>", ""])
