"""What every generated page is made of: its place, its links, tables and headings.

Tables are ready HTML inside Markdown, for a Markdown table costs a hundred times as much to render. Text from
documents is escaped, and made inert to template engines that look into pages.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from muster.site.markup import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


class GeneratedPage(Struct, frozen=True):
    """A page that nobody wrote: its path below the folder of the pages, and its Markdown."""

    path: str
    text: str


class Links(Protocol):
    """How the host links from a generated page; ready HTML is not looked into, so a link is final."""

    def to_document(self, page: str, document: str) -> str:
        """The link to a document of the project, without fragment; "" where it is not published."""
        ...

    def to_page(self, page: str, other: str) -> str:
        """The link to another generated page."""
        ...


class PlainLinks(Struct, frozen=True):
    """Links between Markdown files, for generators that turn `.md` into the address of the page themselves.

    `folder` is where the pages are written and `site` the documentation folder, both in the project;
    a document outside `site` is not published.
    """

    folder: str
    site: str

    def to_document(self, page: str, document: str) -> str:
        if self.site not in ("", ".") and not document.startswith(f"{self.site.rstrip('/')}/"):
            return ""
        return posixpath.relpath(document, posixpath.dirname(posixpath.join(self.folder, page)))

    def to_page(self, page: str, other: str) -> str:
        return posixpath.relpath(other, posixpath.dirname(page))


def file_names(wanted: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """A file name for each, without its ending; where somebody has it already, a number stands behind it."""
    names: dict[str, None] = {}
    for want in wanted:
        base = re.sub(r"[^\w.-]+", "-", want).strip("-.") or "spec"
        base = f"{base}-spec" if base.lower() in ("index", "readme") else base  # those names are a folder's own page
        candidates = itertools.chain([base], (f"{base}-{i}" for i in itertools.count(2)))
        names[next(name for name in candidates if name not in names and name not in taken)] = None
    return list(names)


def heading(title: str) -> str:
    """A document's title as a heading in which nothing is markup: each special character is an entity."""
    return "".join(char if char.isalnum() or char in " ,.:;" else f"&#{ord(char)};" for char in " ".join(title.split()))


def table(caption: str, columns: Iterable[str], rows: Iterable[str], *, numbers: bool = False, foot: str = "") -> str:
    """An accessible table: it has a caption, and header cells that say what they head."""
    # The class stands on a wrapper: Material styles, and makes scroll on a phone, tables that have none.
    kind = "muster-table muster-numbers" if numbers else "muster-table"
    parts = [f'<div class="{kind}">', "<table>", f"<caption>{escape(caption)}</caption>", "<thead>"]
    parts.append("<tr>" + "".join(f'<th scope="col">{escape(column)}</th>' for column in columns) + "</tr>")
    parts += ["</thead>", "<tbody>", *(f"<tr>{row}</tr>" for row in rows), "</tbody>"]
    if foot:
        parts += ["<tfoot>", f"<tr>{foot}</tr>", "</tfoot>"]
    return "\n".join([*parts, "</table>", "</div>", ""])
