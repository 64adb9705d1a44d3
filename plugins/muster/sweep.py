"""Look through every text file of a project for what it names, and look again only where something changed.

Files are taken in chunks, and what was found in a chunk is kept under the paths and contents of its files:
a project of 78,000 files that did not change costs 300 look-ups, or one where git vouches for all of them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from msgspec import Struct

from muster.links.mentions import mentions_in
from muster.model import Mention  # noqa: TC001 -- msgspec reads the types of fields
from muster.rules.base import runs
from muster.specs.discovery import is_left_out
from muster.trace.citations import chosen_by
from muster.trace.hits import Hit, hits_in
from muster.trace.marks import Scan, patterns_of
from muster.trace.prose import MapLine, maps_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from muster.inputs import Executor, Inputs, Reader
    from muster.settings import Settings
    from muster.store.cache import Cache


class Named(Struct, frozen=True, array_like=True):
    """What one file names: places in Markdown without a link, requirements, and what a traceability map says."""

    mentions: tuple[Mention, ...] = ()
    hits: tuple[Hit, ...] = ()
    maps: tuple[MapLine, ...] = ()
    unread: int = 0  # the size of a text that is too large to be looked through


Found = dict[str, Named]

WORTH_A_PROCESS = 4000  # with fewer files to look through, starting processes costs more than they save
_CUT = 32  # a chunk has about so many files: so many are looked through again where one changed
_GROUP = 64  # chunks that go over to another process at once
_WHOLE = 4_000_000  # bytes of all that was found which are kept once more as a whole
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[bytes, Named]).decode


def _packed(found: Found) -> bytes:
    """What was found as the cache keeps it: a path is bytes, as its name may be no UTF-8."""
    return _encode({path.encode("utf-8", "surrogateescape"): named for path, named in found.items()})


def _unpacked(packed: bytes) -> Found:
    return {path.decode("utf-8", "surrogateescape"): named for path, named in _decode(packed).items()}


# What is no text, or a text that people do not write; the first bytes tell the rest.
_NO_TEXT = tuple(
    ".7z .a .avif .bin .bmp .br .bz2 .class .dll .dylib .eot .exe .gif .gz .ico .jar .jpeg .jpg .lock .map .mo .mp3"
    " .mp4 .o .onnx .otf .pack .parquet .pdf .png .pyc .rlib .so .svg .tar .tgz .tif .tiff .ttf .wasm .wav .webm .webp"
    " .whl .woff .woff2 .xlsx .xz .zip .zst".split()
)
_MINIFIED = (".min.js", ".min.css")


class Look(Struct, frozen=True):
    """What to look for, and in which files: plain values, so that other processes can be told."""

    settings: Settings
    scan: Scan | None  # None where nothing can be cited
    mentions: bool
    derived: frozenset[str]  # files that Muster writes: what they cite, their sources cite
    made: tuple[str, ...]  # folders of generated pages, with a final slash

    def at(self, paths: Iterable[str], reader: Reader) -> Found:
        """What these files name."""
        found: Found = {}
        patterns = patterns_of(self.scan) if self.scan else None
        may_cite = chosen_by(self.settings.trace)
        limit, exclude = self.settings.specs.max_bytes, bool(self.settings.links.exclude)
        kinds: dict[str, bool] = {}  # by the ending: whether it can be a text
        for path in paths:
            ending = path[path.rfind(".") :]
            is_text = kinds.get(ending)
            if is_text is None:
                is_text = kinds[ending] = not path.endswith(_NO_TEXT)
            if not is_text or path.endswith(_MINIFIED) or (self.made and path.startswith(self.made)):
                continue
            mentions = self.mentions and ending != ".md" and not (exclude and is_left_out(path, self.settings))
            cites = patterns is not None and path not in self.derived and may_cite(path)
            if not (mentions or cites):
                continue
            try:
                content = reader.text_of(path, limit)
            except OSError:
                continue  # it is gone, or nobody may read it: a text that no rule demands
            if content:
                hits = hits_in(content, path, patterns) if cites and patterns else ()
                maps = maps_in(content) if cites and ending == ".md" else ()
                places = mentions_in(content) if mentions else ()
                if hits or maps or places:
                    found[path] = Named(places, hits, maps)
            elif cites and content is None and (size := reader.text_size(path)):
                found[path] = Named(unread=size)
        return found


def look_of(settings: Settings, scan: Scan, derived: Collection[str], made: Sequence[str] = ()) -> Look:
    """What the settings let one look for."""
    mentions = any(runs(settings.rules, code) for code in ("LNK013", "LNK014"))
    can_cite = scan.areas or scan.grammar or len(scan.marks) > 1 or scan.marks[0] != "id"
    return Look(settings, scan if can_cite else None, mentions, frozenset(derived), tuple(made))


def swept(look: Look, inputs: Inputs, cache: Cache | None, version: str, executor: Executor | None = None) -> Found:
    """What all files name, by path and sorted.  implements: MU-RULE-2023, MU-TRACE-3001"""
    if not (look.mentions or look.scan):
        return {}
    key = _key(look, version)
    whole = f"swept-whole:{key}:{inputs.state}" if cache and inputs.state else ""
    held = cache.get_many([whole]).get(whole) if cache and whole else None
    if held is not None:
        return _unpacked(held)
    found = _swept(look, inputs, cache, key, executor)
    found = {path: found[path] for path in sorted(found)}
    if cache and whole and len(packed := _packed(found)) < _WHOLE:
        cache.put_many({whole: packed})
    return found


def _key(look: Look, version: str) -> str:
    """A digest of all that tells what is found in a content."""
    settings = look.settings
    own = _encode((settings.trace, settings.links.exclude, settings.specs.max_bytes, look.scan, look.mentions))
    own += _encode((sorted(look.derived), look.made))
    return hashlib.blake2b(own + version.encode(), digest_size=16).hexdigest()


UNSURE = "unsure"  # the chunk of the files that may change unnoticed: they are looked through each time


class Chunks:
    """The files in chunks, by the key of each, in order; what a chunk names is looked up where somebody asks."""

    def __init__(self, look: Look, inputs: Inputs, cache: Cache, version: str) -> None:
        self._look, self._inputs, self._cache = look, inputs, cache
        self.paths = _chunks(inputs.versions, _key(look, version))
        if unsure := [path for path, one in inputs.versions.items() if not one]:
            self.paths[UNSURE] = unsure

    def found(self, names: Iterable[str]) -> dict[str, Found]:
        """What these chunks name."""
        wanted = list(names)
        known = self._cache.get_many([name for name in wanted if name != UNSURE])
        missing = [name for name in wanted if name not in known]
        fresh = {name: self._look.at(self.paths[name], self._inputs.reader) for name in missing}
        self._cache.put_many({name: _packed(named) for name, named in fresh.items() if name != UNSURE})
        return {name: fresh[name] if name in fresh else _unpacked(known[name]) for name in wanted}


def chunks_of(look: Look, inputs: Inputs, cache: Cache | None, version: str) -> Chunks | None:
    """The files in chunks; None where nothing is kept, or nothing is looked for."""
    return Chunks(look, inputs, cache, version) if cache and look.scan else None


def _swept(look: Look, inputs: Inputs, cache: Cache | None, key: str, executor: Executor | None) -> Found:
    """The same chunk by chunk through the cache."""
    versions = inputs.versions
    if cache is None:
        paths = list(versions)
        pieces = [paths[at : at + _CUT] for at in range(0, len(paths), _CUT)]
        return {path: named for piece in _looked(look, pieces, inputs, executor) for path, named in piece.items()}
    chunks = _chunks(versions, key)
    known = cache.get_many(list(chunks))
    unsure = [path for path, one in versions.items() if not one]  # they may change unnoticed
    found = look.at(unsure, inputs.reader) if unsure else {}
    missing = [name for name in chunks if name not in known]
    fresh = dict(zip(missing, _looked(look, [chunks[name] for name in missing], inputs, executor), strict=True))
    for name in chunks:
        if name in fresh:
            found |= fresh[name]
        elif known[name] != _NOTHING:
            found |= _unpacked(known[name])
    if fresh:
        cache.put_many({name: _packed(named) for name, named in fresh.items()})
    return found


def _looked(look: Look, chunks: Sequence[list[str]], inputs: Inputs, executor: Executor | None) -> list[Found]:
    """What each chunk names; several processes share the work where it is much."""
    reader = inputs.reader
    if executor is None or not reader.portable or sum(len(paths) for paths in chunks) < WORTH_A_PROCESS:
        return [look.at(paths, reader) for paths in chunks]
    groups = [chunks[at : at + _GROUP] for at in range(0, len(chunks), _GROUP)]
    pending = [executor.submit(_of_chunks, look, group, reader) for group in groups]
    return [named for future in pending for named in future.result()]


def _of_chunks(look: Look, chunks: Sequence[list[str]], reader: Reader) -> list[Found]:
    return [look.at(paths, reader) for paths in chunks]


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
