"""List items and choices in a response, as its report gives them.

implements: MU-CHAIN-7031
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.turn import Entry, Said, Uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ITEM = re.compile(r"([ \t]*)(?:[-*+]|[0-9]{1,9}[.)])[ \t]+")
_NONE = re.compile(
    r"(?:none|no|nothing|nessun[oa]?|niente|n/?a|0|-)(?: needed| necessari[oa]| required)?\W*$", re.IGNORECASE
)
_NAMED = re.compile(r"[*_`]{0,3}(U[0-9]{1,6})[*_`]{0,3}[ \t]*[:.)–—-][*_`]{0,3}[ \t]*", re.IGNORECASE)
_STRUCTURAL = re.compile(r"\((?:structural|strutturale)\)", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"[*_]{0,3}(?:new |nuova )?(?:structural uncertainty|incertezza strutturale)[*_]{0,3}[ \t]*:[*_]{0,3}[ \t]*",
    re.IGNORECASE,
)


def items_in(prose: Iterable[Said]) -> tuple[Said, ...]:
    """The list items at the margin of the list, each with the lines that go on below it."""
    items: list[tuple[list[str], int]] = []
    margin = -1
    for said in prose:
        match = _ITEM.match(said.text)
        indent = len(match[1].expandtabs(4)) if match else -1
        if match and (margin < 0 or indent <= margin):
            margin = indent
            items.append(([said.text[match.end() :].strip()], said.line))
        elif items and (match or said.text[:1] in " \t"):
            items[-1][0].append(said.text.strip())
    return tuple(Said(" ".join(words), line) for words, line in items)


def is_none(text: str) -> bool:
    """Whether an item only says that there is none."""
    return _NONE.match(text.strip(" *_`")) is not None


def chosen(entry: Entry | None, choices: Sequence[str]) -> Entry | None:
    """A field with the choice that its value begins with: `PASS, at once` is PASS; else as it stands."""
    if entry is None:
        return None
    word = " ".join(re.split(r"[,.;\u2013\u2014]", entry.value, maxsplit=1)[0].strip(" \t[]`*_").upper().split())
    return Entry(entry.key, word if word in choices else entry.value, entry.line, entry.items)


def uncertainties_in(prose: Iterable[Said]) -> Iterator[Uncertainty]:
    """The uncertainties that list items declare: `U1: who may retry? (structural)`, `Structural uncertainty: ...`."""
    for item in items_in(prose):
        structural = _STRUCTURAL.search(item.text) is not None
        if (named := _NAMED.match(item.text)) is not None:
            text = item.text[named.end() :]
            structural = structural or _ANNOUNCED.match(text) is not None
            yield Uncertainty(named[1].upper(), text, item.line, structural)
        elif (announced := _ANNOUNCED.match(item.text)) is not None and not is_none(item.text[announced.end() :]):
            yield Uncertainty("", item.text[announced.end() :], item.line, structural=True)
