"""What a turn of a chain says, as it was read: every fact with its line.

implements: MU-CHAIN-7001
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from muster.model import Problem  # noqa: TC001 -- msgspec reads the types of fields

HEADER = (
    "ROLE",
    "PHASE",
    "SCOPE",
    "ACTIVE RULES MEMO",
    "EXPECTED OUTPUTS",
    "TESTS",
    "CONSTRAINTS",
    "STOP RULE",
)
FURTHER = ("PURPOSE", "PROTOCOL", "UNCERTAINTY", "COMMANDS")  # what a prompt may add below its header


class Kind(StrEnum):
    """What a turn is."""

    ONBOARDING = "onboarding"
    PROMPT = "prompt"
    RESPONSE = "response"
    GATE = "gate"
    AUTHORIZATION = "authorization"
    DECISION = "decision"
    CLOSURE = "closure"
    RETROSPECTIVE = "retrospective"


class Gate(StrEnum):
    """What a gate judges: the key `gate` of its front matter."""

    EVIDENCE = "evidence"
    SKEPTIC = "skeptic"


class About(StrEnum):
    """What a decision is about: the key `decision` of its front matter."""

    PHASE = "phase"  # whether phase 0 is over
    RESUME = "resume"  # whether a blocked chain goes on
    ALIGNMENT = "alignment"  # that the main branch is brought in line


class Work(StrEnum):
    """Traces of work that a turn may hold."""

    DIFF = "diff"
    EDIT = "edit"  # a patch of another form: `*** Begin Patch`
    QA = "QA output"
    BUILD = "build"
    COMMAND = "command"


class Said(Struct, frozen=True, array_like=True, gc=False):
    """A piece of text at its line."""

    text: str
    line: int


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """`Key: value`, and the lines or list items below it."""

    key: str
    value: str
    line: int
    items: tuple[Said, ...] = ()

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(filter(None, (self.value, *(item.text for item in self.items))))


class Trace(Struct, frozen=True, array_like=True):
    """A trace of work: a diff, an edit, the output of QA, a build, a command that was run."""

    work: Work
    text: str  # the command, or the line that gives it away
    line: int


class Section(Struct, frozen=True, array_like=True, gc=False):
    """A section of a turn under its heading."""

    name: str  # as the templates have it, whatever heading stands for it; else the heading itself
    level: int
    line: int
    text: str  # down to the next heading of any level, without its fences
    empty: bool  # nothing stands in it, not even a fence, down to the next heading of its level


class Scope(Struct, frozen=True, array_like=True):
    """What the field SCOPE allows and forbids."""

    text: str
    line: int
    allowed: tuple[Said, ...] = ()  # globs
    prohibited: tuple[Said, ...] = ()
    allows: bool = False  # the list `Allowed:` stands there, empty or not
    forbids: bool = False  # so does `Prohibited:`, such as `Prohibited: none`


class Prompt(Struct, frozen=True, array_like=True):
    """The block of a prompt."""

    line: int  # its first one; 0 where there is no block
    header: tuple[Entry, ...] = ()  # as they stand, the right ones and the others
    further: tuple[Entry, ...] = ()  # PURPOSE, PROTOCOL, UNCERTAINTY, COMMANDS
    links: tuple[Said, ...] = ()  # targets, as written
    scope: Scope | None = None
    blocks: tuple[int, ...] = ()  # the first lines of all blocks
    outside: tuple[int, ...] = ()  # lines of text outside the block
    strays: tuple[Said, ...] = ()  # lines inside it that belong to no field
    roles: tuple[int, ...] = ()  # the lines of all fields ROLE: a second one is a second prompt


class Changed(Struct, frozen=True, array_like=True):
    """A file that a diff changes."""

    path: str  # as it is after; before, where it is deleted
    line: int
    before: str = ""  # of one that is renamed or copied
    binary: bool = False


class Patch(Struct, frozen=True, array_like=True):
    """All diffs of a response."""

    line: int
    files: tuple[Changed, ...] = ()
    broken: tuple[Said, ...] = ()  # what does not parse, and where


class Ran(Struct, frozen=True, array_like=True):
    """A command whose output is shown."""

    command: str
    line: int
    passed: bool | None  # None where the output does not tell
    told: str = ""  # the words that tell: `12 passed in 0.34s`, `exit status: 1`


class Uncertainty(Struct, frozen=True, array_like=True):
    """An uncertainty that a response declares: `U1: who may retry?`."""

    name: str
    text: str
    line: int
    structural: bool = False


class Response(Struct, frozen=True, array_like=True):
    """What a response shows."""

    memo: Section | None = None
    topics: tuple[str, ...] = ()  # of the memo, by their names in `response.TOPICS`
    pre_check: Entry | None = None  # its value: PASS, FAIL, or what stands there
    patch: Patch | None = None
    report: tuple[Section, ...] = ()  # the parts of the report
    parts: tuple[Said, ...] = ()  # the main parts in order: names and lines
    runs: tuple[Ran, ...] = ()
    attempts: tuple[Said, ...] = ()  # of QA, as the report documents them
    alternative: Said | None = None  # why QA is another, or none
    done: Entry | None = None  # the definition of done: MET or NOT MET
    guidance: int = 0  # the line of a request for guidance
    micro_fixes: tuple[Said, ...] = ()
    summary: Section | None = None
    commit: Entry | None = None  # its value is the first line, its items the further ones
    retrospective: Entry | None = None
    uncertainties: tuple[Uncertainty, ...] = ()
    approvals: tuple[Said, ...] = ()  # words that declare progression, or are about approvals
    question: Said | None = None  # the one that it ends with
    alignments: tuple[Said, ...] = ()  # commands or words that bring the main branch in line


class Turn(Struct, frozen=True, array_like=True):
    """One file of a chain."""

    path: str
    number: int | None  # that its name begins with
    kind: Kind | None
    label: str
    actor: str
    head: tuple[Entry, ...] = ()  # the front matter
    fields: tuple[Entry, ...] = ()  # `- Key: value` in the body, outside fences
    sections: tuple[Section, ...] = ()
    prompt: Prompt | None = None
    response: Response | None = None
    work: tuple[Trace, ...] = ()
    omissions: tuple[Said, ...] = ()  # "output omitted" and the like
    unfilled: tuple[Said, ...] = ()  # what a template left to fill in
    language: str = ""  # what its prose is written in; "" where that cannot be told
    paths: tuple[Said, ...] = ()  # what it links or names as code: of the onboarding task
    problems: tuple[Problem, ...] = ()  # of its form

    def told(self, key: str) -> str:
        """What the front matter says; "" where it is silent."""
        return next((entry.value for entry in self.head if entry.key == key), "")

    def line_of(self, key: str) -> int:
        """The line of a key of the front matter; else the first."""
        return next((entry.line for entry in self.head if entry.key == key), 1)

    def field(self, name: str) -> Entry | None:
        """A field of the body by its name, in any case; what stands in parentheses behind it is no part of it."""
        return next((entry for entry in self.fields if entry.key.casefold() == name.casefold()), None)

    @property
    def is_control(self) -> bool:
        """Whether it is marked as one of control mode."""
        return self.told("mode") == "control"
