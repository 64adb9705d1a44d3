"""Pins in Markdown files, joined with the files that they name.  implements: MU-PKT-5024"""

from __future__ import annotations

import hashlib
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

import msgspec

from muster.model import Pinned, Place, Problem
from muster.records import rule_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.packets.packet import Pins
    from muster.shelf import Shelf
    from muster.store.cache import Cache

_encode = msgspec.msgpack.Encoder().encode


def judged_pins(
    pins: Mapping[str, Pins], shelf: Shelf, cache: Cache | None
) -> tuple[tuple[Pinned, ...], list[Problem]]:
    """What became of the pins of each file, and what is wrong with them; kept as long as nothing changes."""
    resolved = {path: [pin_target(pin.path, path, shelf) for pin in own.pins] for path, own in pins.items()}
    keys = {}
    for path, own in pins.items():
        stand = (path, own, [(target, shelf.version(target)) for target in resolved[path]])
        keys[path] = f"{rule_version()}:pins:{hashlib.blake2b(_encode(stand), digest_size=16).hexdigest()}"
    known = cache.get_many(list(keys.values())) if cache and keys else {}
    decode = msgspec.msgpack.Decoder(tuple[tuple[Pinned, ...], tuple[Problem, ...]]).decode
    pinned: list[Pinned] = []
    problems: list[Problem] = []
    fresh: dict[str, bytes] = {}
    for path, key in keys.items():
        if key in known:
            one, wrong = decode(known[key])
        else:
            one, wrong = _judge(path, pins[path], resolved[path], shelf)
            fresh[key] = _encode((one, wrong))
        pinned += one
        problems += wrong
    if cache and fresh:
        cache.put_many(fresh)
    return tuple(pinned), problems


def _judge(
    path: str, own: Pins, targets: Sequence[str], shelf: Shelf
) -> tuple[tuple[Pinned, ...], tuple[Problem, ...]]:
    from muster.packets.anchors import judged_pin

    problems = [Problem("PKT016", Place(path, it.line, it.column), it.message, it.help) for it in own.troubles]
    found = []
    for pin, target in zip(own.pins, targets, strict=True):
        pinned, wrong = judged_pin(pin, path, target, shelf.spec(target) if target else None)
        found.append(pinned)
        problems += wrong
    return tuple(found), tuple(problems)


def pin_target(written: str, path: str, shelf: Shelf) -> str:
    """The file that a pin means: beside the file that it stands in, else from the root; "" for none."""
    for folder in (dirname(path), ""):
        target = normpath(join(folder, written))
        if not target.startswith(("/", "../")) and target not in ("..", ".") and shelf.exists(target):
            return target
    return ""
