"""Look through every text file of a project for one thing, and look again only where something changed.

Files are taken in chunks, and what was found in a chunk is kept under the paths and contents of its files:
a project of 78,000 files that did not change costs 300 look-ups.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

import msgspec

from muster.model import Mention
from muster.rules.base import runs
from muster.specs.discovery import is_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from muster.model import Project
    from muster.store.cache import Cache

Found = dict[str, tuple[Mention, ...]]

_CUT = 256  # a chunk has about so many files
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Found).decode
# What is no text, or a text that people do not write; the first bytes tell the rest.
_NO_TEXT = tuple(
    ".7z .a .avif .bin .bmp .br .bz2 .class .dll .dylib .eot .exe .gif .gz .ico .jar .jpeg .jpg .lock .map .mo .mp3"
    " .mp4 .o .onnx .otf .pack .parquet .pdf .png .pyc .rlib .so .svg .tar .tgz .tif .tiff .ttf .wasm .wav .webm .webp"
    " .whl .woff .woff2 .xlsx .xz .zip .zst .min.js .min.css".split()
)


class Texts(Protocol):
    """The files to look through."""

    @property
    def versions(self) -> Mapping[str, str]:
        """For every file, sorted, a text that changes with its content; "" where none does."""

    def text_of(self, path: str, limit: int) -> bytes | None:
        """The content of a file; None for one that is larger than `limit`, or no text; raises OSError."""


def mentions_of(project: Project, texts: Texts, cache: Cache | None, version: str) -> Found:
    """What the files that are no pages name without a link, by path.  implements: MU-RULE-2023

    A derived file that is as its sources give it needs no look: what it names was read from them.
    """
    settings = project.settings
    if not any(runs(settings.rules, code) for code in ("LNK013", "LNK014")):
        return {}
    true = {file.path for file in project.derived if file.same}
    versions = {
        path: one
        for path, one in texts.versions.items()
        if not path.endswith(".md") and not path.endswith(_NO_TEXT) and path not in true
    }
    if settings.links.exclude:
        versions = {path: one for path, one in versions.items() if not is_left_out(path, settings)}

    def look(paths: Iterable[str]) -> Found:
        from muster.links.mentions import mentions_in  # only what is not in the cache is looked through

        found: Found = {}
        for path in paths:
            try:
                content = texts.text_of(path, settings.specs.max_bytes)
            except OSError:
                continue  # it is gone, or nobody may read it: a text that no rule demands
            if content and (mentions := mentions_in(content)):
                found[path] = mentions
        return found

    found = swept(versions, look, cache, f"{version}:{settings.specs.max_bytes}")
    return {path: found[path] for path in sorted(found)}


def swept(versions: Mapping[str, str], look: Callable[[Iterable[str]], Found], cache: Cache | None, key: str) -> Found:
    """What `look` finds in all these files, chunk by chunk through the cache."""
    if cache is None:
        return look(versions)
    chunks = _chunks(versions, key)
    known = cache.get_many(list(chunks))
    unsure = [path for path, one in versions.items() if not one]  # they may change unnoticed
    found = look(unsure) if unsure else {}
    fresh: dict[str, bytes] = {}
    for name, paths in chunks.items():
        packed = known.get(name)
        if packed is None:
            mine = look(paths)
            fresh[name] = _encode(mine)
            found |= mine
        elif packed != _NOTHING:
            found |= _decode(packed)
    if fresh:
        cache.put_many(fresh)
    return found


_NOTHING = _encode({})


def _chunks(versions: Mapping[str, str], key: str) -> dict[str, list[str]]:
    """The paths of each chunk by its key.

    A chunk ends at a path that a checksum chooses, so that a file which comes or goes moves no other chunk.
    """
    chunks: dict[str, list[str]] = {}
    paths: list[str] = []
    lines: list[str] = []

    def close() -> None:
        text = "\0".join((key, *lines)).encode("utf-8", "surrogateescape")
        chunks[f"swept:{hashlib.blake2b(text, digest_size=16).hexdigest()}"] = paths

    for path, one in versions.items():
        if not one:
            continue
        paths.append(path)
        lines += (path, one)
        if crc32(path.encode("utf-8", "surrogateescape")) % _CUT == 0:
            close()
            paths, lines = [], []
    if paths:
        close()
    return chunks
