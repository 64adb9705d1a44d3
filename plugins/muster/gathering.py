"""What a prompt is compiled from, gathered from the project: pack, tokenizer, sources, capability snapshot.

All that is wrong is told at once; what could be gathered is there all the same, for who makes an old prompt again.

implements: MU-PRM-6001, MU-PRM-6004, MU-PRM-6020, MU-PRM-6026
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
from collections.abc import Collection, Mapping, Sequence  # noqa: TC003 -- msgspec reads the types of fields
from pathlib import Path  # noqa: TC003 -- as above
from posixpath import basename
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Project  # noqa: TC001 -- as above
from muster.packets.reading import packet_in
from muster.prompt_files import pack_paths
from muster.prompts.capabilities import NO_REGISTRY, SCHEMA, CapabilitySnapshot, snapshot_in, table_of
from muster.prompts.compiler import unknown_placeholders
from muster.prompts.contracts import DEFAULT_PACK, default_pack
from muster.prompts.governance import DEMANDS, Mode
from muster.prompts.minimal import snapshot_of
from muster.prompts.naming import Named, SourceKind
from muster.prompts.packs import LARGEST, file_name_of, pack_in
from muster.prompts.plain_tree import MOST
from muster.prompts.registry import registry_in
from muster.prompts.sources import Material, Source, paths_of, sources_in
from muster.prompts.tokenizers import UnknownTokenizer, tokenizer_named
from muster.prompts.values import CompileTrouble, PackReading
from muster.store import files
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.prompts.tokenizers import Tokenizer
    from muster.prompts.values import Pack

ROUTE = "spec_router"
SHIPPED = "muster:"  # before the ID of a pack that no file of the project holds
OWN = "project:"  # before the name of a placeholder whose value follows from the project
TABLE, MODE, REFERENCE, PROMPT = "CAPABILITY_SNAPSHOT_TABLE", "GOVERNANCE_MODE", "PROMPT_REF", "PROMPT_TEXT"
NO_CAPABILITIES = "muster:no_capabilities"  # in place of a registry where neither pack nor project asks for one
LONGEST_NAME = 200  # characters of a name for which a near one is looked for
LARGEST_VALUE = 50_000_000  # bytes of a file that a value names


class Order(Struct, frozen=True, kw_only=True):
    """What somebody wants compiled; paths are those of the project."""

    pack: str = DEFAULT_PACK  # an ID, a path, or `muster:ID` for a shipped one
    values: Mapping[str, str | Named] = {}
    capsules: tuple[str | Named, ...] = ()
    spec_id: str = ""
    tokenizer: str
    registry: str = ""
    snapshot: str = ""  # one that was made elsewhere, instead of the registry
    mode: Mode
    at: str  # ISO 8601 in UTC with `Z`
    own: tuple[str, ...] = ()  # the values that the project gives; () for those that the pack declares
    troubles: tuple[CompileTrouble, ...] = ()  # what is wrong with how it was asked for


class Site(Struct, frozen=True):
    """A project as a compile finds it."""

    root: Path
    project: Project
    paths: Collection[str]


class Gathered(Struct, frozen=True):
    """What a prompt is compiled from, as far as it is there, and all that is wrong."""

    pack: PackReading | None
    pack_handle: str
    pack_data: bytes
    tokenizer: Tokenizer | None
    sources: dict[str, Source]  # by placeholder
    snapshot: CapabilitySnapshot | None
    snapshot_handle: str
    version_control: str
    troubles: tuple[CompileTrouble, ...]


class NoInput(ValueError):
    """Something cannot be read, or is not as it must be."""

    def __init__(self, *troubles: CompileTrouble) -> None:
        super().__init__("; ".join(one.message for one in troubles))
        self.troubles = troubles


def capsule_name(index: int) -> str:
    """The name of a capsule among the values, as the flags of truncation have it."""
    return f"CONTEXT_CAPSULE[{index}]"


def gathered(order: Order, site: Site) -> Gathered:
    """Everything that the order names."""
    troubles = list(order.troubles)
    handle, data, pack, tokenizer, snapshot = order.pack, b"", None, None, None
    try:
        handle, data = pack_named(order.pack, site)
        pack = read_pack(handle, data)
    except NoInput as error:
        troubles += error.troubles
    try:
        tokenizer = tokenizer_named(order.tokenizer)
    except UnknownTokenizer as error:
        troubles.append(CompileTrouble("--tokenizer", shortened(str(error), 300), error.remedy))
    sources, wrong = _sources(order, site, pack.pack if pack else None)
    troubles += wrong
    version_control = (
        sources["VERSION_CONTROL"].text if "VERSION_CONTROL" in sources else own_version_control(site.root)
    )
    try:
        if pack and not _declares(pack, TABLE) and _asks_for_none(order):
            snapshot = _empty_snapshot(order)
        else:
            snapshot = _snapshot(order, site, version_control)
    except NoInput as error:
        troubles += error.troubles
    if snapshot and _declares(pack, TABLE):
        sources[TABLE] = own_source(TABLE, table_of(snapshot))
    snapshot_handle = order.snapshot or order.registry or NO_CAPABILITIES
    return Gathered(pack, handle, data, tokenizer, sources, snapshot, snapshot_handle, version_control, tuple(troubles))


def own_source(name: str, text: str) -> Source:
    """A value that follows from the project, and that nobody gave."""
    return Source(f"{OWN}{name}", SourceKind.TEXT, text, hashlib.sha256(text.encode()).hexdigest())


def own_version_control(root: Path) -> str:
    """What keeps the versions of a project."""
    return "git" if any((above / ".git").exists() for above in (root, *root.parents)) else "none"


def own_values(site: Site, mode: Mode) -> dict[str, str]:
    """What the project itself knows of a workflow's context; none of it tells where on a machine it lies."""
    name = next((one.name for one in site.project.packages if not one.path), "")
    values = {
        "WORKSPACE_ID": site.project.settings.namespace or name or "local",
        "PROJECT_ID": name,
        "VERSION_CONTROL": own_version_control(site.root),
        "REPO_ROOT": ".",
        MODE: str(mode),
        "REQUIRED_GATES": ", ".join(DEMANDS[mode].gates),
    }
    return {name: text for name, text in values.items() if text}


def pack_named(name: str, site: Site) -> tuple[str, bytes]:
    """The handle and the bytes of a pack, by its ID, its path, or as a shipped one; raises NoInput."""
    if name.startswith(SHIPPED):
        if name != f"{SHIPPED}{DEFAULT_PACK}":
            raise NoInput(CompileTrouble(shortened(name), "no such pack is shipped", f"use {DEFAULT_PACK}"))
        return name, default_pack()
    packs = pack_paths(site.paths, site.project.settings)
    if "/" in name or name.endswith(".json"):
        if not os.path.lexists(site.root / name) and (meant := _meant(name, packs)):
            raise NoInput(CompileTrouble(shortened(name), "there is no such file", meant.strip()))
        return name, read_file(site.root, name, LARGEST, "a pack")
    known = sorted({DEFAULT_PACK, *(basename(path).removesuffix(".json") for path in packs)})
    try:
        wanted = file_name_of(name)
    except ValueError as error:
        remedy = "name a pack by its ID, or by the path of its file; `muster prompt packs` lists them"
        raise NoInput(CompileTrouble("PACK", str(error), f"{_meant(name, known)}{remedy}")) from None
    found = [path for path in packs if basename(path) == wanted]
    if len(found) > 1:
        words = f"{len(found)} packs are called {name}: {', '.join(map(shortened, found[:5]))}"
        raise NoInput(CompileTrouble("PACK", words, "name one by its path"))
    if found:
        return found[0], read_file(site.root, found[0], LARGEST, "a pack")
    if name == DEFAULT_PACK:
        return f"{SHIPPED}{name}", default_pack()
    words = f"there is no pack {name}"
    raise NoInput(CompileTrouble("PACK", words, f"{_meant(name, known)}`muster prompt packs` lists all"))


def _meant(name: str, known: Sequence[str]) -> str:
    """The pack that a name comes close to, as a question; "" where there is none."""
    near = difflib.get_close_matches(name[:LONGEST_NAME], known, 1)
    return f"did you mean {near[0]}? " if near else ""


def read_pack(handle: str, data: bytes) -> PackReading:
    """A pack that has its shape; raises NoInput with all that is wrong."""
    reading = pack_in(data, "" if handle.startswith(SHIPPED) else basename(handle))
    if reading.pack is None:
        raise NoInput(
            *(
                CompileTrouble(f"{handle}:{one.line}:{one.column}", f"{one.json_path}: {one.message}", one.help)
                for one in reading.troubles
            )
        )
    return reading


def read_file(root: Path, path: str, most: int, what: str) -> bytes:
    """The content of a file of the project; raises NoInput."""
    try:
        return files.read(root, path, most)
    except files.OutsideRoot as error:
        words, _, remedy = str(error).partition("; ")
        raise NoInput(CompileTrouble(shortened(path), words, remedy or "name a file of the project")) from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            words = f"{what} has at most {most:,} bytes, and the file has more"
            raise NoInput(CompileTrouble(shortened(path), words, "write less into it")) from None
        words = f"it cannot be read: {(error.strerror or str(error)).lower()}"
        raise NoInput(CompileTrouble(shortened(path), words, f"name {what} that is there")) from None


def _declares(pack: PackReading | None, name: str) -> bool:
    return bool(pack and pack.pack and any(one.name == name for one in pack.pack.placeholders))


def _sources(order: Order, site: Site, pack: Pack | None) -> tuple[dict[str, Source], list[CompileTrouble]]:
    """The values that were given and those that the project knows, by placeholder."""
    given = {**order.values, **{capsule_name(index): one for index, one in enumerate(order.capsules)}}
    troubles = []
    for name, option in ((TABLE, "--registry or --snapshot"), (MODE, "--governance-mode")):
        if given.pop(name, None) is not None:
            words = f"`{name}` follows from another option"
            troubles.append(CompileTrouble(f"$.values.{name}", words, f"say it with {option}"))
    if pack:
        troubles += unknown_placeholders(pack, [name for name in given if not name.startswith("CONTEXT_CAPSULE[")])
    contents, unread = _contents(given, site)
    troubles += unread.values()
    readable = {name: value for name, value in given.items() if name not in unread}
    reading = sources_in(readable, site.project, Material(contents, _excerpts(contents)))
    sources, wrong = reading.sources, [*troubles, *reading.troubles]
    declared = order.own or ([one.name for one in pack.placeholders] if pack else ())
    for name, text in own_values(site, order.mode).items():
        if name in declared and name not in given:
            sources[name] = own_source(name, text)
    if REFERENCE in declared and REFERENCE not in given and PROMPT in sources:
        sources[REFERENCE] = own_source(REFERENCE, reference_to(sources[PROMPT]))
    return sources, wrong


def reference_to(source: Source) -> str:
    """How a prompt is referred to: by its handle, a text by the beginning of its hash."""
    return source.handle if source.kind is not SourceKind.TEXT else f"text:{source.sha256[:16]}"


def _contents(values: Mapping[str, str | Named], site: Site) -> tuple[dict[str, bytes], dict[str, CompileTrouble]]:
    """The files that values name; by placeholder, why one that is there cannot be read."""
    contents: dict[str, bytes] = {}
    unread: dict[str, CompileTrouble] = {}
    for name, value in values.items():
        for path in paths_of([value]):
            if not os.path.lexists(site.root / path):
                continue  # told together with the value that names it
            try:
                contents[path] = read_file(site.root, path, LARGEST_VALUE, "a file")
            except NoInput as error:
                where = f"$.values.{shortened(name)}"
                words = f"{error.troubles[0].path}: {error.troubles[0].message}"
                unread[name] = CompileTrouble(where, words, error.troubles[0].help)
    return contents, unread


def _excerpts(contents: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """The excerpts of those files that are packets."""
    found: dict[str, tuple[str, ...]] = {}
    for path, data in contents.items():
        packet = packet_in(data.decode("utf-8", "replace")) if path.endswith(".md") else None
        if packet:
            found[path] = tuple(one.excerpt.text for one in packet.anchors if one.excerpt)
    return found


def _snapshot(order: Order, site: Site, version_control: str) -> CapabilitySnapshot:
    """The snapshot, made from the registry or given; raises NoInput."""
    if order.registry and order.snapshot:
        words = "a registry and a snapshot are named"
        raise NoInput(CompileTrouble("--snapshot", words, "leave one of the two out"))
    if order.snapshot:
        reading = snapshot_in(read_file(site.root, order.snapshot, MOST, "a snapshot"), order.snapshot, version_control)
        if reading.snapshot is None:
            raise NoInput(*_within(order.snapshot, reading.troubles))
        own = reading.snapshot.spec_id
        if order.spec_id and own != order.spec_id:
            words = f"the snapshot is that of the spec {shortened(own)!r}, not of {order.spec_id!r}"
            raise NoInput(CompileTrouble(shortened(order.snapshot), words, "leave --spec out, or give its snapshot"))
        return reading.snapshot
    if _asks_for_none(order):
        words = "no capability snapshot: neither a registry nor a snapshot is named"
        remedy = "name a file with --registry or --snapshot, or in the setting `prompts.registry`"
        raise NoInput(CompileTrouble("--registry", words, remedy))
    read = registry_in(read_file(site.root, order.registry, MOST, "a registry"), order.registry)
    if read.registry is None:
        raise NoInput(*_within(order.registry, read.troubles))
    return snapshot_of(read.registry, ROUTE, order.mode, version_control, order.spec_id, order.at)


def _asks_for_none(order: Order) -> bool:
    """Whether nobody named a registry or a snapshot."""
    return not order.snapshot and order.registry in ("", NO_CAPABILITIES)


def _empty_snapshot(order: Order) -> CapabilitySnapshot:
    """The snapshot for a pack that shows none: nothing may be named."""
    return CapabilitySnapshot(SCHEMA, order.spec_id, NO_REGISTRY, (), (), (), order.at)


def _within(path: str, troubles: tuple[CompileTrouble, ...]) -> tuple[CompileTrouble, ...]:
    return tuple(msgspec.structs.replace(one, path=f"{shortened(path)}: {one.path}") for one in troubles)
