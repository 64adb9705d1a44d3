"""A packet holds ASCII only; what is not stands in excerpts as escapes.

implements: MU-PKT-5010
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.escapes import escaped
from muster.text.source import raw_lines
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "PKT003"
MOST = 20  # lines of one packet that are told one by one
_OTHER = re.compile(r"[^\x00-\x7f]+")


def ascii_problems(text: str, path: str) -> Iterator[Problem]:
    """The lines of a packet that are not ASCII, each at the first such character; a byte order mark is none."""
    if text.isascii():
        return
    lines = [(number, line) for number, line in enumerate(raw_lines(text), start=1) if not line.isascii()]
    for number, line in lines[:MOST]:
        runs = _OTHER.findall(line)
        first, run = _OTHER.search(line), runs[0][:20]
        column = first.start() + 1 if first else 1
        count = counted(sum(map(len, runs)), "character that is", "characters that are")
        words = f"{count} not ASCII, first U+{ord(run[0]):04X}"
        remedy = f"write `{escaped(run)}` in an excerpt, and plain words elsewhere"
        yield Problem(CODE, Place(path, number, column, len(runs[0])), words, remedy)
    if rest := lines[MOST:]:
        words = f"{counted(len(rest), 'further line')} from here on {'is' if len(rest) == 1 else 'are'} not ASCII"
        yield Problem(CODE, Place(path, rest[0][0]), words, r"write them as `\\uXXXX` in excerpts")
