"""The names of files as diffs write them: with prefixes, in quotes, with octal bytes, behind a rename.

implements: MU-CHAIN-7032
"""

from __future__ import annotations

import re

from msgspec import Struct

NOTHING = "/dev/null"
GIT_HEADER = "diff --git "
_PREFIXES = frozenset(
    {"ab", "ba", "iw", "wi", "ci", "ic", "cw", "wc", "ow", "wo", "12", "21"}
)  # of old and new, as git
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Names(Struct, frozen=True, array_like=True):
    """What a file is called before and after; "" where nobody says."""

    old: str = ""
    new: str = ""


def unquoted(name: str) -> str:
    """A name as it is, whether git put it into quotes or not."""
    match = _QUOTED.match(name)
    if match is None:
        return name
    raw = _ESCAPE.sub(_byte, match[1].encode("utf-8", "surrogatepass"))
    return raw.decode("utf-8", "replace")


def _byte(match: re.Match[bytes]) -> bytes:
    told = match[1]
    if told[:1].isdigit():
        return bytes([int(told, 8) & 0xFF])
    return _LETTERS.get(told, told)


def name_behind(line: str, mark: str) -> str:
    """The name in `--- a/x` or `+++ b/x`, without the time that may follow behind a tab.

    Git puts a tab behind a name with a space in it, so that a space at the very end is an editor's.
    """
    rest = line[len(mark) :]
    return unquoted(rest) if rest.startswith('"') else rest.partition("\t")[0] if "\t" in rest else rest.rstrip(" ")


def header_names(line: str) -> Names:
    """The two names in `diff --git a/x b/x`, without their prefixes.

    Names with spaces stand there without quotes: where both are the same, the line is cut in its middle; else
    `rename from` or `--- a/x` says more, and what is given here is a guess.
    """
    rest = line.removeprefix(GIT_HEADER)
    if (quoted := _QUOTED.match(rest)) is not None:
        return unprefixed(unquoted(rest), unquoted(rest[quoted.end() :].strip()))
    if rest.endswith('"') and ' "' in rest:
        first, _, second = rest.partition(' "')
        return unprefixed(first, unquoted(f'"{second}'))
    middle = len(rest) // 2
    old, new = rest[:middle], rest[middle + 1 :]
    if rest[middle : middle + 1] == " " and (old == new or (_is_prefixed(old, new) and old[2:] == new[2:])):
        return unprefixed(old, new)
    cut = rest.find(" b/")
    old, new = (rest[:cut], rest[cut + 1 :]) if cut >= 0 else rest.partition(" ")[::2]
    return unprefixed(old, new)


def unprefixed(old: str, new: str) -> Names:
    """Two names without `a/` and `b/`, where they have them."""
    if old == NOTHING:
        return Names(old, new[2:] if new[:2] in ("b/", "w/", "i/", "2/") else new)
    if new == NOTHING:
        return Names(old[2:] if old[:2] in ("a/", "i/", "c/", "1/") else old, new)
    return Names(old[2:], new[2:]) if _is_prefixed(old, new) else Names(old, new)


def _is_prefixed(old: str, new: str) -> bool:
    return old[1:2] == new[1:2] == "/" and old[0] + new[0] in _PREFIXES


def binary_names(line: str) -> Names:
    """The two names in `Binary files a/x and b/x differ`."""
    rest = line.removeprefix("Binary files ").removesuffix(" differ")
    sides = [(rest[:at], rest[at + 5 :]) for at in _places(rest, " and ")]
    told = [unprefixed(unquoted(old), unquoted(new)) for old, new in sides]
    sure = (names for names in told if names.old == names.new or NOTHING in (names.old, names.new))
    return next(sure, told[0] if told else Names(rest, rest))


def _places(text: str, words: str) -> list[int]:
    """Where the words stand; of very many the first only."""
    found: list[int] = []
    at = text.find(words)
    while at >= 0 and len(found) < 20:
        found.append(at)
        at = text.find(words, at + 1)
    return found
