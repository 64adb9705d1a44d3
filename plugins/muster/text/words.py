"""Words on the screen that several rooms write alike."""

from __future__ import annotations

import functools
import re


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`, `1,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def printable(words: str, keep: str = " ") -> str:
    """Words from a document, with what would move a terminal's cursor or turn its text around made visible."""
    if words.isprintable():
        return words
    return "".join(char if char.isprintable() or char in keep else _spelled(char) for char in words)


def shortened(words: str, most: int = 80) -> str:
    """A text from a document as a message shows it: printable, and cut in the middle where it is long."""
    half = most // 2
    return printable(words if len(words) <= most else f"{words[:half]}…{words[-half:]}")


@functools.lru_cache(maxsize=1)  # several rules ask about the same page
def unusual(text: str) -> str:
    """What of a text is neither printable ASCII nor tab nor line end; many times quicker than a pattern."""
    return text.encode("utf-8", "replace").translate(None, _USUAL).decode()


_USUAL = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])


def unordered(words: str, hash_sign: str) -> str:
    """Words in which a CI runner finds no order such as `##[error]`, which it looks for anywhere in a log.

    `hash_sign` is how the format spells a `#`, so that who reads the format gets it back.
    """
    return _ORDER.sub(lambda _: hash_sign, words) if "##" in words else words


_ORDER = re.compile(r"#(?=#\w*\[\w)")


def _spelled(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
