"""What the rules about wording share: the binding text of each requirement, and where a keyword stands in it."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from muster.model import Document, Keyword, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE_END = re.compile(r"\n")
# A keyword with no verb after it, in parentheses or in a list of keywords.
_MENTION_ENDS = re.compile(r"[A-Za-z]+(?:[\s*_]+(?i:not)\b)?[*_]*\s*(?:[,;:/)|.]|(?:or|and)\s+[*_]*[A-Z]{3})")
_MENTION_STARTS = re.compile(r"\([^()]*$|[,:/|][\s*_]*$|[A-Z]{2}[*_]* (?:or|and) [*_]*$")
_QUOTED = re.compile(r"\"[^\"\n]*\"|\u201c[^\u201c\u201d\n]*\u201d|\u00ab[^\u00ab\u00bb\n]*\u00bb")


def binding(passage: Passage) -> list[Keyword]:
    """The keywords of a passage that bind: those that are not quoted."""
    return [keyword for keyword in passage.keywords if not keyword.quoted]


def stated(passage: Passage) -> list[Keyword]:
    """The keywords that bind and are not merely mentioned, as in "(MUST, SHOULD or MAY)"."""
    text = passage.masked
    return [
        keyword
        for offset, keyword in binding_offsets(passage)
        if not (_MENTION_ENDS.match(text, offset) and _MENTION_STARTS.search(text, max(0, offset - 80), offset))
    ]


def binding_passages(document: Document) -> dict[str, list[Passage]]:
    """The passages of each requirement that has a keyword, without its notes and examples."""
    found: dict[str, list[Passage]] = {}
    bound = set()
    for passage in document.passages:
        owner = passage.owner
        if owner and not passage.aside:
            found.setdefault(owner, []).append(passage)
            if passage.keywords and not all(keyword.quoted for keyword in passage.keywords):
                bound.add(owner)
    return found if len(found) == len(bound) else {owner: found[owner] for owner in found if owner in bound}


def present_in(owned: dict[str, list[Passage]], words: Iterable[str], *, fold: bool = False) -> list[str]:
    """Those of the words that the passages have anywhere: one quick look that spares many long ones."""
    whole = "\n".join(passage.masked for passages in owned.values() for passage in passages)
    whole = whole.lower() if fold else whole
    return [word for word in words if word in whole]


def binding_offsets(passage: Passage) -> list[tuple[int, Keyword]]:
    """The keywords that bind, each with its offset in the text of the passage."""
    starts = _line_starts(passage.masked)
    found = []
    for keyword in binding(passage):
        row = keyword.line - passage.line
        found.append((starts[row] + keyword.column - passage.columns[row], keyword))
    return found


def place_in(passage: Passage, offset: int) -> tuple[int, int]:
    """Line and column in the document of an offset in the text of a passage."""
    starts = _line_starts(passage.masked)
    row = bisect_right(starts, offset) - 1
    start = starts[row]
    return passage.line + row, (passage.columns[row] if row < len(passage.columns) else 1) + offset - start


@functools.lru_cache(maxsize=1)
def _line_starts(text: str) -> tuple[int, ...]:
    """Where the lines of a text begin; kept for the next place in the same passage, which may have thousands."""
    return (0, *(match.end() for match in _LINE_END.finditer(text)))


def without_quotes(masked: str) -> str:
    """Masked text with what stands in quotation marks blanked as well; offsets stay."""
    return _QUOTED.sub(lambda match: "\x00" * len(match[0]), masked)
