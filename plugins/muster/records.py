"""What is kept of each Markdown file: it is read once and judged by itself, and comes from the cache after that."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.gate.judge import document_findings, page_findings
from muster.identity import blob_id
from muster.model import Document, Finding, Page, Place, Problem
from muster.packets.packet import NO_PINS, Pins
from muster.specs import compliance, requirement_file
from muster.specs.discovery import is_document
from muster.text.globs import paths_matching
from muster.text.source import source_of
from muster.text.utf8 import encodable, is_encodable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.inputs import Executor, Inputs, Progress
    from muster.settings import Settings
    from muster.store.cache import Cache

WORTH_A_PROCESS = 48  # with fewer documents to read, starting processes costs more than they save


class Record(Struct, frozen=True, array_like=True):
    """What is kept of a file: its lean reading, its findings, and its requirement file's identity."""

    document: Document | None
    page: Page | None
    findings: tuple[Finding, ...]
    problem: Problem | None
    file_id: str
    pins: Pins = NO_PINS


_OUR_TABLE = compliance.MARK.encode()
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


@functools.cache
def rule_version() -> str:
    """A digest of Muster's own code, so that no reading outlives the code that made it."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parent
    for path in sorted(root.glob("*.py")) + sorted(
        path
        for room in ("text", "specs", "links", "trace", "allocation", "packets", "prompts", "chains", "rules", "gate")
        for path in (root / room).glob("*.py")
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _key(settings: Settings) -> str:
    read_by = (settings.specs, settings.requirements, settings.anchors, settings.rules, settings.links, settings.site)
    own = _encode((*read_by, settings.packets.include))
    return hashlib.blake2b(own + rule_version().encode(), digest_size=16).hexdigest()


def records_of(
    paths: list[str],
    inputs: Inputs,
    settings: Settings,
    cache: Cache | None,
    executor: Executor | None,
    progress: Progress | None,
) -> tuple[dict[str, Record], int]:
    """The record of each document, in the order of the paths, and how many had to be read."""
    prefix = _key(settings)
    keys = {path: f"{prefix}:{inputs.entries[path]}:{path}" for path in paths if inputs.entries[path]}
    known = cache.get_many(list(keys.values())) if cache else {}
    held = {path: known[key] for path, key in keys.items() if key in known}
    missing = [path for path in paths if path not in held]
    fresh: dict[str, bytes] = {}
    for count, (path, packed) in enumerate(_read(missing, inputs, settings, executor), start=1):
        fresh[path] = packed
        if progress:
            progress(count, len(missing))
    if cache and fresh:
        cache.put_many({keys[path]: packed for path, packed in fresh.items() if path in keys})
    return {path: _decode(held.get(path) or fresh[path]) for path in paths}, len(missing)


def _read(
    paths: list[str], inputs: Inputs, settings: Settings, executor: Executor | None
) -> Iterable[tuple[str, bytes]]:
    if executor is None or len(paths) < WORTH_A_PROCESS:
        for path in paths:
            yield path, record_of(path, _content(path, inputs), settings)
        return
    # Contents go over in chunks, so that a thousand small files are not a thousand messages.
    chunks = [paths[at : at + 16] for at in range(0, len(paths), 16)]
    work = ([(path, _content(path, inputs)) for path in chunk] for chunk in chunks)
    pending = [executor.submit(_of_chunk, chunk, settings) for chunk in work]
    for future in pending:
        yield from future.result()


def _of_chunk(chunk: list[tuple[str, bytes | str]], settings: Settings) -> list[tuple[str, bytes]]:
    return [(path, record_of(path, content, settings)) for path, content in chunk]


def _content(path: str, inputs: Inputs) -> bytes | str:
    """A file's bytes, or the words for why there are none."""
    try:
        return inputs.read(path)
    except OSError as error:
        return error.strerror or str(error)


def record_of(path: str, content: bytes | str, settings: Settings) -> bytes:
    """Read one file and judge it by itself; the packed record is what the cache keeps."""
    if path == settings.output.compliance and isinstance(content, bytes) and content.startswith(_OUR_TABLE):
        return _encode(Record(None, None, (), None, ""))  # its links are right, or it has drifted
    problem = _refusal(path, content, settings)
    if problem or isinstance(content, str):
        return _encode(Record(None, None, (), problem, ""))
    from muster.links.reading import read_page  # a check that finds all in its cache reads nothing
    from muster.specs.reading import document_of

    text = content.decode("utf-8")
    source = source_of(text, _quoted(path, text, settings))
    document = document_of(path, source, settings) if is_document(path, settings) else None
    page = read_page(path, source, settings, document)
    findings = page_findings(page, settings)
    page = msgspec.structs.replace(page, lines=(), code=(), text="")
    if document is None:
        return _encode(Record(None, page, findings, None, "", _pins(text)))
    findings = (*document_findings(document, settings), *findings)
    file_id = blob_id(requirement_file.rendered(document).encode()) if document.requirements else ""
    lean = msgspec.structs.replace(document, passages=(), lines=())
    return _encode(Record(lean, page, findings, None, file_id, _pins(text)))


def _quoted(path: str, text: str, settings: Settings) -> Iterable[range]:
    """The lines in which a packet quotes its spec: their links lead from there, and not from here."""
    if "TECHNICAL_REFINEMENT" not in text or not paths_matching([path], settings.packets.include):
        return ()
    from muster.packets.reading import packet_in

    packet = packet_in(text)
    excerpts = [anchor.excerpt for anchor in packet.anchors if anchor.excerpt] if packet else []
    return [range(excerpt.line, excerpt.end_line + 1) for excerpt in excerpts if excerpt.text]


def _pins(text: str) -> Pins:
    """The pins of a file."""
    if "muster:" not in text:
        return NO_PINS
    from muster.packets.pins import pins_in

    return pins_in(text)


def _refusal(path: str, content: bytes | str, settings: Settings) -> Problem | None:
    """Why a file is not read.  implements: MU-CORE-0022"""
    if not is_encodable(path):
        name = encodable(path)
        return Problem("ENC001", Place(name), f"the name of {name} is not UTF-8", "rename the file")
    if isinstance(content, str):
        return Problem("ENC002", Place(path), f"{path} cannot be read: {content}", "make it readable, or leave it out")
    limits = settings.specs
    if len(content) > limits.max_bytes:
        words = f"{path} has {len(content):,} bytes, more than `specs.max_bytes` ({limits.max_bytes:,})"
        return Problem("ENC002", Place(path), words, "split it, leave it out, or raise the setting")
    if len(content) > limits.max_line:
        for number, line in enumerate(content.split(b"\n"), start=1):
            if len(line) > limits.max_line:
                words = f"line {number} has {len(line):,} bytes, more than `specs.max_line` ({limits.max_line:,})"
                return Problem("ENC002", Place(path, number), words, "break the line, or raise the setting")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(path, before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode()) + 1, 1)
        words = f"{path} is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
        return Problem("ENC001", place, words, "save the file as UTF-8")
    return None
