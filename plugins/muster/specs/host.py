"""What Python-Markdown reads otherwise than CommonMark, where that changes a requirement.

It starts no list and no table in the middle of a block, knows no `1)`, and nests by a fixed number of
spaces instead of the width of the bullet.  implements: MU-RULE-2024
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from muster.model import Block, Place, Problem
from muster.settings import Anchors, AnchorSettings
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.model import Requirement

_PARENTHESIS = re.compile(r"[ \t>]*[0-9]{1,9}\)")
_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_OPENS = re.compile(r"[ \t>]*(?:[-*+]|[0-9]+\.|#{1,6})[ \t]")  # a stretch that begins so is, or holds, a list
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
    tops = _tops(lines, root)
    return list(_Host(path, lines, tops, items, rows, anchors.tab_length).problems(root.children))


def _tops(lines: Sequence[str], root: Node) -> list[int]:
    """For each line the first of its stretch without blank line: what the host reads as one block."""
    tops: list[int] = []
    fences = {node.start: node.end for node in root.walk() if node.kind is Kind.CODE and _is_fence(node, lines)}
    top = inside = 0  # the first line of the stretch, and the line after the fence that is open
    blank = True
    for row, line in enumerate(lines):
        top = row if blank else top
        inside = fences.get(row, inside)
        blank = row + 1 >= inside and not line.strip(" \t>")
        tops.append(top)
    return tops


def _is_fence(node: Node, lines: Sequence[str]) -> bool:
    """Whether code is fenced: in indented code, a fence is content."""
    return _FENCE.match(lines[node.start]) is not None and not _FENCE.match(node.content)


class _Host:
    """Walks the blocks as CommonMark has them, and says where the host leaves that path."""

    def __init__(
        self,
        path: str,
        lines: Sequence[str],
        tops: Sequence[int],
        items: dict[int, Requirement],
        rows: dict[int, Requirement],
        tab: int,
    ) -> None:
        self.path = path
        self.lines = lines
        self.tops = tops
        self.items = items
        self.rows = rows
        self.tab = tab
        self.lists = sorted(items)
        self.known = sorted((*items, *rows))

    def problems(
        self, blocks: Sequence[Node], base: int | None = 0, level: int = _NOWHERE, owner: int | None = None
    ) -> Iterator[Problem]:
        """Those of the blocks of one container, whose text begins at column `base` (None where unknown).

        `level` is the depth at which the host sees the list item around, `owner` that of the item of the
        requirement that the blocks are part of.
        """
        before: Node | None = None
        runs_on = False  # the list before was swallowed by what stands above it
        for at, node in enumerate(blocks):
            if node.kind is Kind.LIST:
                opening = level != _NOWHERE and at == 1  # right after an item's first paragraph it nests
                runs_on = not opening and self._swallows(before, node, runs_on)
            if owner is not None or node.kind is Kind.ROW or self._holds(node):
                if node.kind is Kind.LIST:
                    yield from self._of_list(node, base, level, owner, runs_on=runs_on)
                elif node.kind is Kind.ROW:
                    yield from self._of_table(blocks, at, before)
                elif node.kind is Kind.QUOTE:
                    yield from self.problems(node.children, None)
                elif node.kind is Kind.ADMONITION:
                    yield from self.problems(node.children, None if base is None else self._indent(node) + 4)
            before = node

    def _of_list(
        self, node: Node, base: int | None, level: int, owner: int | None, *, runs_on: bool
    ) -> Iterator[Problem]:
        line = self.lines[node.start]
        mine = [found for item in node.children if (found := self._defined_by(item))]
        if _PARENTHESIS.match(line):
            for requirement in mine:
                words = f"the site shows no list item for {requirement.id}: its Markdown does not know `1)`"
                yield Problem("SHP010", requirement.place, words, "write `1.`")
            return
        lost = self._run_together(node, runs_on=runs_on)
        yield from lost.values()
        for item in node.children:
            if self.tops[item.start] in lost:
                continue
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

    def _run_together(self, node: Node, *, runs_on: bool) -> dict[int, Problem]:
        """The stretches in which items go on from a block of another kind, by their first lines."""
        starts = [item.start for item in node.children]
        known = set(starts)
        told: dict[int, Problem] = {}
        for item in node.children:
            top = self.tops[item.start]
            within = runs_on if top < node.start else top not in known
            if not within or top in told or _OPENS.match(self.lines[top]):
                continue
            if (at := bisect_right(self.lists, item.start)) < len(self.lists):
                requirement = self.items[self.lists[at]]
                if requirement.place.line <= item.end and self.tops[requirement.place.line - 1] == top:
                    line = starts[bisect_left(starts, top)] + 1
                    words = f"the site shows no list item for {requirement.id}, but text that goes on from above"
                    told[top] = Problem("SHP006", Place(self.path, line), words, "put a blank line before the item")
        return told

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

    def _swallows(self, before: Node | None, node: Node, runs_on: bool) -> bool:
        """Whether the block before goes on, for the host, into the list."""
        if before is None or before.end != node.start:
            return False
        if before.kind is Kind.CODE:
            return _is_fence(before, self.lines)
        if before.kind is Kind.QUOTE:
            return self.tops[node.start] == before.start
        return before.kind in (Kind.PARAGRAPH, Kind.ROW) or (before.kind is Kind.LIST and runs_on)

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
