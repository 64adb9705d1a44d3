"""One Markdown file, taken apart once for all that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.blocks import blocks_of
from muster.text.frontmatter import FrontMatter, front_matter_of
from muster.text.inline import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.text.markdown import Node


class Source(Struct, frozen=True):
    """The lines of a file, its front matter, and its blocks."""

    text: str  # as it is in the file
    lines: list[str]
    front: FrontMatter
    root: Node
    definitions: dict[str, str]  # the target of each link definition, by the label as `inline.label` folds it


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
    columns = []
    for offset, part in enumerate(text.split("\n"), start=row):
        at = lines[offset].find(part.rstrip()) if offset < len(lines) else -1
        columns.append(max(at, 0) + 1)
    return tuple(columns)


def source_of(text: str) -> Source:
    """Take a text apart."""
    lines = lines_of(text)
    front = front_matter_of(lines)
    root, definitions = blocks_of([""] * (front.body_line - 1) + lines[front.body_line - 1 :])
    return Source(text, lines, front, root, {label(name): target for name, target in definitions.items()})
