"""Fields and sections in the body of a turn.

implements: MU-CHAIN-7001
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from muster.chains.turn import Entry, Said, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.chains.fences import Body, Heading

# The headings of the templates, under which the sections of turns are known.
MAIN = (
    "Active Rules memo",
    "Pre-check",
    "Diff",
    "Report",
    "QA output",
    "Request for guidance",
    "Micro-fixes",
    "Summary",
    "Commit message",
    "Retrospective",
    "Findings",
    "Uncertainties",
    "Open questions",
)
REPORT = (
    "Changes",
    "Impact",
    "QA",
    "Assumptions",
    "Blockers",
    "Open questions",
    "Blockers or open questions",
    "Next steps",
    "Definition of done",
    "Test Impact Map",
    "Alignment",
)
NAMES = tuple(dict.fromkeys(("Documents", "Plan", "Rules", *MAIN, *REPORT)))

_BULLET = re.compile(r"(?:[-*+]|[0-9]{1,3}[.)])(?:[ \t]+|$)")
_KEY = re.compile(r"([^\W\d_][^:()`*\[\]<>]{0,59}?)[ \t]*(?:\([^()]{0,200}\))?[ \t]*:(?:[ \t]+|$)")
_CHOSEN = re.compile(r"([^\W\d_][^:()`*\[\]<>]{0,59}?)[ \t]*\([^()]{1,200}\)[ \t]*(\[[^\[\]]{0,200}\])$")
_STRONG = re.compile(r"(\*\*|__)([^*_:]{1,60}?)(:?)\1(:?)(?:[ \t]+|$)")


def field_in(text: str) -> tuple[str, str] | None:
    """The name and the value that a text gives, without list mark: `Decision: PASS`, `**Decision:** PASS`.

    Behind a question in parentheses, a choice in brackets needs no colon: `Scope check (files authorised?) [YES]`.
    """
    if text.startswith(("**", "__")):
        strong = _STRONG.match(text)
        if strong is None or (strong[3] + strong[4]) != ":":
            return None
        return _bare(strong[2]), text[strong.end() :].strip()
    key = _KEY.match(text)
    if key is not None:
        return key[1].strip(), text[key.end() :].strip()
    chosen = _CHOSEN.match(text) if text.endswith("]") else None
    return (chosen[1].strip(), chosen[2]) if chosen is not None else None


def _bare(name: str) -> str:
    """A name without what stands in parentheses behind it."""
    return name.partition("(")[0].strip()


def fields_in(prose: Iterable[Said], headings: Iterable[int] = ()) -> tuple[Entry, ...]:
    """The fields `- Key: value`, also without the list mark, each with the items and lines that belong to it.

    To a field belong lines that are indented further, lines right below it, and below one without value or list mark
    the items that follow; none goes on behind one of the lines that are `headings`.
    """
    reader = _Fields()
    breaks = iter(headings)
    due = next(breaks, 0)
    for line in prose:
        while due and due < line.line:
            reader.end()
            due = next(breaks, 0)
        reader.take(line)
    reader.end()
    return tuple(reader.entries)


class _Fields:
    """The field that is being read, and those before."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.open: tuple[str, str, int] | None = None  # key, value, line
        self.items: list[Said] = []
        self.indent = 0  # where its text begins, behind the list mark
        self.bulleted = False
        self.last = 0  # the line last taken

    def take(self, line: Said) -> None:
        """Take the next line: a new field, or more of the open one, or neither."""
        text = line.text.lstrip()
        indent = len(line.text[: len(line.text) - len(text)].expandtabs(4))
        bullet = _BULLET.match(text)
        inner = text[bullet.end() :] if bullet else text
        nested = self.open is not None and indent >= max(self.indent, 1)
        listed = self.open is not None and bullet is not None and not self.bulleted and not self.open[1]
        found = None if nested or listed else field_in(inner)
        if found is not None:
            self.end()
            self.open = (*found, line.line)
            self.bulleted = bullet is not None
            self.indent = indent + (bullet.end() if bullet else 0)
        elif self.open is not None and (nested or listed or self.goes_on(line, bullet is not None)):
            self.items.append(Said(inner.strip(), line.line))
        else:
            self.end()
        self.last = line.line

    def goes_on(self, line: Said, is_item: bool) -> bool:
        """Whether a line at the margin belongs to the open field: an item where it has no value, else text below."""
        if is_item:
            return self.open is not None and not self.open[1]
        return line.line == self.last + 1

    def end(self) -> None:
        """Close the open field."""
        if self.open is not None:
            self.entries.append(Entry(*self.open, tuple(self.items)))
        self.open = None
        self.items = []


def choice_in(value: str, choices: Sequence[str]) -> str:
    """Which of the choices a value is, in any case, in brackets or marked; "" for none of them."""
    word = " ".join(value.strip(" \t[]`*_").upper().split())
    return word if word in choices else ""


def sections_in(body: Body, headings: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """The sections of a body; `headings` names further headings for those of the templates."""
    names = {_folded(name): name for name in NAMES}
    names |= {_folded(other): names.get(_folded(name), name) for name, others in headings.items() for other in others}
    lines = [heading.line for heading in body.headings]
    texts: list[list[str]] = [[] for _ in lines]
    for line in body.prose:
        if (at := bisect_left(lines, line.line)) > 0:
            texts[at - 1].append(line.text)
    fenced = {bisect_left(lines, fence.line) - 1 for fence in body.fences}
    empty = _empty_ones(body.headings, [bool(text) or at in fenced for at, text in enumerate(texts)])
    return tuple(
        [
            Section(
                names.get(_folded(heading.text), heading.text), heading.level, heading.line, "\n".join(text), nothing
            )
            for heading, text, nothing in zip(body.headings, texts, empty, strict=True)
        ]
    )


def end_of(section: Section, body: Body) -> int:
    """The line of the next heading of its level or above; where there is none, the one behind the body."""
    begin = bisect_left(body.headings, section.line + 1, key=lambda heading: heading.line)
    behind = (body.headings[at] for at in range(begin, len(body.headings)))
    return next((other.line for other in behind if other.level <= section.level), body.stop)


def _empty_ones(headings: Sequence[Heading], filled: Sequence[bool]) -> list[bool]:
    """For each heading, whether nothing stands between it and the next one of its level or above.

    `filled` says whether something stands between a heading and the next one of any level.
    """
    empty = []
    first = len(headings)  # the first one from here on below which something stands
    behind: list[tuple[int, int]] = []  # level and place of the headings below that no other one hides
    for at in range(len(headings) - 1, -1, -1):
        level = headings[at].level
        while behind and behind[-1][0] > level:
            behind.pop()
        first = at if filled[at] else first
        empty.append(first >= (behind[-1][1] if behind else len(headings)))
        behind.append((level, at))
    return empty[::-1]


def _folded(name: str) -> str:
    """A heading as it is compared."""
    return " ".join(name.rstrip(": \t").casefold().split())
