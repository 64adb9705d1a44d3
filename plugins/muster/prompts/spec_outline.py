"""The sections of a spec as the preflight reads them: headings, what each lists, its code and its prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.markdown import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.text.markdown import Node
    from muster.text.source import Source

_NUMBER = re.compile(r"(?:§ *)?[0-9]+(?:\.[0-9]+)*[.)]?[ \t]+")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


class Entry(Struct, frozen=True):
    """An item of a list, a row of a table, or a paragraph between them."""

    line: int
    text: str
    prose: bool  # a paragraph


class Part(Struct, frozen=True):
    """A heading and all below it, up to the next of its level."""

    title: str
    name: str  # the title without its number and marks, in lower case
    level: int
    line: int
    end: int  # the last line below it
    entries: tuple[Entry, ...]
    code: tuple[tuple[str, str], ...]  # info and content of its code blocks
    lines: tuple[str, ...]  # of its prose


class Outline(Struct, frozen=True):
    """A spec by its headings."""

    parts: tuple[Part, ...]
    texts: tuple[tuple[str, int], ...]  # the inline source of each block of prose, and its first line
    entries: tuple[Entry, ...]

    def named(self, name: str) -> list[Part]:
        """The parts of this name."""
        return [part for part in self.parts if part.name == name]


def outline_of(source: Source) -> Outline:
    """The outline of a spec."""
    nodes = source.root.children
    headings = [at for at, node in enumerate(nodes) if node.kind is Kind.HEADING]
    parts = []
    for number, at in enumerate(headings):
        level = int(nodes[at].info)
        later = (headings[index] for index in range(number + 1, len(headings)))
        ends = (after for after in later if int(nodes[after].info) <= level)
        end = next(ends, len(nodes))
        last = nodes[end].start if end < len(nodes) else len(source.lines)
        parts.append(_part(source, nodes[at], nodes[at + 1 : end], last))
    inline = (Kind.HEADING, Kind.PARAGRAPH, Kind.ROW)
    texts = tuple((source.inline(node), node.start + 1) for node in source.nodes if node.kind in inline)
    return Outline(tuple(parts), texts, tuple(_entries(source, nodes)))


def _part(source: Source, heading: Node, below: Sequence[Node], end: int) -> Part:
    title = heading.content.strip()
    walked = [node for top in below for node in top.walk()]
    code = tuple((node.info, node.content) for node in walked if node.kind is Kind.CODE)
    prose = [node for node in walked if node.kind in (Kind.PARAGRAPH, Kind.ROW)]
    lines = tuple(line for node in prose for line in source.inline(node).split("\n"))
    entries = tuple(_entries(source, below))
    return Part(title, name_of(title), int(heading.info), heading.start + 1, end, entries, code, lines)


def name_of(title: str) -> str:
    """A title without its number and its marks, in lower case."""
    return _NUMBER.sub("", title, count=1).strip(" \t*_`:").casefold()


def _entries(source: Source, nodes: Sequence[Node]) -> Iterator[Entry]:
    """The items, rows and paragraphs at the top; a paragraph that leads to a list is none."""
    for at, node in enumerate(nodes):
        if node.kind is Kind.LIST:
            for item in node.children:
                yield Entry(item.start + 1, _text_of(source, item), prose=False)
        elif node.kind is Kind.ROW and node.info != "header":
            cells = source.inline(node).strip().strip("|").split("|")
            yield Entry(node.start + 1, " | ".join(cell.strip() for cell in cells), prose=False)
        elif node.kind is Kind.PARAGRAPH:
            leads = at + 1 < len(nodes) and nodes[at + 1].kind is Kind.LIST and node.content.rstrip().endswith(":")
            if not leads:
                yield Entry(node.start + 1, node.content, prose=True)


def _text_of(source: Source, item: Node) -> str:
    """All that an item says, what is nested in it included."""
    texts = [source.inline(node) for node in item.walk() if node.kind in (Kind.PARAGRAPH, Kind.ROW, Kind.HEADING)]
    return "\n".join(texts)
