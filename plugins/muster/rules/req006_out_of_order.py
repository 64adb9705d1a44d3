"""REQ006: an ID that breaks the numeric order of its spec."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from muster.model import Finding, Project, Requirement, Severity
from muster.rules.base import Example, Rule, Scope

Numbers = tuple[int, ...]


def check(project: Project) -> Iterator[Finding]:
    """Report the IDs outside the longest rising row of their area, each once.  implements: MU-RULE-2010"""
    for document in project.documents:
        areas: defaultdict[str, list[Requirement]] = defaultdict(list)
        for requirement in document.requirements:
            if requirement.id.area:
                areas[requirement.id.area].append(requirement)
        for found in areas.values():
            yield from _misplaced(found)


def _misplaced(found: Sequence[Requirement]) -> Iterator[Finding]:
    # To the base 16 decimal digits have the same order, and Python takes any number of them.
    numbers = [tuple(int(part, 16) for part in requirement.id.number.split(".")) for requirement in found]
    if all(a <= b for a, b in pairwise(numbers)):
        return
    kept = _rising(numbers)
    for at, requirement in enumerate(found):
        following = bisect_right(kept, at)
        if following and kept[following - 1] == at:
            continue
        before = kept[following - 1] if following else None
        if before is not None and numbers[before] > numbers[at]:
            where = f"after {found[before].id}"
        else:
            where = f"before {found[kept[following]].id}"
        yield RULE.at(
            requirement.place,
            f"{requirement.id} stands {where}",
            help="move it to its place in the numeric order; an ID is never renumbered",
        )


def _rising(numbers: Sequence[Numbers]) -> list[int]:
    """The positions of a longest row that never falls; of several, one that keeps what came first.

    Patience sorting from the end, where the row never rises: n log n.
    """
    ends: list[Numbers] = []  # the negated head of the best row of each length, which sorts upwards
    heads: list[int] = []
    following: list[int | None] = [None] * len(numbers)
    for at in range(len(numbers) - 1, -1, -1):
        key = tuple(-part for part in numbers[at])
        length = bisect_right(ends, key)
        following[at] = heads[length - 1] if length else None
        ends[length : length + 1] = [key]
        heads[length : length + 1] = [at]
    kept = []
    position: int | None = heads[-1]
    while position is not None:
        kept.append(position)
        position = following[position]
    return kept


RULE = Rule(
    code="REQ006",
    name="out-of-order",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Who looks for a number in a spec stops where it should stand.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-003] The server MUST forget passwords.\n"
            "- [AUTH-002] The server MUST salt passwords. <!-- REQ006 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-002] The server MUST salt passwords.\n"
            "- [AUTH-003] The server MUST forget passwords.\n",
        ),
        Example(
            bad="- [AUTH-010] The server MUST forget passwords. <!-- REQ006 -->\n"
            "- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-002] The server MUST salt passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-002] The server MUST salt passwords.\n"
            "- [AUTH-010] The server MUST forget passwords.\n",
        ),
    ),
)
