"""Prompt documents: Markdown that says what a prompt is for, under fields at its head and in sections in order.

A document is one where its first heading is `# Prompt: ...` or a line is a `Prompt ID:`; a README beside it is none.
A section is a heading, or an item `3. Scope` of a list at the margin. Where the file has the heading of the body, the
sections are looked for below it: what stands above, under the same names, sums them up.

implements: MU-PRM-6005
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Place, Problem
from muster.text.source import lines_of
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.settings import PromptSettings

CODE = "PRM009"
_TITLE = re.compile(r"# +Prompt: *(.*)")
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9 _-]{0,60}):(?: (.*))?")
_HEADING = re.compile(r"#{1,6}[ \t]+(?:[0-9]{1,9}[.)]?[ \t]+)?(.*)")
_ITEM = re.compile(r"[0-9]{1,9}[.)][ \t]+(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIMES = ("created", "last-modified")


class Head(Struct, frozen=True, array_like=True):
    """A field at the head of a prompt document."""

    name: str
    value: str
    line: int


class PromptDocument(Struct, frozen=True, array_like=True):
    """A prompt document as read."""

    title: str
    title_line: int
    fields: tuple[Head, ...]
    sections: tuple[tuple[str, int], ...]  # the names of headings and items, and their lines
    body_line: int  # of the heading of the body; 0 where there is none

    def field(self, name: str) -> Head | None:
        """The first field of a name, in any case."""
        return next((field for field in self.fields if field.name.lower() == name.lower()), None)


def prompt_document_in(text: str, settings: PromptSettings) -> PromptDocument | None:
    """The prompt document that a file is; None where it is none."""
    lines = _unfenced(lines_of(text))
    title, title_line, body_line = "", 0, 0
    fields: list[Head] = []
    sections: list[tuple[str, int]] = []
    for number, line in enumerate(lines, start=1):
        if not title_line and (match := _TITLE.fullmatch(line)):
            title, title_line = match[1].strip(), number
        elif heading := (_HEADING.fullmatch(line) or _ITEM.fullmatch(line)):
            name = heading[1].strip(" \t#")
            if line.startswith("#") and not body_line and name.lower() == settings.document_body.lower():
                body_line = number
            sections.append((name, number))
        elif not sections and (match := _FIELD.fullmatch(line)):
            fields.append(Head(match[1].strip(), (match[2] or "").strip(), number))
    if not (_begins(lines, title_line) or any(field.name.lower() == "prompt id" for field in fields)):
        return None
    return PromptDocument(title, title_line, tuple(fields), tuple(sections), body_line)


def prompt_id_of(document: PromptDocument) -> Head | None:
    """The field with the ID by which others may name the document; None where it is none."""
    field = document.field("Prompt ID")
    return field if field and _UUID.fullmatch(field.value) else None


def document_problems(document: PromptDocument, path: str, settings: PromptSettings) -> Iterator[Problem]:
    """All that differs from the form that the settings ask for."""
    top = Place(path, max(document.title_line, 1))
    if not document.title:
        yield Problem(CODE, top, "the prompt has no title", "write `# Prompt: what it is for` at its top")
    for name in settings.document_fields:
        field = document.field(name)
        if field is None:
            yield Problem(CODE, top, f"the field {name} is missing", f"write `{name}: ...` below the title")
        elif problem := _wrong_value(field):
            yield Problem(CODE, Place(path, field.line), *problem)
    yield from _repeated_fields(document, path, settings)
    yield from _times_reversed(document, path)
    yield from _section_problems(document, path, settings)


def _begins(lines: list[str], title_line: int) -> bool:
    """Whether the title is the first thing that the file says, but for front matter."""
    above = [line.strip() for line in lines[: max(title_line - 1, 0)] if line.strip()]
    return title_line > 0 and (not above or (above[0] in ("---", "+++") and above[-1] == above[0] and len(above) > 1))


def _unfenced(lines: list[str]) -> list[str]:
    """The lines with those in fences blanked."""
    found, closing = [], ""
    for line in lines:
        mark = _FENCE.match(line)
        if closing:
            found.append("")
            if mark and mark[1].startswith(closing) and not mark[2].strip():
                closing = ""
            continue
        if mark and not (mark[1][0] == "`" and "`" in mark[2]):
            closing = mark[1]
        found.append("" if closing else line.rstrip())
    return found


def _wrong_value(field: Head) -> tuple[str, str] | None:
    """What is wrong with the value of a field, and what to do."""
    name = field.name.lower()
    if not field.value:
        return f"the field {field.name} is empty", f"write its value behind `{field.name}:`"
    if name == "prompt id" and _UUID.fullmatch(field.value) is None:
        return f"{field.name} is {shortened(field.value)!r}, which is no UUID", "give it one, such as `uuidgen` prints"
    if name in _TIMES and _time(field.value) is None:
        words = f"{field.name} is {shortened(field.value)!r}, which is no time"
        return words, "write it in UTC, like 2026-01-07T07:32:13Z"
    return None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _repeated_fields(document: PromptDocument, path: str, settings: PromptSettings) -> Iterator[Problem]:
    known = {name.lower() for name in settings.document_fields}
    first: dict[str, Head] = {}
    for field in document.fields:
        name = field.name.lower()
        if name in known and field.line > document.title_line and first.setdefault(name, field) is not field:
            words = f"the field {field.name} stands twice; the first is in line {first[name].line}"
            yield Problem(CODE, Place(path, field.line), words, "keep the one that is true")


def _times_reversed(document: PromptDocument, path: str) -> Iterator[Problem]:
    created, modified = (document.field(name) for name in _TIMES)
    if created is None or modified is None:
        return
    first, last = _time(created.value), _time(modified.value)
    if first and last and last < first:
        words = f"Last-Modified {modified.value} is before Created {created.value}"
        yield Problem(CODE, Place(path, modified.line), words, "write when the prompt was last changed")


def _section_problems(document: PromptDocument, path: str, settings: PromptSettings) -> Iterator[Problem]:
    """Sections that are missing, stand twice, or stand before one that they follow."""
    wanted = {name.lower(): rank for rank, name in enumerate(settings.document_sections)}
    lines: dict[str, int] = {}
    highest, before = -1, ""
    for name, line in document.sections:
        rank = wanted.get(name.lower(), -1)
        if line <= document.body_line or rank < 0:
            continue
        if name.lower() in lines:
            words = f"the section {name} stands twice; the first is in line {lines[name.lower()]}"
            yield Problem(CODE, Place(path, line), words, "make one section of the two")
            continue
        lines[name.lower()] = line
        if rank < highest:
            words = f"the section {name} stands behind {before}"
            order = ", ".join(settings.document_sections)
            yield Problem(CODE, Place(path, line), words, f"the order is: {order}")
        else:
            highest, before = rank, name
    place = Place(path, document.body_line or max(document.title_line, 1))
    for name in settings.document_sections:
        if name.lower() not in lines:
            remedy = f"write it as `{wanted[name.lower()] + 1}. {name}` or as a heading"
            yield Problem(CODE, place, f"the section {name} is missing", remedy)
