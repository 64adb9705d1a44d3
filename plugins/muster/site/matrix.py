"""The page of the compliance matrix: without JavaScript the specs and their totals, with it one table of all.

implements: MU-SITE-9021
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from muster.site.data import FOLDER, REQUIREMENTS
from muster.site.markup import escape, inert
from muster.site.page import SCRIPT, WIDE
from muster.specs.compliance import totals
from muster.specs.requirement_file import distinct
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Document, Status
    from muster.site.page import Links

PATH = "compliance/matrix.md"
# What the script of the matrix imports: named here, a browser fetches it beside the page instead of one after another.
_MODULES = ("muster", "cells", "data", "dom", "dossier", "drawer", "filters", "matrix", "query", "rows")


def matrix_page(specs: Sequence[Document], names: Sequence[str], links: Links, statuses: Mapping[str, Status]) -> str:
    """The page: what a script finds by `data-muster`, and in it what stands there without one."""
    head = f"{WIDE}# Compliance matrix\n\n"
    every = [requirement for document in specs for requirement in distinct(document)]
    if not every:
        return f"{head}No spec defines a requirement yet: write one, and `muster check` reads it.\n"
    overview = escape(links.to_page(PATH, "compliance/index.md"))
    intro = (
        f"<p>{counted(len(every), 'requirement')} in {counted(len(specs), 'spec')}."
        f' <a href="{overview}">Totals by spec</a></p>\n\n'
    )
    items = [
        f'<li><a href="{escape(links.to_page(PATH, f"compliance/{name}.md"))}">{inert(document.title or name)}</a>:'
        f" {escape(totals(distinct(document), statuses))}</li>"
        for document, name in zip(specs, names, strict=True)
    ]
    plain = [
        '<div class="muster-matrix-plain">',
        f"<p>{escape(totals(every, statuses))}. Each spec has a page of its requirements:</p>",
        "<ul>",
        *items,
        "</ul>",
        "</div>",
    ]
    live = ['<div class="muster-matrix" data-muster="matrix">', *plain, "</div>", ""]
    return head + intro + _ahead(links) + "\n".join(live)


def _ahead(links: Links) -> str:
    """Tags that have the browser fetch data and scripts before it comes to use them."""
    data = escape(links.to_file(PATH, f"{FOLDER}/{REQUIREMENTS}"))
    modules = [
        escape(links.to_file(PATH, posixpath.join(posixpath.dirname(SCRIPT), f"{name}.js"))) for name in _MODULES
    ]
    tags = [f'<link rel="preload" as="fetch" crossorigin href="{data}">']
    tags += [f'<link rel="modulepreload" href="{address}">' for address in modules]
    return f"<div hidden>{''.join(tags)}</div>\n\n"
