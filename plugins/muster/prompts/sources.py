"""The exact text that each value of a prompt stands for, with its hash and the requirements in it.

| kind | text |
|---|---|
| text | the text itself |
| file | the whole file, but for its last line end |
| requirement | each requirement's text, as its fingerprint is made of it, one blank line between two |
| section | from its heading to before the next one of the same or a higher level, to the last character |
| packet | its excerpts as they stand there, one blank line between two |
| intent | the same of a SpecIntent |

implements: MU-PRM-6026
"""

from __future__ import annotations

import difflib
import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.prompts.naming import FORMS, NotNamed, SourceKind, named_in
from muster.prompts.outline import lines_with_ends, sections_in
from muster.prompts.provenance import SpecIntent
from muster.prompts.values import CompileTrouble
from muster.text.utf8 import encodable, is_encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from muster.model import Project, Requirement
    from muster.prompts.naming import Named

_MOST_TOLD = 20  # of unknown IDs
_MOST_NAMES = 5000  # among which the nearest one is looked for


class Source(Struct, frozen=True):
    """The text of a value, and where it comes from."""

    handle: str  # "requirement:MU-PRM-6026"; "text:" for a text
    kind: SourceKind
    text: str
    sha256: str  # of the text in UTF-8; of a whole file, with its last line end
    fingerprints: dict[str, str] = {}  # of the requirements in it, by ID


class Material(Struct, frozen=True):
    """What somebody read of the project for these values."""

    files: Mapping[str, bytes] = {}  # by path: those of `paths_of` that are there
    excerpts: Mapping[str, tuple[str, ...]] = {}  # by the path of a packet: its excerpts in order


class SourcesReading(Struct, frozen=True):
    """The sources by placeholder, and what is wrong with the other values."""

    sources: dict[str, Source]
    troubles: tuple[CompileTrouble, ...]


class _Unknown(ValueError):
    """Something that a value names is not there."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def paths_of(values: Iterable[str | Named]) -> tuple[str, ...]:
    """The files that must be read before the sources of these values can be told."""
    found = set()
    for value in values:
        try:
            named = named_in(value) if isinstance(value, str) else value
        except NotNamed:
            continue
        found.add(named.path)
    return tuple(sorted(found - {""}))


def sources_in(values: Mapping[str, str | Named], project: Project, material: Material) -> SourcesReading:
    """The source of each value, by the name of its placeholder, and all that is wrong.

    A value that is a text is one that the user wrote, and may name something; see `naming.named_in`.
    """
    shelf = _Shelf(project, material)
    sources: dict[str, Source] = {}
    troubles = []
    for name, value in values.items():
        where = f"$.values.{shortened(name)}"
        try:
            sources[name] = shelf.source(named_in(value) if isinstance(value, str) else value)
        except NotNamed as error:
            remedy = f"write `{_form_of(str(value))}`, or `text:{shortened(str(value), 30)}` for the text itself"
            troubles.append(CompileTrouble(where, encodable(str(error)), encodable(remedy)))
        except _Unknown as error:
            troubles.append(CompileTrouble(where, encodable(str(error)), encodable(error.remedy)))
    return SourcesReading(sources, tuple(troubles))


def without_last_end(text: str) -> str:
    """The text of a file as it goes into a prompt: an editor's line end at the end of it is no part of the value."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _form_of(value: str) -> str:
    return FORMS[SourceKind(value.partition(":")[0])]


def fingerprints_of(project: Project) -> dict[str, str]:
    """The fingerprint of each requirement, by ID; of two definitions the first."""
    found: dict[str, str] = {}
    for requirement in project.requirements:
        found.setdefault(requirement.id.text, requirement.fingerprint)
    return found


class _Shelf:
    """What values can name: requirements and files, looked up once."""

    def __init__(self, project: Project, material: Material) -> None:
        self._project = project
        self._material = material
        self._requirements: dict[str, Requirement] = {}
        self._documents = {document.path: document for document in project.documents}
        for requirement in project.requirements:
            self._requirements.setdefault(requirement.id.text, requirement)

    def source(self, named: Named) -> Source:
        fingerprints: dict[str, str] = {}
        match named.kind:
            case SourceKind.TEXT:
                text = named.text
                if not is_encodable(text):
                    raise _Unknown("the text holds half of a surrogate pair", "give text that was read as UTF-8")
            case SourceKind.REQUIREMENT:
                found = self._named_requirements(named.ids)
                text = "\n\n".join(one.text for one in found)
                fingerprints = _fingerprints(found)
            case SourceKind.SECTION:
                text, first, last = self._section(named)
                fingerprints = _fingerprints(self._within(named.path, first, last))
            case SourceKind.PACKET:
                text, fingerprints = self._packet(named.path)
            case SourceKind.INTENT:
                text = self._intent(named.path)
            case SourceKind.FILE:
                text = self._text(named.path)
                document = self._documents.get(named.path)
                fingerprints = _fingerprints(document.requirements) if document else {}
        digest = hashlib.sha256(text.encode()).hexdigest()
        if named.kind in (SourceKind.FILE, SourceKind.INTENT):
            text = without_last_end(text)
        return Source(named.handle, named.kind, text, digest, dict(sorted(fingerprints.items())))

    def _named_requirements(self, ids: tuple[str, ...]) -> list[Requirement]:
        unknown = [one for one in ids if one not in self._requirements]
        if unknown:
            words = ", ".join(shortened(one, 40) for one in unknown[:_MOST_TOLD])
            words += f" and {len(unknown) - _MOST_TOLD:,} more" if len(unknown) > _MOST_TOLD else ""
            near = [found for one in unknown[:_MOST_TOLD] if (found := self._nearest_id(one))]
            remedy = f"did you mean {', '.join(near)}? " if near else ""
            raise _Unknown(f"no spec defines {words}", f"{remedy}name an ID that a spec defines")
        return [self._requirements[one] for one in ids]

    def _nearest_id(self, written: str) -> str:
        area = written.rstrip("0123456789.")
        return _nearest(written, [one for one in self._requirements if one.startswith(area)] or self._requirements)

    def _text(self, path: str) -> str:
        data = self._material.files.get(path)
        if data is None:
            near = _nearest(path, [page.path for page in self._project.pages] or self._documents)
            raise _Unknown(
                f"{path} is no file of the project", f"did you mean {near}?" if near else "name a file that is there"
            )
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise _Unknown(f"{path}:{line} is not UTF-8", "save the file as UTF-8") from None

    def _section(self, named: Named) -> tuple[str, int, int]:
        """The text of a section, and its first and last line."""
        text = self._text(named.path)
        sections = sections_in(text, self._project.settings.anchors)
        if named.anchor:
            found = [one for one in sections if one.anchor == named.anchor] or [
                one for one in sections if one.github == named.anchor
            ]
            names: list[str] = [one.anchor for one in sections]
        else:
            found = [one for one in sections if one.number == named.number]
            names = [one.number for one in sections if one.number]
        if not found:
            near = _nearest(named.anchor or named.number, names)
            mark = "#" if named.anchor else "§"
            remedy = f"did you mean {mark}{near}?" if near else "name the anchor of one of its headings"
            raise _Unknown(f"{named.path} has no section {mark}{named.anchor or named.number}", remedy)
        if len(found) > 1:
            words = f"{named.path} has {len(found)} sections §{named.number}"
            raise _Unknown(words, f"name one by its anchor: {', '.join(f'#{one.anchor}' for one in found[:3])}")
        first, last = found[0].first, found[0].last
        return "".join(lines_with_ends(text)[first - 1 : last]), first, last

    def _within(self, path: str, first: int, last: int) -> list[Requirement]:
        document = self._documents.get(path)
        return [one for one in document.requirements if first <= one.place.line <= last] if document else []

    def _packet(self, path: str) -> tuple[str, dict[str, str]]:
        """Its excerpts, and the requirements that its anchors are pinned to."""
        self._text(path)
        excerpts = self._material.excerpts.get(path)
        if not excerpts:
            raise _Unknown(f"{path} is no packet with excerpts", "name a refinement packet, or take the `file:` whole")
        pinned = [
            requirement
            for refinement in self._project.refinements
            if refinement.path == path
            for anchor in refinement.anchors
            if anchor.window and anchor.verdict.holds
            for requirement in self._within(anchor.spec, anchor.window.first, anchor.window.last)
        ]
        return "\n\n".join(excerpts), _fingerprints(pinned)

    def _intent(self, path: str) -> str:
        text = self._text(path)
        try:
            msgspec.json.decode(text, type=SpecIntent)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _Unknown(
                f"{path} is no SpecIntent: {shortened(str(error), 200)}",
                "name a spec_intent.json, or take the `file:` as it is",
            ) from None
        return text


def _fingerprints(requirements: Iterable[Requirement]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in requirements:
        found.setdefault(one.id.text, one.fingerprint)
    return found


def _nearest(written: str, names: Collection[str]) -> str:
    if len(written) > 200:
        return ""
    some = list(names)[:_MOST_NAMES]
    near = difflib.get_close_matches(written, some, 1, 0.6)
    return near[0] if near else ""
