"""Findings that were there from the start, `requirements/baseline.json`: read and written.

One entry a line, sorted, so that branches which mend different findings merge.

implements: MU-RULE-2032
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from muster.model import Derived, Known, Place, Problem
from muster.text.utf8 import encodable
from muster.text.words import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from muster.model import Project

SCHEMA_VERSION = 1
MOST = 50_000_000  # characters: some hundred thousand findings
_ANEW = "take it back from git, or remove the file and adopt anew with `muster check --baseline`"
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>)", re.MULTILINE)


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One known finding."""

    code: str
    path: str
    key: str
    message: str


class Baseline(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as a whole."""

    schema_version: Literal[1]
    findings: tuple[Entry, ...]


def rendered(known: Iterable[Known]) -> str:
    """The baseline file of these findings."""
    rows = sorted((finding.path, finding.code, finding.key, printable(finding.message)) for finding in known)
    lines = [
        json.dumps({"code": code, "path": path, "key": key, "message": message}, ensure_ascii=False)
        for path, code, key, message in rows
    ]
    # A lone surrogate is spelled out as JSON would.
    return encodable(f'{{\n"schema_version": {SCHEMA_VERSION},\n"findings": [\n' + ",\n".join(lines) + "\n]\n}\n")


def shrunk(project: Project, mended: Iterable[Known], path: str, lines: Callable[[str], Sequence[str]]) -> Derived:
    """The baseline without what is mended; no file where nothing is left."""
    gone = set(mended)
    left = [entry for entry in project.known if entry not in gone]
    return Derived(path, False, rendered(left) if left else None, "\n".join(lines(path)))


def known_in(text: str, path: str) -> tuple[tuple[Known, ...], tuple[Problem, ...]]:
    """The known findings of a file, or every problem of it: of a file with one, nothing is known."""

    def problem(line: int, message: str, remedy: str = _ANEW) -> Problem:
        return Problem("SET011", Place(path, line), message, remedy)

    if len(text) > MOST:
        return (), (problem(1, f"the file has {len(text):,} characters, more than {MOST:,}"),)
    if conflict := _CONFLICT.search(text):
        words = "the file has the marks of a merge that stopped"
        remedy = "keep the lines of both sides, once each; `muster sync` drops what is mended"
        return (), (problem(text.count("\n", 0, conflict.start()) + 1, words, remedy),)
    try:
        value, repeated = _loaded(text)
    except json.JSONDecodeError as error:
        return (), (problem(error.lineno, f"the file is no JSON: {error.msg}"),)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets by the thousand
        return (), (problem(1, "the file is no JSON that can be a baseline"),)
    entries, wrong = _top(value)
    if wrong:
        return (), (problem(1, *wrong),)
    objects = [at for at, item in enumerate(entries) if isinstance(item, dict)]
    by_object = _lines_of_entries(text, len(objects))
    lines = {at: by_object(number) for number, at in enumerate(objects)}
    problems = [problem(by_object(at), f"{shortened(name)!r} stands twice in one object") for at, name in repeated]
    found: dict[tuple[str, str, str], Known] = {}
    for at, item in enumerate(entries):
        try:
            entry = msgspec.convert(item, Entry)
        except msgspec.ValidationError as error:
            problems.append(problem(lines.get(at, 1), f"this entry is none: {printable(str(error))}"))
            continue
        known = Known(entry.code, entry.path, entry.key, entry.message, lines.get(at, 1))
        if found.setdefault((entry.code, entry.path, entry.key), known) is not known:
            problems.append(
                problem(lines.get(at, 1), f"{shortened(entry.key)} of {shortened(entry.path)} stands twice")
            )
    return ((), tuple(problems)) if problems else (tuple(found.values()), ())


def _loaded(text: str) -> tuple[Any, list[tuple[int, str]]]:
    """The value of a JSON text, and the names that an object has twice, with the number of the object."""
    closed = 0
    repeated: list[tuple[int, str]] = []

    def of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal closed
        found = dict(pairs)
        if len(found) < len(pairs):
            names = Counter(name for name, _ in pairs)
            repeated.extend((closed, name) for name, times in names.items() if times > 1)
        closed += 1
        return found

    return json.loads(text, object_pairs_hook=of_pairs), repeated


def _top(value: Any) -> tuple[Sequence[Any], tuple[str, ...]]:
    """The entries, or what is wrong with the object that holds them."""
    version = value.get("schema_version") if isinstance(value, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        words = f"the file is of version {shortened(str(version))}, and this Muster knows version {SCHEMA_VERSION}"
        return (), (words, "use the Muster that wrote it, or a newer one")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        return (), ("the file has no schema_version that Muster ever wrote",)
    try:
        msgspec.convert({**value, "findings": ()} if isinstance(value.get("findings"), list) else value, Baseline)
    except msgspec.ValidationError as error:
        return (), (f"the file is no baseline: {printable(str(error))}",)
    return value["findings"], ()


def _lines_of_entries(text: str, number: int) -> Callable[[int], int]:
    """The line of each entry that is an object, by its number; 1 where the file is laid out in a way that hides it."""
    # No string of JSON goes over a line end, and so a brace that begins a line is one; the first opens the file.
    starts = [at for at, line in enumerate(text.split("\n"), start=1) if line.lstrip().startswith("{")]
    return lambda at: starts[at + 1] if len(starts) == number + 1 and at < number else 1
