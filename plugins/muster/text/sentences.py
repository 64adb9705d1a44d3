"""The first sentence of a text.  implements: MU-REQ-1032"""

from __future__ import annotations

import re

from muster.text.inline import unmarked

LONGEST = 160
_END = re.compile(r"[.!?][\"'\u201d\u2019)\]]*(?=\s+[^a-z\s])")
_ABBREVIATION = re.compile(r"(?:\b(?:(?i:e\.g|i\.e|cf|vs|etc|approx|resp|incl|no|fig|sec)|[A-Z])|\.\.)$")


def title_of(text: str) -> str:
    """The first sentence, without markup, at most 160 characters, cut at a word; of a text without emphasis."""
    # A sentence of 160 characters stands well within the first few hundred of Markdown.
    bare = unmarked(text[:4000])
    for match in _END.finditer(bare):
        if not _ABBREVIATION.search(bare, max(0, match.start() - 8), match.start()):
            bare = bare[: match.end()]
            break
    if len(bare) <= LONGEST:
        return bare
    cut = bare[:LONGEST]
    at = cut.rfind(" ")
    return (cut[:at] if at > 0 else cut[: LONGEST - 1]).rstrip(" ,;:") + ("\u2026" if at < LONGEST else "")
