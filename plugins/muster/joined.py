"""The trace of a check in which little changed since an earlier one: what that one joined is kept.

Citations stand where they stood, or elsewhere in their file, in most files; and most specs have the texts that they
had. What a full join gave is kept without places, by spec and by chunk of files, and what differs is joined anew:
those specs alone whose texts or citations changed. Where more changed than that, or the review lock would differ,
everything is joined. The result is the same; only the list of all citations, which hardly a check needs, is made when
somebody looks at it.
"""

from __future__ import annotations

import functools
import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Citation, CitationKind, Defect, Derived, Project, Requirement, Status, Suspect, Trace
from muster.records import rule_version
from muster.specs.discovery import side_path
from muster.sweep import UNSURE, Named, chunks_of
from muster.trace import lock as locks
from muster.trace.citations import citations_of, known_of
from muster.trace.later import LaterCitations, LaterReviews, LaterTexts
from muster.trace.status import statuses_of
from muster.trace.tracing import doubted_of, first_by_id, waived_in
from muster.traces import look_for, named_by, sides_of, unread_in, with_trace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from muster.inputs import Executor, Inputs
    from muster.model import ResultFile
    from muster.store.cache import Cache
    from muster.sweep import Chunks, Found
    from muster.trace.citations import Known
    from muster.traces import Joint, Sides

_MOST_SPECS = 64  # with more of them changed, joining everything costs little more
_MOST_CHUNKS = 24


class Part(Struct, frozen=True, array_like=True):
    """What a chunk of files says."""

    said: str  # a digest of it
    cited: int
    odd: tuple[Citation, ...]
    homes: tuple[str, ...]  # the specs that it cites
    rest: dict[str, Named]  # what its files name beside requirements
    derives: bool  # it says what derives from what


class Kept(Struct, frozen=True, array_like=True):
    """What is kept of a full join whose review lock stood as it should."""

    ids: str  # a digest of all IDs and where they are defined
    lock: str  # the content ID of the lock; "" for none
    specs: dict[str, str]  # by path: a digest of its texts; "" where it is joined each time
    parts: dict[str, Part]
    reached: dict[str, Status]
    uncited: tuple[str, ...]


_ONCE = "once"  # what files said that may change unnoticed: no later chunk is called so
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode
_decode_said = msgspec.msgpack.Decoder(list[tuple[bytes, str, str]]).decode


def joined(
    project: Project,
    inputs: Inputs,
    cache: Cache | None,
    executor: Executor | None,
    results: Sequence[ResultFile],
    *,
    quick: bool,
) -> tuple[Project, Derived | None, Found]:
    """The project with its trace, the review lock as it should stand, and what files name beside requirements.

    With `quick`, by what an earlier join left where that can be; else everything is joined.
    """
    sides = sides_of(project, inputs, cache)
    can = quick and cache and not results and not sides.evidence
    chunks = chunks_of(look_for(project, inputs), inputs, cache, rule_version()) if can else None
    join = None
    if cache and chunks:
        join = _Join(project, sides, inputs, chunks, cache, executor)
        if (done := join.quick()) is not None:
            return done
    found = named_by(project, inputs, cache, executor)
    joint = with_trace(project, found, sides, inputs, cache, results)
    if join:
        join.keep(joint, found)
    return joint.project, joint.own_lock, found


class _Join:
    """One join of what is kept with what changed."""

    def __init__(
        self,
        project: Project,
        sides: Sides,
        inputs: Inputs,
        chunks: Chunks,
        cache: Cache,
        executor: Executor | None,
    ) -> None:
        self.project, self.sides, self.inputs = project, sides, inputs
        self.chunks, self.cache, self.executor = chunks, cache, executor
        settings = project.settings
        self.key = f"joined:{_digest((rule_version(), settings))}"
        self.lock_path = side_path(locks.NAME, settings)
        self.specs = {
            document.path: _digest([(one.id.text, one.fingerprint) for one in document.requirements])
            for document in project.documents
        }
        own = [(document.path, [one.id for one in document.requirements]) for document in project.documents]
        self.ids = _digest((own, [retired.id for retired in project.retired]))

    # What is kept

    def keep(self, joint: Joint, found: Found) -> None:
        """Keep what a full join gave, where the next one can build on it."""
        whole, own_lock, held = joint
        trace = whole.trace
        if own_lock is not None and not (own_lock.same and held.whole and not held.disputed):
            return
        if own_lock is None and self.lock_path in self.inputs.paths:
            return
        homes = {name: one.place.path for name, one in first_by_id(whole).items()}
        doubted = {homes[one.id] for one in trace.suspects}
        if len(doubted) > _MOST_SPECS or (own_lock is not None and not self._lock_id()):
            return
        by_path = {path: list(own) for path, own in groupby(trace.citations, lambda one: one.place.path)}
        parts: dict[str, Part] = {}
        said: dict[str, bytes] = {}
        for name, paths in self.chunks.paths.items():
            own = [one for path in paths for one in by_path.get(path, ())]
            part, texts = _part(own, {path: found[path] for path in paths if path in found}, homes)
            if part.derives:
                return
            parts[_ONCE if name == UNSURE else name] = part
            said[f"said:{part.said}"] = texts
        kept = Kept(
            self.ids,
            self._lock_id(),
            {path: "" if path in doubted else digest for path, digest in self.specs.items()},
            parts,
            trace.reached,
            tuple(sorted(trace.uncited)),
        )
        try:
            self.cache.put_many({self.key: _encode(kept), **said})
        except UnicodeEncodeError:  # the name of a file is no UTF-8
            return

    def _lock_id(self) -> str:
        """The content ID of the lock; "" where there is none, or it is reached by a link."""
        return self.inputs.entries.get(self.lock_path, "") if self.lock_path not in self.inputs.twins else ""

    # What changed

    def quick(self) -> tuple[Project, Derived | None, Found] | None:
        """The join by what is kept; None where everything has to be joined."""
        packed = self.cache.get_many([self.key]).get(self.key)
        kept = _decode(packed) if packed is not None else None
        if kept is None or kept.ids != self.ids or kept.lock != self._lock_id():
            return None
        if not kept.lock and self.lock_path in self.inputs.paths:
            return None
        self.cache.note([*self.chunks.paths, *(f"said:{part.said}" for part in kept.parts.values())])
        new = [name for name in self.chunks.paths if name not in kept.parts]
        gone = [part for name, part in kept.parts.items() if name not in self.chunks.paths]
        changed = {path for path, digest in self.specs.items() if kept.specs.get(path) != digest}
        if len(new) > _MOST_CHUNKS or len(changed) > _MOST_SPECS:
            return None
        fresh = self._fresh(new)
        parts = {name: fresh[name][0] if name in fresh else kept.parts[name] for name in self.chunks.paths}
        if any(part.derives for part in parts.values()):
            return None
        if sorted(part.said for part in gone) != sorted(part.said for part, _ in fresh.values()):
            touched = self._touched(gone, [texts for _, texts in fresh.values()])
            if touched is None:
                return None
            changed |= touched
        return self._assembled(kept, parts, changed) if len(changed) <= _MOST_SPECS else None

    def _fresh(self, names: Sequence[str]) -> dict[str, tuple[Part, bytes]]:
        """What these chunks say now."""
        if not names:
            return {}
        found = self.chunks.found(names)
        known = self._known(found)
        settings = self.project.settings.trace
        parts = {}
        for name, named in found.items():
            own = citations_of({path: one.hits for path, one in named.items() if one.hits}, known, settings)
            parts[name] = _part(own, named, known.homes)
        return parts

    def _known(self, found: Mapping[str, Found]) -> Known:
        """The IDs of the project, as far as these files need them."""
        within = {path for named in found.values() for path in named}
        ranges = any(hit.last for named in found.values() for one in named.values() for hit in one.hits)
        retired = (one.id for one in self.project.retired)
        marks = self.project.settings.trace.marks
        return known_of(self.project.documents, retired, marks, within=within, ranges=ranges)

    def _touched(self, gone: Iterable[Part], now: Iterable[bytes]) -> set[str] | None:
        """The specs of which chunks that changed say something else."""
        keys = [f"said:{part.said}" for part in gone]
        held = self.cache.get_many(keys)
        if any(key not in held for key in keys):
            return None
        before = {one for key in keys for one in _decode_said(held[key])}
        after = {one for texts in now for one in _decode_said(texts)}
        ids = {name for _, name, _ in before ^ after}
        return {one.place.path for one in self._requirements.values() if one.id.text in ids}

    @functools.cached_property
    def _requirements(self) -> dict[str, Requirement]:
        return first_by_id(self.project)

    # The result

    def _assembled(
        self, kept: Kept, parts: Mapping[str, Part], changed: Collection[str]
    ) -> tuple[Project, Derived | None, Found] | None:
        """What is kept, with those specs joined anew that changed."""
        reached, uncited, again = kept.reached, frozenset(kept.uncited), _NOTHING
        if changed:
            found = self._again(parts, changed, bool(kept.lock))
            if found is None:
                return None
            again = found
            reached = reached | again.reached
            uncited = (uncited - again.reached.keys()) | again.uncited
        odd = [one for part in parts.values() for one in part.odd]
        stale = {one.id for one in odd if one.defect is Defect.STALE}
        suspect = (stale | {one.id for one in again.suspects}) & reached.keys()
        own = reached | dict.fromkeys(suspect, Status.SUSPECT)
        waived = (waived_in(self.project) & reached.keys()) - suspect
        whole = functools.cache(self._whole)
        trace = Trace(  # what is Later answers as the value does that it is made into when it is first asked
            citations=LaterCitations(whole),  # type: ignore[arg-type]
            suspects=again.suspects,
            reviews=LaterReviews(whole),  # type: ignore[arg-type]
            texts=LaterTexts(whole),  # type: ignore[arg-type]
            own=own,
            statuses=own | dict.fromkeys(waived, Status.WAIVED) if waived else own,
            reached=reached,
            floor={one.id: one.status for one in self.sides.floor},
            floor_lines={one.id: one.line for one in self.sides.floor},
            odd=tuple(sorted(odd, key=lambda one: one.place.path)),
            doubted=again.doubted,
            uncited=uncited,
            cited=sum(part.cited for part in parts.values()),
        )
        rest = {path: named for part in parts.values() for path, named in part.rest.items()}
        rest = {path: rest[path] for path in sorted(rest)}
        problems = (*self.project.problems, *self.sides.problems, *unread_in(rest, self.project))
        project = msgspec.structs.replace(self.project, trace=trace, problems=problems)
        return project, Derived(self.lock_path, same=True) if kept.lock else None, rest

    def _again(self, parts: Mapping[str, Part], changed: Collection[str], locked: bool) -> _Again | None:
        """These specs, joined anew; None where the lock would not stay as it is."""
        names = [name for name, part in parts.items() if any(home in changed for home in part.homes)]
        found = self.chunks.found(names)
        known = self._known(found)
        own = {name: one for name, one in self._requirements.items() if one.place.path in changed}
        hits = {path: one.hits for named in found.values() for path, one in named.items() if one.hits}
        hits = {path: hits[path] for path in sorted(hits)}
        every = citations_of(hits, known, self.project.settings.trace)
        citations = [one for one in every if one.id in own]
        text = self.inputs.standing(self.lock_path) if locked else None
        held = locks.part_of(text or b"", own, self.lock_path)
        if any(path not in self.inputs.paths for files in held.pairs.values() for path in files):
            return None
        citing = locks.citing_files(citations, (), {name: known.homes[name] for name in own})
        wanted = locks.kept(held, citing, own, self.inputs.paths)
        if wanted.pairs != held.pairs or not held.texts.items() >= wanted.texts.items():
            return None
        suspects = tuple(locks.suspects_of(wanted, own))
        reached = statuses_of(own, citations, {}, suspect=(), waived=(), proved=()).reached
        fulfilled = {one.id for one in citations if one.kind is not CitationKind.MENTIONS}
        return _Again(suspects, doubted_of(citations, suspects), reached, frozenset(own.keys() - fulfilled))

    def _whole(self) -> Trace:
        """The trace with everything in it."""
        found = named_by(self.project, self.inputs, self.cache, self.executor)
        return with_trace(self.project, found, self.sides, self.inputs, self.cache, ()).project.trace


class _Again(Struct, frozen=True):
    """What became of specs that were joined anew."""

    suspects: tuple[Suspect, ...]
    doubted: tuple[Citation, ...]
    reached: dict[str, Status]
    uncited: frozenset[str]


_NOTHING = _Again((), (), {}, frozenset())


def _part(citations: Iterable[Citation], found: Found, homes: Mapping[str, str]) -> tuple[Part, bytes]:
    """What the citations of a chunk say, and its texts: what the digest in it is of."""
    said: set[tuple[str, str, str]] = set()
    odd: list[Citation] = []
    cited = 0
    for one in citations:
        if one.defect is not None or one.quote is not None:
            odd.append(one)
        if not one.literal and one.id in homes:
            cited += 1
            said.add((one.place.path, one.id, one.kind.value))
    texts = _encode([(path.encode("utf-8", "surrogateescape"), *more) for path, *more in sorted(said)])
    part = Part(
        hashlib.blake2b(texts, digest_size=16).hexdigest(),
        cited,
        tuple(odd),
        tuple(sorted({homes[name] for _, name, _ in said})),
        {path: Named(one.mentions, unread=one.unread) for path, one in found.items() if one.mentions or one.unread},
        any(one.maps or any(hit.verb == "derives" for hit in one.hits) for one in found.values()),
    )
    return part, texts


def _digest(value: object) -> str:
    return hashlib.blake2b(_encode(value), digest_size=16).hexdigest()
