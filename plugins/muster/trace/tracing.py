"""Everything that is known of where the requirements stand, joined.  implements: MU-TRACE-3007, MU-TRACE-3012"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CitationKind, Defect, Problem, Requirement, Trace
from muster.trace import lock as locks
from muster.trace.citations import citations_of, known_of
from muster.trace.derivation import derivations_of
from muster.trace.lock import Lock
from muster.trace.matching import tests_by_requirement
from muster.trace.status import statuses_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from muster.model import CaseResult, Citation, Evidence, Project, Suspect
    from muster.trace.hits import Hit
    from muster.trace.prose import MapLine
    from muster.trace.ratchet import Floor


class Gathered(Struct, frozen=True):
    """What the files of the project say, before anything is joined."""

    hits: Mapping[str, Sequence[Hit]]
    maps: Mapping[str, Sequence[MapLine]]
    lock: Lock = Lock()
    evidence: tuple[Evidence, ...] = ()
    floor: tuple[Floor, ...] = ()
    results: tuple[CaseResult, ...] = ()
    given: bool = False


class Traced(Struct, frozen=True):
    """The trace, and the lock as it should stand."""

    trace: Trace
    lock: Lock
    problems: tuple[Problem, ...]


def traced(
    project: Project,
    gathered: Gathered,
    paths: Collection[str],
    with_symbols: Callable[[Sequence[Citation]], list[Citation]],
) -> Traced:
    """Join what was gathered; `with_symbols` looks up what stands around citations in tests, for results."""
    requirements = first_by_id(project)
    settings = project.settings.trace
    known = known_of(project.documents, (retired.id for retired in project.retired), settings.marks)
    citations = citations_of(gathered.hits, known, settings)
    tests: dict[str, tuple[CaseResult, ...]] = {}
    if gathered.results:
        verifying = [one for one in citations if one.kind is CitationKind.VERIFIES and one.defect is None]
        tests = tests_by_requirement(gathered.results, with_symbols(verifying), known.ids)
    evidence = gathered.evidence
    citing = locks.citing_files(citations, evidence, known.homes)
    lock = locks.kept(gathered.lock, citing, requirements, paths)
    suspects = tuple(locks.suspects_of(lock, requirements))
    suspect = {one.id for one in suspects} | {one.id for one in citations if one.defect is Defect.STALE}
    doubted = {(one.id, one.path) for one in suspects}
    proved = {one.requirement for one in evidence if (one.requirement, one.place.path) not in doubted}
    found = statuses_of(requirements, citations, tests, suspect=suspect, waived=waived_in(project), proved=proved)
    fulfilled = {one.id for one in citations if one.kind is not CitationKind.MENTIONS}
    return Traced(
        Trace(
            citations=citations,
            results=gathered.results,
            given=gathered.given,
            tests=tests,
            evidence=evidence,
            derivations=derivations_of(project.documents, gathered.hits, gathered.maps, known),
            suspects=suspects,
            reviews=lock.pairs,
            texts=lock.texts,
            own=found.own,
            statuses=found.all,
            reached=found.reached,
            floor={one.id: one.status for one in gathered.floor},
            floor_lines={one.id: one.line for one in gathered.floor},
            odd=tuple(one for one in citations if one.defect is not None or one.quote is not None),
            doubted=doubted_of(citations, suspects),
            uncited=frozenset(requirements.keys() - fulfilled),
            cited=sum(not one.literal and one.id in requirements for one in citations),
        ),
        lock,
        tuple(_dangling(evidence, paths)),
    )


def _dangling(evidence: Sequence[Evidence], paths: Collection[str]) -> Iterator[Problem]:
    """Evidence whose reference is a path at which nothing stands.  implements: MU-TRACE-3015"""
    for one in evidence:
        target = one.reference.partition("#")[0].removeprefix("./").rstrip("/")
        is_path = re.fullmatch(r"[\w.+-]+(?:/[\w.+-]+)+\.\w+", target) is not None
        folder = target.partition("/")[0] + "/"
        ours = is_path and any(path.startswith(folder) for path in paths)  # else it may be an address
        if ours and target not in paths and not any(path.startswith(f"{target}/") for path in paths):
            words = f"the evidence for {one.requirement} refers to {target}, which is not there"
            yield Problem("TRC017", one.place, words, "name the file by its path from the root, or give its address")


def doubted_of(citations: Iterable[Citation], suspects: Iterable[Suspect]) -> tuple[Citation, ...]:
    """The citations of what some file has to be reviewed for."""
    ids = {one.id for one in suspects}
    return tuple(one for one in citations if one.id in ids) if ids else ()


def first_by_id(project: Project) -> dict[str, Requirement]:
    """The requirements by ID; of two with one ID the first."""
    found: dict[str, Requirement] = {}
    for requirement in project.requirements:
        found.setdefault(requirement.id.text, requirement)
    return found


def waived_in(project: Project) -> frozenset[str]:
    """The requirements as a whole for which somebody answers today."""
    today = project.today
    return frozenset(
        waiver.requirement
        for waiver in project.waivers
        if waiver.requirement
        and (not waiver.rule or waiver.rule.startswith("TRC"))
        and (today is None or waiver.expires >= today)
    )
