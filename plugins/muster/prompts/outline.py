"""The sections of a Markdown text: their anchors and numbers, and the lines that belong to each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.inline import plain
from muster.text.markdown import Kind
from muster.text.slugs import ON_GITHUB, anchor_names
from muster.text.source import source_of

if TYPE_CHECKING:
    from muster.settings import AnchorSettings

_NUMBER = re.compile(
    r"(?:§{1,2}\s?|(?:[Ss]ection|[Cc]hapter)\s)?"
    r"((?:[0-9]+[a-z]?|[A-Z](?=\.[0-9]))(?:\.[0-9]+[a-z]?)*)(?=[.):\s\u2013\u2014-]|$)"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Stretch(Struct, frozen=True):
    """A heading and the lines from it to before the next one of the same or a higher level, from 1."""

    anchor: str  # where it is published, as the settings say
    github: str
    number: str  # that its title begins with; "" for none
    first: int
    last: int


def sections_in(text: str, anchors: AnchorSettings) -> tuple[Stretch, ...]:
    """The sections of a text in order."""
    source = source_of(text)
    headings = [node for node in source.nodes if node.kind is Kind.HEADING]
    titles = [node.content for node in headings]
    labels = frozenset(source.definitions)
    names = zip(anchor_names(titles, anchors, labels), anchor_names(titles, ON_GITHUB, labels), strict=True)
    last = _last_lines([(int(node.info), node.start) for node in headings], len(lines_with_ends(text)))
    found = []
    for node, (anchor, github), end in zip(headings, names, last, strict=True):
        number = _NUMBER.match(plain(node.content))
        found.append(Stretch(anchor, github, number[1] if number else "", node.start + 1, end))
    return tuple(found)


def _last_lines(headings: list[tuple[int, int]], size: int) -> list[int]:
    """The last line of each section, given level and row of the headings."""
    last = [size] * len(headings)
    open_: list[int] = []
    for at, (level, row) in enumerate(headings):
        while open_ and headings[open_[-1]][0] >= level:
            last[open_.pop()] = row
        open_.append(at)
    return last


def lines_with_ends(text: str) -> list[str]:
    """The lines of a text as editors count them, each with its end: joined they are the text."""
    return _LINE.findall(text)
