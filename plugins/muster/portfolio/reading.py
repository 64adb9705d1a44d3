"""`portfolio.toml` as a value, or every mistake in it with its line.  implements: MU-FOLIO-9501"""

from __future__ import annotations

import difflib
import posixpath
import re
import tomllib
from typing import TYPE_CHECKING, Any

from muster.model import natural
from muster.portfolio.values import Entry, Portfolio
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLE = "Portfolio"
SAMPLE = """\
title = "Our services"

[[repositories]]
name = "core"
path = "../core"

[[repositories]]
name = "queue"
url = "https://git.example.org/queue.git"
"""
_TOP = ("title", "repositories")
_KEYS = ("name", "path", "url", "revision")
_LONGEST_NAME = 60  # a page and a folder have it, and 255 bytes are the most that a file's name may be
_NAME = re.compile(r"[^\W_](?:[\w.-]*\w)?")
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*[\"']?repositories[\"']?[ \t]*\]\]")


class InvalidPortfolio(ValueError):
    """The file has mistakes; `problems` holds them all, each with its line."""

    def __init__(self, source: str, problems: Sequence[tuple[int, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}:{line}: {words}" for line, words in self.problems))


def portfolio_of(text: str, source: str) -> Portfolio:
    """Read the text of a portfolio; raises `InvalidPortfolio`."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at = re.search(r"\(at line (\d+)", str(error))
        raise InvalidPortfolio(source, [(int(at[1]) if at else 1, f"not TOML: {error}")]) from None
    lines = _Lines(text)
    problems = list(_of_top(table, lines))
    listed = table.get("repositories")
    tables = listed if isinstance(listed, list) else []
    for number, one in enumerate(tables):
        problems += _of_entry(one, number, lines)
    problems += _clashes(tables, lines)
    if problems:
        raise InvalidPortfolio(source, sorted(problems, key=lambda problem: problem[0]))
    entries = [Entry(**one, line=lines.of_table(number)) for number, one in enumerate(tables)]
    return Portfolio(table.get("title", TITLE), tuple(sorted(entries, key=lambda one: natural(one.name))))


class _Lines:
    """Where the tables and keys of a file stand: TOML's reader does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers = [i for i, line in enumerate(self._lines, 1) if _HEADER.match(line)]

    def of_table(self, number: int) -> int:
        """The line on which a repository begins; with tables in a list, that of the list."""
        return self._headers[number] if number < len(self._headers) else self.of_key("repositories")

    def of_key(self, key: str, number: int | None = None) -> int:
        """The line of a key, at the top or of a repository; that of the repository where it has none of its own."""
        if number is not None and number >= len(self._headers):
            return self.of_table(number)
        first = 0 if number is None else self._headers[number]
        own = re.compile(rf"[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=")
        for i, line in enumerate(self._lines[first:], first + 1):
            if line.lstrip().startswith("[") and i != first:
                break
            if own.match(line):
                return i
        return first or 1


def _of_top(table: Mapping[str, Any], lines: _Lines) -> Iterator[tuple[int, str]]:
    yield from ((lines.of_key(key), f"unknown key `{key}`; {_near(key, _TOP)}") for key in table if key not in _TOP)
    title = table.get("title", TITLE)
    if not isinstance(title, str) or not title.strip() or not title.isprintable():
        yield lines.of_key("title"), f"`title` is {_shown(title)}; it is a text of one line"
    listed = table.get("repositories")
    if not isinstance(listed, list):
        told = "no repository is named" if listed is None else f"`repositories` is {_shown(listed)}"
        yield lines.of_key("repositories"), f"{told}; begin each with `[[repositories]]`"
    elif not listed:
        yield lines.of_key("repositories"), "no repository is named; begin each with `[[repositories]]`"


def _of_entry(one: Any, number: int, lines: _Lines) -> Iterator[tuple[int, str]]:
    at = lines.of_table(number)
    if not isinstance(one, dict):
        yield at, f"`repositories[{number}]` is {_shown(one)}; it is a table with `name` and `path` or `url`"
        return
    for key, value in one.items():
        line = lines.of_key(key, number)
        if key not in _KEYS:
            yield line, f"unknown key `{key}`; {_near(key, _KEYS)}"
        elif not isinstance(value, str) or not value:
            yield line, f"`{key}` is {_shown(value)}; it is a text that is not empty"
        elif not value.isprintable():
            yield line, f"`{key}` is {_shown(value)}; it has a character that nobody sees"
        elif key in ("url", "revision") and value.startswith("-"):
            yield line, f"`{key}` is {_shown(value)}; git would take it for an option"
        elif key == "name" and (_NAME.fullmatch(value) is None or len(value) > _LONGEST_NAME):
            words = "it has at most 60 letters, digits, `-`, `_`, `.`, and begins and ends with one of the first two"
            yield line, f"`name` is {_shown(value)}; {words}"
    if "name" not in one:
        yield at, "the repository has no `name`"
    if ("path" in one) == ("url" in one):
        told = "both `path` and `url`" if "path" in one else "neither `path` nor `url`"
        yield at, f"the repository has {told}; give it one of them"
    if "revision" in one and "url" not in one:
        yield lines.of_key("revision", number), "`revision` needs `url`: a path is read as it stands"


def _clashes(tables: Sequence[Any], lines: _Lines) -> Iterator[tuple[int, str]]:
    """Two repositories with one name, or one folder with two; a name is that of a page and of a folder too."""
    names: dict[str, str] = {}
    paths: dict[str, str] = {}
    for number, one in enumerate(tables):
        texts = {key: one[key] for key in _KEYS if isinstance(one.get(key), str)} if isinstance(one, dict) else {}
        name, path = texts.get("name", ""), texts.get("path", "")
        if name and (first := names.get(name.casefold())) is not None:
            case = "" if first == name else f": {first!r} differs from it by case alone"
            yield lines.of_key("name", number), f"the name {name!r} is taken{case}"
        if path and (first := paths.get(posixpath.normpath(path))) is not None:
            yield lines.of_key("path", number), f"`path` is {_shown(path)}, which {first!r} has already"
        names.setdefault(name.casefold(), name)
        paths.setdefault(posixpath.normpath(path), name)


def _near(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"


def _shown(value: Any) -> str:
    try:
        return shortened(repr(value), 60)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "too large a number"
