"""Fields of an anchor whose heading is missing or misspelt, so that no reader takes them for one.

implements: MU-PKT-5001
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from muster.packets.fields import ANCHOR_KEYS, Heading, heading_in
from muster.packets.packet import Trouble
from muster.packets.pieces import Line
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.packets.packet import Field
    from muster.packets.pieces import Piece

PINNING = frozenset(ANCHOR_KEYS[1:])  # fields that only an anchor has; other sections may speak of a SPEC_ANCHOR
_NUMBER = re.compile(r"ANCHOR ([0-9]{1,9})")


class _Run:
    """The fields of one anchor without heading, in order."""

    def __init__(self) -> None:
        self.fields: dict[str, Field] = {}
        self.answered: Field | None = None  # where the anchor above has the first of them already


def unheaded(pieces: Sequence[Piece], lines: Sequence[str]) -> Iterator[Trouble]:
    """Fields outside of any anchor, and those that their anchor has already: all of one anchor are one trouble."""
    taken = {match[1] for piece in pieces if type(piece) is Heading and (match := _NUMBER.fullmatch(piece.name))}
    free = (number for number in count(1) if str(number) not in taken)
    for run in _runs(pieces):
        first = next(iter(run.fields.values()))
        if run.answered is not None and len(run.fields) == 1:
            known = run.answered
            if known.value != first.value or first.key in PINNING:
                words = f"{first.key} stands twice: line {known.line} says {shortened(known.value)!r}"
                yield Trouble(first.line, words, "keep the one that is true")
        elif not PINNING.isdisjoint(run.fields):
            number = next(free)
            above = next(row for row in range(first.line - 2, -2, -1) if row < 0 or lines[row].strip())
            if above >= 0 and _is_indented_anchor(lines[above]):
                words = f"{shortened(lines[above].strip())!r} is indented, so that no anchor begins here"
                yield Trouble(above + 1, words, "a heading begins at column 0")
            else:
                words = f"{first.key} stands in no anchor of its own"
                yield Trouble(first.line, words, f"write `#### ANCHOR {number}` above it")


def _runs(pieces: Sequence[Piece]) -> Iterator[_Run]:
    level = 0  # of the anchor that is open; 0 for none
    answers: dict[str, Field] = {}  # what it has by now
    run: _Run | None = None
    for piece in pieces:
        if type(piece) is Heading:
            if run:
                yield run
            run = None
            if piece.name or piece.level <= level:
                level, answers = piece.level if piece.is_anchor else 0, {}
        elif type(piece) is Line and (field := piece.field) is not None and field.key in ANCHOR_KEYS:
            if level and field.key not in answers:
                answers[field.key] = field
            else:
                if run and field.key in run.fields:
                    yield run
                    run = None
                run = run or _Run()
                run.answered = run.answered or answers.get(field.key)
                run.fields[field.key] = field
    if run:
        yield run


def _is_indented_anchor(line: str) -> bool:
    heading = heading_in(line.lstrip(), 0) if line[:1] in " \t" else None
    return heading is not None and heading.is_anchor
