"""What rendering a page needs of a project: where its requirements stand, and where others are.

A generator hands over the text of a page and often not its name, so a page is known by the digest of its text.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Status
from muster.text.inline import plain
from muster.text.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from muster.model import Document, Level, Requirement

LONGEST_TITLE = 1000


class Entry(Struct, frozen=True, gc=False):
    """A requirement as other pages refer to it."""

    requirement: Requirement
    document: str  # path of the document that defines it
    status: Status = Status.SPECIFIED

    @property
    def id(self) -> str:
        return self.requirement.id.text

    @property
    def level(self) -> Level:
        return self.requirement.level

    @property
    def text(self) -> str:
        """The whole text as a reader sees it; made only for a requirement that something refers to."""
        text = plain(self.requirement.text)
        return text if len(text) <= LONGEST_TITLE else f"{text[:LONGEST_TITLE].rsplit(' ', 1)[0]} ..."


class Mark(Struct, frozen=True, gc=False):
    """Where a marker stands: row from 0 at the first line that is not blank, column from 0."""

    id: str
    row: int
    column: int
    width: int


class Page(Struct, frozen=True, gc=False):
    """A document as a page: its path in the project, and its marks."""

    path: str = ""  # "" for a page of which no document has the text
    marks: tuple[Mark, ...] = ()


class Index(Struct, frozen=True):
    """The requirements by ID, and by the digest of its text what is known of a page."""

    entries: Mapping[str, Entry] = {}
    pages: Mapping[bytes, Page] = {}


def index_of(documents: Iterable[Document], statuses: Mapping[str, Status], read: Callable[[str], bytes]) -> Index:
    """Index documents and where their requirements stand; `read` gives a file by its path and may raise `OSError`."""
    entries: dict[str, Entry] = {}
    pages: dict[bytes, Page] = {}
    for document in documents:
        for requirement in document.requirements if document.is_spec else ():
            name = requirement.id.text
            status = statuses.get(name, Status.SPECIFIED)
            entries.setdefault(name, Entry(requirement, document.path, status))  # the first of a duplicate stands
        for lines, first in _bodies(document, read):
            digest, blank = page_key(lines)
            pages.setdefault(digest, Page(document.path, marks_of(document, first + blank)))
    return Index(entries, pages)


def _bodies(document: Document, read: Callable[[str], bytes]) -> Iterable[tuple[list[str], int]]:
    """The lines after front matter with the number of the first, and where there is some, the whole file too.

    Hosts strip YAML front matter and leave TOML where it is.
    """
    try:
        lines = lines_of(read(document.path).decode("utf-8-sig", "replace"))
    except OSError:  # the file went since it was read; the rule that watches for it reports that
        return
    yield lines[document.body_line - 1 :], document.body_line
    if document.body_line > 1:
        yield lines, 1


def page_key(lines: Sequence[str]) -> tuple[bytes, int]:
    """The digest of a text without its outer blank lines, and how many blank lines it starts with."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    body = "\n".join(lines[first:last])
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).digest(), first


def marks_of(document: Document, first_line: int) -> tuple[Mark, ...]:
    """The marks of a document whose row 0 is its line `first_line`."""
    if not document.is_spec:  # a page refers, and never defines
        return ()
    return tuple(
        Mark(
            requirement.id.text,
            requirement.place.line - first_line,
            requirement.place.column - 1,
            requirement.place.width,
        )
        for requirement in document.requirements
    )
