"""The scope of a prompt: which files it allows, and whether a path or another scope is within it.

implements: MU-CHAIN-7032
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from muster.chains.turn import Entry, Said, Scope
from muster.text import globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LIST = re.compile(r"(?<!\w)(?:(allowed)|(prohibited|forbidden))(?:[ ](?:files|paths|file set))?[ \t]*:", re.IGNORECASE)
_ITEM = re.compile(r"`([^`]+)`|([^,;`]+)")
_NOTHING = ("", "none", "-", "n/a", "nothing")
_MOST_WILDCARDS = 4  # that the matcher of the settings takes; more are matched step by step


def scope_in(entry: Entry) -> Scope:
    """What the field SCOPE allows and forbids: `Allowed: a, b/**`, or the same as a list below `Allowed:`."""
    lists: dict[bool, list[Said]] = {}
    allows: bool | None = None  # the list that goes on
    for line in (Said(entry.value, entry.line), *entry.items):
        marks = list(_LIST.finditer(line.text))
        begin = marks[0].start() if marks else len(line.text)
        if allows is not None:
            lists[allows] += _globs_in(Said(line.text[:begin], line.line))
        for at, mark in enumerate(marks):
            allows = mark[1] is not None
            end = marks[at + 1].start() if at + 1 < len(marks) else len(line.text)
            lists.setdefault(allows, []).extend(_globs_in(Said(line.text[mark.end() : end], line.line)))
    return Scope(
        text=entry.text,
        line=entry.line,
        allowed=tuple(lists.get(True, ())),
        prohibited=tuple(lists.get(False, ())),
        allows=True in lists,
        forbids=False in lists,
    )


def _globs_in(line: Said) -> Iterator[Said]:
    """The globs of a list that commas part; those in backticks as they are, others without a remark in parentheses."""
    for match in _ITEM.finditer(line.text):
        text = match[1] or re.sub(r"(?<=\S)[ \t]+\([^()]*\)$", "", match[2].strip()).rstrip()
        text = text.strip().removeprefix("./")
        if text.casefold().rstrip(".") not in _NOTHING:
            yield Said(text, line.line)


def is_within(path: str, scope: Scope) -> bool:
    """Whether a file is allowed and not forbidden; a path that leaves the repository never is."""
    clean = posixpath.normpath(path.replace("\\", "/"))
    if clean.startswith(("../", "/")) or clean == ".." or ":" in clean.partition("/")[0]:
        return False
    return _is_in(clean, scope.allowed) and not _is_in(clean, scope.prohibited)


def _is_in(path: str, patterns: Iterable[Said]) -> bool:
    return any(matches(path, pattern.text) for pattern in patterns)


def matches(path: str, glob: str) -> bool:
    """Whether a path lies under a glob, as in the settings; in a time that no glob of a turn can make long."""
    if glob.endswith("/"):
        glob += "**"
    if len(_WILDCARD.findall(glob)) <= _MOST_WILDCARDS and len(path) < _LONGEST:
        return globs.matches(path, glob)
    return _matches_stepwise(path, glob)


_WILDCARD = re.compile(r"\*\*/|\*+")
_TOKEN = re.compile(r"\*\*/|\*\*|.", re.DOTALL)
_LONGEST = 300


def _matches_stepwise(path: str, glob: str) -> bool:
    """The same, one character of the path after the other, with all places of the glob that can be reached."""
    tokens = _TOKEN.findall(glob)
    places = _reached({0}, tokens, at_start=True)
    for char in path:
        following = set()
        for place in places:
            token = tokens[place] if place < len(tokens) else ""
            if token in ("**", "**/") or (token == "*" and char != "/"):  # noqa: S105 -- no password
                following.add(place)
            elif token and (token == char or (token == "?" and char != "/")):  # noqa: S105 -- no password
                following.add(place + 1)
        places = _reached(following, tokens, at_start=char == "/")
        if not places:
            return False
    return len(tokens) in places


def _reached(places: set[int], tokens: list[str], *, at_start: bool) -> set[int]:
    """The places, and those behind wildcards that stand for nothing; `**/` does so at the start of a name alone."""
    found = set()
    for place in places:
        step = place
        found.add(step)
        while step < len(tokens) and (tokens[step] in ("*", "**") or (tokens[step] == "**/" and at_start)):
            step += 1
            found.add(step)
    return found


def widened(sub: Scope, parent: Scope) -> list[Said]:
    """What a sub-iteration allows and its first prompt did not: globs beyond it, and prohibitions that are gone."""
    beyond = [glob for glob in sub.allowed if not _covers(parent.allowed, glob.text)]
    lifted = [
        Said(glob.text, sub.line)
        for glob in parent.prohibited
        if not _covers(sub.prohibited, glob.text) and _meet(glob.text, sub.allowed)
    ]
    return beyond + lifted


def _covers(patterns: tuple[Said, ...], glob: str) -> bool:
    """Whether all that a glob stands for lies under one of the patterns."""
    return any(
        glob == pattern.text or all(matches(path, pattern.text) for path in _samples_of(glob)) for pattern in patterns
    )


def _meet(glob: str, patterns: tuple[Said, ...]) -> bool:
    """Whether some of what a glob stands for lies under one of the patterns, or the other way round."""
    return any(
        matches(path, pattern.text) or any(matches(other, glob) for other in _samples_of(pattern.text))
        for pattern in patterns
        for path in _samples_of(glob)
    )


def _samples_of(glob: str) -> list[str]:
    """Paths under a glob, with names that stand in no other one: what matches them all matches what the glob does."""
    glob = glob + "**" if glob.endswith("/") else glob
    if not re.search(r"[*?]", glob):
        is_file = "." in glob.rpartition("/")[2]
        return [glob] if is_file else [glob, f"{glob}/{_NAME}/{_NAME}"]
    deep = glob.replace("**/", f"{_NAME}/{_NAME}/").replace("**", f"{_NAME}/{_NAME}")
    flat = glob.replace("**/", "").replace("**", _NAME)
    return [re.sub(r"[*?]", _NAME, sample) for sample in (deep, flat)]


_NAME = "\x01"
