"""Which findings are about which requirement: those in its lines, and those whose words name it.

One walk over the findings, whatever the number of requirements; `muster explain` finds the same for one of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from muster.model import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from muster.model import Document, Outcome, Requirement

_WORD = re.compile(r"\w[\w.:+~/-]*")
_TRAILING = ".:/-"


def findings_by_requirement(
    outcome: Outcome, homes: Mapping[str, tuple[Document, Requirement]]
) -> dict[str, list[Finding]]:
    """The findings about each requirement, in their order; `homes` are the requirements by ID."""
    lines = _lines(outcome, homes)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(outcome.findings, key=Finding.sort_key):
        here = lines.get((finding.place.path, finding.place.line), ())
        for name in dict.fromkeys((*here, *_named(finding.message, homes))):
            found[name].append(finding)
    return dict(found)


def _lines(outcome: Outcome, homes: Mapping[str, tuple[Document, Requirement]]) -> dict[tuple[str, int], list[str]]:
    """The requirements by each of their lines, in files that have findings."""
    paths = {finding.place.path for finding in outcome.findings}
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for name, (_, requirement) in homes.items():
        place = requirement.place
        if place.path in paths:
            for line in range(place.line, max(requirement.end_line, place.line) + 1):
                found[place.path, line].append(name)
    return found


def _named(message: str, names: Collection[str]) -> Iterator[str]:
    """The IDs in words; some IDs are two words, `Requirement 1.1.2`."""
    before = ""
    for match in _WORD.finditer(message):
        word = match[0].rstrip(_TRAILING)
        if word in names:
            yield word
        if before and f"{before} {word}" in names:
            yield f"{before} {word}"
        before = word
