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
from muster.links.problems import duplicate_anchors, misplaced
from muster.links.scanning import Found, scan
from muster.links.site import is_published
from muster.links.targets import Way, target_of
from muster.model import Link, LinkForm, Mention, MentionKind, Page, Place, Reference, Stretch
from muster.settings import Anchors
from muster.text.allowances import allowances_in
from muster.text.inline import code_spans, tags_in
from muster.text.invisible import has_hidden
from muster.text.markdown import Kind, Node
from muster.text.mojibake import may_be_garbled
from muster.text.slugs import anchor_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.links.scanning import Scan
    from muster.model import Document, Problem
    from muster.settings import Settings
    from muster.text.source import Source

_LISTED = re.compile(r"\{:?[^{}#]*#[^{}]*\} *\Z")
_NAME = string.ascii_letters
_TEXTS = frozenset((Kind.HEADING, Kind.PARAGRAPH, Kind.ROW))
# Snippets, includes, macros and mkdocstrings: what they bring, only the build knows.
_TAKE_IN = ("--8<--", ":::", "{%", "{!", "{{")
_TAKEN_IN = re.compile(r"(?m)^[ \t]*(?:--8<--|(?:#{1,6}[ \t]*)?:::[ \t]|\{%|\{!|\{\{[ \t]*#)")
# Not beyond the next heading: of a thousand that nothing closes, each is read once.
_HTML_HEADING = re.compile(r"<h([1-6])(?:\s[^<>]*)?>((?:[^<]++|<(?!/?h[1-6]))*+)</h\1\s*>", re.IGNORECASE)
_MARKDOWN_IN_HTML = re.compile(r"<[A-Za-z][^<>]*\smarkdown(?:=|[\s>])")


def read_page(path: str, source: Source, settings: Settings, document: Document | None) -> Page:
    """The page; `document` where the file is one of the project.  It never raises, whatever the text."""
    reader = _Reader(path, source, settings)
    reader.read()
    allowances = document.allowances if document else allowances_in(source, ())
    return Page(
        path,
        anchors=tuple(sorted(reader.anchors(document))),
        github=reader.anchors_on_github(document),
        open=reader.open,
        attribute_lists=bool(reader.lists) or any(_is_listed(node.content) for node in reader.headings),
        markdown_in_html=reader.style is not Anchors.GITHUB and _MARKDOWN_IN_HTML.search(reader.text) is not None,
        links=tuple(reader.links),
        references=tuple(reader.references),
        external=reader.external,
        mentions=tuple(reader.mentions),
        numbers=section_numbers(source.nodes) if reader.headings else (),
        allowances=allowances,
        problems=(*reader.problems, *duplicate_anchors(path, reader.explicit, reader.headings_on_page)),
        lines=tuple(source.lines),
        code=tuple(reader.code()) if may_be_garbled(source.text) or has_hidden(source.text) else (),
        text=source.text,
    )


def _is_listed(heading: str) -> bool:
    return "{" in heading and _LISTED.search(heading) is not None


class _Reader:
    """Walks the blocks of one file once."""

    def __init__(self, path: str, source: Source, settings: Settings) -> None:
        self.path = path
        self.source = source
        self.settings = settings
        self.style = settings.anchors.style if is_published(path, settings) else Anchors.GITHUB
        text = "\n".join(source.lines) if self.style is not Anchors.GITHUB else ""
        self.open = any(mark in text for mark in _TAKE_IN) and _TAKEN_IN.search(text) is not None
        self.text = text
        self.definitions = {name: href for name, href in source.definitions.items() if not name.startswith("^")}
        self.links: list[Link] = []
        self.references: list[Reference] = []
        self.external = 0
        self.problems: list[Problem] = []
        self.explicit: list[tuple[str, int]] = []  # the anchors that somebody wrote, each with its line
        self.headings: list[Node] = []
        self.headings_in_html: list[tuple[int, str]] = []  # each with its line and its text
        self.headings_on_page: list[tuple[str, int]] = []
        self.mentions: list[Mention] = []
        self.lists_count = self.style is Anchors.MKDOCS and settings.anchors.attr_list
        self.lists: set[str] = set()

    def read(self) -> None:
        """Take the links and the anchors that stand in the blocks."""
        for node in self.source.nodes:
            kind = node.kind
            if kind is Kind.HEADING:
                self.headings.append(node)
            if kind in _TEXTS:
                self._read_text(node, self.source.inline(node))
            elif kind is Kind.HTML:
                self._read_html(node)

    def _read_text(self, node: Node, text: str) -> None:
        if self.lists_count and "{" in text and node.kind is not Kind.HEADING:
            self.lists.update(self._note(listed_ids(text, row=node.kind is Kind.ROW), node, text))
        found = scan(text, self.definitions)
        if "§" in text or ".md#" in text:
            self._take_mentions(text, node, found)
        if found.links or found.tags or found.undefined:
            place = _Places(text, node, self.source, self.path)
            for link in found.links:
                self._take(link, place)
            for tag in found.tags:
                self._take_tag(tag.start, tag.text, place)
            for start, end, name in found.undefined:
                where = place.of(start, end)
                self.references.append(Reference(name, where.line, where.column, where.width))

    def _take_mentions(self, text: str, node: Node, found: Scan) -> None:
        tags = ((tag.start, tag.start + len(tag.text)) for tag in found.tags)
        links = sorted([*(link[:2] for link in found.links), *tags])
        if "§" not in text and not any(".md#" in part for part in _outside(text, links)):
            return
        mentions = mentions_in_text(text, links, code_spans(text))
        if not mentions:
            return
        place = _Places(text, node, self.source, self.path)
        for mention in mentions:
            where = place.of(mention.column, mention.column + mention.width)
            self.mentions.append(replace(mention, line=where.line, column=where.column, width=where.width))

    def _note(self, anchors: Sequence[Anchor], node: Node, text: str) -> Iterator[str]:
        for anchor in anchors:
            self.explicit.append((anchor.name, node.start + text.count("\n", 0, anchor.start) + 1))
            yield anchor.name

    def _read_html(self, node: Node) -> None:
        place = _Places(node.content, node, self.source, self.path)
        for start, tag in tags_in(node.content):
            self._take_tag(start, tag, place)
            if tag[1:2] in "hH" and (heading := _HTML_HEADING.match(node.content, start)):
                self.headings_in_html.append((place.of(start, start).line, heading[2]))

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
        if target.way is Way.INSIDE:
            self.links.append(
                Link(found.href, where.line, where.column, where.width, found.form, target.path, target.fragment)
            )
        elif (problem := misplaced(found.href, target, where, self.settings)) is not None:
            self.problems.append(problem)
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
        elif self.style is Anchors.GITHUB:
            found |= self._names_with_html()
        return found - {""}

    def anchors_on_github(self, document: Document | None) -> tuple[str, ...] | None:
        """The anchors on GitHub, where the page is published elsewhere."""
        if self.style is Anchors.GITHUB:
            return None
        written = {name for name, _ in self.explicit} - self.lists
        return tuple(sorted({*self._names(Anchors.GITHUB, document), *self._names_with_html(), *written} - {""}))

    def _names_with_html(self) -> set[str]:
        """GitHub's anchors of the headings, where some are written in HTML: those have and count as any other."""
        if not self.headings_in_html:
            return set()
        headings = sorted([*self.headings_in_html, *((node.start + 1, node.content) for node in self.headings)])
        anchors = replace(self.settings.anchors, style=Anchors.GITHUB)
        return set(anchor_names([text.strip() for _, text in headings], anchors, self.definitions))

    def _names(self, style: Anchors, document: Document | None) -> list[str]:
        """The anchors of the headings; a document has named them already."""
        if document is not None and style is Anchors.GITHUB:
            return [section.github for section in document.sections]
        if document is not None and style is self.settings.anchors.style:
            return [section.anchor for section in document.sections]
        anchors = replace(self.settings.anchors, style=style)
        return anchor_names([node.content for node in self.headings], anchors, self.definitions)

    def code(self) -> Iterator[Stretch]:
        """Code blocks and code spans, in order."""
        lines = self.source.lines
        for node in self.source.nodes:
            if node.kind is Kind.CODE:
                for row in range(node.start, min(node.end, len(lines))):
                    yield Stretch(row + 1, 1, len(lines[row]))
            elif node.kind in _TEXTS and "`" in (text := self.source.inline(node)):
                place = _Places(text, node, self.source, self.path)
                for start, end in code_spans(text):
                    yield from place.stretches(start, end)


def _outside(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The parts of a text that stand outside some stretches."""
    done = 0
    for start, end in spans:
        yield text[done:start]
        done = max(done, end)
    yield text[done:]


class _Places:
    """Where the characters of a block's text stand in the file."""

    def __init__(self, text: str, node: Node, source: Source, path: str) -> None:
        self.text, self.path, self.first = text, path, node.start
        self.starts = [0]
        while (at := text.find("\n", self.starts[-1])) >= 0:
            self.starts.append(at + 1)
        self.columns = source.columns(node)

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
