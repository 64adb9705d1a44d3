"""Code and test paths that a text names.  implements: MU-REQ-1033"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from muster.text.inline import CODE, code_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDINGS = (
    "bash|c|cc|cfg|clj|cmake|conf|cpp|cs|css|cue|cxx|dart|el|erl|ex|exs|feature|fs|go|gradle|graphql|groovy|h|hh|hpp|hs"
    "|html|hxx|ini|java|jl|js|json|jsx|kt|kts|lua|m|mjs|ml|mm|nix|php|pl|proto|ps1|py|pyi|r|rb|rs|scala|scss|sh|sol|sql"
    "|svelte|swift|tcl|tf|toml|ts|tsx|vue|xml|yaml|yml|zig|zsh"
)
_PATH = re.compile(
    rf"(?<![\w/.:@*<{{$%~+-])(?P<path>(?:\.{{0,2}}/)?(?:\.?[\w@+-][\w.@+-]*/)+(?:[\w@+-][\w.@+-]*\.(?:{_ENDINGS})\b)?)"
    r"(?![\w*/<{$-])"
)


def paths_in(text: str) -> list[str]:
    """The paths in a text that look like code, as written: with a folder, and an ending or a final `/`."""
    return [match["path"] for match in _matches(text)]


def may_name(text: str) -> bool:
    """Whether a path may stand in a text: a quick look that spares the long one."""
    return "./" in text or _LAST_PART.search(text) is not None


# What a path ends with that is not written as relative. It begins with one character, for which the matcher looks fast.
_LAST_PART = re.compile(rf"/[\w@+-][\w.@+-]*\.(?:{_ENDINGS})")


def _matches(text: str) -> Iterator[re.Match[str]]:
    if not may_name(text):
        return
    first, last = text.find("/"), text.rfind("/")
    start = max(text.rfind(" ", 0, first), text.rfind("\n", 0, first), 0)  # only words with a slash are paths
    end = text.find(" ", last)
    for match in _PATH.finditer(text, start, end if end >= 0 else len(text)):
        path = match["path"]
        # `reject/drop/` is prose; a folder counts when it is written as relative
        relative = path.startswith(("./", "../"))
        if not path.startswith("/") and (relative or not path.endswith("/")):
            yield match


class Named(NamedTuple):
    """A path that a text claims to be there, at an offset; `marked` where `(to be created)` follows.

    `material` is what a program may read or write where it runs, and so perhaps no part of the repository.
    """

    path: str
    start: int
    marked: bool
    material: bool


def named_in(text: str, mask: str) -> list[Named]:
    """The paths of a text that must exist, and those marked as still to be created.  implements: MU-RULE-2016

    `mask` is the text as `inline.masked` blanks it. A path in the text or the target of a link is the link's
    affair. What an author makes up, plans, deletes or has a program write is not claimed to be there: where
    the words around say so, no path of the text counts that is not marked.
    """
    if not may_name(text):
        return []
    if "`" in text:
        mask = _with_code(text, mask)
    found: list[Named] = []
    around: dict[int, str] = {}
    rest: list[str] = []  # all but the marks
    done = 0
    for match in _matches(mask):
        start, end = match.span()
        after = mask[end : end + 80]
        if _IN_LINK.match(after):
            continue
        mark = _TO_BE_CREATED.match(after)
        found.append(Named(match["path"], start, mark is not None, _is_material(match["path"])))
        around[start] = mask[max(start - 60, 0) : start] + after[:60]
        rest.append(mask[done:end])
        done = end + (mark.end() if mark else 0)
    if not found:
        return found
    words = "".join((*rest, mask[done:]))
    made_up = _MADE_UP.search(words) is not None or any(_PLACEHOLDER.search(name.path) for name in found)
    at_run_time = made_up or _AT_RUN_TIME.search(words) is not None
    return [
        name
        for name in found
        if name.marked or not ((at_run_time if name.material else made_up) or _NOT_THERE.search(around[name.start]))
    ]


def _with_code(text: str, mask: str) -> str:
    """The mask with its code spans shown: paths stand in code more often than not."""
    parts: list[str] = []
    done = 0
    for start, end in code_spans(text):
        parts += (mask[done:start], text[start:end])
        done = end
    return "".join((*parts, mask[done:]))


def _is_material(path: str) -> bool:
    return not path.startswith(("./", "../")) and path.rpartition(".")[2] in _MATERIAL


_MATERIAL = frozenset("cfg conf cue css html ini json php properties sql svg tf toml xml yaml yml".split())
_IN_LINK = re.compile(rf"[^\[\]\n]{{0,80}}\]{CODE}")
_TO_BE_CREATED = re.compile(r"`{0,2}[*_]{0,2}\s{0,9}\([\"'“‘*_]{0,2}to\s+be\s+created\b", re.IGNORECASE)
_MADE_UP = re.compile(
    r"\b(?:e\.\s?g|for\s+instance|examples?|such\s+as|suppose|imagine|assum(?:e|ing)|would|hypothetical"
    r"|to\s+be\s+(?:created|written|added)|not\s+yet|(?:will|shall)\s+be|planned|todo|tbd)\b",
    re.IGNORECASE,
)
_NOT_THERE = re.compile(  # near the path
    r"\b(?:(?:re)?moved?|removes|removing|deleted?|deletes|renamed?|formerly|previously|used\s+to|no\s+longer|legacy"
    r"|not\s+exist|absent|missing|instead\s+of|upstream|generat(?:e|es|ed|ing)|scaffold(?:s|ed)?)\b",
    re.IGNORECASE,
)
_AT_RUN_TIME = re.compile(
    r"\b(?:writ(?:e|es|ten|ing)|creat(?:e|es|ed|ing)|emit(?:s|ted)?|produc(?:e|es|ed)|stor(?:e|es|ed)|sav(?:e|es|ed)"
    r"|outputs?|reads?|load(?:s|ed)?|look(?:s|ed)?|optional|override[sn]?|users?|configur\w*|default\w*|if|when|unless)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:^|/)(?:foo|bar|baz|qux|quux|path/to|x+|your[-_]?\w*|my[-_]\w+|some[-_]\w+|name|file|example)(?=[/.]|$)",
    re.IGNORECASE,
)


def resolved(path: str, document: str) -> str:
    """A path relative to the root: `./` and `../` start at the document, all others at the root."""
    start = dirname(document) if path.startswith(("./", "../")) else ""
    target = normpath(join(start, path))
    if target.startswith("..") or target in (".", ""):
        return ""
    return target + "/" if path.endswith("/") else target
