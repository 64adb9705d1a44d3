"""The registry of work packets, a Markdown table: its row goes from a stub to the packet.

implements: MU-PKT-5023
"""

from __future__ import annotations

import re
from itertools import pairwise
from posixpath import dirname, normpath, relpath
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.markdown import Kind
from muster.text.source import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.text.markdown import Node

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)>\s]+)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_REMARK = re.compile(r"(\S+)\s+\([^()]*\)")
_STILL_STUB = re.compile(r"\s+\(stub\)", re.IGNORECASE)
_MARKS = ("**", "__", "*", "_", "`")  # around bold text and code
_SAYS_STUB = re.compile(r"(`?)stub\1(?![\w./-])", re.IGNORECASE)
_NOTES = ("note", "notes")


class Row(Struct, frozen=True):
    """The registry with one row changed; `changed` is false where it says so already."""

    data: bytes
    line: int
    changed: bool


class Refused(Struct, frozen=True):
    """Why something is not done, and what to do."""

    message: str
    help: str


class Entry(Struct, frozen=True):
    """A work packet, and the files that stand for it one after the other."""

    wp_id: str
    stub: str
    packet: str


def activated_row(data: bytes, registry: str, entry: Entry) -> Row | Refused:
    """The registry with the packet in place of its stub, and a note of it where one says `stub`.

    Every other byte stays.
    """
    text = data.decode("utf-8", "surrogateescape")
    lines = _LINE.findall(text)
    rows = [node for node in source_of(text).nodes if node.kind is Kind.ROW]
    below = [node.start for node in rows if node.info != "header"]
    own = [at for at in below if _cells_with(lines[at], registry, entry.stub)]
    done = [at for at in below if _cells_with(lines[at], registry, entry.packet)]
    if len(own) > 1:
        listed = ", ".join(str(at + 1) for at in own[:10])
        return Refused(f"{registry} has {len(own)} rows with {entry.stub}: lines {listed}", "leave one of them")
    if not own and done:
        return Row(data, done[0] + 1, changed=False)
    if not own:
        return Refused(f"{registry} has no row with {entry.stub}", "add one to its table: a cell of it is that path")
    if done:
        words = f"{registry} names {entry.packet} in line {done[0] + 1} and its stub in line {own[0] + 1}"
        return Refused(words, "leave one of the two rows")
    [at] = own
    lines[at] = _activated(lines[at], _header_of(at, rows, lines), registry, entry)
    return Row("".join(lines).encode("utf-8", "surrogateescape"), at + 1, changed=True)


def _activated(line: str, header: str, registry: str, entry: Entry) -> str:
    """A row of a stub as that of its packet."""
    spans = _cells_with(line, registry, entry.stub)
    first = line[slice(*spans[0])]
    named = next((name for name in _names_of(entry.stub, registry) if name in first), entry.stub)
    edits = {span: _moved(line[slice(*span)], registry, entry) for span in spans}
    for span in _notes_in(line, header):
        cell = line[slice(*span)]
        begin = span[0] + len(cell) - len(cell.lstrip())
        if match := _SAYS_STUB.match(line, begin, span[1]):
            edits[match.span()] = f"active={entry.wp_id}; activated from stub {named}"
    for (start, end), new in sorted(edits.items(), reverse=True):
        line = line[:start] + new + line[end:]
    return line


def _header_of(at: int, rows: Sequence[Node], lines: Sequence[str]) -> str:
    """The head of the table that a row belongs to; "" for none."""
    heads = [node.start for node in rows if node.info == "header" and node.start < at]
    return lines[heads[-1]] if heads else ""


def _notes_in(line: str, header: str) -> list[tuple[int, int]]:
    """The cells of a row below a head `Notes`."""
    heads = [header[slice(*span)].strip().strip("*_`").casefold() for span in _columns_of(header)]
    return [span for span, head in zip(_columns_of(line), heads, strict=False) if head in _NOTES]


def _columns_of(line: str) -> list[tuple[int, int]]:
    """The cells of a row, without what stands before a bar that opens it."""
    return _cells_of(line)[line.lstrip().startswith("|") :]


def _cells_of(line: str) -> list[tuple[int, int]]:
    edges = [-1, *(match.start() for match in _CELL_EDGE.finditer(line)), len(line)]
    return [(begin + 1, end) for begin, end in pairwise(edges)]


def _cells_with(line: str, registry: str, path: str) -> list[tuple[int, int]]:
    """The cells of a row that are this path, plain, marked or as a link, whatever remark in parentheses follows."""
    return [span for span in _cells_of(line) if _path_in(line[slice(*span)]) in _names_of(path, registry)]


def _path_in(cell: str) -> str:
    """The path that a cell is; "" for none."""
    words = cell.strip()
    if (remark := _REMARK.fullmatch(words)) and not words.startswith("["):
        words = remark[1]
    for mark in _MARKS:
        if words.startswith(mark) and words.endswith(mark):
            words = words.removeprefix(mark).removesuffix(mark).strip()
    if words.startswith("<") and words.endswith(">"):
        words = words[1:-1]
    link = _LINK.fullmatch(words)
    path = link[1] if link else words
    return normpath(path) if path.startswith("./") else path


def _names_of(path: str, registry: str) -> tuple[str, str]:
    """How a registry may name a file: from the root, or from where it stands itself."""
    return path, relpath(path, dirname(registry) or ".")


def _moved(cell: str, registry: str, entry: Entry) -> str:
    for old, new in zip(_names_of(entry.stub, registry), _names_of(entry.packet, registry), strict=True):
        if old in cell:
            return _STILL_STUB.sub("", cell.replace(old, new))
    return cell
