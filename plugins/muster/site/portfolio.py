"""The site of a portfolio: pages that any browser shows as they are, their style, and the data for programs."""

from __future__ import annotations

from importlib.resources import files as resources
from typing import TYPE_CHECKING

from muster.portfolio.as_json import as_json
from muster.site.page import GeneratedFile
from muster.site.portfolio_index import index_page
from muster.site.portfolio_page import repository_page, titles_of
from muster.site.portfolio_parts import DATA, INDEX, STYLE, page_path

if TYPE_CHECKING:
    from muster.portfolio.values import Joined

ENDINGS = (".html", ".css", ".json")  # of what is written


def portfolio_files(joined: Joined) -> tuple[GeneratedFile, ...]:
    """All files, by path below the folder of the site."""
    titles = titles_of(joined)
    style = resources("muster.site").joinpath(STYLE).read_bytes()
    return (
        GeneratedFile(INDEX, index_page(joined)),
        GeneratedFile(DATA, as_json(joined)),
        GeneratedFile(STYLE, style),
        *(GeneratedFile(page_path(one.name), repository_page(one, joined.title, titles)) for one in joined.members),
    )
