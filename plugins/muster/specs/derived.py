"""The files that follow from the specs, compared with what is committed.

implements: MU-RULE-2014, MU-REQ-1035
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Protocol

from muster.identity import blob_id
from muster.model import Derived, Document
from muster.specs import compliance, requirement_file
from muster.specs.discovery import KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muster.model import Project, Status
    from muster.settings import Settings


class Rendered(Protocol):
    """Makes the compliance table."""

    def __call__(self, documents: Sequence[Document], statuses: Mapping[str, Status], *, published: bool) -> str: ...


class Files(Protocol):
    """What is committed: content IDs by path, and what stands at a path, committed or not."""

    @property
    def entries(self) -> Mapping[str, str]: ...

    def standing(self, path: str) -> bytes | None: ...


SCHEMA_FILE = "requirements.schema.json"


def schema_text() -> str:
    """The JSON Schema of a requirement file.  implements: MU-REQ-1034"""
    return json.dumps(requirement_file.SCHEMA, indent=2) + "\n"


def derived_files(
    project: Project,
    identities: Mapping[str, str],
    files: Files,
    compliance_id: Callable[[Callable[[], str]], str],
    rendered: Rendered = compliance.rendered,
) -> tuple[Derived, ...]:
    """Every derived file, sorted by path; texts only where they differ from what is committed.

    `identities` holds the content ID of each spec's requirement file, and `compliance_id` gives that of
    the compliance table, asking for its text only where it does not know. `rendered` makes that text.
    """
    documents, settings = project.documents, project.settings
    output = settings.output
    folder = output.requirements.strip("/")
    owners = owners_of(documents)
    wanted: dict[str, tuple[str, Callable[[], str], Callable[[str], bool]]] = {}
    for package, document in owners.items():
        path = file_of(package, settings)
        text = _renderer(document, project.spec_ids.get(document.path, ""))
        wanted[path] = (identities[document.path], text, requirement_file.has_shape)
    if owners:
        schema = schema_text()
        wanted[f"{folder}/{SCHEMA_FILE}"] = (blob_id(schema.encode()), lambda: schema, _is_schema)
        if output.compliance:
            with_own = [document for document in documents if document.requirements]
            docs = settings.site.docs
            published = bool(docs) and f"/{output.compliance}".startswith(f"/{docs.strip('/')}/".replace("/./", "/"))
            table = functools.cache(lambda: rendered(with_own, project.trace.own, published=published))
            wanted[output.compliance] = (compliance_id(table), table, compliance.has_shape)
    found = [_compared(path, *parts, files) for path, parts in wanted.items()]
    found += _orphans(folder, output.compliance, wanted, files)
    return tuple(sorted(found, key=lambda file: file.path))


def file_of(package: str, settings: Settings) -> str:
    """The path of a package's requirement file."""
    return f"{settings.output.requirements.strip('/')}/{package}.yaml"


def owners_of(documents: Sequence[Document]) -> dict[str, Document]:
    """The spec that each requirement file is made of: of two with one package, the first.

    None is made where people keep a list of their own.
    """
    owners: dict[str, Document] = {}
    for document in documents:
        if document.requirements and f"{document.package.casefold()}.yaml" not in KEPT:
            owners.setdefault(document.package, document)
    return owners


def _renderer(document: Document, spec_id: str) -> Callable[[], str]:
    return lambda: requirement_file.rendered(document, spec_id)


def _compared(path: str, identity: str, text: Callable[[], str], ours: Callable[[str], bool], files: Files) -> Derived:
    if files.entries.get(path) == identity:
        return Derived(path, same=True)
    committed = _committed(path, files)
    wanted = text()
    if committed == wanted:
        return Derived(path, same=True)
    return Derived(path, False, wanted, committed, committed is None or not committed.strip() or ours(committed))


def _committed(path: str, files: Files) -> str | None:
    try:
        held = files.standing(path)
        return None if held is None else held.decode("utf-8", "surrogateescape")
    except OSError:
        # Something is there that is no readable file; it is not ours, whatever it is.
        return "\0"


def _orphans(folder: str, table: str, wanted: Mapping[str, object], files: Files) -> list[Derived]:
    """What Muster wrote and nothing gives any longer: without a requirement, the schema and the table too."""
    found = []
    marks = {f"{folder}/{SCHEMA_FILE}": _is_schema, table: compliance.is_ours}
    inside = f"{folder}/"
    for path in (path for path in files.entries if path.startswith(inside) or path in marks):
        is_file = path.startswith(inside) and path.endswith(".yaml")
        is_ours = requirement_file.is_ours if is_file else marks.get(path)
        if is_ours and path not in wanted:
            text = _committed(path, files)
            if text is not None and is_ours(text):
                found.append(Derived(path, False, None, text))
    return found


def _is_schema(text: str) -> bool:
    return '"Muster requirement file"' in text
