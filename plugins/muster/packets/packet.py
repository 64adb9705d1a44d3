"""What a refinement packet is made of, as it was read.

Texts are as their author wrote them, escapes and all; lines and columns count from 1, in the packet's file.

implements: MU-PKT-5001
"""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from muster.model import Window  # noqa: TC001 -- msgspec reads the types of fields


class Field(Struct, frozen=True, array_like=True, gc=False):
    """A line `- KEY: value`, its label bold or plain."""

    key: str  # in upper case, blanks and hyphens as "_": "WP_ID", "APPEARS_IN_MAIN_BODY"
    value: str  # without bold and back ticks around it; "" where nothing follows
    line: int
    column: int  # of the value, or where there is none, of the key


class Fence(Struct, frozen=True, array_like=True, gc=False):
    """A fenced block outside of excerpts."""

    line: int  # of its opening
    text: str
    closed: bool


class Excerpt(Struct, frozen=True, array_like=True, gc=False):
    """What an anchor quotes: without its fence, and without the indent of that."""

    line: int  # of the first line of the text; of the field where there is no text
    end_line: int  # the last line that belongs to it, its fence included
    text: str
    fenced: bool
    closed: bool  # its fence is, before the line that ends it; so is one without a fence


class Section(Struct, frozen=True, array_like=True):
    """A known section, at whatever level its heading is."""

    name: str  # "GAPS_IDENTIFIED"
    line: int
    content: tuple[tuple[int, str], ...]  # its lines that are not blank, by number; without fences, comments, anchors
    fences: tuple[Fence, ...]


class Anchor(Struct, frozen=True, array_like=True):
    """A claim and the window of the spec that it is pinned to."""

    name: str  # "ANCHOR 2"; "ANCHOR" where it has no number
    line: int
    claim: Field | None  # SPEC_ANCHOR
    start: Field | None  # CONTEXT_START_LINE
    end: Field | None  # CONTEXT_END_LINE
    token: Field | None  # CONTEXT_TOKEN
    excerpt: Excerpt | None  # EXCERPT_ASCII_ESCAPED


class Trouble(Struct, frozen=True, array_like=True, gc=False):
    """What is wrong with the form of a packet: the words, and what to do."""

    line: int
    message: str
    help: str


class Packet(Struct, frozen=True, array_like=True, dict=True):
    """A file that holds a refinement, or a work packet, or both."""

    line: int  # of the heading TECHNICAL_REFINEMENT; 0 where the file has none
    fields: tuple[Field, ...]  # every field outside of anchors, in order; of two with one key, readers take the first
    sections: tuple[Section, ...]  # in order, also where one stands there twice
    anchors: tuple[Anchor, ...]
    status: Field | None  # of the work packet: a field `Status` outside of the block
    troubles: tuple[Trouble, ...]

    def field(self, key: str) -> Field | None:
        """The first field with this key below the heading; where there is none, the first of the file."""
        return self._by_key.get(key)

    def section(self, name: str) -> Section | None:
        """The first section with this name below the heading; where there is none, the first of the file."""
        return self._by_name.get(name)

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        below = {field.key: field for field in reversed(self.fields) if field.line > self.line}
        return {field.key: field for field in reversed(self.fields)} | below

    @cached_property
    def _by_name(self) -> dict[str, Section]:
        below = {section.name: section for section in reversed(self.sections) if section.line > self.line}
        return {section.name: section for section in reversed(self.sections)} | below

    @property
    def is_refinement(self) -> bool:
        """Whether the block is here, and not only a heading with the name of the file that holds it."""
        return self.line > 0 and (self.field("REFINEMENT_FILE") is None or bool(self.anchors))

    @property
    def is_judged(self) -> bool:
        """Whether it is to be judged as one: the block is here, or parts of it are."""
        return self.is_refinement or bool(self.troubles)


class Pin(Struct, frozen=True, array_like=True):
    """A claim that lines of a file hold a token; its place is that of `PATH#L20-L31`."""

    line: int
    column: int
    width: int
    path: str  # as it is written
    window: Window
    token: str  # as it is written, escapes and all
    excerpt: str  # likewise; "" for none


class PinTrouble(Struct, frozen=True, array_like=True, gc=False):
    """What is wrong with the form of a pin: the words, and what to do."""

    line: int
    column: int
    message: str
    help: str


class Pins(Struct, frozen=True, array_like=True):
    """The pins of a text, and what was meant for one, both in order."""

    pins: tuple[Pin, ...] = ()
    troubles: tuple[PinTrouble, ...] = ()


NO_PINS = Pins()
SECTIONS = (
    "GAPS_IDENTIFIED",
    "FLIGHT_RECORDER_INTERACTION",
    "RED_TEAM_ADVISORY",
    "PRIMITIVES",
    "CLEARLY_COVERS",
    "ENRICHMENT",
    "SPEC_ANCHORS",
)  # those that every packet has
KNOWN_SECTIONS = ("METADATA", *SECTIONS, "PROPOSED_SPEC_ENRICHMENT")
PENDING = "<pending>"  # what stands for an answer that is still to come


_PLAIN = frozenset(map(chr, range(ord("!"), ord("~") + 1))) - frozenset("<[`*pP")  # how no placeholder begins


def is_plain(value: str) -> bool:
    """Whether the first character tells that a value is an answer: neither empty nor a placeholder nor a question."""
    return value[:1] in _PLAIN


def is_placeholder(value: str) -> bool:
    """Whether a value, which is one line, is still to be filled in: `<pending>`, `<fill ..`, `<paste ..`, `PENDING`."""
    if value[:1] in _PLAIN:
        return False
    bare = value.strip(" \t\r\n`*")
    text = bare[:12].casefold()
    return (text.startswith(("<pending", "<fill", "<paste")) or text == "pending") and "\n" not in bare
