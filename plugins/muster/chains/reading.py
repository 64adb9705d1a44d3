"""A turn as it stands in its file: its front matter, its body, and what is wrong with their form.

implements: MU-CHAIN-7001
"""

from __future__ import annotations

import re
import uuid
from enum import StrEnum
from posixpath import basename
from typing import TYPE_CHECKING

from muster.chains.fences import body_of
from muster.chains.fields import NAMES, fields_in, sections_in
from muster.chains.front import KINDS, front_in
from muster.chains.languages import language_of
from muster.chains.omissions import omissions_in, unfilled_in
from muster.chains.prompt import prompt_in
from muster.chains.response import response_in
from muster.chains.turn import About, Gate, Kind, Said, Turn
from muster.chains.work import traces_in
from muster.model import Place, Problem
from muster.text.source import lines_of
from muster.text.utf8 import encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.chains.fences import Body
    from muster.chains.front import Front
    from muster.settings import ChainSettings

_NUMBER = re.compile(r"([0-9]{1,9})(?![0-9])")
_LINK = re.compile(r"\]\([ \t]*(?:<([^<>]*)>|([^\s()<>]+))")
_CODE = re.compile(r"`([^`]+)`")
_ALONE = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,3}[.)])[ \t]+([^\s`()\[\],:;]+)[,:;]?(?=$|[ \t]+[(–—-]|(?<=[,:;])[ \t])")


class Mode(StrEnum):
    """What the key `mode` may say."""

    CONTROL = "control"


def turn_in(data: bytes, path: str, settings: ChainSettings) -> Turn | None:
    """The turn that a file holds; None where no front matter names a `kind`."""
    lines = lines_of(data.decode("utf-8", "replace"))
    front = front_in(lines)
    if front is None or front.told("kind") is None:
        return None
    told = {entry.key: entry.value for entry in front.entries}
    body = body_of(lines[front.body_line - 1 :], front.body_line)
    kind = Kind(told["kind"]) if told["kind"] in KINDS else None
    sections = sections_in(body, settings.headings)
    fields = fields_in(body.prose, [heading.line for heading in body.headings])
    number = number_in(path)
    return Turn(
        path=path,
        number=number,
        kind=kind,
        label=told.get("label", ""),
        actor=told.get("actor", ""),
        head=front.entries,
        fields=fields,
        sections=sections,
        prompt=prompt_in(body) if kind is Kind.PROMPT else None,
        response=response_in(body, sections, fields, settings) if kind is Kind.RESPONSE else None,
        work=traces_in(body, settings),
        omissions=omissions_in(body, settings.omissions),
        unfilled=unfilled_in(body),
        language=language_of("\n".join([line.text for line in body.prose])),
        paths=_paths_in(_documents(body, settings)) if kind is Kind.ONBOARDING else (),
        problems=tuple(
            sorted(
                (*_unnumbered(number, path), *_problems_of_front(front, path), *_problems_of_body(body, path)),
                key=lambda problem: problem.place,
            )
        ),
    )


def number_in(path: str) -> int | None:
    """The number that the name of a turn begins with."""
    match = _NUMBER.match(basename(path))
    return int(match[1]) if match else None


def _unnumbered(number: int | None, path: str) -> Iterator[Problem]:
    if number is None:
        name = encodable(basename(path))
        words = (
            "begins with a number that is too long"
            if name[:1].isdecimal() and name.isascii()
            else "begins with no number"
        )
        yield _problem(path, 1, f"the name {shortened(name)} {words}", "name it like 003-response-0.md")


def _problems_of_front(front: Front, path: str) -> Iterator[Problem]:
    """What is wrong with the front matter."""
    if not front.closed:
        yield _problem(path, 1, "the front matter is never closed", "write --- below its last line")
    for line in front.strange:
        words = f"{shortened(line.text)!r} in the front matter is no `key: value`"
        yield _problem(path, line.line, words, "write `key: value`, one a line")
    for entry in front.repeated:
        yield _problem(path, entry.line, f"the key {entry.key!r} stands there twice", "take one of them out")
    for key in ("kind", "label", "actor"):
        found = front.told(key)
        if found is None or not found.value:
            yield _problem(path, found.line if found else 1, f"the front matter names no {key}", f"add `{key}: ...`")
    yield from _wrong_choice(front, "kind", Kind, path)
    kind = front.told("kind")
    for key, choices, of in (("gate", Gate, Kind.GATE), ("decision", About, Kind.DECISION)):
        if kind is None or kind.value != of:
            continue
        found = front.told(key)
        if found is None or not found.value:
            words = f"the front matter of a {of} does not say which: it names no `{key}`"
            yield _problem(path, found.line if found else kind.line, words, f"add `{key}: {_listed(choices)}`")
        yield from _wrong_choice(front, key, choices, path)
    yield from _wrong_choice(front, "mode", Mode, path)
    trace = front.told("trace_id")
    if trace is not None and trace.value and not _is_uuid(trace.value):
        yield _problem(
            path, trace.line, f"the trace_id {shortened(trace.value)!r} is no UUID", "take it from `muster chain new`"
        )


def _wrong_choice(front: Front, key: str, choices: Iterable[StrEnum], path: str) -> Iterator[Problem]:
    """A value that is none of those that a key may have."""
    found = front.told(key)
    if found is not None and found.value and found.value not in [choice.value for choice in choices]:
        words = f"{shortened(found.value)!r} is no {key} of a turn"
        yield _problem(path, found.line, words, f"write {_listed(choices)}")


def _listed(choices: Iterable[StrEnum]) -> str:
    *first, last = [choice.value for choice in choices]
    return f"{', '.join(first)} or {last}" if first else last


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _problems_of_body(body: Body, path: str) -> Iterator[Problem]:
    for fence in body.fences:
        if not fence.closed:
            yield _problem(path, fence.line, "this code block is never closed", "close it with its own mark")


def _problem(path: str, line: int, message: str, help_: str) -> Problem:
    return Problem("CHN001", Place(encodable(path), line), message, help_)


def _documents(body: Body, settings: ChainSettings) -> Body:
    """The section of an onboarding task that names documents; all of its body where it has none."""
    named = {NAMES[0].casefold(), *(name.casefold() for name in settings.headings.get(NAMES[0], ()))}
    for at, heading in enumerate(body.headings):
        if heading.text.rstrip(": \t").casefold() in named:
            below = (other.line for other in body.headings[at + 1 :] if other.level <= heading.level)
            return body.between(heading.line + 1, next(below, body.stop))
    return body


def _paths_in(body: Body) -> tuple[Said, ...]:
    """What is linked, stands as code, or is an item by itself, with a remark behind it or without."""
    found = []
    for line in body.prose:
        alone = _ALONE.match(line.text)
        found += [Said(match[1] or match[2], line.line) for match in _LINK.finditer(line.text)]
        found += [Said(match[1].strip(), line.line) for match in _CODE.finditer(line.text)]
        found += [Said(alone[1], line.line)] if alone else []
    return tuple(found)
