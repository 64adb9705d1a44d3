"""JSON of which there is one spelling for each value, and digests made over it.

Keys sorted, no white space, strings in Unicode NFC and UTF-8, integers plain, floats with six decimals, times ISO 8601
in UTC with `Z`. Beside `muster.text.canonical`, which keeps strings as they are: this is the form of the prompts'
contracts.

implements: MU-PRM-6015
"""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class NotCanonical(ValueError):
    """A value of which canonical JSON has no spelling."""


def canonical_nfc(value: Any) -> bytes:
    """The value's only spelling; msgspec Structs are spelled as their fields."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime, date))
    try:
        return _spelled(plain).encode("utf-8")
    except UnicodeEncodeError as error:
        point = ord(error.object[error.start])
        raise NotCanonical(f"a text holds the lone surrogate U+{point:04X}, which UTF-8 cannot write") from None


def sha256_of(value: Any) -> str:
    """The SHA-256 of the value's only spelling, in lower-case hex."""
    return hashlib.sha256(canonical_nfc(value)).hexdigest()


def _spelled(value: Any) -> str:
    match value:
        case None | bool() | int():
            return json.dumps(value)
        case str():
            return _text(value)
        case float():
            return _float(value)
        case datetime():
            return _text(_time(value))
        case dict():
            return _object(value)
        case list() | tuple():
            return f"[{','.join(map(_spelled, value))}]"
        case _:
            raise NotCanonical(f"canonical JSON has no {type(value).__name__}")


def _text(value: str) -> str:
    return json.dumps(normalize("NFC", value), ensure_ascii=False)


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise NotCanonical(f"{value} is no number of JSON")
    digits = f"{value:.6f}"
    return "0.000000" if digits == "-0.000000" else digits


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotCanonical(f"the time {value.isoformat()} names no zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _object(value: Mapping[Any, Any]) -> str:
    names = _normalized(value)
    members = (f"{_text(name)}:{_spelled(value[names[name]])}" for name in sorted(names))
    return f"{{{','.join(members)}}}"


def _normalized(names: Iterable[Any]) -> dict[str, str]:
    """Each name in NFC, and how it was written."""
    found: dict[str, str] = {}
    for name in names:
        if not isinstance(name, str):
            raise NotCanonical(f"the name {name!r} of a member is no text")
        normal = normalize("NFC", name)
        if normal in found:
            raise NotCanonical(f"two members are called {normal!r}, which differ before normalization only")
        found[normal] = name
    return found
