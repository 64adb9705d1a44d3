"""The one pipeline: files in, project, findings and derived files out.

implements: MU-CORE-0001, MU-CORE-0003, MU-CORE-0010
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from muster.gate.judge import document_findings, enabled, page_findings, project_findings, settled
from muster.identity import blob_id
from muster.links.labels import undefined_references
from muster.links.references import reference_problems
from muster.links.resolving import link_problems
from muster.links.site import as_published
from muster.model import (
    Counts,
    Derived,
    Document,
    Finding,
    Host,
    Known,
    Outcome,
    Package,
    Page,
    Place,
    Problem,
    Project,
    Retired,
    Waiver,
)
from muster.rules.table import RULES
from muster.specs import compliance, requirement_file
from muster.specs.baseline import known_in, shrunk
from muster.specs.derived import derived_files
from muster.specs.discovery import BASELINE, GENERATED, RETIRED, WAIVERS, is_document, is_page, side_path
from muster.specs.naming import file_name, folder_of_package_spec
from muster.specs.packages import manifests_beside, manifests_in, packages_of
from muster.specs.retired import retired_in
from muster.specs.waivers import waivers_in
from muster.sweep import mentions_of
from muster.text.source import lines_of, source_of
from muster.text.utf8 import encodable, is_encodable

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import date

    from muster.settings import Settings
    from muster.store.cache import Cache

Progress = Callable[[int, int], None]
WORTH_A_PROCESS = 48  # with fewer documents to read, starting processes costs more than they save


class Inputs(Protocol):
    """The files of a project at one moment; `store.tree.Tree` is one."""

    @property
    def entries(self) -> Mapping[str, str]:
        """Content IDs by path, sorted by path."""

    @property
    def unread(self) -> Mapping[str, str]:
        """Paths that are listed and not followed, and why."""

    @property
    def twins(self) -> Mapping[str, str]:
        """Links that are left out because their target, here by path, is an input itself."""

    @property
    def paths(self) -> Collection[str]:
        """Every file, also those without a content ID."""

    @property
    def versions(self) -> Mapping[str, str]:
        """For every file, sorted, a text that changes with its content; "" where none does."""

    def text_of(self, path: str, limit: int) -> bytes | None:
        """The content of a file; None for one that is larger than `limit`, or no text; raises OSError."""

    @property
    def modules(self) -> Collection[str]:
        """Folders that hold a repository of their own."""

    def resolved(self, path: str) -> str:
        """Where a path leads through symbolic links, as a path of the project; "" where nowhere in it."""

    def is_ignored(self, path: str) -> bool:
        """Whether something stands there that is no file of the project."""

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError."""

    def standing(self, path: str) -> bytes | None:
        """What stands at a path, also where it is no input; None where nothing does; raises OSError."""


class Executor(Protocol):
    """What of `concurrent.futures.Executor` reading needs; one of Dask's clients serves as well."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Begin `work(*arguments)` and return its future."""


class Memory(Struct, frozen=True):
    """Inputs that are no files: for tests, and for a revision that git keeps."""

    contents: dict[str, bytes]
    entries: dict[str, str]
    unread: dict[str, str] = {}
    twins: dict[str, str] = {}
    modules: tuple[str, ...] = ()

    @property
    def paths(self) -> Collection[str]:
        return self.entries.keys()

    @property
    def versions(self) -> Mapping[str, str]:
        return self.entries

    def text_of(self, path: str, limit: int) -> bytes | None:
        content = self.read(path)
        return None if len(content) > limit or b"\0" in content[:8192] else content

    def resolved(self, path: str) -> str:
        return self.twins.get(path, "")

    def is_ignored(self, path: str) -> bool:  # noqa: ARG002 - what is not here is nowhere
        return False

    def read(self, path: str) -> bytes:
        if path not in self.contents:
            raise FileNotFoundError(path)
        return self.contents[path]

    def standing(self, path: str) -> bytes | None:
        return self.contents.get(path)


def memory(files: Mapping[str, str | bytes]) -> Memory:
    """Inputs from texts by path; lone surrogates stand for bytes that are not UTF-8."""
    contents = {
        path: text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        for path, text in sorted(files.items())
    }
    return Memory(contents, {path: blob_id(content) for path, content in contents.items()})


class Record(Struct, frozen=True, array_like=True):
    """What is kept of a file: its lean reading, its findings, and its requirement file's identity."""

    document: Document | None
    page: Page | None
    findings: tuple[Finding, ...]
    problem: Problem | None
    file_id: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode
_decode_retired = msgspec.msgpack.Decoder(tuple[tuple[Retired, ...], tuple[Problem, ...]]).decode
_decode_waivers = msgspec.msgpack.Decoder(tuple[tuple[Waiver, ...], tuple[Problem, ...]]).decode
_decode_known = msgspec.msgpack.Decoder(tuple[tuple[Known, ...], tuple[Problem, ...]]).decode

_Kind = TypeVar("_Kind")
_Side = tuple[tuple[_Kind, ...], tuple[Problem, ...]]  # what a side file holds, and every problem of it


def run(
    inputs: Inputs,
    settings: Settings,
    *,
    cache: Cache | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    host: Host | None = None,
    today: date | None = None,
) -> Outcome:
    """Read the project, judge it, and say which derived files must change. Nothing is written.

    Waivers expire as of `today`; without a day, none does.
    """
    settings = settings if host else as_published(settings, inputs.paths)
    paths = _markdown(inputs, settings)
    records, fresh = _records(paths, inputs, settings, cache, executor, progress)
    problems = _not_followed(inputs, settings)
    problems += [record.problem for record in records.values() if record.problem]
    identities = {path: record.file_id for path, record in records.items()}
    documents = [record.document for record in records.values() if record.document]
    pages = tuple(record.page for record in records.values() if record.page)
    findings = [finding for record in records.values() for finding in record.findings]

    packages, named, more = _named(documents, pages, inputs, settings)
    files = (inputs, settings, cache)
    retired, wrong = _side(RETIRED, "SET004", retired_in, _decode_retired, *files)
    waivers, wrong_waivers = _side(WAIVERS, "SET008", _waivers_in, _decode_waivers, *files)
    known, wrong_known = _side(BASELINE, "SET011", known_in, _decode_known, *files)
    project = Project(
        settings=settings,
        documents=named,
        pages=pages,
        packages=packages,
        retired=retired,
        waivers=waivers,
        known=known,
        problems=(*problems, *more, *wrong, *wrong_waivers, *wrong_known),
        host=host,
        today=today,
    )
    # With a spec unread, what the derived files should hold is not known.
    if not any(is_document(problem.place.path, settings) for problem in problems):
        project = msgspec.structs.replace(project, derived=_derived(project, identities, inputs, cache))
    project = msgspec.structs.replace(project, problems=(*project.problems, *_dead_links(project, inputs, cache)))
    lines = functools.partial(lines_in, inputs)
    end = settled(project, [*findings, *project_findings(project)], lines)
    counts = Counts(
        specs=sum(document.is_spec for document in named),
        pages=len(pages) - sum(document.is_spec for document in named),
        requirements=sum(len(document.requirements) for document in named),
        rules=len(enabled(settings)),
        links=sum(len(page.links) for page in pages),
        waived=end.waived,
        known=end.known,
        cached=len(paths) - fresh,
    )
    path = side_path(BASELINE, settings)
    return Outcome(project, end.findings, counts, shrunk(project, end.mended, path, lines) if end.mended else None)


def _markdown(inputs: Inputs, settings: Settings) -> list[str]:
    """The Markdown files to read; what `muster pages` wrote is no source.

    Inputs are sorted by path, and so mother specs come before their children.  implements: MU-REQ-1003
    """
    made = tuple(path.removesuffix(GENERATED) for path in inputs.paths if path.endswith(f"/{GENERATED}"))
    return [
        path
        for path in inputs.entries
        if is_document(path, settings) or (is_page(path, settings) and not (made and path.startswith(made)))
    ]


def _dead_links(project: Project, inputs: Inputs, cache: Cache | None) -> list[Problem]:
    """Links and references that lead nowhere.  implements: MU-RULE-2013, MU-RULE-2023"""
    mentions = mentions_of(project, inputs, cache, rule_version())
    dead = link_problems(project, inputs, _generated)
    dead += reference_problems(project, mentions, inputs, _generated)
    dead += undefined_references(project, inputs.paths, lambda path: "\n".join(lines_in(inputs, path)))
    return dead + _dead_elsewhere(inputs, project.settings)


def _generated(project: Project) -> list[str]:
    from muster.site.pages import generated_paths  # only a link that would be dead asks for it

    return generated_paths(project)


def _dead_elsewhere(inputs: Inputs, settings: Settings) -> list[Problem]:
    """What the last `muster links --external` found dead, where the gate is to include it.

    implements: MU-RULE-2021
    """
    if not settings.links.external.gate:
        return []
    from muster.links.external import RECORD, problems_in

    try:
        return problems_in(inputs.standing(RECORD))
    except OSError:
        return []


# Reading, through the cache


@functools.cache
def rule_version() -> str:
    """A digest of Muster's own code, so that no reading outlives the code that made it."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parent
    for path in sorted(root.glob("*.py")) + sorted(
        path for room in ("text", "specs", "links", "rules", "gate") for path in (root / room).glob("*.py")
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _key(settings: Settings) -> str:
    own = _encode(
        (settings.specs, settings.requirements, settings.anchors, settings.rules, settings.links, settings.site)
    )
    return hashlib.blake2b(own + rule_version().encode(), digest_size=16).hexdigest()


def _records(
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
    pending = [executor.submit(_records_of, chunk, settings) for chunk in work]
    for future in pending:
        yield from future.result()


def _records_of(chunk: list[tuple[str, bytes | str]], settings: Settings) -> list[tuple[str, bytes]]:
    return [(path, record_of(path, content, settings)) for path, content in chunk]


def _content(path: str, inputs: Inputs) -> bytes | str:
    """A file's bytes, or the words for why there are none."""
    try:
        return inputs.read(path)
    except OSError as error:
        return error.strerror or str(error)


def record_of(path: str, content: bytes | str, settings: Settings) -> bytes:
    """Read one file and judge it by itself; the packed record is what the cache keeps."""
    problem = _refusal(path, content, settings)
    if problem or isinstance(content, str):
        return _encode(Record(None, None, (), problem, ""))
    if path == settings.output.compliance and content.startswith(compliance.MARK.encode()):
        return _encode(Record(None, None, (), None, ""))  # its links are right, or it has drifted
    from muster.links.reading import read_page  # a check that finds all in its cache reads nothing
    from muster.specs.reading import document_of

    source = source_of(content.decode("utf-8"))
    document = document_of(path, source, settings) if is_document(path, settings) else None
    page = read_page(path, source, settings, document)
    findings = page_findings(page, settings)
    page = msgspec.structs.replace(page, lines=(), code=(), text="")
    if document is None:
        return _encode(Record(None, page, findings, None, ""))
    findings = (*document_findings(document, settings), *findings)
    file_id = blob_id(requirement_file.rendered(document).encode()) if document.requirements else ""
    lean = msgspec.structs.replace(document, passages=(), lines=())
    return _encode(Record(lean, page, findings, None, file_id))


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


def _not_followed(inputs: Inputs, settings: Settings) -> list[Problem]:
    """Links and folders where a spec is due and nothing is read: a hole that must not go unseen."""
    words = [
        (path, f"is not read: {why}", "replace it by a file inside the project") for path, why in inputs.unread.items()
    ]
    words += [
        (
            path,
            f"is a link to {target}, which is no spec or page here",
            "name that in `specs.include`, or drop the link",
        )
        for path, target in inputs.twins.items()
        if not is_document(target, settings)
    ]
    return [
        Problem("ENC002", Place(encodable(path)), encodable(f"{path} {what}"), remedy)
        for path, what, remedy in words
        if is_document(path, settings)
    ]


def whole(project: Project, inputs: Inputs) -> Project:
    """The project with its documents and pages read afresh, passages and all: what a fix needs."""
    from muster.links.reading import read_page
    from muster.specs.reading import document_of

    packages = {document.path: document.package for document in project.documents}
    documents, pages = [], []
    for page in project.pages:
        source = source_of(inputs.read(page.path).decode("utf-8"))
        full = None
        if page.path in packages:
            full = document_of(page.path, source, project.settings)
            documents.append(msgspec.structs.replace(full, package=packages[page.path]))
        pages.append(read_page(page.path, source, project.settings, full))
    return msgspec.structs.replace(project, documents=tuple(documents), pages=tuple(pages))


# Joining


def _named(
    documents: list[Document], pages: Iterable[Page], inputs: Inputs, settings: Settings
) -> tuple[tuple[Package, ...], tuple[Document, ...], tuple[Problem, ...]]:
    """The packages, and the documents with the name of the package that holds them."""
    wanted = settings.packages
    unnamed = [document for document in documents if not document.package]
    if not (unnamed or wanted.must or wanted.should or wanted.may):
        # Nothing names a package: only the README beside a manifest is of interest, for what it links.
        beside = manifests_beside([page.path for page in pages if page.path.endswith("/README.md")], inputs.paths)
        return packages_of(beside, documents, wanted.rationale_heading, inputs.read)[0], tuple(documents), ()
    manifests = manifests_in(inputs.entries)
    packages, problems = packages_of(manifests, documents, wanted.rationale_heading, inputs.read)
    names = {package.path: package.name for package in packages}
    named = []
    for document in documents:
        if not document.package:
            folder = folder_of_package_spec(document.path)
            name = names.get(folder) or folder.rsplit("/", 1)[-1] or "root"
            document = msgspec.structs.replace(document, package=file_name(name))  # noqa: PLW2901
        named.append(document)
    if unnamed:
        packages, problems = packages_of(manifests, named, wanted.rationale_heading, inputs.read)
    return packages, tuple(named), problems


def _side(
    name: str,
    code: str,
    read: Callable[[str, str], _Side[_Kind]],
    decode: Callable[[bytes], _Side[_Kind]],
    inputs: Inputs,
    settings: Settings,
    cache: Cache | None,
) -> _Side[_Kind]:
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
        cache.put_many({key: _encode(found)})
    return found


def lines_in(inputs: Inputs, path: str) -> list[str]:
    """The lines of what stands at a path; none where it cannot be read."""
    try:
        return lines_of((inputs.standing(path) or b"").decode("utf-8", "replace"))
    except OSError:
        return []


def _waivers_in(text: str, path: str) -> _Side[Waiver]:
    return waivers_in(text, path, RULES)


def _derived(
    project: Project, identities: Mapping[str, str], inputs: Inputs, cache: Cache | None
) -> tuple[Derived, ...]:
    """Compare the derived files by identity; the compliance table's is kept beside what it is made of."""
    sources = "\n".join(
        f"{document.path} {document.package} {document.title} {identities[document.path]}"
        for document in project.documents
    )
    key = (
        f"{rule_version()}:compliance:{hashlib.blake2b(sources.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
    )

    def compliance_id(text: Callable[[], str]) -> str:
        held = cache.get_many([key]).get(key) if cache else None
        if held is not None:
            return held.decode()
        identity = blob_id(text().encode("utf-8"))
        if cache:
            cache.put_many({key: identity.encode()})
        return identity

    return derived_files(project.documents, identities, project.settings, inputs, compliance_id)
