"""The compliance table, `COMPLIANCE.md`.  implements: MU-CORE-0011, MU-REQ-1036, MU-REQ-1037"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Document, Level, Requirement, Status
from muster.specs.requirement_file import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Statuses = Mapping[str, Status]

MARK = "<!-- Written by `muster sync`. Do not edit. -->"
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&]")
_PLAIN = re.compile(r"[\w./ +@-]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069<>|`\"\\]+")
_BREAKS = re.compile(r"[\s()]")
_SHAPE = re.compile(r"\A\s*#+ .*compliance", re.IGNORECASE)


def rendered(documents: Sequence[Document], statuses: Statuses, *, published: bool = False) -> str:
    """The table's text: totals, then a section for each spec; `statuses` are those that the files alone give.

    Its links hold where it is read: on GitHub, or on the site where it is published there.
    """
    return joined([section(document, statuses, published=published) for document in documents])


class Section(Struct, frozen=True, array_like=True):
    """What the table says of one spec, and how many of its requirements have each level and each status."""

    text: str
    levels: dict[str, int]
    states: dict[str, int]


def section(document: Document, statuses: Statuses, *, published: bool) -> Section:
    """What the table says of one spec."""
    own = sorted(distinct(document), key=lambda requirement: requirement.id.sort_key())
    levels, states = _counted(own, statuses)
    lines = [
        f"## {escaped(document.title)}",
        "",
        f"[{shown(document.path)}]({target(document.path)}): {_told(levels, states)}",
        "",
        "| ID | Level | Status | Title |",
        "|---|---|---|---|",
        *(_row(requirement, document, statuses, published=published) for requirement in own),
        "",
    ]
    return Section("\n".join(lines), levels, states)


def joined(sections: Sequence[Section]) -> str:
    """The table of these sections."""
    levels: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for one in sections:
        levels.update(one.levels)
        states.update(one.states)
    head = "\n".join([MARK, "", "# Compliance", "", _told(levels, states), ""])
    return "\n".join([head, *(one.text for one in sections)])


def totals(requirements: Iterable[Requirement], statuses: Statuses) -> str:
    """`3 requirements (2 must, 1 may; 3 specified)`."""
    return _told(*_counted(requirements, statuses))


def _counted(requirements: Iterable[Requirement], statuses: Statuses) -> tuple[dict[str, int], dict[str, int]]:
    """How many there are of each level and of each status, by its word."""
    levels: dict[str, int] = {}
    states: dict[str, int] = {}
    for requirement in requirements:
        level, state = requirement.level.value, statuses.get(requirement.id.text, Status.SPECIFIED).value
        levels[level] = levels.get(level, 0) + 1
        states[state] = states.get(state, 0) + 1
    return levels, states


def _told(levels: Mapping[str, int], states: Mapping[str, int]) -> str:
    count = sum(levels.values())
    parts = ", ".join(f"{levels[level.value]} {level.value}" for level in Level if level.value in levels)
    stand = ", ".join(f"{states[status.value]} {status.value}" for status in Status if status.value in states)
    return f"{count} requirement{'s' * (count != 1)} ({parts}; {stand})" if count else "no requirements"


def _row(requirement: Requirement, document: Document, statuses: Statuses, *, published: bool) -> str:
    above = document.section_of(requirement)
    anchor = "" if above is None else f"#{above.anchor if published else above.github}"
    link = f"[{escaped(requirement.id.text)}]({target(document.path + anchor)})"
    status = statuses.get(requirement.id.text, Status.SPECIFIED)
    return f"| {link} | {requirement.level.value} | {status.value} | {escaped(requirement.title)} |"


def escaped(text: str) -> str:
    """A text that Markdown shows as it stands, in a cell too.  implements: MU-CORE-0024"""
    return _SPECIAL.sub(_escape, " ".join(text.splitlines()))


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


@functools.lru_cache(maxsize=16)
def target(path: str) -> str:
    """A path as a link target; what would end the link is percent-encoded."""
    safe = _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), path)
    return f"<{safe}>" if _BREAKS.search(safe) else safe


def shown(path: str) -> str:
    """A path as a text: it needs escapes only where it is no plain name."""
    return path if _PLAIN.fullmatch(path) else escaped(path)


def is_ours(text: str) -> bool:
    """Whether Muster wrote a table."""
    return text.startswith(MARK)


def has_shape(text: str) -> bool:
    """Whether a file is a compliance table that `sync` may take over."""
    return is_ours(text) or _SHAPE.match(text) is not None
