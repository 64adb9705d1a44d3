"""One Markdown file, taken apart once for all that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.blocks import blocks_of
from muster.text.frontmatter import FrontMatter, front_matter_of
from muster.text.inline import label
from muster.text.markdown import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Source(Struct, frozen=True):
    """The lines of a file, its front matter, and its blocks; what several readers ask of a block is found once."""

    text: str  # as it is in the file
    lines: list[str]
    front: FrontMatter
    root: Node
    nodes: list[Node]  # every block, in document order
    definitions: dict[str, str]  # the target of each link definition, by the label as `inline.label` folds it
    _columns: dict[int, tuple[int, ...]] = {}

    def inline(self, node: Node) -> str:
        """The inline source of a paragraph, heading or row."""
        return self.lines[node.start] if node.kind is Kind.ROW else node.content

    def columns(self, node: Node) -> tuple[int, ...]:
        """For each line of its inline source, the column where it stands in its line of the document."""
        known = self._columns.get(id(node))
        if known is None:
            known = (1,) if node.kind is Kind.ROW else columns_of(node.content, node.start, self.lines)
            self._columns[id(node)] = known
        return known


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them: LF, CRLF and CR end one, U+2028 does not."""
    return raw_lines(text.replace("\x00", "\ufffd"))


def raw_lines(text: str) -> list[str]:
    """The same lines with their NUL characters, which Markdown takes for U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removeprefix("\ufeff").split("\n")


def columns_of(text: str, row: int, lines: Sequence[str]) -> tuple[int, ...]:
    """For each line of a block's inline text, the column where it stands in its line of the document."""
    parts = text.split("\n")
    there = zip(parts, lines[row : row + len(parts)], strict=False)
    found = [max(line.find(part.rstrip()), 0) + 1 for part, line in there]
    return (*found, *[1] * (len(parts) - len(found)))


def source_of(text: str, quoted: Iterable[range] = ()) -> Source:
    """Take a text apart; the lines that are `quoted`, counted from 1, belong to no block."""
    lines = lines_of(text)
    front = front_matter_of(lines)
    own = [""] * (front.body_line - 1) + lines[front.body_line - 1 :]
    for stretch in quoted:
        own[stretch.start - 1 : stretch.stop - 1] = [""] * len(own[stretch.start - 1 : stretch.stop - 1])
    root, definitions = blocks_of(own)
    labels = {label(name): target for name, target in definitions.items()}
    return Source(text, lines, front, root, list(root.walk()), labels)
