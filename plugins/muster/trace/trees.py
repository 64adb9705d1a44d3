"""Syntax trees, and one walk through them that costs no more than their size.

A tree may be one line of a million siblings or be nested 100,000 deep. A parse that does not end in reasonable time is
given up.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from math import inf
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Parser, Tree, TreeCursor

Known = TypeVar("Known")

LARGEST = 2_000_000  # bytes; what is larger was written by a machine
PATIENCE = 12_000  # times that the parser may ask for leave to go on: it does 5,000 times in an ordinary megabyte
DISLIKE = 6  # what asking costs where the parser is lost, and slow
PIECE = 4_096  # bytes that the parser is given at once
READINGS = 64  # times that it may read the same piece; some tokens look ahead to the end of the file

MODULES = {
    "python": ("tree_sitter_python", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
}


@cache
def _parser(language: str) -> Parser:
    import tree_sitter

    module, function = MODULES[language]
    return tree_sitter.Parser(tree_sitter.Language(getattr(import_module(module), function)()))


def parsed(content: bytes, language: str) -> Tree | None:
    """The tree of a file; None where there is no grammar, or the file is too large or too much trouble."""
    if len(content) > LARGEST or language not in MODULES:
        return None
    leave = PATIENCE
    readings = 1_000 + len(content) // PIECE * READINGS

    def piece(start: int, _point: object) -> bytes:
        nonlocal readings
        readings -= 1
        return content[start : start + PIECE] if readings > 0 else b""

    def is_enough(_offset: int, has_error: bool) -> bool:
        nonlocal leave
        leave -= DISLIKE if has_error else 1
        return leave <= 0 or readings <= 0

    parser = _parser(language)
    try:
        tree = parser.parse(piece, progress_callback=is_enough)
    except ValueError:  # it was stopped
        parser.reset()
        return None
    return tree if readings > 0 else None


def walk(
    tree: Tree, offsets: Sequence[int], start: Known, known: Callable[[TreeCursor, Known], Known]
) -> Iterator[Known]:
    """What is known at the innermost node of each offset; the offsets rise.

    `known` is asked once for each node on the way, with the cursor, to look at and not to move, and what is known of
    the node around it.
    """
    cursor = tree.walk()
    way: list[tuple[float, Known]] = [(inf, known(cursor, start))]  # ends of the nodes around, and what is known there
    ahead = False  # the cursor stands on a node that was not entered
    spent = False  # no child of the innermost node is left
    for offset in offsets:
        while True:
            if ahead:
                node = cursor.node
                if node is None or offset < node.start_byte:
                    break
                if offset < node.end_byte:
                    way.append((node.end_byte, known(cursor, way[-1][1])))
                    ahead, spent = False, False
                elif not cursor.goto_next_sibling():
                    cursor.goto_parent()
                    ahead, spent = False, True
            elif way[-1][0] <= offset:
                way.pop()
                ahead = cursor.goto_next_sibling()
                spent = not ahead and cursor.goto_parent()
            elif spent:
                break
            else:
                ahead = cursor.goto_first_child_for_byte(offset) is not None
                spent = not ahead
        yield way[-1][1]
