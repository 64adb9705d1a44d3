"""Requirements that the name of a test gives: `test_oc_core_1001_full`, `TestX/OC-CORE-1001_full`.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PART = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"\b(test|fuzz|benchmark|example)(?=[A-Z])", re.IGNORECASE)  # TestOC_CORE_1001


class _Form(Struct, frozen=True):
    """An ID, and what stands between its parts."""

    id: str
    between: tuple[str, ...]
    numbered: bool  # its last part is a number
    dotted: bool  # that number has dots, and so a further number would belong to it


def finder(ids: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """A function that gives the IDs in a name, in order.

    An ID stands at word boundaries, in any case; underscores count as hyphens, and in a numbered ID either stands
    for a space or dot too, since no function has these. Of two IDs that begin at one place the longer is meant. An ID
    of a single word, or a single number, is too easily met by chance and is found in no name.
    """
    forms: dict[tuple[str, ...], list[_Form]] = {}
    for identifier in ids:
        parts, between, _ = _taken_apart(identifier)
        if len(parts) > 1 or (parts and not parts[0].isalpha() and not parts[0].isdigit()):
            dotted = len(between) > 0 and between[-1] == "." and parts[-2].isdigit()
            forms.setdefault(parts, []).append(_Form(identifier, between, parts[-1].isdigit(), dotted))
    lengths: dict[str, set[int]] = {}
    for parts in forms:
        lengths.setdefault(parts[0], set()).add(len(parts))
    longest = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def ids_in(name: str) -> tuple[str, ...]:
        if longest.keys().isdisjoint(_PART.findall(name := _GLUED.sub(r"\1_", name).casefold())):
            return ()  # most names give no ID, and need no closer look
        parts, between, after = _taken_apart(name)
        found: dict[str, None] = {}
        at = 0
        while at < len(parts):
            step = 1
            for length in longest.get(parts[at], ()):
                hits = forms.get(parts[at : at + length], ())
                end = at + length
                gaps = between[at : end - 1]
                further = after[end - 1] if end < len(parts) and parts[end].isdigit() else ""
                met = [form.id for form in hits if _is_written(form, gaps, further)]
                if met:
                    found.update(dict.fromkeys(met))
                    step = length
                    break
            at += step
        return tuple(found)

    return ids_in


def _is_written(form: _Form, gaps: tuple[str, ...], further: str) -> bool:
    """Whether these separators can be the ID's, and its number does not go on behind them."""
    if further == "." or (further == "-" and form.dotted):
        return False
    return all(gap == own or (gap == "-" and form.numbered) for gap, own in zip(gaps, form.between, strict=True))


def _taken_apart(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The words and numbers of a text in small letters, what stands between them, and what follows on each."""
    folded = text.casefold().replace("_", "-")
    spans = [match.span() for match in _PART.finditer(folded)]
    parts = tuple(folded[start:end] for start, end in spans)
    between = tuple(folded[one[1] : two[0]] for one, two in itertools.pairwise(spans))
    return parts, between, (*between, "")
