"""What `muster fix` would change: the edits of the rules, put into the texts that they are for."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.model import Edit, Project
    from muster.rules.base import Rule

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARK = "\ufeff"


class Fixed(Struct, frozen=True):
    """A text with its edits made, and the edits that could not be."""

    text: str
    made: int
    left: tuple[Edit, ...]  # they overlap one that was made, or the text is not what the rule saw


def edits_of(project: Project, rules: Iterable[Rule]) -> dict[str, tuple[Edit, ...]]:
    """All that these rules would change, by path; a document read from the cache gives nothing to fix."""
    found: defaultdict[str, set[Edit]] = defaultdict(set)
    for rule in rules:
        for edit in rule.fix(project) if rule.fix else ():
            found[edit.path].add(edit)
    return {path: tuple(sorted(found[path], key=_order)) for path in sorted(found)}


def edited(text: str, edits: Iterable[Edit]) -> Fixed:
    """Make the edits, from the top, keeping line ends as they are; at column 0 stands the byte order mark."""
    starts = [int(text.startswith(_MARK)), *(match.end() for match in _LINE_END.finditer(text))]
    parts: list[str] = []
    left = []
    made = done = 0
    for edit in sorted(edits, key=_order):
        at = starts[edit.line - 1] + edit.column - 1 if edit.line <= len(starts) else len(text) + 1
        if at < done or not text.startswith(edit.old, at):
            left.append(edit)
            continue
        parts += (text[done:at], edit.new)
        done = at + len(edit.old)
        made += 1
    parts.append(text[done:])
    return Fixed("".join(parts), made, tuple(left))


def fixable(rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """The codes of the rules that have a fix."""
    return tuple(code for code, rule in rules.items() if rule.fix)


def _order(edit: Edit) -> tuple[int, int, str, str]:
    return (edit.line, edit.column, edit.old, edit.new)
