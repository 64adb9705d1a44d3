"""The block of a prompt: its header, the further fields, and what they name.

implements: MU-CHAIN-7012, MU-CHAIN-7014, MU-CHAIN-7016
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.scope import scope_in
from muster.chains.turn import FURTHER, HEADER, Entry, Prompt, Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.chains.fences import Body, Fence

_KEY = re.compile(r"([A-Z][A-Z0-9_/+-]*(?: [A-Z0-9_/+-]+){0,7})[ \t]*:(?:[ \t]+|$)")
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|$)")
_LINK = re.compile(r"\]\([ \t]*(?:<([^<>]*)>|([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*))")
_BARE = re.compile(r"[^\s()<>\[\]`\"',;|]+")
_DOCUMENT = re.compile(r"\.(?:md|markdown|mdx|rst|txt|adoc)(?:#.*)?$", re.IGNORECASE)
_OF_FILES = ("SCOPE", "EXPECTED OUTPUTS", "TESTS", "COMMANDS")  # a path in them is no link to a document


def prompt_in(body: Body) -> Prompt:
    """What the body of a prompt says; without any block, the header is looked for in its text."""
    block = _block_of(body)
    if block is None:
        lines = [Said(line.text.lstrip(), line.line) if _begins_field(line) else line for line in body.prose]
    else:
        lines = [Said(text, number) for number, text in enumerate(block.text_lines, start=block.line + 1)]
    fields = _fields_of(lines)
    count = _length_of_header(fields.entries)
    header, further = fields.entries[:count], fields.entries[count:]
    scope = next((entry for entry in header if entry.key == "SCOPE"), None)
    return Prompt(
        line=block.line if block else 0,
        header=header,
        further=further,
        links=tuple(_links_in(fields.entries)),
        scope=scope_in(scope) if scope else None,
        blocks=tuple([fence.line for fence in body.fences]),
        outside=tuple(sorted([line.line for line in body.prose] + [heading.line for heading in body.headings])),
        strays=fields.strays,
        roles=tuple([entry.line for entry in fields.entries if entry.key == "ROLE"]),
    )


def _block_of(body: Body) -> Fence | None:
    """The first fence with a ROLE; where none has one, the first."""
    told = (fence for fence in body.fences if any(line.startswith("ROLE:") for line in fence.text_lines))
    return next(told, body.fences[0] if body.fences else None)


def _begins_field(line: Said) -> bool:
    """Whether a line of text is a field of the header, up to three columns from the margin."""
    text = line.text.lstrip(" ")
    return len(line.text) - len(text) <= 3 and _KEY.match(text) is not None


class _Read(Struct, frozen=True, array_like=True):
    """The fields of a block, and the lines that belong to none."""

    entries: tuple[Entry, ...]
    strays: tuple[Said, ...]


def _fields_of(lines: Iterable[Said]) -> _Read:
    """A field begins at the margin and goes on in lines that are indented and in list items.

    What is written in capitals like a field and is none of a prompt is a stray line, with all that belongs to it.
    """
    entries: list[Entry] = []
    strays: list[Said] = []
    head: tuple[str, str, int] | None = None
    items: list[Said] = []
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        key = _KEY.match(line.text)
        item = _ITEM.match(text)
        if key is not None and key[1] in (*HEADER, *FURTHER):
            _close(head, items, entries)
            head, items = (key[1], line.text[key.end() :].strip(), line.line), []
        elif head is not None and key is None and (item or line.text[0] in " \t"):
            items.append(Said(text[item.end() :].strip() if item else text, line.line))
        else:
            _close(head, items, entries)
            head, items = None, []
            strays.append(Said(text, line.line))
    _close(head, items, entries)
    return _Read(tuple(entries), tuple(strays))


def _close(head: tuple[str, str, int] | None, items: Sequence[Said], entries: list[Entry]) -> None:
    if head is not None:
        entries.append(Entry(*head, tuple(items)))


def _length_of_header(entries: Sequence[Entry]) -> int:
    """How many of the fields make up the header: those of the first prompt down to the last one that belongs to it."""
    ended = False  # whether STOP RULE was seen, behind which a ROLE begins another prompt
    count = 0
    for number, entry in enumerate(entries, start=1):
        if entry.key == "ROLE" and ended:
            break
        ended = ended or entry.key == HEADER[-1]
        if entry.key in HEADER:
            count = number
    return count


def gap_in(header: Sequence[Entry]) -> int:
    """The first line within a header that belongs to none of its fields, such as a blank one; 0 where there is none."""
    due = header[0].line if header else 0
    for entry in header:
        for line in (entry.line, *(item.line for item in entry.items)):
            if line != due:
                return due
            due += 1
    return 0


def _links_in(entries: Iterable[Entry]) -> Iterable[Said]:
    """The targets of Markdown links, and the documents that are named without one."""
    for entry in entries:
        for line in (Said(entry.value, entry.line), *entry.items):
            linked = [match[1] or match[2] for match in _LINK.finditer(line.text)]
            yield from (Said(target, line.line) for target in linked)
            if linked or entry.key in _OF_FILES:
                continue
            for match in _BARE.finditer(line.text):
                name = match[0].rstrip(".:!?")
                if _DOCUMENT.search(name) or (entry.key == "PROTOCOL" and "/" in name):
                    yield Said(name, line.line)
