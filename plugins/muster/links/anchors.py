"""The anchors of a page: by which fragments it can be linked.

implements: MU-RULE-2013, MU-REQ-1020
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from muster.text.slugs import unescaped

_ATTRIBUTE = re.compile(
    r"[\s\"'](?P<name>href|src|id|name)\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'=<>`]++))",
    re.IGNORECASE,
)
# As attr_list reads them: behind an inline element, as the last line of a block, at the end of a table's cell.
_LAST_LINE = re.compile(r"\n *\{:? *([^{}\n ][^{}\n]*+)\} *\Z")
_BEHIND = re.compile(r"(?<=[)\]*_`^~=+])\{:? *([^{}\n ][^{}\n]*+)\}")
_END_OF_CELL = re.compile(r"(?<! ) ++\{:? *([^{}\n ][^{}\n]*+)\} *(?=\||\Z)")
_ID = re.compile(r"(?:^|\s)#([^\s\"'=#}]+)")
FOOTNOTE = re.compile(r"(?:^|\n) {0,3}\[\^([^\]\s]+)\]:")
_NOTE_USED = re.compile(r"\[\^([^\[\]\s]++)\](?!:)")


class Anchor(NamedTuple):
    """An anchor that somebody wrote, at an offset of its text."""

    name: str
    start: int


def attributes_of(tag: str) -> dict[str, str]:
    """`href`, `src`, `id` and `name` of a tag; of two with one name, the first."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        value = next(part for part in match.group("double", "single", "bare") if part is not None)
        found.setdefault(match["name"].lower(), html.unescape(value).strip())
    return found


def listed_ids(text: str, *, row: bool) -> list[Anchor]:
    """The IDs of attribute lists in a paragraph, or in the row of a table: `{#here}`, `{: .wide #here }`."""
    if "#" not in text:
        return []
    lists = [*_BEHIND.finditer(text), *(_END_OF_CELL if row else _LAST_LINE).finditer(text)]
    return [Anchor(unescaped(match[1]), found.start(1)) for found in lists for match in _ID.finditer(found[1])]


def footnote_anchors(text: str) -> set[str]:
    """The anchors that Python-Markdown gives the footnotes of a document."""
    if "[^" not in text:
        return set()
    defined = set(FOOTNOTE.findall(text))
    counts: dict[str, int] = {}
    for name in _NOTE_USED.findall(text):
        if name in defined:
            counts[name] = counts.get(name, 0) + 1
    names = {f"fn:{name}" for name in counts}
    for name, count in counts.items():
        names.add(f"fnref:{name}")
        names.update(f"fnref{number}:{name}" for number in range(2, count + 1))
    return names
