"""How many tokens a text takes, and where it ends when it may take no more.

implements: MU-PRM-6016
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from muster.prompts.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = "words"


class Tokenizer(Protocol):
    """A way of counting. All are linear in the length of the text."""

    @property
    def name(self) -> str:
        """With its version: `words@1`. The same name counts the same for ever."""
        ...

    def count(self, text: str) -> int:
        """How many tokens the text takes."""
        ...

    def cut(self, text: str, most: int) -> str:
        """The text where it takes no more tokens than that, else a beginning of it which takes no more."""
        ...


class UnknownTokenizer(ValueError):
    """A name that no tokenizer has, or one that is not installed; the remedy says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Chars:
    """Each code point is a token."""

    name = "chars@1"

    def count(self, text: str) -> int:
        return len(text)

    def cut(self, text: str, most: int) -> str:
        return text[: max(most, 0)]


def tokenizer_named(name: str) -> Tokenizer:
    """The tokenizer `words`, or exactly `words@1`; raises UnknownTokenizer."""
    plain, _, version = name.partition("@")
    if plain not in _MAKERS:
        raise UnknownTokenizer(f"there is no tokenizer `{name}`", f"use one of {', '.join(_MAKERS)}")
    tokenizer = _MAKERS[plain]()
    if version and tokenizer.name != name:
        remedy = f"compile again with `{plain}`, or install what gave `{name}`"
        raise UnknownTokenizer(f"`{name}` is asked for, and here is `{tokenizer.name}`", remedy)
    return tokenizer


def _bpe(name: str) -> Tokenizer:
    from muster.prompts.bpe import NotInstalled, bpe_named

    try:
        return bpe_named(name)
    except NotInstalled as error:
        remedy = "install it: pip install 'mkdocs-muster[tokens]'"
        raise UnknownTokenizer(f"the tokenizer `{name}` needs the package rs-bpe: {error}", remedy) from error


_MAKERS: dict[str, Callable[[], Tokenizer]] = {
    "chars": Chars,
    "words": Words,
    "o200k": lambda: _bpe("o200k"),
    "cl100k": lambda: _bpe("cl100k"),
}
NAMES = tuple(_MAKERS)
