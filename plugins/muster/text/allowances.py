"""Allowances in a document: `<!-- muster: allow KWD001 the reason -->`.  implements: MU-RULE-2005"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from muster.model import Allowance, Requirement
from muster.text.inline import CODE, masked
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.text.source import Source

_ALLOW = re.compile(
    r"<!--[ \t]*muster:[ \t]*allow(?P<file>-file)?\b[ \t]*"
    r"(?P<codes>[A-Z]{3}[0-9]*(?:[ \t]*,[ \t]*[A-Z]{3}[0-9]*)*)?[ \t:]*(?P<reason>.*?)-->"
)
_LEAF = frozenset((Kind.HEADING, Kind.PARAGRAPH, Kind.ROW, Kind.CODE, Kind.HTML))


def allowances_in(source: Source, requirements: Sequence[Requirement]) -> tuple[Allowance, ...]:
    """The allowances of a document, each with the lines that it covers.

    `allow-file` covers the document. A comment inside a block covers that block, and the whole
    requirement where the block is part of one; a comment of its own covers the next block.
    """
    if "muster:" not in source.text:
        return ()
    found = [
        (row, match)
        for row, line in enumerate(source.lines)
        if "muster:" in line
        for mask in (masked(line),)
        for match in _ALLOW.finditer(line, 0, line.rfind("-->") + 3)  # what is never closed is not looked for
        if mask[match.start()] != CODE  # in a code span it is an example
    ]
    if not found:
        return ()
    leaves = sorted((node for node in source.nodes if node.kind in _LEAF), key=lambda node: node.start)
    starts = [node.start for node in leaves]
    outer = _outermost(requirements)
    allowances = []
    for row, match in found:
        following = bisect_right(starts, row)
        block = leaves[following - 1] if following and row < leaves[following - 1].end else None
        if block is not None and block.kind is Kind.CODE:
            continue
        if (block is None or block.kind is Kind.HTML) and following < len(leaves):
            block = leaves[following]
        codes = tuple(part.strip() for part in (match["codes"] or "").split(",") if part.strip())
        if match["file"]:
            first, last = 1, 0
        else:
            first, last = _covered(row, block, outer)
        allowances.append(Allowance(row + 1, codes, match["reason"].rstrip(" \t"), first, last))
    return tuple(allowances)


def _outermost(requirements: Sequence[Requirement]) -> list[tuple[int, int]]:
    """First and last line of each requirement that is not part of another, sorted."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((requirement.place.line, requirement.end_line) for requirement in requirements):
        if found and found[-1][0] == first:
            found.pop()
        if not found or last > found[-1][1]:
            found.append((first, last))
    return found


def _covered(row: int, block: Node | None, outer: Sequence[tuple[int, int]]) -> tuple[int, int]:
    first, last = (block.start + 1, block.end) if block else (row + 1, row + 1)
    at = bisect_right(outer, first, key=lambda lines: lines[0])
    if at and first <= outer[at - 1][1]:
        first, last = outer[at - 1][0], max(last, outer[at - 1][1])
    return min(first, row + 1), last
