"""The numbers by which a page's sections are cited: `3.17` of `### 3.17 Policy`.  implements: MU-RULE-2023"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.text.inline import plain
from muster.text.markdown import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.text.markdown import Node

_NUMBER = re.compile(r"(?:§{1,2}\s?|(?:[Ss]ection|[Cc]hapter)\s)?([0-9]{1,3}(?:\.[0-9]{1,3}){0,6})(?=[.):\s–—-]|$)")
_LEADS = re.compile(r"[*_#\[`§ ]*[0-9]")
_ORDERED = (".", ")")


def section_numbers(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The numbers of the headings of a page in order, and those that its clauses and listed items have below them."""
    return tuple(dict.fromkeys(_numbers(nodes)))


def _numbers(nodes: Iterable[Node]) -> Iterator[str]:
    section = ""
    for node in nodes:
        kind = node.kind
        if kind is Kind.HEADING:
            section = number_of(plain(node.content)) if _has_digit(node.content) else ""
            if section:
                yield section
        elif not section:
            continue
        elif kind is Kind.PARAGRAPH and _LEADS.match(node.content):
            clause = number_of(plain(node.content[:80]))
            if clause.startswith(f"{section}."):
                yield clause
        elif kind is Kind.LIST and node.info in _ORDERED:
            yield from (f"{section}.{at}" for at in range(1, len(node.children) + 1))


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text[:40])


def number_of(title: str) -> str:
    """The number that a title begins with, or nothing."""
    match = _NUMBER.match(title)
    return match[1] if match else ""
