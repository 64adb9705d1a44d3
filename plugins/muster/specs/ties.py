"""What a spec or a planning artifact says of its identity, and a spec of its status."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Block, Tie
from muster.text.frontmatter import FrontMatter, front_matter_of
from muster.text.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.model import Passage

_KEY = re.compile(r"""["']?(elicitation|spec_id)["']?\s*[:=]""")
_STATUS = re.compile(r"[*_]*Status[*_]*:[*_]*\s*(?P<status>\S.*)", re.IGNORECASE)


def tie_in(text: str) -> Tie:
    """What the front matter of a text says; a malformed one says nothing."""
    lines = lines_of(text)
    return tie_of(front_matter_of(lines), lines)


def tie_of(front: FrontMatter, lines: Sequence[str]) -> Tie:
    """The same for front matter that is read already.  implements: MU-ALLOC-4025"""
    values = front.values
    if "elicitation" not in values and "spec_id" not in values:
        return Tie()
    places: dict[str, int] = {}
    for number, line in enumerate(lines[: front.body_line - 1], start=1):
        if key := _KEY.match(line):
            places.setdefault(key[1], number)
    return Tie(
        values.get("elicitation", "").strip(),
        values.get("spec_id", "").strip(),
        places.get("elicitation", 1),
        places.get("spec_id", 1),
    )


def status_of(front: FrontMatter, passages: Iterable[Passage]) -> str:
    """The status of a spec as written: in front matter, or in a line `Status: draft` above the first section."""
    if told := front.values.get("status"):
        return told
    titles = 0
    for passage in passages:
        titles += passage.block is Block.HEADING
        if titles > 1:
            break
        if passage.block is Block.PARAGRAPH:
            for line in passage.text.split("\n"):
                if match := _STATUS.fullmatch(line.strip()):
                    return match["status"].strip("*_` ")
    return ""
