"""What is wrong with the form of a value, all of it at once: msgspec stops at the first."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from muster.text.utf8 import is_encodable

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 64  # levels of lists and objects in one another
_PLAIN = frozenset({str, int, float, bool, NoneType})


def misshapen(value: Any, kind: Any) -> list[tuple[str, str]]:
    """Each field of a value that does not fit the type, with what it should be; none where all fit."""
    try:
        msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, OverflowError, RecursionError) as error:
        return list(_problems(value, kind, "")) or [("the row", f"does not fit: {error}")]
    return []


def _problems(value: Any, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield from _of_struct(value, kind, where)
        return
    bare, limits = (kind.__origin__, kind.__metadata__[0]) if hasattr(kind, "__metadata__") else (kind, None)
    if get_origin(bare) in (Union, UnionType):
        if value is not None:
            yield from _problems(value, next(arm for arm in get_args(bare) if arm is not NoneType), where)
    elif get_origin(bare) is tuple:
        if isinstance(value, list | tuple):
            if limits is not None and len(value) < (limits.min_length or 0):
                yield where, f"is {shown(value)}; it is a list with at least {limits.min_length}"
            for number, member in enumerate(value):
                yield from _problems(member, get_args(bare)[0], f"{where}[{number}]")
        else:
            yield where, f"is {shown(value)}; it is a list"
    elif problem := _of_plain(value, bare, limits):
        yield where, problem


def _of_struct(value: Any, kind: type[Struct], where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield where or "the row", f"is {shown(value)}; it is an object"
        return
    inside = f"{where}." if where else ""
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if name in value:
            yield from _problems(value[name], hints[field.name], f"{inside}{name}")
        elif field.required:
            yield f"{inside}{name}", "is missing"
    yield from ((f"{inside}{name}", "is no field of it") for name in value if name not in fields)


_NOUNS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", dict: "an object"}


def _of_plain(value: Any, kind: Any, limits: Meta | None) -> str:
    """What is wrong with a value that has no members."""
    try:
        msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, OverflowError, RecursionError):
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return f"is {shown(value)}; it is one of {', '.join(kind)}"
        if get_origin(kind) is Literal:
            return f"is {shown(value)}; it is one of {', '.join(get_args(kind))}"
        noun = _NOUNS.get(get_origin(kind) or kind, "something else")
        of = _NOUNS.get(get_args(kind)[-1]) if get_origin(kind) is dict else None
        return f"is {shown(value)}; it is {noun}{f', each of its values {of}' if of else ''}"
    if limits is None:
        return ""
    if limits.ge is not None and not (isinstance(value, int | float) and value >= limits.ge):
        return f"is {shown(value)}; it is at least {limits.ge}"
    if limits.le is not None and not value <= limits.le:
        return f"is {shown(value)}; it is at most {limits.le}"
    if limits.min_length and not value:
        return "is empty"
    if limits.max_length and len(value) > limits.max_length:
        return f"has {len(value):,} characters; it has at most {limits.max_length}"
    if limits.pattern and re.search(limits.pattern, value) is None:
        return f"is {shown(value)}; it matches {limits.pattern}"
    return ""


def unwritable(value: Any) -> str:
    """Why a value would not come back the same from JSON; empty where it would. Its numbers are left to others."""
    pending = [(value, 0)]
    while pending:
        member, depth = pending.pop()
        if depth > _DEEPEST:
            return f"nests deeper than {_DEEPEST} levels"
        if isinstance(member, dict):
            if (other := next((key for key in member if not isinstance(key, str)), None)) is not None:
                return f"has the key {shown(other)}, which is no text"
            pending += [(inner, depth + 1) for inner in member.values() if type(inner) not in _PLAIN]
        elif isinstance(member, list | tuple):
            pending += [(inner, depth + 1) for inner in member if type(inner) not in _PLAIN]
        elif not isinstance(member, str | int | float | NoneType):
            return f"holds {shown(member)}, which JSON does not have"
    return ""


def size_of(value: Any) -> int:
    """How many bytes a writable value takes as JSON, about."""
    try:
        return len(msgspec.json.encode(value))
    except UnicodeEncodeError:  # lone surrogates, each of which will be spelled out
        return len(repr(value))


def is_keepable(text: str) -> bool:
    """Whether both databases keep a text as it is: it has no NUL, and no lone surrogate."""
    return "\0" not in text and is_encodable(text)


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "too large a value"
    except Exception:  # noqa: BLE001 -- a value of anybody's own may not even be able to show itself
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."
