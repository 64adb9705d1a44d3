"""The files that people, or a command, keep beside the requirement files: read once for each content."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from muster.model import Known, Place, Problem, Retired, Waiver
from muster.records import rule_version
from muster.rules.table import RULES
from muster.specs.baseline import known_in
from muster.specs.discovery import BASELINE, RETIRED, WAIVERS, side_path
from muster.specs.retired import retired_in
from muster.specs.waivers import waivers_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.inputs import Inputs
    from muster.settings import Settings
    from muster.store.cache import Cache

Kind = TypeVar("Kind")
Side = tuple[tuple[Kind, ...], tuple[Problem, ...]]  # what a side file holds, and every problem of it

_decode_retired = msgspec.msgpack.Decoder(tuple[tuple[Retired, ...], tuple[Problem, ...]]).decode
_decode_waivers = msgspec.msgpack.Decoder(tuple[tuple[Waiver, ...], tuple[Problem, ...]]).decode
_decode_known = msgspec.msgpack.Decoder(tuple[tuple[Known, ...], tuple[Problem, ...]]).decode
_encode = msgspec.msgpack.Encoder().encode


def retired_of(inputs: Inputs, settings: Settings, cache: Cache | None) -> Side[Retired]:
    """The IDs that must never be used again."""
    return side_file(RETIRED, "SET004", retired_in, _decode_retired, inputs, settings, cache)


def waivers_of(inputs: Inputs, settings: Settings, cache: Cache | None) -> Side[Waiver]:
    """What somebody answers for until a day."""
    return side_file(WAIVERS, "SET008", _waivers_in, _decode_waivers, inputs, settings, cache)


def baseline_of(inputs: Inputs, settings: Settings, cache: Cache | None) -> Side[Known]:
    """What was found when the repository took Muster in."""
    return side_file(BASELINE, "SET011", known_in, _decode_known, inputs, settings, cache)


def _waivers_in(text: str, path: str) -> Side[Waiver]:
    return waivers_in(text, path, RULES)


def side_file(
    name: str,
    code: str,
    read: Callable[[str, str], Side[Kind]],
    decode: Callable[[bytes], Side[Kind]],
    inputs: Inputs,
    settings: Settings,
    cache: Cache | None,
) -> Side[Kind]:
    """A file that people keep beside the requirement files; its reading is kept by content."""
    path = side_path(name, settings)
    if path not in inputs.entries and path not in inputs.twins and path not in inputs.unread:
        return (), ()
    identity = inputs.entries.get(inputs.twins.get(path, path))
    key = f"{rule_version()}:{identity}:{path}"
    held = cache.get_many([key]).get(key) if cache and identity else None
    if held is not None:
        return decode(held)
    try:
        text = (inputs.standing(path) or b"").decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        remedy = "put an ordinary file there" if isinstance(error, OSError) else "save it as UTF-8"
        return (), (Problem(code, Place(path), f"{path} cannot be read: {reason}", remedy),)
    found = read(text, path)
    if cache and identity:
        with suppress(UnicodeEncodeError):  # a text with a lone surrogate is read anew each time
            cache.put_many({key: _encode(found)})
    return found
