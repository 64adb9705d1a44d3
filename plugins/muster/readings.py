"""What files hold, read once for each content: the reading is kept in the cache."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from muster.records import rule_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muster.store.cache import Cache

Kind = TypeVar("Kind")
_encode = msgspec.msgpack.Encoder().encode


class Contents(Protocol):
    """What files hold; `Inputs` are some."""

    @property
    def versions(self) -> Mapping[str, str]:
        """For every file a text that changes with its content; "" where none does."""

    def read(self, path: str, /) -> bytes:
        """The content of a file; raises OSError."""


def readings(
    name: str,
    paths: Sequence[str],
    read: Callable[[bytes, str], Kind],
    kind: object,
    inputs: Contents,
    cache: Cache | None,
) -> tuple[dict[str, Kind], dict[str, str]]:
    """What these files hold, and of those that cannot be read, why; `name` tells this reading from others."""
    if not paths:
        return {}, {}
    versions = inputs.versions
    keys = {path: f"{rule_version()}:{name}:{versions[path]}:{path}" for path in paths if versions.get(path)}
    known = cache.get_many(list(keys.values())) if cache else {}
    decode = msgspec.msgpack.Decoder(kind).decode
    found: dict[str, Kind] = {}
    fresh: dict[str, bytes] = {}
    unread = {}
    for path in paths:
        if keys.get(path) in known:
            found[path] = decode(known[keys[path]])
            continue
        try:
            found[path] = read(inputs.read(path), path)
        except OSError as error:
            unread[path] = error.strerror or str(error)
            continue
        if path in keys:
            with suppress(UnicodeEncodeError):  # a name that is no UTF-8 is read anew each time
                fresh[keys[path]] = _encode(found[path])
    if cache and fresh:
        cache.put_many(fresh)
    return found, unread
