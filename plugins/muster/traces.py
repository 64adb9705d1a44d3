"""What became of the requirements, gathered from all files: citations, reviews, evidence, test results.

implements: MU-TRACE-3001, MU-TRACE-3010
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from muster.identity import blob_id
from muster.model import CaseResult, Derived, Evidence, Place, Problem, Project
from muster.records import rule_version
from muster.side_files import side_file
from muster.specs.discovery import GENERATED, side_path
from muster.sweep import look_of, swept
from muster.symbols import with_symbols
from muster.trace import evidence, lock, ratchet
from muster.trace.citations import too_large
from muster.trace.lock import Lock, derived_lock
from muster.trace.marks import scan_of
from muster.trace.ratchet import Floor
from muster.trace.tracing import Gathered, traced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.inputs import Executor, Inputs
    from muster.model import ResultFile
    from muster.store.cache import Cache
    from muster.sweep import Found, Look

_encode = msgspec.msgpack.Encoder().encode
_decode_lock = msgspec.msgpack.Decoder(tuple[tuple[Lock, ...], tuple[Problem, ...]]).decode
_decode_evidence = msgspec.msgpack.Decoder(tuple[tuple[Evidence, ...], tuple[Problem, ...]]).decode
_decode_floor = msgspec.msgpack.Decoder(tuple[tuple[Floor, ...], tuple[Problem, ...]]).decode
_decode_results = msgspec.msgpack.Decoder(tuple[tuple[CaseResult, ...], tuple[Problem, ...]]).decode


def folders_made(inputs: Inputs) -> tuple[str, ...]:
    """The folders into which `muster pages` wrote."""
    return tuple(path.removesuffix(GENERATED) for path in inputs.paths if path.endswith(GENERATED))


def look_for(project: Project, inputs: Inputs) -> Look:
    """What to look for in every text file."""
    ids = [requirement.id.text for requirement in project.requirements]
    scan = scan_of(project.settings, [*ids, *(retired.id for retired in project.retired)])
    return look_of(project.settings, scan, [project.settings.output.compliance], folders_made(inputs))


def named_by(project: Project, inputs: Inputs, cache: Cache | None, executor: Executor | None) -> Found:
    """What every text file names: requirements, and places in Markdown."""
    return swept(look_for(project, inputs), inputs, cache, rule_version(), executor)


class Sides(Struct, frozen=True):
    """What people keep beside the specs about the trace, but for the review lock."""

    evidence: tuple[Evidence, ...]
    floor: tuple[Floor, ...]
    problems: tuple[Problem, ...]


def sides_of(project: Project, inputs: Inputs, cache: Cache | None) -> Sides:
    """The evidence and the ratchet."""
    files = (inputs, project.settings, cache)
    proofs, wrong = side_file(evidence.NAME, "TRC012", evidence.evidence_in, _decode_evidence, *files)
    floor, more = side_file(ratchet.NAME, "TRC013", ratchet.floor_in, _decode_floor, *files)
    return Sides(proofs, floor, (*wrong, *more))


class Joint(NamedTuple):
    """The project with its trace, the review lock as it should stand, and as it does."""

    project: Project
    own_lock: Derived | None
    held: Lock


def with_trace(
    project: Project, found: Found, sides: Sides, inputs: Inputs, cache: Cache | None, results: Sequence[ResultFile]
) -> Joint:
    """Join everything."""
    files = (inputs, project.settings, cache)
    locks, problems = side_file(lock.NAME, "TRC011", lock.lock_in, _decode_lock, *files)
    cases, found_strange = _results(project, results, inputs, cache)
    held = locks[0] if locks else Lock()
    gathered = Gathered(
        hits={path: named.hits for path, named in found.items() if named.hits},
        maps={path: named.maps for path, named in found.items() if named.maps},
        lock=held,
        evidence=sides.evidence,
        floor=sides.floor,
        results=cases,
        given=bool(results) and not any(problem.code == "TRC010" for problem in found_strange),
    )
    version = rule_version()
    joined = traced(project, gathered, inputs.paths, lambda own: with_symbols(own, inputs, cache, version))
    path = side_path(lock.NAME, project.settings)
    committed = _text_at(path, inputs) if path in inputs.paths else None
    more = (*problems, *sides.problems, *found_strange, *joined.problems, *unread_in(found, project))
    project = msgspec.structs.replace(project, trace=joined.trace, problems=(*project.problems, *more))
    return Joint(project, derived_lock(joined.lock, held, path, committed), held)


def unread_in(found: Found, project: Project) -> list[Problem]:
    """The texts that are too large to be looked through."""
    told = {problem.place.path for problem in project.problems}  # a page of that size is a finding already
    return [
        Problem("TRC016", Place(path), *too_large(path, named.unread, project.settings.specs.max_bytes))
        for path, named in found.items()
        if named.unread and path not in told
    ]


def _text_at(path: str, inputs: Inputs) -> str | None:
    try:
        return (inputs.standing(path) or b"").decode("utf-8", "replace")
    except OSError:
        return None


def _results(
    project: Project, files: Sequence[ResultFile], inputs: Inputs, cache: Cache | None
) -> tuple[tuple[CaseResult, ...], list[Problem]]:
    """The tests that ran, and what is wrong with the files that say so; their reading is kept by content."""
    if not files:
        return (), []
    from muster.trace.matching import strange

    found: list[CaseResult] = []
    problems: list[Problem] = []
    for file in files:
        if file.content is None:
            words = f"{file.path} cannot be read: {file.error}"
            problems.append(Problem("TRC010", Place(file.path), words, "name an ordinary file"))
            continue
        key = f"{rule_version()}:results:{blob_id(file.content)}:{file.path}"
        held = cache.get_many([key]).get(key) if cache else None
        if held is None:
            from muster.trace.results import results_in

            read = results_in(file.content, file.path)
            if cache:
                with suppress(UnicodeEncodeError):  # the name of the file is no UTF-8
                    cache.put_many({key: _encode(read)})
        else:
            read = _decode_results(held)
        found += read[0]
        problems += read[1]
    from muster.trace.results import merged

    cases = merged(found)
    ids = {requirement.id.text for requirement in project.requirements}
    problems += strange(cases, ids, inputs.paths, lambda path: inputs.reader.text_of(path, 1 << 26))
    return cases, problems
