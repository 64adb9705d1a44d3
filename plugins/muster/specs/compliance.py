"""The compliance table, `COMPLIANCE.md`.  implements: MU-CORE-0011, MU-REQ-1036, MU-REQ-1037"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

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
    every = [requirement for document in documents for requirement in distinct(document)]
    lines = [MARK, "", "# Compliance", "", totals(every, statuses), ""]
    for document in documents:
        own = sorted(distinct(document), key=lambda requirement: requirement.id.sort_key())
        lines += (
            f"## {escaped(document.title)}",
            "",
            f"[{shown(document.path)}]({target(document.path)}): {totals(own, statuses)}",
            "",
        )
        lines += ("| ID | Level | Status | Title |", "|---|---|---|---|")
        lines += (_row(requirement, document, statuses, published=published) for requirement in own)
        lines.append("")
    return "\n".join(lines)


def totals(requirements: Iterable[Requirement], statuses: Statuses) -> str:
    """`3 requirements (2 must, 1 may; 3 specified)`."""
    own = list(requirements)
    levels = Counter(requirement.level for requirement in own)
    states = Counter(statuses.get(requirement.id.text, Status.SPECIFIED) for requirement in own)
    parts = ", ".join(f"{levels[level]} {level.value}" for level in Level if levels[level])
    stand = ", ".join(f"{states[status]} {status.value}" for status in Status if states[status])
    return f"{len(own)} requirement{'s' * (len(own) != 1)} ({parts}; {stand})" if own else "no requirements"


def _row(requirement: Requirement, document: Document, statuses: Statuses, *, published: bool) -> str:
    section = document.section_of(requirement)
    anchor = "" if section is None else f"#{section.anchor if published else section.github}"
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
