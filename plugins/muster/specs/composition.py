"""The text of a requirement, put together from its blocks.

implements: MU-REQ-1013, MU-REQ-1014, MU-REQ-1021
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.inline import without_emphasis
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from muster.model import Keyword, Mark

_SEPARATOR = re.compile(r"[ \t]*(?:[:\-\u2013\u2014][ \t]+)?")
_CHECKBOX = re.compile(r"\s*\[[ xX]\]\s+")
_CELL = re.compile(r"(?<!\\)\|")
_RUNS = ("***", "**", "*", "___", "__", "_")


class Leaf(Struct):
    """A paragraph, heading or row: its inline source, and what was found in it."""

    text: str
    masked: str
    columns: tuple[int, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    marks: tuple[Mark, ...] = ()
    definition: Mark | None = None


class Text(Struct):
    """A text as Markdown, and without emphasis."""

    source: str
    bare: str


class Composer:
    """Composes one requirement; what defines another one is left out."""

    def __init__(
        self, leaf: Callable[[Node], Leaf], definer_of: Callable[[Node], Node | None], definer: Node, marker: str
    ) -> None:
        self.leaf = leaf
        self.definer_of = definer_of
        self.definer = definer
        self.marker = marker
        self.keywords: tuple[Keyword, ...] = ()
        self.first = ""  # the bare text of the first block with any

    def text_of(self, blocks: Iterable[Node]) -> Text:
        """The text of some blocks, a blank line between any two."""
        parts = [part for block in blocks if (part := self._part(block)) and part.source]
        if len(parts) == 1:
            return parts[0]
        return Text("\n\n".join(part.source for part in parts), "\n\n".join(part.bare for part in parts))

    def _part(self, node: Node) -> Text | None:
        if node.kind in (Kind.PARAGRAPH, Kind.HEADING, Kind.ROW):
            return self._leaf(node)
        if node.kind is Kind.CODE:
            code = f"```{node.info}\n{node.content.rstrip()}\n```"
            return Text(code, code)
        if node.kind is Kind.LIST:
            items = [self.text_of(item.children) for item in node.children if self.definer_of(item) is None]
            return Text(_listed(item.source for item in items), _listed(item.bare for item in items))
        if node.kind in (Kind.QUOTE, Kind.ADMONITION):
            return None if self.definer_of(node) else self.text_of(node.children)
        return None

    def _leaf(self, node: Node) -> Text | None:
        leaf = self.leaf(node)
        if node is not self.definer and leaf.definition:
            return None
        self.keywords += leaf.keywords
        text, mask = leaf.text, leaf.masked
        if node is self.definer:
            text, mask = self._without_marker(text, mask)
        if node.kind is Kind.ROW:
            cells = (cell.strip() for cell in _CELL.split(text.strip().strip("|")))
            text = " | ".join(cell for cell in cells if cell)
            part = Text(text, without_emphasis(text))
        else:
            part = Text(text, without_emphasis(text, mask))
        self.first = self.first or part.bare
        return part

    def _without_marker(self, text: str, mask: str) -> tuple[str, str]:
        """Cut the marker out of a text and its mask, with what only served to set it off."""
        end = text.find(self.marker)
        if end < 0:
            return text, mask
        start, again = 0, end + len(self.marker)
        for run in _RUNS:
            if text.endswith(run, 0, end) and text.startswith(run, again):
                end, again = end - len(run), again + len(run)
                break
        if (box := _CHECKBOX.match(text, 0, end)) is not None:
            start = box.end()
        if not text[start:end].strip(" \t\n|*_") and (separator := _SEPARATOR.match(text, again)) is not None:
            again = separator.end()
        whole, hidden = text[start:end] + text[again:], mask[start:end] + mask[again:]
        lead = len(whole) - len(whole.lstrip())
        trail = len(whole.rstrip())
        return whole[lead:trail], hidden[lead:trail]


def _listed(items: Iterable[str]) -> str:
    return "\n".join("- " + item.replace("\n", "\n  ") for item in items if item)
