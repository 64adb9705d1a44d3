"""The prose of a turn as it is spoken: paragraphs whose lines are joined, and which of their words are denied.

Words in quotation marks or code spans are blanked: they are about somebody else's words.

implements: MU-CHAIN-7037
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.chains.turn import Said

_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+|[ \t]*[>|]")
_CODE = re.compile(r"`[^`\n]*`")
_QUOTED = re.compile(r"\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”|«[^»\n]{0,400}»|„[^“”\n]{0,400}[“”]")
_CLAUSE = re.compile(
    r"[.;:!?,()–—](?=\s|$)|\b(?:but|so|therefore|hence|then|however|because|ma|quindi|perciò|pertanto|dunque|allora|però|"
    r"perché)\b|\b(?:and|e|ed)\s+(?=\S*$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
DENIALS = frozenset(
    """no not never without nothing none nor neither cannot don't didn't doesn't won't isn't wasn't can't haven't hasn't
    mustn't shouldn't avoid avoids avoiding avoided forbidden forbids prohibited rather instead non mai senza nessun
    nessuno nessuna nulla niente né ne' vietato vietata vietati vietate evito evitare invece divieto""".split()
)
_REACH = 120  # characters that are looked at before a word


class Paragraph(Struct, frozen=True, array_like=True):
    """Lines of prose, joined."""

    text: str
    starts: tuple[int, ...]  # where each line begins in it
    lines: tuple[int, ...]  # their numbers

    def line_at(self, at: int) -> int:
        """The line where a character stands."""
        return self.lines[bisect_right(self.starts, at) - 1]


def held_in(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that stand anywhere in a text: what a long text lacks need not be looked for in its parts."""
    return tuple([word for word in words if word in text])


def holds_one(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in a text."""
    for word in words:  # noqa: SIM110 -- twice as fast as `any`, and asked of every line
        if word in text:
            return True
    return False


def paragraphs_in(prose: Iterable[Said], *, with_code: bool = False) -> Iterator[Paragraph]:
    """The paragraphs of prose: each list item and each row of a table is one."""
    held: list[str] = []
    numbers: list[int] = []
    for said in prose:
        item = _ITEM.match(said.text)
        if held and (said.line != numbers[-1] + 1 or item is not None):
            yield _joined(held, numbers)
            held, numbers = [], []
        held.append(_spoken(said.text[item.end() if item else 0 :].strip(), with_code=with_code))
        numbers.append(said.line)
    if held:
        yield _joined(held, numbers)


def _joined(lines: list[str], numbers: list[int]) -> Paragraph:
    starts = []
    at = 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return Paragraph(" ".join(lines), tuple(starts), tuple(numbers))


def _spoken(line: str, *, with_code: bool) -> str:
    if not with_code and "`" in line:
        line = _CODE.sub(_blank, line)
    return _QUOTED.sub(_blank, line) if '"' in line or not line.isascii() else line


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def is_denied(text: str, start: int, end: int, *, reach: int = 4) -> bool:
    """Whether the words from `start` to `end` are denied: by a word among them, or just before in their clause."""
    before = clause_before(text, start)
    words = [*_words(before)[-reach:], *_words(text[start:end])]
    return any(word in DENIALS for word in words)


def clause_before(text: str, start: int) -> str:
    """What stands before a place in its clause."""
    before = text[max(0, start - _REACH) : start]
    cut = 0
    for match in _CLAUSE.finditer(before):
        cut = match.end()
    return before[cut:]


def clause_behind(text: str, end: int) -> str:
    """What stands behind a place in its clause."""
    behind = text[end : end + _REACH]
    match = _CLAUSE.search(behind)
    return behind[: match.start()] if match else behind


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]
