"""The functions and classes around citations: looked up only where somebody asks, and kept by content.

implements: MU-TRACE-3004
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.inputs import Inputs
    from muster.model import Citation
    from muster.store.cache import Cache

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[str]).decode


def with_symbols(citations: Sequence[Citation], inputs: Inputs, cache: Cache | None, version: str) -> list[Citation]:
    """The citations with the names of what stands around each."""
    from muster.trace.lexing import language_of

    by_path: dict[str, list[Citation]] = {}
    for citation in citations:
        if language_of(citation.place.path):
            by_path.setdefault(citation.place.path, []).append(citation)
    keys: dict[str, str] = {path: _key(path, own, inputs, version) for path, own in by_path.items()}
    known = cache.get_many([key for key in keys.values() if key]) if cache else {}
    names: dict[tuple[str, int, int], str] = {}
    fresh: dict[str, bytes] = {}
    for path, own in by_path.items():
        key = keys.get(path, "")
        packed = known.get(key)
        found = _decode(packed) if packed is not None else _looked_up(path, own, inputs)
        if packed is None and key:
            fresh[key] = _encode(found)
        for citation, name in zip(own, found, strict=True):
            names[path, citation.place.line, citation.place.column] = name
    if cache and fresh:
        cache.put_many(fresh)
    return [
        replace(citation, symbol=symbol)
        if (symbol := names.get((citation.place.path, citation.place.line, citation.place.column)))
        else citation
        for citation in citations
    ]


def _key(path: str, citations: Sequence[Citation], inputs: Inputs, version: str) -> str:
    content = inputs.versions.get(path)
    if not content:
        return ""
    places = _encode([(one.place.line, one.place.column) for one in citations])
    digest = hashlib.blake2b(places + f"{version}:{content}:{path}".encode("utf-8", "surrogateescape"), digest_size=16)
    return f"symbols:{digest.hexdigest()}"


def _looked_up(path: str, citations: Sequence[Citation], inputs: Inputs) -> list[str]:
    from muster.trace.lexing import language_of
    from muster.trace.syntax import symbols

    try:
        content = inputs.reader.text_of(path, 1 << 30)
    except OSError:
        content = None
    if not content:
        return [""] * len(citations)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    offsets = _offsets(content, citations)
    order = sorted(range(len(offsets)), key=offsets.__getitem__)
    found = symbols(content, language_of(path), [offsets[at] for at in order])
    names = [""] * len(offsets)
    for at, name in zip(order, found, strict=True):
        names[at] = name
    return names


def _offsets(content: bytes, citations: Sequence[Citation]) -> list[int]:
    """Where each citation stands in the bytes; a byte that is no UTF-8 is a character of its own."""
    order = sorted(range(len(citations)), key=lambda at: citations[at].place)
    offsets = [0] * len(citations)
    line, offset, column, text = 0, 0, 1, ""
    following = 0  # where the line after the present one begins
    for at in order:
        place = citations[at].place
        while line < place.line:
            line, offset, column = line + 1, following, 1
            end = content.find(b"\n", offset)
            following = end + 1 if end >= 0 else len(content)
            text = content[offset:following].decode("utf-8", "surrogateescape") if line == place.line else ""
        if line == 1 and text.startswith("\ufeff"):
            text, offset = text[1:], offset + 3
        # Only what lies between two citations is looked at: a line of megabytes may hold a hundred thousand.
        offset += len(text[column - 1 : place.column - 1].encode("utf-8", "surrogateescape"))
        column = place.column
        offsets[at] = offset
    return offsets
