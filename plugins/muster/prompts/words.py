"""The embedded tokenizer: words, and each character that is part of none.

A token is a word of at most 16 characters or one other character, each with the one space before it if there is one,
or a run of at most 16 blanks. So each character belongs to a token, and a budget bounds the size of what it lets
through. What a word is made of is written here and not asked of Unicode's tables, which change with each Python.
"""

from __future__ import annotations

import re
from itertools import islice

_BLANK = r"\t\n\x0b\x0c\r "
_LETTER = (
    r"0-9A-Z_a-z"
    r"\u00c0-\u10ff"  # Latin, Greek, Cyrillic, Hebrew, Arabic, the scripts of India, Thai, Georgian ...
    r"\u1200-\u1fff"  # Ethiopic, Cherokee, Khmer, Mongolian, Latin and Greek with marks; not Hangul before it
    r"\u2c00-\u2dff"
    r"\ua4d0-\uabff"
)
_TOKEN = re.compile(rf" ?(?:[{_LETTER}]{{1,16}}|[^{_LETTER}{_BLANK}])|[{_BLANK}]{{1,16}}")


class Words:
    """Each word and each other character is a token, so is each run of blanks that is more than one space."""

    name = "words@1"

    def count(self, text: str) -> int:
        return _TOKEN.subn("", text)[1]  # it counts as it goes, and makes neither matches nor a list of them

    def cut(self, text: str, most: int) -> str:
        if most <= 0:
            return ""
        last = next(islice(_TOKEN.finditer(text), most - 1, None), None)
        return text if last is None else text[: last.end()]
