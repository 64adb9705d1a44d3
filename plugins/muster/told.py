"""What the ledger is told of a check: of each spec with a record by itself, and of the rest of the project."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.model import Outcome

MOST_NAMED = 64  # files that a run names one by one


class Story(Struct, frozen=True):
    """A spec with a record: its identity, or while it has none, its record; and how its requirements stand."""

    spec_id: str | None = None
    record: str | None = None
    paths: frozenset[str] = frozenset()  # its files
    statuses: dict[str, int] = {}


class Told(Struct, frozen=True):
    """What of an outcome goes into the ledger, save what packets and chains tell themselves."""

    reads: tuple[str, ...]  # the specs that went into the run
    stories: tuple[Story, ...]
    rest: Story  # of the project: what belongs to none of them
    specs: tuple[tuple[str, str], ...]  # the path of each, and the status that it gives itself

    @property
    def spec_ids(self) -> list[str]:
        """The identities of the specs that have one."""
        return list(dict.fromkeys(one.spec_id for one in self.stories if one.spec_id))


def told_of(outcome: Outcome) -> Told:
    """What an outcome tells the ledger."""
    project = outcome.project
    carrying: defaultdict[str, list[str]] = defaultdict(list)
    for path, spec_id in project.spec_ids.items():
        carrying[spec_id].append(path)
    paths = [
        frozenset(filter(None, (one.record, one.contract, *one.specs, *one.planning, *carrying.get(one.spec_id, ()))))
        for one in project.allocations
    ]
    standing = _standing(outcome, {path: number for number, own in enumerate(paths) for path in own})
    return Told(
        reads=documents_read(outcome),
        stories=tuple(
            Story(one.spec_id or None, one.record, own, standing[number])
            for number, (one, own) in enumerate(zip(project.allocations, paths, strict=True))
        ),
        rest=Story(statuses=standing[-1]),
        specs=tuple((document.path, document.status) for document in project.specs),
    )


def _standing(outcome: Outcome, numbers: dict[str, int]) -> defaultdict[int, dict[str, int]]:
    """How many requirements have each status, by the number of their story; -1 is the rest of the project."""
    statuses = outcome.project.trace.statuses
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    homes = {one.id.text: one.place.path for one in reversed([*outcome.project.requirements])}
    for name, path in homes.items():
        if name in statuses:
            found[numbers.get(path, -1)][statuses[name].value] += 1
    return defaultdict(dict, {number: dict(sorted(counts.items())) for number, counts in found.items()})


def documents_read(outcome: Outcome) -> tuple[str, ...]:
    """The specs that went into a run."""
    specs = outcome.project.specs
    paths = tuple(document.path for document in specs)
    return named(paths, lambda: [[one.path, [own.fingerprint for own in one.requirements]] for one in specs])


def named(paths: tuple[str, ...], stand: Callable[[], object]) -> tuple[str, ...]:
    """What went into a run; of very many files, the set of them by the digest of how they stand."""
    return paths if len(paths) <= MOST_NAMED else (f"{len(paths)} files {digest_of(stand())}",)
