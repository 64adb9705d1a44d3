"""Real byte pair encodings, by the package rs-bpe, whose wheel carries the vocabularies and asks no network."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MARGIN = 64  # tokens behind the last one that is kept, so that the end of a head does not shape it


class NotInstalled(ImportError):
    """The package rs-bpe cannot be imported."""


class Bpe:
    """A byte pair encoding; marks such as `<|endoftext|>` in a text are text."""

    def __init__(self, name: str, encoding: Any) -> None:
        self.name = name
        self._encoding = encoding
        self._bytes_of: Callable[[list[int]], bytes] = encoding.bpe().decode_tokens

    def count(self, text: str) -> int:
        return int(self._encoding.count(text))

    def cut(self, text: str, most: int) -> str:
        """The text of the first tokens, back to a whole code point.

        A beginning may be encoded in another way than the same characters of the whole: what takes more tokens by
        itself gets shorter until it does not.
        """
        if self._fits(text, most):
            return text
        kept = self._bytes_of(self._first_tokens(text, most)).decode("utf-8", "ignore")
        while not self._fits(kept, most):
            kept = kept[:-1]
        return kept

    def _fits(self, text: str, most: int) -> bool:
        return not text or (most > 0 and self._encoding.count_till_limit(text, most) is not None)

    def _first_tokens(self, text: str, most: int) -> list[int]:
        """The first tokens of a text that has more, from a head of it that doubles until it has enough."""
        if most <= 0:
            return []
        size = 4 * (most + _MARGIN)
        tokens: list[int] = self._encoding.encode(text[:size])
        while len(tokens) < most + _MARGIN and size < len(text):
            size *= 2
            tokens = self._encoding.encode(text[:size])
        return tokens[:most]


def bpe_named(name: str) -> Bpe:
    """`o200k` or `cl100k`; raises NotInstalled."""
    try:
        from rs_bpe.bpe import openai

        release = version("rs-bpe")
    except (ImportError, PackageNotFoundError) as error:
        raise NotInstalled(str(error)) from error
    encoding = openai.o200k_base() if name == "o200k" else openai.cl100k_base()
    return Bpe(f"{name}@rs-bpe-{release}", encoding)
