"""Names of files may hold bytes that are no UTF-8; Python keeps each as a lone surrogate, which nothing can write."""

from __future__ import annotations


def is_encodable(text: str) -> bool:
    """Whether a text can be written as UTF-8: it has no lone surrogate."""
    return text.isascii() or encodable(text) == text


def encodable(text: str) -> str:
    r"""The text with lone surrogates spelled out, `\udcff` for the byte 0xFF of a name."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
