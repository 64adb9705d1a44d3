r"""How a packet, which is ASCII, writes other characters: `\u2192`, or as its owners do, `\\u2192`.

implements: MU-PKT-5010
"""

from __future__ import annotations

import re

_RUN = re.compile(r"\\(?<!\\\\)(\\*)(?:u([0-9A-Fa-f]{4}))?")  # a whole run of backslashes, and the escape it may begin
_ESCAPE = re.compile(r"\\(?<!\\\\)\\*u([0-9A-Fa-f]{4})")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decoded(text: str) -> str:
    r"""The text that escapes of either form stand for; elsewhere a doubled backslash is one.

    Two escapes of a surrogate pair are one character, a lone one is U+FFFD. It takes back what `escaped` did, except
    where the original has a backslash before `u` and four hexadecimal digits: that is an escape already.
    """
    return _joined(_RUN.sub(_meant, text)) if "\\" in text else text


def escaped(text: str) -> str:
    r"""The text in ASCII, as packets have it: `\\u2192`, a pair of them beyond U+FFFF, each backslash doubled."""
    doubled = text.replace("\\", "\\\\")
    if doubled.isascii():
        return doubled
    lines = doubled.split("\n")  # most of them need no look at each character
    return "\n".join([line if line.isascii() else _NOT_ASCII.sub(_written, line) for line in lines])


def folded(text: str) -> str:
    r"""The form in which an excerpt is compared with its spec: `folded(escaped(text))` is `folded(text)`, always.

    Escapes are decoded, however many backslashes begin them; other backslashes are left out, for nobody can tell how
    often they were doubled; a run of white space is one blank, and none stands at the ends.
    """
    if "\\" in text:
        if "\\u" in text:
            text = _joined(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
        text = text.replace("\\", "")
    return " ".join(text.split())


def _meant(run: re.Match[str]) -> str:
    """What a run of backslashes stands for, with the escape at its end."""
    rest = len(run[1])  # of the backslashes, after the first
    if run[2] is None:
        return "\\" * ((rest + 1) // 2) if rest % 2 else run[0]
    before = (rest - 1) // 2 if rest % 2 else rest
    return "\\" * before + chr(int(run[2], 16))


def _joined(text: str) -> str:
    """The text with its surrogate pairs as characters, and U+FFFD for lone ones."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _written(character: re.Match[str]) -> str:
    code = ord(character[0])
    if code < 0x10000:
        return f"\\\\u{code:04X}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\\\u{0xD800 + high:04X}\\\\u{0xDC00 + low:04X}"
