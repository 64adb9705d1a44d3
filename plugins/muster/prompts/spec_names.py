"""The capabilities, tools, engines, surfaces, connectors and events that a spec names: SPEC-VAL-CAPREF-001.

A name is one of these, in any case:

- a dotted ID in running text or a code span, that begins as an ID of the snapshot does: where that has `fs.read`,
  then fs.write is one more; in a code span the same with `:` and `/`;
- any dotted ID below a heading that speaks of capabilities, tools, engines, surfaces, connectors or events;
- where such a heading says nothing else (also Required, Allowed, Used): what each item or row below it begins with,
  its first code spans or its first word. `NONE` names nothing, and an item that begins with `[` is a requirement.

A file name (`a.md`), a version, an address and what stands in a fence or a comment names nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.prompts.spec_outline import CODE_SPAN
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.model import SnapshotNames
    from muster.prompts.spec_outline import Outline, Part

_ID = re.compile(r"[A-Za-z][\w.:/@-]*")
_BARE = re.compile(r"[*_]*([A-Za-z][\w.:/@-]*)")
_PREFIX = re.compile(r"[^.:/]+[.:/]")
_KINDS = frozenset("capability capabilities tool tools engine engines surface surfaces connector connectors".split())
_KINDS |= {"event", "events", "integrations"}
_BESIDE = frozenset("and or required allowed used needed".split())
_NO_NAME = frozenset({"none", "n", "na", "n/a"})
_BETWEEN = re.compile(r"[*_]*\s*(?:[,;|&+/]|and|or)[*_\s]*")  # in an enumeration of code spans

_TARGET = re.compile(r"(?<=\])\([^()\s]*\)")
_TOKEN = re.compile(r"[\w.:/@~\\+-]+")
_ADDRESS = re.compile(r"://|@[A-Za-z]|^(?:\.|~?/)|\\\\")
_VERSION = re.compile(r"@[0-9][\w.-]*$")
_DOTTED = re.compile(r"[^\W\d_][\w-]*(?:\.[^\W\d][\w-]*)+")
_ABBREVIATION = re.compile(r"[A-Za-z](?:\.[A-Za-z])+")
_FILES = re.compile(
    r"\.(?:adoc|c|cfg|com|cpp|css|csv|gif|go|h|html?|ini|ipynb|java|jpe?g|js|jsonl?|jsx|kt|lock|md|mdx|org|pdf|php"
    r"|png|proto|py|pyi|rb|rs|rst|sh|sql|svg|swift|toml|tsx?|txt|wasm|xml|ya?ml)\Z",
    re.IGNORECASE,
)


def unknown_names(outline: Outline, snapshot: SnapshotNames) -> Iterator[tuple[int, str]]:
    """What a spec names and its snapshot does not allow, each once a line."""
    allowed, denied = ({name.casefold() for name in names} for names in (snapshot.allowed, snapshot.denied))
    prefixes = tuple(sorted({match[0] for name in allowed | denied if (match := _PREFIX.match(name))}))
    told: set[tuple[int, str]] = set()
    for line, name in sorted((*_in_spans(outline, prefixes), *_in_lists(outline), *_in_texts(outline, prefixes))):
        key = name.casefold()
        if key in allowed or _VERSION.sub("", key) in allowed or (line, key) in told:
            continue
        told.add((line, key))
        why = "is denied by" if _VERSION.sub("", key) in denied else "is not in"
        yield line, f"{shortened(name)!r} {why} the capability snapshot {snapshot.ref}"


def _in_spans(outline: Outline, prefixes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The code spans that begin like an ID of the snapshot, with `:` or `/` in place of dots."""
    for text, row in outline.texts:
        for span in CODE_SPAN.finditer(_seen(text)):
            name = _name_in(span[2])
            known = prefixes and name.casefold().startswith(prefixes)
            if known and not _FILES.search(name) and not any(_dotted_in(name)):
                yield row + text.count("\n", 0, span.start()), name


def _in_texts(outline: Outline, prefixes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The dotted IDs: those that begin like one of the snapshot, and any below a heading that speaks of such."""
    speaking = [(part.line, part.end) for part in outline.parts if _speaks_of_names(part)]
    for text, row in outline.texts:
        for at, line in enumerate(_seen(text).split("\n"), row):
            counts = any(first <= at <= end for first, end in speaking)
            for name in _dotted_in(line):
                if counts or (prefixes and name.casefold().startswith(prefixes)):
                    yield at, name


def _speaks_of_names(part: Part) -> bool:
    """Whether a title names one of the kinds; the title of a whole spec has to say nothing else."""
    words = set(re.findall(r"\w+", part.name))
    return bool(words & _KINDS) and (part.level > 1 or not words - _KINDS - _BESIDE)


def _seen(text: str) -> str:
    """A text without comments and where its links lead, in as many lines as before."""
    *closed, rest = _TARGET.sub("", text).split("-->")
    found = []
    for piece in closed:
        before, opened, comment = piece.partition("<!--")
        found.append(before + "\n" * comment.count("\n") if opened else f"{piece}-->")
    return "".join((*found, rest))


def _dotted_in(line: str) -> Iterator[str]:
    """The dotted IDs of a line; of several with `/` or `:` between them, each, unless they make the path of a file."""
    for token in _TOKEN.findall(line.replace("\\.", ".").replace("\\_", "_")):
        word = token.rstrip(".:/-_@+").strip("_:-+~")
        if _ADDRESS.search(word) or _FILES.search(word):
            continue
        for piece in re.split(r"[/:+]", _VERSION.sub("", word)):
            name = piece.strip("._-")
            if _DOTTED.fullmatch(name) and not _ABBREVIATION.fullmatch(name) and not _FILES.search(name):
                yield name


def _in_lists(outline: Outline) -> Iterator[tuple[int, str]]:
    """What the items and rows of the sections of capabilities, tools and the like begin with, but for dotted IDs."""
    for part in outline.parts:
        words = set(re.findall(r"\w+", part.name))
        if not words & _KINDS or words - _KINDS - _BESIDE:
            continue
        for entry in part.entries:
            if entry.text.startswith("[") or entry.prose:
                continue
            for name in _leading(entry.text):
                if name and name.lower() not in _NO_NAME and not _FILES.search(name) and not any(_dotted_in(name)):
                    yield entry.line, name


def _leading(text: str) -> Iterator[str]:
    """The code spans with which an item begins to name, one beside the other; without a span its first word."""
    span = CODE_SPAN.search(text)
    if span is None:
        match = _BARE.match(text)
        yield match[1].rstrip(".:/") if match else ""
    while span:
        yield _name_in(span[2])
        between = _BETWEEN.match(text, span.end())
        span = CODE_SPAN.match(text, between.end()) if between else None


def _name_in(span: str) -> str:
    match = _ID.match(span.strip())
    return match[0].rstrip(".:/") if match else ""
