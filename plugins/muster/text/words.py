"""Words on the screen that several rooms write alike."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`, `1,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def printable(words: str, keep: str = " ") -> str:
    """Words from a document, with what would move a terminal's cursor or turn its text around made visible."""
    if words.isprintable():
        return words
    return "".join(char if char.isprintable() or char in keep else _spelled(char) for char in words)


def _spelled(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
