"""The shared vocabulary: what Muster reads, finds and reports, as frozen values.

Nothing here reads a file or knows a host. Text from outside becomes one of these values at the
edge; every room speaks them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.settings import Settings


class Level(StrEnum):
    """How strongly a requirement binds."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"
    INFO = "info"


class Status(StrEnum):
    """How far a requirement has come; a status needs all that the one before it needs."""

    SPECIFIED = "specified"
    IMPLEMENTED = "implemented"
    TESTED = "tested"
    SUSPECT = "suspect"


class Severity(StrEnum):
    """What a finding does to the exit status."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Block(StrEnum):
    """What kind of block a requirement is defined in."""

    ITEM = "item"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    HEADING = "heading"
    ROW = "row"


class Place(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A point in a file of the project: path relative to its root, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1
    width: int = 0  # how many characters of the line are meant; 0 for the whole line

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class InvalidReqId(ValueError):
    """A text is not an ID under the grammar of the project."""


class ReqId(Struct, frozen=True, array_like=True, gc=False):
    """An ID as its author wrote it: `AUTH-007` keeps its zeros, `a.b+2` its version."""

    text: str

    @classmethod
    def parse(cls, text: str, grammar: re.Pattern[str], sample: str = "AREA-1001") -> Self:
        """Take `text` for an ID, or say how one is written."""
        if grammar.fullmatch(text) is None:
            msg = f"{text!r} is not a requirement ID; write it like {sample!r}"
            raise InvalidReqId(msg)
        return cls(text)

    @property
    def area(self) -> str:
        """All before the number: `OC-CTRL-API` of `OC-CTRL-API-2001`; empty where there is no number."""
        match = _TAIL.search(self.text)
        return self.text[: match.start()] if match else ""

    @property
    def number(self) -> str:
        """The number as text: `2001`, `1.1.2`, `007`; empty for a named ID."""
        match = _TAIL.search(self.text)
        return match["number"] if match else ""

    @property
    def version(self) -> int | None:
        """The version suffix: 2 of `a.b+2` and of `req~name~2`."""
        match = _VERSION.search(self.text)
        return int(match[1]) if match else None

    def sort_key(self) -> tuple[str | int, ...]:
        """Order `A-2` before `A-10`: digits compare as numbers, at odd positions of the key."""
        return natural(self.text)

    def __str__(self) -> str:
        return self.text


_TAIL = re.compile(r"[- ](?P<number>[0-9]+(?:\.[0-9]+)*)$")
_VERSION = re.compile(r"[+~]([0-9]+)$")
_DIGITS = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple[str | int, ...]:
    """A sort key under which numbers inside a text compare by value, and the text itself breaks ties."""
    parts = _DIGITS.split(text)
    # To the base 16 decimal digits have the same order, and Python takes any number of them.
    return (*(int(part, 16) if i % 2 else part for i, part in enumerate(parts)), text)


class Section(Struct, frozen=True, array_like=True, gc=False):
    """A heading and the stretch of the document it opens."""

    title: str
    level: int
    line: int
    anchor: str


class Requirement(Struct, frozen=True, array_like=True):
    """One normative statement with an ID, at the place that defines it."""

    id: ReqId
    place: Place  # of the ID, its width that of the marker as written
    end_line: int
    block: Block
    level: Level
    negated: bool
    title: str
    text: str  # Markdown as written, without the marker and the list or quote prefix
    section: int  # index into Document.sections; -1 before the first heading
    links: tuple[str, ...]  # section anchor first, then the code and test paths that it names
    fingerprint: str  # "sha256:..." by the steps of specs/reference/fingerprint.md

    @property
    def anchor(self) -> str:
        """The fragment under which the published page has it."""
        return self.id.text


class Keyword(Struct, frozen=True, array_like=True, gc=False):
    """An RFC 2119 keyword in running text, in its canonical spelling."""

    word: str  # "MUST NOT"
    line: int
    column: int
    written: str  # "MUST not", "must"; equal to word where it is capitalised in full
    quoted: bool = False  # in quotation marks or in a paragraph that defines the keywords

    @property
    def level(self) -> Level:
        return LEVELS[self.word]

    @property
    def negated(self) -> bool:
        return self.word.endswith(" NOT") or self.word.startswith("NOT ") or self.written.lower().endswith(" not")


LEVELS = {
    "MUST NOT": Level.MUST,
    "MUST": Level.MUST,
    "REQUIRED": Level.MUST,
    "SHALL NOT": Level.MUST,
    "SHALL": Level.MUST,
    "SHOULD NOT": Level.SHOULD,
    "SHOULD": Level.SHOULD,
    "NOT RECOMMENDED": Level.SHOULD,
    "RECOMMENDED": Level.SHOULD,
    "MAY": Level.MAY,
    "OPTIONAL": Level.MAY,
}


class Allowance(Struct, frozen=True, array_like=True, gc=False):
    """`<!-- muster: allow CODE reason -->`: findings of these codes are accepted in these lines."""

    line: int
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int  # 0 for the whole document

    def covers(self, code: str, line: int) -> bool:
        """Whether it has a reason, and names this code for this line."""
        return (
            bool(self.reason)
            and code.startswith(self.codes)
            and self.first <= line
            and (self.last == 0 or line <= self.last)
        )


class Passage(Struct, frozen=True, array_like=True):
    """A stretch of running text (a paragraph, an item's own text, a heading, a row) with its facts.

    Only a freshly read document has passages; one that comes from the cache has none.
    """

    line: int
    end_line: int
    block: Block
    text: str  # the block's inline source, lines joined by "\n"
    masked: str  # the same length, with code, targets and comments blanked
    columns: tuple[int, ...]  # for each line of text, the column where it stands in the source
    section: int
    keywords: tuple[Keyword, ...]
    marks: tuple[Mark, ...]
    aside: bool = False  # in a note, an example, or a section so titled
    owner: str = ""  # the ID of the requirement whose text it is part of
    indent: int = 0  # how many lists, items, quotes and admonitions it stands in
    header: bool = False  # the head of a table, which states nothing


class Mark(Struct, frozen=True, array_like=True, gc=False):
    """An ID as it stands in a passage: it defines a requirement, or refers to one."""

    id: str
    line: int
    column: int
    width: int
    defines: bool
    at_edge: bool  # at the start or at the end, where a definition stands
    beside: bool = False  # it follows at once on the ID that defines, as if both did


class Problem(Struct, frozen=True, array_like=True, gc=False):
    """Something that reading met and only a rule may judge: the rule's code, the place, the words."""

    code: str
    place: Place
    message: str
    help: str


class Document(Struct, frozen=True, array_like=True):
    """A Markdown file as read: what the project keeps of it, and while fresh, its passages."""

    path: str
    is_spec: bool
    title: str
    package: str
    prefix: str  # the ID area that front matter claims, or ""
    status: str
    conformance: str  # "rfc8174", "rfc2119" or "" where no conformance language is declared
    sections: tuple[Section, ...]
    requirements: tuple[Requirement, ...]
    allowances: tuple[Allowance, ...]
    problems: tuple[Problem, ...]
    body_line: int  # the first line after front matter
    references: tuple[Mark, ...] = ()  # the IDs that define no requirement where they stand
    passages: tuple[Passage, ...] = ()
    lines: tuple[str, ...] = ()

    def section_of(self, requirement: Requirement) -> Section | None:
        """The section that a requirement stands in."""
        return self.sections[requirement.section] if requirement.section >= 0 else None


class Finding(Struct, frozen=True, array_like=True):
    """One violation of a rule at one place."""

    code: str
    severity: Severity
    place: Place
    message: str
    help: str
    detail: str = ""  # a diff or other text to show below

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)


class Edit(Struct, frozen=True):
    """A change of one line that mends a finding: `old` at the column gives way to `new`."""

    path: str
    line: int
    column: int
    old: str
    new: str


class Package(Struct, frozen=True):
    """A folder with a manifest (`pyproject.toml`, `Cargo.toml`, `package.json`, `go.mod`)."""

    path: str  # "" for the root
    name: str
    manifest: str
    has_spec: bool
    rationale: str  # "", "heading" (told, no link) or "linked": what its README says of having no spec


class Retired(Struct, frozen=True, array_like=True):
    """An ID that must never be used again."""

    id: str
    reason: str
    successor: str
    line: int


class Derived(Struct, frozen=True):
    """A file that follows from the sources, beside what is committed under its path.

    Texts are there only where the two differ: where they are the same, nobody rendered or read them.
    """

    path: str
    same: bool
    text: str | None = None  # what the sources give; None where the file must go
    committed: str | None = None  # what stands there; None where nothing does
    ours: bool = True  # the committed file was written by Muster, or has its shape

    @property
    def gone(self) -> bool:
        """Whether nothing gives this file any longer."""
        return not self.same and self.text is None


class Host(Struct, frozen=True):
    """How the site generator of a build really names headings, as its adapter found it."""

    path: str  # its configuration
    slug: str = ""  # the value that `anchors.slug` should have; empty for a function that Muster does not know
    separator: str = "-"
    tab_length: int = 4
    unknown: str = ""  # the name of that function


class Project(Struct, frozen=True):
    """All that Muster knows of a repository; a rule sees this and nothing else."""

    settings: Settings
    documents: tuple[Document, ...] = ()
    packages: tuple[Package, ...] = ()
    retired: tuple[Retired, ...] = ()
    derived: tuple[Derived, ...] = ()
    problems: tuple[Problem, ...] = ()  # of files that could not be read, and of side files
    findings: tuple[Finding, ...] = ()  # of the other rules, for those that judge what is left of them
    host: Host | None = None  # only in a site build

    @property
    def specs(self) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if document.is_spec)

    @property
    def requirements(self) -> Iterator[Requirement]:
        """Each requirement, in the order of the specs."""
        for document in self.documents:
            yield from document.requirements


class Counts(Struct, frozen=True):
    """What a run looked at."""

    specs: int
    pages: int
    requirements: int
    rules: int
    cached: int = 0  # how many documents were not read again


class Outcome(Struct, frozen=True):
    """What a run yields: the project, its findings, and in `project.derived` files that nobody has written yet."""

    project: Project
    findings: tuple[Finding, ...]
    counts: Counts

    @property
    def files(self) -> tuple[Derived, ...]:
        """What `sync` has to write or remove."""
        return tuple(file for file in self.project.derived if not file.same)

    def fails(self, at: Severity = Severity.ERROR) -> bool:
        """Whether a finding is at least as severe as `at`."""
        order = list(Severity)
        return any(order.index(finding.severity) <= order.index(at) for finding in self.findings)
