"""What a built page says, as a reader would copy it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path


class Article(HTMLParser):
    """The visible words of a page's article, as a reader would copy them."""

    _SILENT = frozenset(("script", "style"))
    _CLASSES = frozenset(("headerlink", "md-content__button md-icon"))  # what the theme adds
    _VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr"))

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.hidden: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside += tag == "article"
        silent = self.hidden or tag in self._SILENT or given.get("class") in self._CLASSES
        if silent and tag not in self._VOID:
            self.hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "article"
        if self.hidden and self.hidden[-1] == tag:
            self.hidden.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and not self.hidden:
            self.words += data.split()


def words_of(page: Path) -> str:
    """One line for each page, whatever white space there is."""
    article = Article()
    article.feed(page.read_text("utf-8"))
    return re.sub(r"\s+", " ", " ".join(article.words)).strip()
