"""What a heading, a section number, a requirement ID or `L20-L31` means in a spec: lines, and words to know them by.

implements: MU-PKT-5022
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Verdict, Window
from muster.packets.escapes import decoded
from muster.packets.packet import is_placeholder
from muster.packets.placing import Claim, placed
from muster.packets.writing import in_ascii
from muster.text.markdown import Kind
from muster.text.source import source_of
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.packets.spec_text import SpecText

LONGEST_TOKEN = 120
_SHORTEST_TOKEN = 4
_MOST_TRIED = 60  # lines of a window that are tried as a token
_MOST_LISTED = 10

_LINES = re.compile(r"[Ll]([0-9]{1,9})(?:\s*-\s*[Ll]?([0-9]{1,9}))?")
_DIGITS = r"(?:§\s*)?((?:[0-9]++|[A-Za-z]{1,4}(?=\.[0-9]))(?:\.[0-9]++[a-z]?+)*+)[.):]*+"
_NUMBER = re.compile(_DIGITS)
_NUMBERED = re.compile(rf"{_DIGITS}\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+")
_HEADING_MARKS = re.compile(r"^#{1,6}\s+|\s+#+\s*$")
_ITEM = re.compile(r"\s*(?:[-*+>|]|[0-9]{1,9}[.)])\s+")


class Heading(Struct, frozen=True):
    """A heading of a spec, and the lines that it stands over: up to the next of its level or a higher one."""

    title: str  # as written, white space folded
    number: str  # "2.6.8.9", or "" for none
    level: int
    window: Window

    @property
    def bare(self) -> str:
        """The title without its number."""
        return self.title[match.end() :] if (match := _NUMBERED.match(self.title)) else self.title


class Outline(Struct, frozen=True):
    """A spec as anchors see it."""

    spec: SpecText
    headings: tuple[Heading, ...]
    requirements: Mapping[str, Window]


class Candidate(Struct, frozen=True):
    """Lines of a spec that an anchor is to be pinned to."""

    claim: str  # what they are: a heading, a requirement ID
    window: Window
    token: str
    lines: tuple[str, ...]


class Unfit(Struct, frozen=True):
    """Why a text means no lines of a spec, or not one stretch of them."""

    message: str
    help: str


def outline_of(spec: SpecText, requirements: Mapping[str, Window]) -> Outline:
    """The headings of a spec, front matter and fences left out; `requirements` are those that it defines."""
    nodes = [node for node in source_of(spec.text_of(Window(1, spec.size))).root.children if node.kind is Kind.HEADING]
    levels = [int(node.info) for node in nodes]
    ends = [spec.size] * len(nodes)
    still_open: list[int] = []
    for number, node in enumerate(nodes):
        while still_open and levels[still_open[-1]] >= levels[number]:
            ends[still_open.pop()] = node.start
        still_open.append(number)
    headings = []
    for node, level, end in zip(nodes, levels, ends, strict=True):
        title = " ".join(node.content.split())
        numbered = _NUMBERED.match(title) or _NUMBER.fullmatch(title)
        headings.append(Heading(title, numbered[1] if numbered else "", level, _trimmed(node.start + 1, end, spec)))
    return Outline(spec, tuple(headings), requirements)


def _trimmed(first: int, last: int, spec: SpecText) -> Window:
    """The lines without the blank ones at their end."""
    text = spec.text_of(Window(first, last))
    return Window(first, first + text.rstrip().count("\n"))


def candidate(text: str, outline: Outline) -> Candidate | Unfit:
    """The lines that a text means: `L20-L31`, a requirement ID, a section number, a heading or a unique part of one."""
    words = " ".join(text.split())
    if not words:
        return Unfit("an anchor is empty", "name a heading, a section number, a requirement ID or lines, L20-L31")
    if match := _LINES.fullmatch(words):
        return _of_lines(words, int(match[1]), int(match[2] or match[1]), outline)
    if words in outline.requirements:
        claim = f"requirement {words}" if _NUMBER.fullmatch(words) else words  # 1.1.2 would be taken for a section
        return _pinned(claim, outline.requirements[words], [words], outline)
    found = _headings_meant(words, outline.headings)
    if len(found) == 1:
        return _of_heading(found[0], outline)
    return _several(words, found) if found else _nothing(words, outline)


def _of_lines(words: str, first: int, last: int, outline: Outline) -> Candidate | Unfit:
    remedy = f"the spec has {counted(outline.spec.size, 'line')}; write the first and the last, such as L20-L31"
    if last < first:
        return Unfit(f"{words} ends before it begins", remedy)
    if first < 1 or last > outline.spec.size:
        return Unfit(f"{words} leaves the spec", remedy)
    window = Window(first, last)
    over = [heading for heading in outline.headings if heading.window.first <= first <= heading.window.last]
    return _pinned(over[-1].title if over else "", window, [], outline)


def _of_heading(heading: Heading, outline: Outline) -> Candidate | Unfit:
    return _pinned(heading.title, heading.window, [heading.bare, heading.title], outline)


def twin_lines(token: str, excerpt: str, spec: SpecText) -> tuple[int, ...]:
    """Where the lines of a claim stand alike, so that nobody can tell which are meant once they move; () for once."""
    placing = placed(Claim(None, token, excerpt), spec)
    return placing.places if placing.verdict is Verdict.AMBIGUOUS else ()


def _pinned(claim: str, window: Window, tokens: Sequence[str], outline: Outline) -> Candidate | Unfit:
    token = token_in(window, tokens, outline.spec)
    if not token:
        words = f"no words of {window.words} could be told from others"
        return Unfit(words, "choose lines with text in them")
    return Candidate(claim or f'"{token}"', window, token, tuple(outline.spec.lines(window)))


def _headings_meant(words: str, headings: Sequence[Heading]) -> list[Heading]:
    """The headings that a text means, by the strictest reading under which there are any."""
    if hashes := _HASHES.match(words):
        headings = [heading for heading in headings if heading.level == len(hashes[1])]
        words = words[hashes.end() :]
    if number := _NUMBER.fullmatch(words):
        return [heading for heading in headings if heading.number == number[1]]
    wanted = words.casefold()
    whole = [heading for heading in headings if heading.title.casefold() == wanted]
    whole = whole or [heading for heading in headings if heading.bare.casefold() == wanted]
    if whole:
        return whole
    if numbered := _NUMBERED.match(wanted):  # `10.4 Calendar` is also `10.4) Calendar [ADD v2]`
        bare = wanted[numbered.end() :]
        return [one for one in headings if one.number == numbered[1] and bare in one.bare.casefold()]
    words_of_it = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    parts = [heading for heading in headings if wanted in heading.title.casefold()]
    return [heading for heading in parts if words_of_it.search(heading.title.casefold())] or parts


def _several(words: str, found: Sequence[Heading]) -> Unfit:
    listed = [f"line {one.window.first}: {shortened(one.title)}" for one in found[:_MOST_LISTED]]
    more = [f"and {len(found) - _MOST_LISTED} more"] if len(found) > _MOST_LISTED else []
    first = found[0].window
    return Unfit(
        f"{shortened(words)!r} fits {len(found)} headings: {'; '.join((*listed, *more))}",
        f"write more of the heading, its number, or its lines, such as L{first.first}-L{first.last}",
    )


def _nothing(words: str, outline: Outline) -> Unfit:
    names = {heading.title.casefold(): heading for heading in reversed(outline.headings)}
    names |= {heading.bare.casefold(): heading for heading in reversed(outline.headings)}
    near = difflib.get_close_matches(words.casefold(), names, 1, 0.4)
    ids = difflib.get_close_matches(words, outline.requirements, 1)
    if ids:
        remedy = f"did you mean {ids[0]}?"
    elif near:
        remedy = f"nearest is line {names[near[0]].window.first}: {shortened(names[near[0]].title)}"
    elif outline.headings:
        remedy = "name a heading, a section number, a requirement ID or lines, L20-L31"
    else:
        remedy = "the spec has no heading; name lines, L20-L31"
    return Unfit(f"{shortened(words)!r} is no heading, section number or requirement ID of the spec", remedy)


def token_in(window: Window, tokens: Sequence[str], spec: SpecText) -> str:
    """Words to know the lines of a window by: those given, else of its lines, at best such as stand on no other line.

    "" where no line has words that a packet can hold.
    """
    usable = [one for one in _words_tried(window, tokens, spec) if _is_token(one) and spec.lines_with(one, 1, window)]
    return next((one for one in usable if len(spec.lines_with(one, 2)) == 1), usable[0] if usable else "")


def _words_tried(window: Window, tokens: Sequence[str], spec: SpecText) -> Iterator[str]:
    yield from (one for one in (_bared(token) for token in tokens) if len(one) >= _SHORTEST_TOKEN)
    lines = spec.lines(Window(window.first, min(window.last, window.first + _MOST_TRIED - 1)))
    if tokens:
        yield _bared(lines[0])
    yield from (_bared(_ITEM.sub("", line, count=1)) for line in lines)
    yield from (_bared(line) for line in lines)
    yield from (_bared(token) for token in tokens)


def _bared(text: str) -> str:
    """A stretch of one line that a field can hold: not too long, and without the marks of Markdown around it."""
    words = _HEADING_MARKS.sub("", text.strip().split("<!--")[0])
    if len(words) > LONGEST_TOKEN:
        words = words[:LONGEST_TOKEN].rsplit(None, 1)[0]
    return words.strip("`*_ \t\"'<>|")


def _is_token(text: str) -> bool:
    """Whether a field gives back what is written into it."""
    return any(char.isalnum() for char in text) and not is_placeholder(text) and decoded(in_ascii(text)) == text
