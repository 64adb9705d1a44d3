"""The derived files of a project; of the compliance table, what is kept is not made again.

The identity of the whole table is kept beside what it is made of. Where something of that changed, the sections of all
other specs are cut from the table that is committed, if that is one whose sections are known.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.identity import blob_id
from muster.records import rule_version
from muster.specs.compliance import Section, joined, section
from muster.specs.derived import derived_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muster.inputs import Inputs
    from muster.model import Derived, Document, Project, Status
    from muster.store.cache import Cache


class Cut(Struct, frozen=True, array_like=True):
    """Where a section stands in a table, and what it is made of."""

    made_of: str  # a digest
    start: int
    end: int
    levels: dict[str, int]
    states: dict[str, int]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Cut]).decode


def derived_of(
    project: Project, identities: Mapping[str, str], inputs: Inputs, cache: Cache | None
) -> tuple[Derived, ...]:
    """Compare the derived files by identity."""
    if cache is None:
        return derived_files(project, identities, inputs, lambda text: blob_id(text().encode("utf-8")))
    table = _Table(project, identities, inputs, cache)
    return derived_files(project, identities, inputs, table.identity, table.rendered)


class _Table:
    """The compliance table by what the cache keeps of it."""

    def __init__(self, project: Project, identities: Mapping[str, str], inputs: Inputs, cache: Cache) -> None:
        self._project, self._identities = project, identities
        self._inputs, self._cache = inputs, cache
        self._cuts: dict[str, Cut] = {}

    def identity(self, text: Callable[[], str]) -> str:
        """The content ID of the table."""
        sources = "\n".join(
            f"{document.path} {document.package} {document.title} {self._identities[document.path]}"
            for document in self._project.documents
        )
        own = sources.encode("utf-8", "replace") + _encode((self._project.trace.own, self._project.settings.site))
        key = f"{rule_version()}:compliance:{hashlib.blake2b(own, digest_size=16).hexdigest()}"
        held = self._cache.get_many([key]).get(key)
        if held is not None:
            self._cache.note([_cuts_key(held.decode())])
            return held.decode()
        content = text().encode("utf-8")
        identity = blob_id(content)
        self._cache.put_many({key: identity.encode(), _cuts_key(identity): _encode(self._cuts)})
        return identity

    def rendered(self, documents: Sequence[Document], statuses: Mapping[str, Status], *, published: bool) -> str:
        """The table, as `compliance.rendered` has it."""
        committed, cuts = self._committed()
        sections: list[Section] = []
        made: list[str] = []
        for document in documents:
            digest = self._made_of(document, statuses, published=published)
            cut = cuts.get(document.path)
            if cut and cut.made_of == digest:
                sections.append(Section(committed[cut.start : cut.end], cut.levels, cut.states))
            else:
                sections.append(section(document, statuses, published=published))
            made.append(digest)
        text = joined(sections)
        start = len(text) - sum(len(one.text) + 1 for one in sections) + 1
        self._cuts = {}
        for document, one, digest in zip(documents, sections, made, strict=True):
            end = start + len(one.text)
            self._cuts[document.path] = Cut(digest, start, end, one.levels, one.states)
            start = end + 1
        return text

    def _committed(self) -> tuple[str, Mapping[str, Cut]]:
        """The table that is committed, and its sections where they are known."""
        path = self._project.settings.output.compliance
        identity = self._inputs.entries.get(path, "")
        key = _cuts_key(identity)
        held = self._cache.get_many([key]).get(key) if identity else None
        if held is None:
            return "", {}
        content = self._inputs.standing(path) or b""
        return (content.decode("utf-8"), _decode(held)) if blob_id(content) == identity else ("", {})

    def _made_of(self, document: Document, statuses: Mapping[str, Status], *, published: bool) -> str:
        own = [
            (one.id.text, one.level, one.title, one.section, statuses.get(one.id.text)) for one in document.requirements
        ]
        anchors = [(one.anchor, one.github) for one in document.sections]
        parts = (document.path, document.title, own, anchors, published)
        return hashlib.blake2b(_encode(parts), digest_size=16).hexdigest()


def _cuts_key(identity: str) -> str:
    return f"{rule_version()}:compliance-cuts:{identity}"
