"""The shared vocabulary: what Muster reads, finds and reports, as frozen values.

Nothing here reads a file or knows a host. Text from outside becomes one of these values at the
edge; every room speaks them.
"""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 -- msgspec reads the types of fields
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
    """How far a requirement has come: the last of these that holds.  implements: MU-TRACE-3012"""

    SPECIFIED = "specified"
    IMPLEMENTED = "implemented"  # code cites it
    TESTED = "tested"  # a test cites it
    VERIFIED = "verified"  # a test that cites it ran and passed, or evidence says that it holds
    WAIVED = "waived"  # somebody answers for it until a day
    SUSPECT = "suspect"  # its text changed since its citations were reviewed
    FAILING = "failing"  # a test that cites it failed


class Severity(StrEnum):
    """What a finding does to the exit status."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def reaches(self, least: Severity) -> bool:
        """Whether it is at least as grave as another."""
        order = list(Severity)
        return order.index(self) <= order.index(least)


class Block(StrEnum):
    """What kind of block a requirement is defined in."""

    ITEM = "item"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    HEADING = "heading"
    ROW = "row"


class LinkForm(StrEnum):
    """How a link is written."""

    TEXT = "text"  # [text](target), [text][label]
    IMAGE = "image"  # ![text](target)
    HTML = "html"  # <a href="target">, <img src="target">: published as it stands


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
    anchor: str  # where it is published, as the settings say
    github: str  # on GitHub


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


class NamedPath(Struct, frozen=True, array_like=True, gc=False):
    """A path to code that a spec names in its prose, as it stands there."""

    path: str
    line: int
    column: int
    marked: bool = False  # `(to be created)` stands behind it
    material: bool = False  # a program may read or write it where it runs: it need be no file of the repository


class Tie(Struct, frozen=True, array_like=True, gc=False):
    """What a spec or a planning artifact says of its identity in front matter, as written; "" for nothing."""

    elicitation: str = ""  # the path of its elicitation record
    spec_id: str = ""
    elicitation_line: int = 1
    spec_id_line: int = 1


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
    paths: tuple[NamedPath, ...] = ()  # where it is a spec
    tie: Tie = Tie()
    passages: tuple[Passage, ...] = ()
    lines: tuple[str, ...] = ()

    def section_of(self, requirement: Requirement) -> Section | None:
        """The section that a requirement stands in."""
        return self.sections[requirement.section] if requirement.section >= 0 else None


class Link(Struct, frozen=True, array_like=True, gc=False):
    """A link to a place inside the repository, as it stands on a page."""

    href: str  # as written, but for the escapes and entities of Markdown
    line: int
    column: int
    width: int
    form: LinkForm
    path: str  # where it leads when taken as a path of files: relative to the root; the page's own for `#fragment`
    fragment: str  # decoded; "" for none


class MentionKind(StrEnum):
    """What a text names without linking it."""

    ANCHOR = "anchor"  # specs/20-rules.md#1-rules
    SECTION = "section"  # specs/20-rules.md §1
    ADDRESS = "address"  # https://example.org/queue/#2-api: what a README links on the web


class Mention(Struct, frozen=True, array_like=True, gc=False):
    """An anchor or a section that a text names without a link inside the repository."""

    kind: MentionKind
    path: str  # as written; "" for the page itself
    name: str  # the fragment as written, or the number of the section
    line: int
    column: int
    width: int
    sample: bool = False  # the words before it say that it may be made up


class Reference(Struct, frozen=True, array_like=True, gc=False):
    """A reference by a label, `[text][label]`, that its page does not define."""

    label: str
    line: int
    column: int
    width: int


class Page(Struct, frozen=True, array_like=True):
    """A Markdown file as its readers and its links see it, be it a document of the project or any other."""

    path: str
    anchors: tuple[str, ...] = ()  # that the published page has, sorted; on GitHub where it is not published
    github: tuple[str, ...] | None = None  # those that GitHub shows, where they differ
    open: bool = False  # it takes in text from elsewhere, and may have more anchors than are known
    attribute_lists: bool = False  # some of its anchors are written as `{#here}`
    markdown_in_html: bool = False  # some of its HTML holds Markdown, whose links the host reads as such
    links: tuple[Link, ...] = ()  # in order
    references: tuple[Reference, ...] = ()  # whose labels it does not define, in order
    external: int = 0  # links that leave the repository
    mentions: tuple[Mention, ...] = ()  # what it names without a link, in order
    numbers: tuple[str, ...] = ()  # of its sections: those that its headings begin with, and of listed items below
    allowances: tuple[Allowance, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()  # only where freshly read, as are the next
    code: tuple[Stretch, ...] = ()  # code blocks and code spans, in order
    text: str = ""  # the file as it is, byte order mark and all

    @property
    def on_github(self) -> tuple[str, ...]:
        """The anchors that the file has on GitHub."""
        return self.anchors if self.github is None else self.github


class Stretch(Struct, frozen=True, array_like=True, gc=False):
    """Part of one line: columns `first` to `last`, from 1 and inclusive."""

    line: int
    first: int
    last: int


class CitationKind(StrEnum):
    """What a place says of the requirement that it names."""

    IMPLEMENTS = "implements"
    VERIFIES = "verifies"
    MENTIONS = "mentions"


class Defect(StrEnum):
    """What is wrong with the ID that a citation names."""

    UNKNOWN = "unknown"  # no spec defines it
    STALE = "stale"  # of an older version than the spec's
    RETIRED = "retired"


class Citation(Struct, frozen=True, array_like=True, gc=False):
    """A place in code, tests or prose that names a requirement."""

    id: str  # of the requirement; as written where no spec defines it
    place: Place  # of the ID
    kind: CitationKind
    written: str = ""  # the ID as it stands there, where that differs: an older version, a number alone
    literal: bool = False  # in a string, or in a sample of a document: a text, not a claim
    defect: Defect | None = None
    quote: str | None = None  # the requirement's text as the citation repeats it
    symbol: str = ""  # the function or class around it, `Queue.push`; only where somebody asked


class CaseOutcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class CaseResult(Struct, frozen=True, array_like=True):
    """One test of a results file, its retries and parameters folded into it."""

    name: str  # of the function or the title, without parameters: `test_push`, `queue::tests::push`
    suite: str  # what the file says stands around it: a module, a class, a package
    outcome: CaseOutcome
    place: Place  # where the results say so
    file: str = ""  # the file of the test, where the results name it
    requirements: tuple[str, ...] = ()  # IDs that the results themselves name for it
    node: str = ""  # how its runner calls it: `tests/test_queue.py::test_push`
    message: str = ""  # the first line of what failed, or why it was skipped
    seconds: float = 0.0
    runs: int = 1  # how many entries of the results are folded into it
    names: tuple[str, ...] = ()  # the full names of these entries, parameters and all, sorted


class ResultFile(Struct, frozen=True):
    """A file of test results; no content where it cannot be read."""

    path: str  # as it is shown
    content: bytes | None
    error: str = ""


class Evidence(Struct, frozen=True, array_like=True):
    """What shows that a requirement holds and is no test."""

    requirement: str
    kind: str  # inspection, analysis, demonstration, sign-off
    owner: str
    date: date
    reference: str
    place: Place


class Derivation(Struct, frozen=True, array_like=True, gc=False):
    """A requirement that stands for another one, of a mother spec."""

    parent: str  # its ID
    child: str  # the ID of the requirement that derives from it; "" where a whole spec does
    spec: str  # the path of the child's spec
    place: Place  # where that is said


class Suspect(Struct, frozen=True, array_like=True):
    """A file that cites a requirement whose text changed since the file was reviewed."""

    id: str
    path: str  # of the citing file
    before: str  # the text of that time, "" where nobody knows it


class Trace(Struct, frozen=True):
    """What became of the requirements: who cites them, which tests ran, and where each stands."""

    citations: tuple[Citation, ...] = ()  # by path, line and column
    results: tuple[CaseResult, ...] = ()
    given: bool = False  # results were given, though they may hold no test
    tests: dict[str, tuple[CaseResult, ...]] = {}  # by ID: those that verify it and stand in the results
    evidence: tuple[Evidence, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    suspects: tuple[Suspect, ...] = ()  # by ID and path
    reviews: dict[str, dict[str, str]] = {}  # by ID and path of a citing file: the fingerprint of its last review
    texts: dict[str, str] = {}  # by fingerprint: the text of that time
    own: dict[str, Status] = {}  # by ID: the status that the repository's files alone give
    statuses: dict[str, Status] = {}  # by ID: with results and waivers
    reached: dict[str, Status] = {}  # by ID: how far it came, were it neither suspect, waived nor failing
    floor: dict[str, Status] = {}  # by ID: what the ratchet holds it to
    floor_lines: dict[str, int] = {}  # where the ratchet's file says so
    odd: tuple[Citation, ...] = ()  # of the citations: those with a defect or a quote
    doubted: tuple[Citation, ...] = ()  # of the citations: those of what some file has to be reviewed for
    uncited: frozenset[str] = frozenset()  # the IDs that no citation fulfils: there are but mentions, or none
    cited: int = 0  # how many citations are no texts and name a requirement


class Finding(Struct, frozen=True, array_like=True):
    """One violation of a rule at one place."""

    code: str
    severity: Severity
    place: Place
    message: str
    help: str
    detail: str = ""  # a diff or other text to show below
    spec_id: str = ""  # of the allocated spec whose file this is; "" where there is none

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)


class Edit(Struct, frozen=True):
    """A change of one line that mends a finding: `old` at the column gives way to `new`."""

    path: str
    line: int
    column: int  # 0 for the byte order mark, which no editor counts
    old: str
    new: str
    in_code: bool = False  # it changes code, and is made only where that is asked for


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


class Waiver(Struct, frozen=True, array_like=True):
    """Findings that somebody answers for until a day: of a rule, of a requirement, or of the one at the other."""

    rule: str  # a code, or how codes begin; "" for every rule
    requirement: str  # an ID; "" for every place
    path: str  # a glob; "" for every file
    reason: str
    owner: str
    expires: date  # the last day on which it holds
    line: int


class Known(Struct, frozen=True, array_like=True):
    """A finding that was there when the repository took Muster in."""

    code: str
    path: str
    key: str  # its fingerprint, in which no line number is
    message: str  # for who reads the file
    line: int = 0  # where the baseline has it


class Allocated(Struct, frozen=True):
    """An elicitation record, and what is tied to it."""

    spec_id: str  # "" while it is not allocated
    record: str
    contract: str  # the path of its objective contract; "" where there is none
    ready: bool  # for planning
    specs: tuple[str, ...] = ()  # by path
    planning: tuple[str, ...] = ()  # packets, chains and prompts, by path


class Verdict(StrEnum):
    """What became of the lines that a claim is pinned to.  implements: MU-PKT-5020"""

    OK = "ok"
    CHANGED = "changed"  # the token is in its window, the excerpt is not
    MOVED = "moved"  # the token is elsewhere, at one place
    AMBIGUOUS = "ambiguous"  # several places match
    GONE = "gone"
    UNKNOWN = "unknown"  # there is no spec to look into, or no token to look for

    @property
    def holds(self) -> bool:
        """Whether the claim still stands where it says."""
        return self in (Verdict.OK, Verdict.CHANGED)


class Window(Struct, frozen=True, array_like=True, order=True, gc=False):
    """Lines of a file, from 1, the last one included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.last != self.first else str(self.first)

    @property
    def words(self) -> str:
        """`lines 20-31`, `line 20`."""
        return f"lines {self}" if self.last != self.first else f"line {self}"

    @property
    def size(self) -> int:
        """How many lines it has."""
        return self.last - self.first + 1


class Pinned(Struct, frozen=True, array_like=True):
    """A claim that is pinned to lines of a spec: an anchor of a packet, or a pin in any Markdown file."""

    place: Place  # where it stands
    name: str  # "ANCHOR 2"; "" for a pin
    claim: str  # what it says that the lines are, escapes decoded; "" for a pin
    spec: str  # the path of the spec; "" where it leads nowhere
    window: Window | None  # as written; None where that is no window
    token: str  # escapes decoded
    verdict: Verdict
    moved: Window | None = None  # where the lines are now, where that is known and another place
    places: tuple[int, ...] = ()  # the lines of the several places


class Refinement(Struct, frozen=True, array_like=True):
    """A refinement packet: what it is about, and where it stands."""

    path: str
    line: int  # of its heading
    wp_id: str  # "" where it says none
    created_at: str
    pointer: str  # the path of the pointer file; "" where the packet names its spec itself
    spec: str  # the path of the spec; "" where it leads nowhere
    review: str  # USER_REVIEW_STATUS: "APPROVED", or another word; "" while it is pending
    signature: str  # "" while it is pending
    covers: str  # CLEARLY_COVERS_VERDICT: "PASS", "FAIL", or "" for none
    work_packet: str  # the path of the work packet; "" where there is none
    status: str  # of the work packet
    ready: bool  # work on it has begun or may begin: the packet must be approved and signed
    anchors: tuple[Pinned, ...]
    digest: str = ""  # "sha256:..." of the packet's bytes


class SnapshotNames(Struct, frozen=True, array_like=True):
    """The names in a capability snapshot: what a spec may name, and what it is denied."""

    ref: str  # the path of the snapshot, or of the registry that it follows from
    spec_id: str  # "" where it is for every spec
    generated_at: str
    allowed: tuple[str, ...]  # capabilities, tools and engines, sorted
    denied: tuple[str, ...] = ()


class PromptHead(Struct, frozen=True, array_like=True):
    """A prompt document: its title, and the fields at its head."""

    path: str
    title: str  # "" where it has none
    fields: dict[str, str]


class Prompts(Struct, frozen=True, array_like=True):
    """Prompt packs, the folders of compiled prompts, and prompt documents."""

    packs: dict[str, str] = {}  # the ID of each by its path; of those in folders of compiles, what is nowhere else
    compiles: tuple[str, ...] = ()
    documents: tuple[PromptHead, ...] = ()


class ChainGate(Struct, frozen=True, array_like=True):
    """What a gate of a chain decided."""

    path: str  # of its turn
    kind: str  # "evidence" or "skeptic"
    label: str
    decision: str  # PASS, HOLD, PASS WITH CONDITIONS or BLOCK
    conditions: tuple[str, ...] = ()


class ChainTurn(Struct, frozen=True, array_like=True):
    """A turn of a chain, and where it leads."""

    path: str
    kind: str  # "" for none of those that are known
    label: str
    actor: str
    about: str  # what a gate judges, or what a decision is about
    decision: str  # of a gate, an authorization, a decision, a closure or a retrospective; "" where it has none
    state: str  # of the chain after it, as `chains.machine.State` has it
    phase: str  # the band in which it stands
    caught: tuple[str, ...] = ()  # what is wrong with it, which a gate stopped


class Chain(Struct, frozen=True, array_like=True):
    """A prompt chain: its turns, where it stands, and what may follow."""

    path: str  # its folder
    title: str
    state: str
    phase: str
    turns: tuple[ChainTurn, ...]
    gates: tuple[ChainGate, ...] = ()
    next: tuple[str, ...] = ()  # the turns that may follow, in words: "authorization of Prompt 2 (Planner)"; or `asks`
    missing: tuple[str, ...] = ()  # what it still lacks to be closed, in words
    trace_id: str = ""  # the trace of its events; "" where it names none
    retrospective: str = ""  # the last decision of a retrospective in it
    closed: bool = False
    asks: str = ""  # what its last turn leaves open, which comes before every other turn

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.rpartition("/")[2]


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
    """What a site generator really does, as its adapter found it: the values that the settings should have."""

    path: str  # its configuration
    slug: str = ""  # empty for a function that Muster does not know
    separator: str = "-"
    tab_length: int = 4
    sane_lists: bool = False
    attr_list: bool = True
    docs: str = "specs"
    directory_urls: bool = True
    redirects: dict[str, str] = {}
    unknown: str = ""  # the name of that function


class Project(Struct, frozen=True):
    """All that Muster knows of a repository; a rule sees this and nothing else."""

    settings: Settings
    documents: tuple[Document, ...] = ()
    pages: tuple[Page, ...] = ()  # every Markdown file whose links are checked, and every document
    packages: tuple[Package, ...] = ()
    retired: tuple[Retired, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    known: tuple[Known, ...] = ()  # the baseline
    derived: tuple[Derived, ...] = ()
    problems: tuple[Problem, ...] = ()  # of files that could not be read, and of side files
    findings: tuple[Finding, ...] = ()  # of the other rules, for those that judge what is left of them
    unneeded: tuple[Waiver, ...] = ()  # waivers that cover none of these, where all was looked for; for the same rules
    mended: tuple[Known, ...] = ()  # what of the baseline is found no longer; for the same rules
    today: date | None = None  # the day as of which waivers expire; None for no day at all
    host: Host | None = None  # only in a site build
    trace: Trace = Trace()
    allocations: tuple[Allocated, ...] = ()  # by record
    refinements: tuple[Refinement, ...] = ()  # by path
    pins: tuple[Pinned, ...] = ()  # of Markdown files that are no packets, by place
    chains: tuple[Chain, ...] = ()  # by folder, in natural order
    snapshots: tuple[SnapshotNames, ...] = ()  # of compiled prompts, then of the registry
    prompts: Prompts = Prompts()
    spec_ids: dict[str, str] = {}  # by path: of records, contracts, what is tied to them, and what follows from that

    @property
    def specs(self) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if document.is_spec)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """Files that could not be read: what they hide is neither found nor mended."""
        return tuple(problem for problem in self.problems if problem.code in ("ENC001", "ENC002"))

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
    links: int = 0  # those that stay in the repository
    citations: int = 0
    results: int = 0  # tests in the results that were given
    packets: int = 0
    anchors: int = 0  # of packets
    pins: int = 0  # of other files
    chains: int = 0
    turns: int = 0  # of chains
    waived: int = 0  # findings that a waiver covers
    known: int = 0  # findings that stand in the baseline
    cached: int = 0  # how many documents were not read again


class Outcome(Struct, frozen=True):
    """What a run yields: the project, its findings, and in `project.derived` files that nobody has written yet."""

    project: Project
    findings: tuple[Finding, ...]
    counts: Counts
    baseline: Derived | None = None  # the baseline without what is mended, where something is

    @property
    def files(self) -> tuple[Derived, ...]:
        """What `sync` has to write or remove."""
        due = [file for file in self.project.derived if not file.same]
        due += [self.baseline] if self.baseline else []
        return tuple(sorted(due, key=lambda file: file.path))

    def fails(self, at: Severity = Severity.ERROR) -> bool:
        """Whether a finding is at least as severe as `at`."""
        return any(finding.severity.reaches(at) for finding in self.findings)
