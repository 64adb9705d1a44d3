"""Allowances in a document: `<!-- muster: allow KWD001 the reason -->`.  implements: MU-RULE-2005"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Allowance, Requirement
from muster.text.inline import CODE, masked
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALLOW = re.compile(
    r"<!--[ \t]*muster:[ \t]*allow(?P<file>-file)?\b[ \t]*"
    r"(?P<codes>[A-Z]{3}[0-9]*(?:[ \t]*,[ \t]*[A-Z]{3}[0-9]*)*)?[ \t:]*(?P<reason>.*?)[ \t]*-->"
)
_LEAF = frozenset((Kind.HEADING, Kind.PARAGRAPH, Kind.ROW, Kind.CODE, Kind.HTML))


def allowances_in(lines: Sequence[str], root: Node, requirements: Sequence[Requirement]) -> tuple[Allowance, ...]:
    """The allowances of a document, each with the lines that it covers.

    `allow-file` covers the document. A comment inside a block covers that block, and the whole
    requirement where the block is part of one; a comment of its own covers the next block.
    """
    found = [
        (row, match)
        for row, line in enumerate(lines)
        if "muster:" in line
        for match in _ALLOW.finditer(line)
        if masked(line)[match.start()] != CODE  # in a code span it is an example
    ]
    if not found:
        return ()
    leaves = sorted((node for node in root.walk() if node.kind in _LEAF), key=lambda node: node.start)
    allowances = []
    for row, match in found:
        at = next((i for i, node in enumerate(leaves) if node.start <= row < node.end), None)
        if at is not None and leaves[at].kind is Kind.CODE:
            continue
        codes = tuple(part.strip() for part in (match["codes"] or "").split(",") if part.strip())
        if match["file"]:
            first, last = 1, 0
        else:
            first, last = _covered(row, at, leaves, requirements)
        allowances.append(Allowance(row + 1, codes, match["reason"], first, last))
    return tuple(allowances)


def _covered(row: int, at: int | None, leaves: Sequence[Node], requirements: Sequence[Requirement]) -> tuple[int, int]:
    block = leaves[at] if at is not None else None
    if block is None or block.kind is Kind.HTML:
        block = next((node for node in leaves if node.start > row), block)
    first, last = (block.start + 1, block.end) if block else (row + 1, row + 1)
    for requirement in requirements:
        if requirement.place.line <= first <= requirement.end_line:
            first, last = requirement.place.line, max(last, requirement.end_line)
    return min(first, row + 1), last
