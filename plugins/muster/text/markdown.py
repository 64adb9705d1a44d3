"""Markdown blocks with their lines, as markdown-it reads them: the one place that knows the parser."""

from __future__ import annotations

import functools
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

DEEPEST = 100  # containers nested deeper than this are not read


class Kind(StrEnum):
    """What a block is."""

    ROOT = "root"
    QUOTE = "quote"
    LIST = "list"
    ITEM = "item"
    ADMONITION = "admonition"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"
    CODE = "code"
    HTML = "html"
    RULE = "rule"


class Node(Struct):
    """A block: lines `start` to `end` (from 0, end excluded), inline source, and the blocks inside."""

    kind: Kind
    start: int
    end: int
    content: str = ""
    info: str = ""  # heading level, fence info, list marker, admonition type, "header" for a table's head
    children: list[Node] = []

    def walk(self) -> Iterator[Node]:
        """This block and all inside it, in document order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += reversed(node.children)


_CONTAINERS = {
    "blockquote": Kind.QUOTE,
    "bullet_list": Kind.LIST,
    "ordered_list": Kind.LIST,
    "list_item": Kind.ITEM,
    "admonition": Kind.ADMONITION,
}


def parsed(lines: list[str], first: int, labels: set[str]) -> list[Node]:
    """The blocks of some lines as markdown-it reads them; `first` is the number of the first line, from 0.

    Labels of link definitions are added to `labels`.
    """
    environment: dict[str, dict[str, object]] = {}
    tokens: list[Token] = []
    parser = _parser()
    parser.block.parse("\n".join(lines) + "\n", parser, environment, tokens)
    labels.update(environment.get("references", ()))
    return _tree(tokens, first)


def _tree(tokens: list[Token], first: int) -> list[Node]:
    root = Node(Kind.ROOT, first, first, children=[])
    stack = [root]
    heading: Kind | None = None
    info = ""
    in_row = in_head = False
    for token in tokens:
        kind = token.type
        start, end = token.map or (0, 1)
        start, end = start + first, end + first
        leaf: Node | None = None
        if kind == "inline":
            if not in_row:
                leaf = Node(heading or Kind.PARAGRAPH, start, end, token.content, info)
        elif kind == "paragraph_open":
            heading, info = None, ""
        elif kind == "heading_open":
            heading, info = Kind.HEADING, token.tag[1:]
        elif kind in ("thead_open", "thead_close"):
            in_head = kind == "thead_open"
        elif kind in ("tr_open", "tr_close"):
            in_row = kind == "tr_open"
            leaf = Node(Kind.ROW, start, start + 1, "", "header" if in_head else "") if in_row else None
        elif kind in ("fence", "code_block"):
            leaf = Node(Kind.CODE, start, end, token.content.rstrip("\n"), token.info.strip())
        elif kind == "html_block":
            leaf = Node(Kind.HTML, start, end, token.content.rstrip("\n"))
        elif kind == "hr":
            leaf = Node(Kind.RULE, start, end)
        elif kind.endswith("_open") and (container := _CONTAINERS.get(kind[:-5])):
            node = Node(container, start, start + 1, "", token.info or token.markup, [])
            stack[-1].children.append(node)
            stack.append(node)
        elif kind.endswith("_close") and kind[:-6] in _CONTAINERS:
            stack.pop()
        if leaf is not None:
            stack[-1].children.append(leaf)
            for node in stack:
                node.end = max(node.end, leaf.end)
    return root.children


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    parser.block.ruler.before(
        "fence", "admonition", _admonition, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


# `!!! note "Title"`, `??? tip`, `???+ tip`, and the tabs `=== "Title"`, with a body indented by four.
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]+(?P<type>[\w-]+).*|===[!+]?[ \t]+[\"'].*")


def _admonition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = state.bMarks[start] + state.tShift[start]
    if state.src[first : first + 3] not in ("!!!", "???", "===") or state.is_code_block(start):
        return False
    match = _ADMONITION.fullmatch(state.src, first, state.eMarks[start])
    if match is None:
        return False
    if silent:
        return True
    indent = state.blkIndent + 4
    last = line = start + 1
    while line < end:
        if not state.isEmpty(line):
            if state.sCount[line] < indent:
                break
            last = line + 1
        line += 1
    token = state.push("admonition_open", "div", 1)
    token.info, token.map = (match["type"] or "tab").lower(), [start, last]
    outer = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent, state.lineMax, state.parentType = indent, last, "admonition"
    state.md.block.tokenize(state, start + 1, last)
    state.blkIndent, state.lineMax, state.parentType = outer
    state.push("admonition_close", "div", -1)
    state.line = last
    return True
