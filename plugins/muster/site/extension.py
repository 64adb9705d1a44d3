"""The Python-Markdown extension: anchors, badges and cross references, placed by source line.

Python-Markdown has no line numbers and reads some lists otherwise than CommonMark, so the places come from
the core's reading: while the text is still lines, each marker becomes a placeholder of ready HTML.

implements: MU-SITE-9003
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, STX, AtomicString

from muster.site import markup
from muster.site.index import marks_of, page_key
from muster.site.set_aside import set_aside
from muster.text.source import lines_of

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Iterable, Sequence

    from markdown import Markdown

    from muster.model import Document
    from muster.site.index import Entry, Index, Mark, Page
    from muster.site.set_aside import Marker, SetAside

BEFORE_NORMALISING = 35  # normalize_whitespace is 30: tabs and control characters are still as the core saw them
BEFORE_FENCES = 28  # fenced_code is 25, html_block 20: all is still lines, and snippets (32) are in
AFTER_HEADINGS_ARE_READ = -50  # toc is 5, MkDocs takes the page's title at -1: neither may see a badge
AFTER_INLINES = 12  # inline is 20; attr_list is 8 and toc 5: a heading still gets the anchor that it had

_BRACKETED = re.compile(r"\[([^\[\]\n]{1,120})\]")
_NOT_RUNNING_TEXT = frozenset(("a", "code", "pre", "script", "style"))


class Host(Protocol):
    """What the extension asks of whoever renders pages."""

    @property
    def index(self) -> Index:
        """The requirements of the project."""
        ...

    def document(self, path: str, text: str) -> Document | None:
        """Read the page being rendered afresh, where it is a spec; its text is not, or no longer, what the index knows.

        `path` is that of the document with the text that rendering began with, "" where there is none.
        """
        ...

    def href(self, path: str, entry: Entry) -> str:
        """The link from the page being rendered to that of a requirement: "#" within it, "" where that has none."""
        ...

    def dossier(self, path: str, entry: Entry) -> str:
        """The link, without fragment, to the generated page that tells all of a requirement; "" where there is none."""
        ...


class MusterExtension(Extension):
    """Anchors, badges and cross references for the pages of one host."""

    def __init__(self, host: Host, *, badges: bool = True, **kwargs: Any) -> None:
        """Without `badges`, a page goes through `unmarked` and `completed`, before and after others parse it."""
        self.host = host
        self.badges = badges
        self.placed: dict[str, None] = {}  # the IDs of the page rendered last, in order
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the five steps with their priorities."""
        state = _Conversion(self)
        md.preprocessors.register(_Find(md, state), "muster-find", BEFORE_NORMALISING)
        md.preprocessors.register(_Place(md, state), "muster-place", BEFORE_FENCES)
        if self.badges:
            md.treeprocessors.register(_Badges(md, state), "muster-badges", AFTER_HEADINGS_ARE_READ)
        md.treeprocessors.register(_References(md, state), "muster-references", AFTER_INLINES)


def unmarked(content: str, placed: Iterable[str], host: Host) -> SetAside:
    """A page that was rendered without badges, without its anchors too; `placed` are the IDs that it defines."""
    entries = host.index.entries
    return set_aside(content, frozenset(identifier for identifier in placed if identifier in entries))


def completed(page: SetAside, content: str, host: Host) -> str:
    """The page with anchors and badges; `content` is what others made of it meanwhile.

    The host has to know that this is the page being rendered.
    """
    entries = host.index.entries

    def whole(marker: Marker) -> str:
        entry = entries[marker.id]
        return f"{markup.whole_anchor(marker.id, marker.text)}{_after(entry, host.dossier('', entry))}"

    return page.with_anchors(content, whole)


def _after(entry: Entry, dossier: str) -> str:
    return markup.after_anchor(entry.id, entry.level, entry.status, dossier)


class _Conversion:
    """What the steps of one conversion hand on to each other."""

    def __init__(self, extension: MusterExtension) -> None:
        self.extension = extension
        self.host = extension.host
        self.page: Page | None = None  # None where the text is not known
        self.markers: tuple[_Marker, ...] = ()
        self.badges: dict[int, str] = {}  # by the number of the anchor's placeholder

    @property
    def path(self) -> str:
        return self.page.path if self.page else ""


class _Marker:
    """A marker with the characters it consists of, so that it is found again when its line has moved."""

    __slots__ = ("column", "id", "row", "text")

    def __init__(self, mark: Mark, lines: Sequence[str], blank: int) -> None:
        self.id = mark.id
        self.row = mark.row + blank
        self.column = mark.column
        line = lines[self.row] if self.row < len(lines) else ""
        self.text = line[mark.column : mark.column + mark.width] if mark.width else line[mark.column :].strip()

    def found_in(self, lines: Sequence[str]) -> int:
        """The column where the marker stands in its row now; -1 where it does not."""
        if not self.text or self.row >= len(lines):
            return -1
        line = lines[self.row]
        return self.column if line.startswith(self.text, self.column) else line.find(self.text)


class _Find(Preprocessor):
    """Takes the markers of a page whose text the index knows."""

    def __init__(self, md: Markdown, state: _Conversion) -> None:
        super().__init__(md)
        self.state = state

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        raw = lines_of(text) if "\r" in text else lines
        digest, blank = page_key(raw)
        state = self.state
        state.page = state.host.index.pages.get(digest)
        state.badges = {}
        state.extension.placed = {}
        state.markers = tuple(_Marker(mark, raw, blank) for mark in state.page.marks) if state.page else ()
        return lines


class _Place(Preprocessor):
    """Puts an anchor in the place of each marker."""

    def __init__(self, md: Markdown, state: _Conversion) -> None:
        super().__init__(md)
        self.state = state

    def run(self, lines: list[str]) -> list[str]:
        markers = self.state.markers
        if self.state.page is None or any(marker.found_in(lines) < 0 for marker in markers):
            markers = self._read_afresh(lines)
        if not markers:
            return lines
        placed = list(lines)
        for marker in sorted(markers, key=lambda marker: (marker.row, marker.column)):
            column = marker.found_in(placed)
            if column >= 0:
                line = placed[marker.row]
                placed[marker.row] = line[:column] + self._anchor(marker) + line[column + len(marker.text) :]
        return placed

    def _read_afresh(self, lines: list[str]) -> tuple[_Marker, ...]:
        document = self.state.host.document(self.state.path, "\n".join(lines))
        return tuple(_Marker(mark, lines, 0) for mark in marks_of(document, 1)) if document else ()

    def _anchor(self, marker: _Marker) -> str:
        placed = self.state.extension.placed
        first = marker.id not in placed
        placed[marker.id] = None
        entry = self.state.host.index.entries.get(marker.id)
        if first and entry is not None and not self.state.extension.badges:
            return str(self.md.htmlStash.store(markup.bare_anchor(marker.id, marker.text)))
        if entry is not None:
            number = self.md.htmlStash.html_counter
            self.state.badges[number] = _after(entry, self.state.host.dossier(self.state.path, entry))
        return str(self.md.htmlStash.store(markup.anchor(marker.id, marker.text, first=first)))


class _Badges(Treeprocessor):
    """Adds the badges to the anchors, once nobody reads headings any more; the text has placeholders still."""

    def __init__(self, md: Markdown, state: _Conversion) -> None:
        super().__init__(md)
        self.state = state

    def run(self, root: ET.Element) -> None:  # noqa: ARG002 - the anchors are not in the tree
        blocks = self.md.htmlStash.rawHtmlBlocks
        for number, badges in self.state.badges.items():
            blocks[number] = f"{blocks[number]}{badges}"
        self.state.badges = {}


class _References(Treeprocessor):
    """Turns `[ID]` into a link to that requirement; code, links and unknown IDs stay as they are.

    A walk over the finished tree looks at each text once; an inline pattern would cost ten times as much.

    implements: MU-SITE-9011
    """

    def __init__(self, md: Markdown, state: _Conversion) -> None:
        super().__init__(md)
        self.state = state

    def run(self, root: ET.Element) -> None:
        pending = [root]
        while pending:
            element = pending.pop()
            if element.text and "[" in element.text and not isinstance(element.text, AtomicString):
                element.text = self._linked(element.text)
            for child in element:
                if child.tail and "[" in child.tail:
                    child.tail = self._linked(child.tail)
                if child.tag not in _NOT_RUNNING_TEXT:
                    pending.append(child)

    def _linked(self, text: str) -> str:
        return _BRACKETED.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        entry = self.state.host.index.entries.get(found[1])
        href = self.state.host.href(self.state.path, entry) if entry else ""
        if entry is None or not href or self._in_raw_link(found.string[: found.start()]):
            return found[0]
        target = f"{href.removesuffix('#')}#{markup.fragment(entry.id)}"
        return str(self.md.htmlStash.store(markup.reference(target, found[0], entry.text)))

    def _in_raw_link(self, before: str) -> bool:
        """Whether an `<a>` written as HTML is open: its tags are placeholders by now."""
        blocks = self.md.htmlStash.rawHtmlBlocks
        is_open = False
        for placeholder in HTML_PLACEHOLDER_RE.finditer(before) if STX in before else ():
            tag = str(blocks[int(placeholder[1])]).lower() if int(placeholder[1]) < len(blocks) else ""
            if tag.startswith(("<a ", "<a>", "<a\n")) and not tag.endswith("</a>"):
                is_open = True
            elif tag.startswith("</a"):
                is_open = False
        return is_open
