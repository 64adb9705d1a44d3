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


def parsed(lines: list[str], first: int, definitions: dict[str, str]) -> list[Node]:
    """The blocks of some lines as markdown-it reads them; `first` is the number of the first line, from 0.

    Link definitions, label and target, are added to `definitions`; of two with one label the first counts.
    """
    environment: dict[str, dict[str, dict[str, str]]] = {}
    tokens: list[Token] = []
    parser = _parser()
    parser.block.parse("\n".join(lines) + "\n", parser, environment, tokens)
    for name, reference in environment.get("references", {}).items():
        definitions.setdefault(name, reference["href"])
    return _tree(tokens, first)


def _tree(tokens: list[Token], first: int) -> list[Node]:
    root = Node(Kind.ROOT, first, first, children=[])
    stack = [root]
    inside = _Inside()
    for token in tokens:
        kind = token.type
        start, end = token.map or (0, 1)
        if kind.endswith("_open") and (container := _CONTAINERS.get(kind[:-5])):
            node = Node(container, start + first, start + first + 1, "", token.info or token.markup, [])
            stack[-1].children.append(node)
            stack.append(node)
        elif kind.endswith("_close") and kind[:-6] in _CONTAINERS:
            stack.pop()
        elif (leaf := inside.leaf(token, start + first, end + first)) is not None:
            stack[-1].children.append(leaf)
            for node in stack:
                node.end = max(node.end, leaf.end)
    return root.children


class _Inside:
    """Which leaf the next inline token belongs to."""

    def __init__(self) -> None:
        self.heading = ""  # the level of the heading that is open
        self.row = False
        self.head = False

    def leaf(self, token: Token, start: int, end: int) -> Node | None:
        """The leaf that a token stands for, if it does."""
        kind = token.type
        if kind == "inline" and not self.row:
            return Node(Kind.HEADING if self.heading else Kind.PARAGRAPH, start, end, token.content, self.heading)
        if kind in ("paragraph_open", "heading_open"):
            self.heading = token.tag[1:] if kind == "heading_open" else ""
        elif kind in ("thead_open", "thead_close"):
            self.head = kind == "thead_open"
        elif kind in ("tr_open", "tr_close"):
            self.row = kind == "tr_open"
            return Node(Kind.ROW, start, start + 1, "", "header" if self.head else "") if self.row else None
        return _plain_leaf(token, start, end)


def _plain_leaf(token: Token, start: int, end: int) -> Node | None:
    if token.type in ("fence", "code_block"):
        return Node(Kind.CODE, start, end, token.content.rstrip("\n"), token.info.strip())
    if token.type == "html_block":
        return Node(Kind.HTML, start, end, token.content.rstrip("\n"))
    return Node(Kind.RULE, start, end) if token.type == "hr" else None


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = as_written(MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table"))
    parser.block.ruler.before(
        "fence", "admonition", _admonition, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


def as_written(parser: MarkdownIt) -> MarkdownIt:
    """A parser that takes any target for one, and leaves it as it stands: what is wrong with it, a rule says."""
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = _anything  # type: ignore[method-assign]
    return parser


def _anything(url: str) -> bool:
    del url
    return True


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
