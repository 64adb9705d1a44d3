"""Read one Markdown file for its links: what it links to, and by which anchors it can be linked.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from posixpath import basename
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.links.anchors import Anchor, attributes_of, footnote_anchors, listed_ids
from muster.links.mentions import mentions_in_text
from muster.links.numbers import section_numbers
from muster.links.problems import duplicate_anchors, misplaced, undefined_reference
from muster.links.scanning import Found, scan
from muster.links.site import is_published
from muster.links.targets import Way, target_of
from muster.model import Link, LinkForm, Mention, MentionKind, Page, Place, Stretch
from muster.settings import Anchors
from muster.text.allowances import allowances_in
from muster.text.inline import code_spans, tags_in
from muster.text.markdown import Kind, Node
from muster.text.slugs import anchor_names
from muster.text.source import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.links.scanning import Scan
    from muster.model import Document, Problem
    from muster.settings import Settings
    from muster.text.source import Source

_LISTED = re.compile(r"\{:?[^{}]*#[^{}]*\} *\Z")
_NAME = string.ascii_letters
_TEXTS = frozenset((Kind.HEADING, Kind.PARAGRAPH, Kind.ROW))
# Snippets, includes, macros and mkdocstrings: what they bring, only the build knows.
_TAKEN_IN = re.compile(r"(?m)^[ \t]*(?:--8<--|:::[ \t]|\{%|\{!|\{\{[ \t]*#)")
_MARKDOWN_IN_HTML = re.compile(r"<[A-Za-z][^<>]*\smarkdown(?:=|[\s>])")


def read_page(path: str, source: Source, settings: Settings, document: Document | None) -> Page:
    """The page; `document` where the file is one of the project.  It never raises, whatever the text."""
    reader = _Reader(path, source, settings)
    reader.read()
    allowances = document.allowances if document else allowances_in(source.lines, source.root, ())
    return Page(
        path,
        anchors=tuple(sorted(reader.anchors(document))),
        github=reader.anchors_on_github(document),
        open=reader.open,
        attribute_lists=bool(reader.lists) or any(_LISTED.search(node.content) for node in reader.headings),
        markdown_in_html=reader.style is not Anchors.GITHUB and _MARKDOWN_IN_HTML.search(reader.text) is not None,
        links=tuple(reader.links),
        external=reader.external,
        mentions=tuple(reader.mentions),
        numbers=section_numbers(source.root) if reader.headings else (),
        allowances=allowances,
        problems=(*reader.problems, *duplicate_anchors(path, reader.explicit, reader.headings_on_page)),
        lines=tuple(source.lines),
        code=tuple(reader.code()),
        text=source.text,
    )


class _Reader:
    """Walks the blocks of one file once."""

    def __init__(self, path: str, source: Source, settings: Settings) -> None:
        self.path = path
        self.source = source
        self.settings = settings
        self.style = settings.anchors.style if is_published(path, settings) else Anchors.GITHUB
        text = "\n".join(source.lines) if self.style is Anchors.MKDOCS else ""
        self.open = bool(text) and _TAKEN_IN.search(text) is not None
        self.text = text
        self.definitions = {name: href for name, href in source.definitions.items() if not name.startswith("^")}
        self.links: list[Link] = []
        self.external = 0
        self.problems: list[Problem] = []
        self.explicit: list[tuple[str, int]] = []  # the anchors that somebody wrote, each with its line
        self.headings: list[Node] = []
        self.headings_on_page: list[tuple[str, int]] = []
        self.mentions: list[Mention] = []
        self.lists_count = self.style is Anchors.MKDOCS and settings.anchors.attr_list
        self.lists: set[str] = set()

    def read(self) -> None:
        """Take the links and the anchors that stand in the blocks."""
        for node in self.source.root.walk():
            kind = node.kind
            if kind is Kind.HEADING:
                self.headings.append(node)
            if kind in _TEXTS:
                self._read_text(node)
            elif kind is Kind.HTML:
                self._read_html(node)

    def _read_text(self, node: Node) -> None:
        text = self.source.lines[node.start] if node.kind is Kind.ROW else node.content
        if self.lists_count and "{" in text and node.kind is not Kind.HEADING:
            self.lists.update(self._note(listed_ids(text, row=node.kind is Kind.ROW), node, text))
        found = scan(text, self.definitions)
        if "§" in text or ".md#" in text:
            self._take_mentions(text, node, found)
        if found.links or found.tags or found.undefined:
            place = _Places(text, node, self.source.lines, self.path)
            for link in found.links:
                self._take(link, place)
            for tag in found.tags:
                self._take_tag(tag.start, tag.text, place)
            self.problems += (undefined_reference(place.of(*part[:2]), part[2]) for part in found.undefined)

    def _take_mentions(self, text: str, node: Node, found: Scan) -> None:
        tags = ((tag.start, tag.start + len(tag.text)) for tag in found.tags)
        links = sorted([*(link[:2] for link in found.links), *tags])
        place = _Places(text, node, self.source.lines, self.path)
        for mention in mentions_in_text(text, links, code_spans(text)):
            where = place.of(mention.column, mention.column + mention.width)
            self.mentions.append(replace(mention, line=where.line, column=where.column, width=where.width))

    def _note(self, anchors: Sequence[Anchor], node: Node, text: str) -> Iterator[str]:
        for anchor in anchors:
            self.explicit.append((anchor.name, node.start + text.count("\n", 0, anchor.start) + 1))
            yield anchor.name

    def _read_html(self, node: Node) -> None:
        place = _Places(node.content, node, self.source.lines, self.path)
        for start, tag in tags_in(node.content):
            self._take_tag(start, tag, place)

    def _take_tag(self, start: int, tag: str, place: _Places) -> None:
        if "=" not in tag or tag.startswith("<!"):
            return
        values = attributes_of(tag)
        name = tag[1 : len(tag) - len(tag[1:].lstrip(_NAME))].lower()
        target = values.get("href") if name == "a" else values.get("src") if name == "img" else None
        if target:
            self._take(Found(start, start + len(tag), target, LinkForm.HTML), place)
        anchor = values.get("id") or (values.get("name") if name == "a" else None)
        if anchor:
            self.explicit.append((anchor, place.of(start, start).line))

    def _take(self, found: Found, place: _Places) -> None:
        target = target_of(found.href, self.path)
        where = place.of(found.start, found.end)
        problem = misplaced(found.href, target, where, self.settings)
        if problem:
            self.problems.append(problem)
        elif target.way is Way.INSIDE:
            self.links.append(
                Link(found.href, where.line, where.column, where.width, found.form, target.path, target.fragment)
            )
        elif target.way is Way.AWAY:
            self.external += 1
            if "#" in found.href and basename(self.path) == "README.md":
                address, _, name = found.href.partition("#")
                self.mentions.append(Mention(MentionKind.ADDRESS, address, name, where.line, where.column, where.width))

    # Anchors

    def anchors(self, document: Document | None) -> set[str]:
        """The anchors of the page where it is published; on GitHub where it is not."""
        names = self._names(self.style, document)
        self.headings_on_page = [(name, node.start + 1) for name, node in zip(names, self.headings, strict=True)]
        found = {*names, *(name for name, _ in self.explicit)}
        if self.style is Anchors.MKDOCS:
            found |= footnote_anchors(self.text)
            found.update(requirement.anchor for requirement in (document.requirements if document else ()))
        return found - {""}

    def anchors_on_github(self, document: Document | None) -> tuple[str, ...] | None:
        """The anchors on GitHub, where the page is published elsewhere."""
        if self.style is Anchors.GITHUB:
            return None
        written = {name for name, _ in self.explicit} - self.lists
        return tuple(sorted({*self._names(Anchors.GITHUB, document), *written} - {""}))

    def _names(self, style: Anchors, document: Document | None) -> list[str]:
        """The anchors of the headings; a document has named them already."""
        if document is not None and style is Anchors.GITHUB:
            return [section.github for section in document.sections]
        if document is not None and style is self.settings.anchors.style:
            return [section.anchor for section in document.sections]
        anchors = replace(self.settings.anchors, style=style)
        return anchor_names([node.content for node in self.headings], anchors, self.definitions)

    def code(self) -> Iterator[Stretch]:
        """Code blocks and code spans; none where all is ASCII, as nobody asks there."""
        lines = self.source.lines
        if all(line.isascii() for line in lines):
            return
        for node in self.source.root.walk():
            if node.kind is Kind.CODE:
                for row in range(node.start, min(node.end, len(lines))):
                    yield Stretch(row + 1, 1, len(lines[row]))
            elif node.kind in _TEXTS and "`" in (text := node.content or lines[node.start]):
                place = _Places(text, node, lines, self.path)
                for start, end in code_spans(text):
                    yield from place.stretches(start, end)


class _Places:
    """Where the characters of a block's text stand in the file."""

    def __init__(self, text: str, node: Node, lines: Sequence[str], path: str) -> None:
        self.text, self.path, self.first = text, path, node.start
        self.starts = [0]
        while (at := text.find("\n", self.starts[-1])) >= 0:
            self.starts.append(at + 1)
        self.columns = (1,) if node.kind is Kind.ROW else columns_of(text, node.start, lines)

    def of(self, start: int, end: int) -> Place:
        """The place of a stretch; as wide as it is on its first line."""
        row = bisect_right(self.starts, start) - 1
        last = self.starts[row + 1] - 1 if row + 1 < len(self.starts) else len(self.text)
        column = self.columns[row] + start - self.starts[row]
        return Place(self.path, self.first + row + 1, column, min(end, last) - start)

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """The parts of a stretch, line by line."""
        while start < end:
            place = self.of(start, end)
            if place.width:
                yield Stretch(place.line, place.column, place.column + place.width - 1)
            start += place.width + 1
