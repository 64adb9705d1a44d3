"""Where each requirement stands.  implements: MU-TRACE-3012, MU-TRACE-3013"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CaseOutcome, CitationKind, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from muster.model import CaseResult, Citation


class Statuses(Struct, frozen=True):
    """The status of each requirement, by ID."""

    own: dict[str, Status]  # that the repository's files alone give
    all: dict[str, Status]
    reached: dict[str, Status]  # were it neither suspect, waived nor failing


def statuses_of(
    ids: Iterable[str],
    citations: Iterable[Citation],
    tests: Mapping[str, Sequence[CaseResult]],
    *,
    suspect: Collection[str],
    waived: Collection[str],
    proved: Collection[str],
) -> Statuses:
    """The first that holds of failing, suspect, waived, verified, tested, implemented, specified.

    A skipped test verifies nothing, and neither does one that no result names. `proved` are the requirements for
    which evidence stands.
    """
    coded, tested = set(), set()
    for citation in citations:
        if citation.kind is CitationKind.IMPLEMENTS:
            coded.add(citation.id)
        elif citation.kind is CitationKind.VERIFIES and not citation.literal:
            tested.add(citation.id)
    own: dict[str, Status] = {}
    every: dict[str, Status] = {}
    reached: dict[str, Status] = {}
    for identifier in ids:
        outcomes = {result.outcome for result in tests.get(identifier, ())}
        base = (
            Status.TESTED if identifier in tested else Status.IMPLEMENTED if identifier in coded else Status.SPECIFIED
        )
        best = base
        failing = CaseOutcome.FAILED in outcomes
        if outcomes:
            best = Status.TESTED
        if identifier in proved or (CaseOutcome.PASSED in outcomes and not failing):
            best = Status.VERIFIED
        reached[identifier] = best
        own[identifier] = Status.SUSPECT if identifier in suspect else base
        if failing:
            every[identifier] = Status.FAILING
        elif identifier in suspect:
            every[identifier] = Status.SUSPECT
        elif identifier in waived:
            every[identifier] = Status.WAIVED
        else:
            every[identifier] = best
    return Statuses(own, every, reached)
