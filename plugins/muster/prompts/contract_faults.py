"""All that keeps a JSON value from being one of our Structs, each with its path: what a JSON Schema would say.

implements: MU-PRM-6032
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from muster.prompts.json_places import member_path
from muster.prompts.shape import Fault
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = ""  # no rule stands behind these: they are about an answer, and not about a file of the project
_NOUNS = {str: "a text", int: "a whole number", bool: "true or false", float: "a number", NoneType: "null"}


def contract_faults(value: Any, kind: Any, path: str = "$") -> Iterator[Fault]:
    """What is wrong with a value that should be of this type, in the order of the type."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _limited_faults(value, kind, path)
    elif origin in (Union, UnionType):
        yield from _faults_of_any(value, get_args(kind), path)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _struct_faults(value, kind, path)
    elif origin in (tuple, dict):
        yield from _faults_within(value, kind, path)
    elif (words := _words(kind)) is not None:
        if not isinstance(value, str) or value not in words:
            yield _wrong(value, " or ".join(json.dumps(word) for word in words), path)
    elif type(value) is not kind:
        yield _wrong(value, _NOUNS[kind], path)


def _faults_within(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    """A list of values of one type, or an object of such with free names."""
    if get_origin(kind) is tuple and isinstance(value, list):
        for number, each in enumerate(value):
            yield from contract_faults(each, get_args(kind)[0], f"{path}[{number}]")
    elif get_origin(kind) is dict and isinstance(value, dict):
        for name, each in value.items():
            yield from contract_faults(each, get_args(kind)[1], member_path(path, name))
    else:
        yield _wrong(value, "a list" if get_origin(kind) is tuple else "an object", path)


def _words(kind: Any) -> tuple[str, ...] | None:
    """The texts of which a value is one."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else None


def _limited_faults(value: Any, kind: Any, path: str) -> Iterator[Fault]:
    """A type with limits: the type first, then what it is limited to."""
    bare = get_args(kind)[0]
    wrong = list(contract_faults(value, bare, path))
    yield from wrong
    if not wrong:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            limit = str(error).removeprefix("Expected ").partition(" - at ")[0]
            yield _wrong(value, limit.replace("`", ""), path)


def _faults_of_any(value: Any, kinds: tuple[Any, ...], path: str) -> Iterator[Fault]:
    """A value of one of several types: the faults under the last that is not null, unless one fits."""
    if any(not list(contract_faults(value, kind, path)) for kind in kinds):
        return
    yield from contract_faults(value, next(kind for kind in reversed(kinds) if kind is not NoneType), path)


def _struct_faults(value: Any, kind: type[msgspec.Struct], path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(value, "an object", path)
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        if name in value:
            yield from contract_faults(value[name], hints[field.name], member_path(path, name))
        elif field.required:
            yield Fault(CODE, path, f"`{name}` is missing", f"add `{name}`")
    for name in value:
        if name not in fields:
            remedy = f"take it out; the members here are {', '.join(fields)}"
            yield Fault(CODE, member_path(path, name), f"nothing is called `{shortened(name)}` here", remedy)


def _wrong(value: Any, wanted: str, path: str) -> Fault:
    if isinstance(value, dict):
        shown = "an object"
    elif isinstance(value, list):
        shown = "a list"
    else:
        shown = f"`{shortened(json.dumps(value, ensure_ascii=False))}`"
    return Fault(CODE, path, f"this must be {wanted}, and is {shown}", f"write {wanted}")
