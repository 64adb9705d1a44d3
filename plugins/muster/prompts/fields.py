"""The fields of a file that people wrote, taken one by one; what is wrong with each is gathered with its path."""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from muster.prompts.plain_tree import Table
from muster.prompts.values import CompileTrouble
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

Choice = TypeVar("Choice", bound=StrEnum)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}")
_MOST_GUESSES = 50  # of what an unknown name was meant to be; a file may hold a million
_MOST_NAMES = 2000  # that a guess is chosen from


class Fields:
    """Reads the tables of one file, and remembers all that is wrong with them."""

    def __init__(self) -> None:
        self.troubles: list[CompileTrouble] = []
        self._guesses = 0

    def wrong(self, path: str, message: str, remedy: str) -> None:
        """Remember something that is wrong."""
        self.troubles.append(CompileTrouble(path, message, remedy))

    def table(self, value: Any, path: str, known: Sequence[str], needed: Collection[str]) -> dict[str, Any] | None:
        """The fields of a table, of two with one name the first; None where it is no table."""
        if not isinstance(value, Table):
            self.wrong(path or "$", f"{_shown(value)} is no table of fields", f"write {', '.join(known)}")
            return None
        fields: dict[str, Any] = {}
        for name, one in value:
            if name in fields:
                self.wrong(below(path, name), "this key stands there twice", "keep one")
            elif name not in known:
                remedy = self.guess(name, known) or f"write one of {', '.join(known)}"
                self.wrong(below(path, name), f"there is no field {shortened(name)!r} here", remedy)
            fields.setdefault(name, one)
        for name in known:
            if name in needed and fields.get(name) is None:
                self.wrong(below(path, name), "this field is missing", f"write {name!r}")
        return fields

    def entries(self, fields: dict[str, Any], name: str, path: str) -> Iterator[tuple[str, Any]]:
        """What a list holds, each with its path; nothing where there is no list."""
        value = fields.get(name)
        where = below(path, name)
        if isinstance(value, list):
            yield from ((f"{where}[{at}]", one) for at, one in enumerate(value))
        elif value is not None:
            self.wrong(where, f"{_shown(value)} is no list", "write a list, `[]` for an empty one")

    def text(self, fields: dict[str, Any], name: str, path: str) -> str:
        """A text in one line; "" where there is none, or another value."""
        return self._text(fields.get(name), below(path, name))

    def texts(self, fields: dict[str, Any], name: str, path: str) -> tuple[str, ...]:
        """The texts of a list; what is no text is left out."""
        found: dict[str, None] = {}
        for where, value in self.entries(fields, name, path):
            text = self._text(value, where)
            if text in found:
                self.wrong(where, f"{shortened(text)!r} stands in this list twice", "keep one")
            if text:
                found[text] = None
            elif value is None:
                self.wrong(where, "nothing stands here", "write a text, or take the entry out")
        return tuple(found)

    def identifier(self, fields: dict[str, Any], name: str, path: str) -> str:
        """A name that machines can read: no blanks, nothing invisible."""
        text = self.text(fields, name, path)
        if text and _ID.fullmatch(text) is None:
            remedy = "write letters, digits and any of `._:/@+-`, at most 200, a letter or digit first"
            self.wrong(below(path, name), f"{shortened(text)!r} is no ID", remedy)
        return text

    def choice(self, fields: dict[str, Any], name: str, path: str, what: str, kinds: type[Choice]) -> Choice | None:
        """One of a few words."""
        text = self.text(fields, name, path)
        return self._chosen(text, below(path, name), what, kinds) if text else None

    def choices(
        self, fields: dict[str, Any], name: str, path: str, what: str, kinds: type[Choice]
    ) -> tuple[Choice, ...]:
        """Some of a few words."""
        found = []
        for where, value in self.entries(fields, name, path):
            text = self._text(value, where)
            choice = self._chosen(text, where, what, kinds) if text else None
            found += [choice] if choice else []
        return tuple(found)

    def _chosen(self, text: str, where: str, what: str, kinds: type[Choice]) -> Choice | None:
        """The member that a word stands for."""
        words = [str(kind) for kind in kinds]
        if text in words:
            return kinds(text)
        message = f"{shortened(text)!r} is no {what}; one of {', '.join(words)}"
        self.wrong(where, message, self.guess(text, words) or f"write {words[0]!r} or another of these")
        return None

    def guess(self, written: str, names: Collection[str]) -> str:
        """The name that an unknown one was most likely meant to be, as a question; "" where none is near."""
        self._guesses += 1
        if self._guesses > _MOST_GUESSES or len(names) > _MOST_NAMES or len(written) > 200:
            return ""
        by_fold = {name.casefold(): name for name in names}
        near = difflib.get_close_matches(written.casefold(), by_fold, 1, 0.6)
        return f"did you mean {by_fold[near[0]]!r}?" if near else ""

    def _text(self, value: Any, where: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(where, f"{_shown(value)} is no text", "write a text in quotes")
            return ""
        if not value.strip():
            self.wrong(where, "this text is empty", "write it, or leave the field out")
            return ""
        if not value.isprintable():
            words = f"'{shortened(value)}' holds a line end, a control or an invisible character"
            self.wrong(where, words, "write a text in one line, of characters that can be seen")
            return ""
        return value


def below(path: str, name: str) -> str:
    """The path of a member."""
    return f"{path}.{shortened(name, 40)}" if path else shortened(name, 40)


def _shown(value: Any) -> str:
    if isinstance(value, Table):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else shortened(repr(value), 40)
