"""What a parser knows of places in source code: their context, and the definitions around them.

implements: MU-TRACE-3004
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from muster.trace.definitions import COMMENTS, LEADING, STEPPED_OVER, declared_function, name_of, unwrapped
from muster.trace.lexing import Context, contexts, language_of
from muster.trace.trees import parsed, walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node, TreeCursor

STRINGS = frozenset(
    """string string_literal raw_string_literal char_literal character_literal interpreted_string_literal rune_literal
    template_string template_literal_type""".split()
)
CODE_IN_STRINGS = frozenset("interpolation template_substitution template_type".split())
DEEPEST = 40  # names in a symbol


def contexts_of(content: bytes, path: str, offsets: Sequence[int]) -> list[Context]:
    """What each offset is part of, in rising order; in a file of no language that is known, a comment.

    implements: MU-TRACE-3002
    """
    language = language_of(path)
    if not language:
        return [Context.COMMENT] * len(offsets)
    quick = contexts(content, language, offsets)
    return contexts_by_syntax(content, language, offsets) if quick is None else quick


def contexts_by_syntax(content: bytes, language: str, offsets: Sequence[int]) -> list[Context]:
    """What each offset is part of, in rising order, by the tree; all of it code where there is no tree.

    implements: MU-TRACE-3002
    """
    tree = parsed(content, language)
    if tree is None:
        return contexts(content, language, offsets) or [Context.CODE] * len(offsets)
    start: Context | range = Context.CODE
    known = list(zip(offsets, walk(tree, offsets, start, _context), strict=True))
    found: list[Context] = []
    for place, members in groupby(known, key=lambda one: one[1]):
        if isinstance(place, Context):
            found += [place for _ in members]
        else:
            inside = [offset - place.start for offset, _ in members]
            found += contexts(content[place.start : place.stop], language, inside) or [Context.CODE] * len(inside)
    return found


def _context(cursor: TreeCursor, around: Context | range) -> Context | range:
    """What a node is; the bytes of a macro's body, for which the parser has no tree, as a range."""
    node = cursor.node
    kind = node.type if node else ""
    if node is None:
        return around
    if kind in COMMENTS:
        return Context.COMMENT
    if kind in STRINGS and node.is_named:  # `string` is a type of TypeScript, too
        return around if around is Context.COMMENT else Context.STRING
    if kind in CODE_IN_STRINGS:
        return Context.CODE
    if kind == "preproc_arg":
        return range(node.start_byte, node.end_byte)
    if kind == "expression_statement" and node.child_count == 1:
        only = node.children[0]
        if only.type in {"string", "concatenated_string"} and _is_python(only):
            return Context.COMMENT
    return around


def _is_python(string: Node) -> bool:
    """Whether a string is one of Python: that of JavaScript has its quotes as nodes without a name."""
    return string.child_count > 0 and string.children[0].type in {"string_start", "string"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The definitions around a place."""

    name: str = ""
    outer: Scope | None = None
    depth: int = 0

    def with_name(self, name: str) -> Scope:
        return Scope(name, self, self.depth + 1) if name and self.depth < DEEPEST else self

    def __str__(self) -> str:
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            names.append(scope.name)
            scope = scope.outer
        return ".".join(filter(None, reversed(names)))


def symbols(content: bytes, language: str, offsets: Sequence[int]) -> list[str]:
    """The enclosing definitions of each offset, outermost first: `TestQueue.test_push`; "" at module level.

    The offsets rise. A comment, attribute or decorator directly above a definition belongs to it.
    implements: MU-TRACE-3004
    """
    tree = parsed(content, language)
    if tree is None:
        return [""] * len(offsets)
    led: dict[int, str] = {}  # by the begin of a comment, attribute or decorator: the definition that it belongs to

    def scope(cursor: TreeCursor, around: Scope) -> Scope:
        node = cursor.node
        if node is None:
            return around
        if node.type not in LEADING:
            return around.with_name(name_of(node))
        if node.start_byte not in led:
            ahead = tree.walk()
            ahead.reset_to(cursor)  # `copy` crashes the interpreter (tree-sitter 0.26.1)
            led.update(_led(ahead, content))
        return around.with_name(led.get(node.start_byte, ""))

    return [str(found) for found in walk(tree, offsets, Scope(), scope)]


def _led(ahead: TreeCursor, content: bytes) -> dict[int, str]:
    """The definition to which the node of a cursor, and those between, belong; the cursor moves on."""
    node = ahead.node
    if node is None or not _begins_line(node, content) or node.child_by_field_name("inner"):
        return {}
    passed: list[int] = []
    while node.type in LEADING or node.type in STEPPED_OVER:
        passed.append(node.start_byte)
        end = node.end_point
        row = end.row - 1 if end.column == 0 and end.row > node.start_point.row else end.row
        node = ahead.node if ahead.goto_next_sibling() else None
        if node is None or node.start_point.row > row + 1:
            return dict.fromkeys(passed, "")
    name = name_of(unwrapped(node))
    if not name and node.type == "declaration" and ahead.goto_parent():
        around = ahead.node  # in a function, `Queue queue(size);` is a variable
        name = declared_function(node) if around and around.type != "compound_statement" else ""
    return dict.fromkeys(passed, name)


def _begins_line(node: Node, content: bytes) -> bool:
    """Whether nothing but attributes stands before a comment on its line."""
    if node.type not in COMMENTS or node.child_by_field_name("outer"):  # the latter: `///`
        return True
    start = node.start_byte
    before = content[max(start - 200, content.rfind(b"\n", max(0, start - 200), start) + 1) : start].strip()
    return not before or before.startswith(b"#[")
