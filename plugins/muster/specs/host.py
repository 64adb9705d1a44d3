"""What Python-Markdown reads otherwise than CommonMark, where that changes a requirement.

It starts no list and no table in the middle of a block, knows no `1)`, and nests by a fixed number of
spaces instead of the width of the bullet.  implements: MU-RULE-2024
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from muster.model import Block, Place, Problem
from muster.settings import Anchors, AnchorSettings
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.model import Requirement

_PARENTHESIS = re.compile(r"[ \t>]*[0-9]{1,9}\)")
_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_NOWHERE = -1  # the host level of what stands in no list item


def host_problems(
    root: Node, path: str, lines: Sequence[str], requirements: Sequence[Requirement], anchors: AnchorSettings
) -> list[Problem]:
    """The problems of a document that Python-Markdown will publish; none where the host reads CommonMark."""
    if anchors.style is not Anchors.MKDOCS or anchors.sane_lists:
        return []
    items = {r.place.line: r for r in requirements if r.block is Block.ITEM}
    rows = {r.place.line: r for r in requirements if r.block is Block.ROW}
    if not items and not rows:
        return []
    return list(_Host(path, lines, items, rows, anchors.tab_length).problems(root.children))


class _Host:
    """Walks the blocks as CommonMark has them, and says where the host leaves that path."""

    def __init__(
        self,
        path: str,
        lines: Sequence[str],
        items: dict[int, Requirement],
        rows: dict[int, Requirement],
        tab: int,
    ) -> None:
        self.path = path
        self.lines = lines
        self.items = items
        self.rows = rows
        self.tab = tab
        self.known = sorted((*items, *rows))

    def problems(
        self, blocks: Sequence[Node], base: int | None = 0, level: int = _NOWHERE, owner: int | None = None
    ) -> Iterator[Problem]:
        """Those of the blocks of one container, whose text begins at column `base` (None where unknown).

        `level` is the depth at which the host sees the list item around, `owner` that of the item of the
        requirement that the blocks are part of.
        """
        before: Node | None = None
        for at, node in enumerate(blocks):
            if owner is not None or self._holds(node):
                if node.kind is Kind.LIST:
                    opening = level != _NOWHERE and at == 1  # right after an item's first paragraph it nests
                    yield from self._of_list(node, None if opening else before, base, level, owner)
                elif node.kind is Kind.ROW:
                    yield from self._of_table(blocks, at, before)
                elif node.kind is Kind.QUOTE:
                    yield from self.problems(node.children, None)
                elif node.kind is Kind.ADMONITION:
                    yield from self.problems(node.children, None if base is None else self._indent(node) + 4)
            before = node

    def _of_list(
        self, node: Node, before: Node | None, base: int | None, level: int, owner: int | None
    ) -> Iterator[Problem]:
        line = self.lines[node.start]
        mine = [found for item in node.children if (found := self._defined_by(item))]
        if _PARENTHESIS.match(line):
            for requirement in mine:
                words = f"the site shows no list item for {requirement.id}: its Markdown does not know `1)`"
                yield Problem("SHP010", requirement.place, words, "write `1.`")
            return
        if mine and before is not None and self._swallows(before, node):
            words = f"the site shows no list here, and {mine[0].id} as part of the text above"
            yield Problem("SHP006", Place(self.path, node.start + 1), words, "put a blank line before the list")
            return
        for item in node.children:
            depth = 0
            if level != _NOWHERE and base is not None:
                depth = min(level + 1, (self._indent(item) - base) // self.tab)
            if self._defined_by(item):
                yield from self._of_item(item, base, depth, depth)
            elif owner is not None and base is not None and depth <= owner:
                yield self._taken_out(item, base, owner)
                break
            else:
                yield from self._of_item(item, base, depth, owner)

    def _of_item(self, item: Node, base: int | None, level: int, owner: int | None) -> Iterator[Problem]:
        if owner is not None and base is not None:
            for node in item.children[1:]:
                apart = not self.lines[node.start - 1].strip() and node.kind is not Kind.LIST
                if apart and self._indent(node) - base < (owner + 1) * self.tab:
                    yield self._taken_out(node, base, owner)
        yield from self.problems(item.children, base, level, owner)

    def _taken_out(self, node: Node, base: int, owner: int) -> Problem:
        wanted = base + (owner + 1) * self.tab
        words = "the site shows this outside of the requirement that it belongs to"
        return Problem("SHP007", Place(self.path, node.start + 1), words, f"indent it by {wanted} spaces")

    def _of_table(self, blocks: Sequence[Node], at: int, before: Node | None) -> Iterator[Problem]:
        node = blocks[at]
        if before is None or before.kind is not Kind.PARAGRAPH or before.end != node.start:
            return
        for row in blocks[at:]:
            if row.kind is not Kind.ROW or (row.info == "header" and row is not node):
                return
            if row.start + 1 in self.rows:
                words = f"the site shows no table here, and {self.rows[row.start + 1].id} as part of the text above"
                yield Problem("SHP011", Place(self.path, node.start + 1), words, "put a blank line before the table")
                return

    def _swallows(self, before: Node, node: Node) -> bool:
        """Whether the block before goes on, for the host, into the list."""
        if before.end != node.start:
            return False
        fenced = before.kind is Kind.CODE and _FENCE.match(self.lines[before.start]) is not None
        return fenced or before.kind in (Kind.PARAGRAPH, Kind.ROW, Kind.QUOTE)

    def _defined_by(self, item: Node) -> Requirement | None:
        for child in item.children:
            if child.kind is Kind.PARAGRAPH:
                for line in range(child.start + 1, child.end + 1):
                    if line in self.items:
                        return self.items[line]
        return None

    def _holds(self, node: Node) -> bool:
        """Whether a requirement in a list or table is defined inside a block."""
        at = bisect_right(self.known, node.start)
        return at < len(self.known) and self.known[at] <= node.end

    def _indent(self, node: Node) -> int:
        line = self.lines[node.start].expandtabs(self.tab)
        return len(line) - len(line.lstrip(" "))
