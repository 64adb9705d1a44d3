"""The files that people, or a command, keep beside the requirement files: read once for each content."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from muster.model import Place, Problem
from muster.records import rule_version
from muster.specs.discovery import side_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.inputs import Inputs
    from muster.settings import Settings
    from muster.store.cache import Cache

Kind = TypeVar("Kind")
Side = tuple[tuple[Kind, ...], tuple[Problem, ...]]  # what a side file holds, and every problem of it

_encode = msgspec.msgpack.Encoder().encode


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
