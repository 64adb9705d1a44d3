"""The shape that a JSON value must have, and all that is wrong with one, each with its path."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.prompts.json_places import member_path
from muster.text.utf8 import is_encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

MALFORMED = "PRM001"
LARGEST_WHOLE = 1_000_000_000
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class Fault(Struct, frozen=True):
    """One thing that is wrong with a value, at its path."""

    code: str
    path: str
    message: str
    help: str


class Text(Struct, frozen=True):
    """A text, all of which matches a pattern."""

    said: str = "a text"
    pattern: str = r"[\s\S]*"
    code: str = MALFORMED


class OneOf(Struct, frozen=True):
    """One of several texts."""

    words: tuple[str, ...]
    code: str = MALFORMED

    @property
    def said(self) -> str:
        return " or ".join(f"`{word}`" for word in self.words)


class Whole(Struct, frozen=True):
    """A whole number."""

    least: int
    code: str = MALFORMED

    @property
    def said(self) -> str:
        return f"a whole number from {self.least} to {LARGEST_WHOLE:,}"


class Flag(Struct, frozen=True):
    """True or false."""

    said: str = "true or false"
    code: str = MALFORMED


class ListOf(Struct, frozen=True):
    """A list of values of one shape."""

    item: Shape
    said: str = "a list"
    code: str = MALFORMED


class Fields(Struct, frozen=True):
    """An object with exactly these members."""

    members: dict[str, Shape]
    said: str = "an object"
    code: str = MALFORMED


Shape = Text | OneOf | Whole | Flag | ListOf | Fields


def faults_in(value: Any, shape: Shape, path: str = "$") -> Iterator[Fault]:
    """All that keeps a value from having a shape, in the order of the shape."""
    match shape:
        case Fields(members) if isinstance(value, dict):
            yield from _faults_in_object(value, members, path)
        case ListOf(item) if isinstance(value, list):
            for index, each in enumerate(value):
                yield from faults_in(each, item, f"{path}[{index}]")
        case Text() | OneOf() if isinstance(value, str):
            yield from _faults_in_text(value, shape, path)
        case Whole(least) if type(value) is int and least <= value <= LARGEST_WHOLE:
            pass
        case Flag() if isinstance(value, bool):
            pass
        case _:
            yield Fault(shape.code, path, f"this must be {shape.said}, and is {_shown(value)}", f"write {shape.said}")


def _faults_in_object(value: dict[str, Any], members: dict[str, Shape], path: str) -> Iterator[Fault]:
    for name, shape in members.items():
        if name in value:
            yield from faults_in(value[name], shape, member_path(path, name))
        else:
            yield Fault(shape.code, path, f"`{name}` is missing", f"add `{name}`: {shape.said}")
    for name in value:
        if name not in members:
            remedy = f"take it out; the members here are {', '.join(members)}"
            yield Fault(MALFORMED, member_path(path, name), f"nothing is called `{shortened(name)}` here", remedy)


def _faults_in_text(value: str, shape: Text | OneOf, path: str) -> Iterator[Fault]:
    if not is_encodable(value):
        message = "the text holds half of a surrogate pair, which no UTF-8 can write"
        yield Fault(MALFORMED, path, message, "write the whole character")
    elif turning := _TURNING.search(value):
        message = f"the text holds U+{ord(turning[0]):04X}, which turns the direction of what readers see"
        yield Fault(MALFORMED, path, message, "take it out")
    elif value not in shape.words if isinstance(shape, OneOf) else not re.fullmatch(shape.pattern, value):
        yield Fault(shape.code, path, f"this must be {shape.said}, and is {_shown(value)}", f"write {shape.said}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return f"`{shortened(json.dumps(value, ensure_ascii=False))}`"
