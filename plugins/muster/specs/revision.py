"""What changed between two readings of the specs, requirement by requirement.  implements: MU-REQ-1043"""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Level, Requirement, natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_STRENGTH = {Level.INFO: 0, Level.MAY: 1, Level.SHOULD: 2, Level.MUST: 3}
_WORD = re.compile(r"\S+")
_MOST_PAIRS = 4_000_000  # of words to compare one by one; beyond, a text counts as replaced


class Kind(StrEnum):
    """What happened to a requirement; the first that holds."""

    ADDED = "added"
    REMOVED = "removed"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    REWORDED = "reworded"


class Side(StrEnum):
    """Which of the two texts some words stand in."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


class Words(Struct, frozen=True):
    """A run of words that both texts have, or one of them alone."""

    side: Side
    text: str


class Change(Struct, frozen=True):
    """A requirement that is not what it was; `old` or `new` is absent where there is none."""

    kind: Kind
    id: str
    path: str  # of the new one, else of the old one
    old: Requirement | None
    new: Requirement | None
    words: tuple[Words, ...]


def changes_between(
    old: Iterable[tuple[str, Requirement]], new: Iterable[tuple[str, Requirement]]
) -> tuple[Change, ...]:
    """The changes from one reading to the other, by ID; to move a requirement to another file is none.

    Of an ID that is defined twice the first counts: the duplicate is a finding of its own.
    """
    before, after = _by_id(old), _by_id(new)
    found = []
    for text in sorted(before.keys() | after.keys(), key=natural):
        earlier, later = before.get(text), after.get(text)
        if earlier is None and later is not None:
            found.append(Change(Kind.ADDED, text, later[0], None, later[1], ()))
        elif later is None and earlier is not None:
            found.append(Change(Kind.REMOVED, text, earlier[0], earlier[1], None, ()))
        elif earlier and later and (kind := _kind(earlier[1], later[1])):
            words = tuple(words_between(earlier[1].text, later[1].text))
            found.append(Change(kind, text, later[0], earlier[1], later[1], words))
    return tuple(found)


def obligation(requirement: Requirement) -> str:
    """The level in words: `must`, `should not`."""
    return f"{requirement.level} not" if requirement.negated else str(requirement.level)


def words_between(old: str, new: str) -> Iterator[Words]:
    """The words of two texts, side by side; white space and line breaks do not count."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    middle_left, middle_right = left[head : len(left) - tail], right[head : len(right) - tail]
    yield from _run(Side.BOTH, left[:head])
    if len(middle_left) * len(middle_right) > _MOST_PAIRS:
        yield from _run(Side.OLD, middle_left)
        yield from _run(Side.NEW, middle_right)
    else:
        matcher = difflib.SequenceMatcher(None, middle_left, middle_right, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                yield from _run(Side.BOTH, middle_left[a:b])
            else:
                yield from _run(Side.OLD, middle_left[a:b])
                yield from _run(Side.NEW, middle_right[c:d])
    yield from _run(Side.BOTH, left[len(left) - tail :])


def marked_words(old: str, new: str) -> str:
    """Both texts in one, as `git diff --word-diff` shows them: `MUST [-hash-] {+salt+} passwords`."""
    return " ".join(_MARKED[run.side].format(run.text) for run in words_between(old, new))


_MARKED = {Side.BOTH: "{}", Side.OLD: "[-{}-]", Side.NEW: "{{+{}+}}"}


def _by_id(requirements: Iterable[tuple[str, Requirement]]) -> dict[str, tuple[str, Requirement]]:
    found: dict[str, tuple[str, Requirement]] = {}
    for path, requirement in requirements:
        found.setdefault(requirement.id.text, (path, requirement))
    return found


def _kind(old: Requirement, new: Requirement) -> Kind | None:
    """How an obligation moved: by its level first, then a permission that is given or taken back.

    `MUST` that becomes `MUST NOT` binds neither more nor less: it is reworded.
    """
    difference = _STRENGTH[new.level] - _STRENGTH[old.level]
    if not difference and new.level is Level.MAY:
        difference = new.negated - old.negated
    if difference:
        return Kind.TIGHTENED if difference > 0 else Kind.LOOSENED
    return None if (old.fingerprint, old.negated) == (new.fingerprint, new.negated) else Kind.REWORDED


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many words two texts begin with in common."""
    for count, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return count
    return min(len(left), len(right))


def _run(side: Side, words: Sequence[str]) -> Iterator[Words]:
    if words:
        yield Words(side, " ".join(words))
