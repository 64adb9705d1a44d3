"""Characters that no reader sees: controls, fillers, marks of direction, and where a script needs them.

implements: MU-RULE-2015
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.words import unusual

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hidden(Struct, frozen=True):
    """A run of one invisible character in a line: offset from 0, how often it stands there."""

    start: int
    count: int
    char: str


BYTE_ORDER_MARK = "\ufeff"
REMOVABLE = "\u200b\u2060\u00ad\ufeff"  # without these, a text reads the same
_HIDDEN = re.compile(
    "["
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u115f\u1160\u180b-\u180e\u200b-\u200d\u2028\u2029\u2060\u206a-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef"
    "]"
)
_TURNING = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_GENTLE = "\u061c\u200e\u200f"  # ALM, LRM, RLM: they turn nothing around
_UNSEEN = "\u115f\u1160\u180b\u180c\u180d\u180e\u200b\u200c\u200d"
_EMOJI_BASES = "0123456789#*\u2139"  # no symbols by themselves
_FLAG = re.compile(r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_NAMES = {  # those that Unicode gives no name, of which people know one
    "\x00": "NULL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "LINE TABULATION",
    "\x0c": "FORM FEED",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
    "\ufeff": "BYTE ORDER MARK",
}


def has_hidden(text: str) -> bool:
    """Whether a text may have invisible characters: a quick look at all of it."""
    return _HIDDEN.search(unusual(text)) is not None


def has_turning(text: str) -> bool:
    """Whether a text has characters that set its direction."""
    return not text.isascii() and _TURNING.search(unusual(text)) is not None


def hidden_in(line: str) -> Iterator[Hidden]:
    """The invisible characters of a line that no script and no emoji needs."""
    flags = {at for match in _FLAG.finditer(line) for at in range(*match.span())} if "\U0001f3f4" in line else set()
    start = count = 0
    char = ""
    for match in _HIDDEN.finditer(line):
        at = match.start()
        if _is_needed(line, at) or at in flags:
            continue
        if match[0] == char and at == start + count:
            count += 1
            continue
        if count:
            yield Hidden(start, count, char)
        start, count, char = at, 1, match[0]
    if count:
        yield Hidden(start, count, char)


def turning_in(line: str) -> Iterator[Hidden]:
    """The characters of a line that set its direction; LRM, RLM and ALM only where it has no letter for them."""
    mixed = any(unicodedata.bidirectional(char) in ("R", "AL") for char in line if char not in _GENTLE)
    for match in _TURNING.finditer(line):
        if not (mixed and match[0] in _GENTLE):
            yield Hidden(match.start(), 1, match[0])


def is_removable(line: str, at: int) -> bool:
    """Whether a text surely reads the same without this character.

    Beside punctuation, and before the first word of a line, it may keep Markdown from reading a mark.
    """
    if line[at] == BYTE_ORDER_MARK:
        return True
    beside = line[at - 1 : at] + line[at + 1 : at + 2]
    marks = any(char.isascii() and char.isprintable() and not char.isalnum() and char != " " for char in beside)
    return line[at] in REMOVABLE and not marks and bool(line[max(at - 64, 0) : at].strip())


def spelled_out(text: str) -> str:
    r"""The text with what `hidden_in` and `turning_in` find spelled as `\u200b`."""
    if not has_hidden(text) and not has_turning(text):
        return text
    lines = text.split("\n")
    for row, line in enumerate(lines):
        found = {
            at for part in (*hidden_in(line), *turning_in(line)) for at in range(part.start, part.start + part.count)
        }
        lines[row] = "".join(ascii(char)[1:-1] if at in found else char for at, char in enumerate(line))
    return "\n".join(lines)


def named(char: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(char):04X} {_NAMES.get(char) or unicodedata.name(char, 'control character')}"


def _is_needed(line: str, at: int) -> bool:
    """Whether the script around it, or an emoji, needs the character."""
    char = line[at]
    before, after = line[max(at - 8, 0) : at].rstrip(_UNSEEN)[-1:], line[at + 1 : at + 9].lstrip(_UNSEEN)[:1]
    if char in "\u200c\u200d":
        drawn = char == "\u200d" and _is_symbol(before) and _is_symbol(after)
        return drawn or _joins(before) or _joins(after)
    if char == "\u200b":  # where a line may break, in scripts that have no spaces
        return _breaks(before) or _breaks(after)
    if "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100":
        base = bool(before) and (before in _EMOJI_BASES or _is_symbol(before) or unicodedata.category(before) == "Lo")
        return base and not "\ufe00" <= before <= "\ufe0f"
    if "\u180b" <= char <= "\u180e":
        return "\u1800" <= before <= "\u18af" or "\u1800" <= after <= "\u18af"
    if char in "\u115f\u1160":
        return "\u1100" <= (after or " ") <= "\u11ff" or "\u1100" <= (before or " ") <= "\u11ff"
    return False


def _is_symbol(char: str) -> bool:
    return char > "\x7f" and (unicodedata.category(char)[0] in "SP" or char in "\ufe0f\u20e3")


def _joins(char: str) -> bool:
    """Letters and vowel signs from Arabic to Mongolian, and their forms for presentation."""
    return (
        (
            "\u0600" <= char <= "\u1cff"
            or "\ua800" <= char <= "\uabff"
            or "\ufb50" <= char <= "\ufefc"
            or char >= "\U00010a00"
        )
        and unicodedata.category(char)[0] in "LM"
        and not "\u1100" <= char <= "\u11ff"
        and not char >= "\U00017000"
    )


def _breaks(char: str) -> bool:
    """Thai, Lao, Tibetan, Myanmar, Khmer, Tai and Javanese; Chinese and Japanese."""
    return (
        "\u0e00" <= char <= "\u109f"
        or "\u1780" <= char <= "\u17ff"
        or "\u1950" <= char <= "\u1aaf"
        or "\u2e80" <= char <= "\u9fff"
        or "\ua980" <= char <= "\uaadf"
    )
