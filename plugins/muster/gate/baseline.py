"""Findings that a repository had from the start: they pass, new ones do not.  implements: MU-RULE-2032"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.gate.fingerprint import fingerprints
from muster.model import Derived, Finding, Known, Severity
from muster.rules.base import runs
from muster.rules.table import RULES
from muster.specs.baseline import rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muster.model import Project

    Lines = Callable[[str], Sequence[str]]

# What is wrong with settings is put right at once, and `muster sync` mends drift.
NEVER = ("SET", "DRF001", "DRF002")


class Compared(Struct, frozen=True):
    """What the baseline leaves of the findings."""

    findings: list[Finding]
    count: int  # of those that are known
    mended: tuple[Known, ...]  # entries that no finding fits any longer, though it was looked for


def compared(findings: Sequence[Finding], project: Project, lines: Lines) -> Compared:
    """Drop the findings that the baseline knows."""
    known = {(entry.code, entry.path, entry.key): entry for entry in project.known}
    paths = {entry.path for entry in project.known}
    here = {at: finding for at, finding in enumerate(findings) if finding.place.path in paths}
    same = {at: key for at, key in _keys(here, lines).items() if key in known}
    gone = known.keys() - same.values()
    # What an unread file hides is not mended, unless the baseline knows that it cannot be read.
    unread = {(problem.code, problem.place.path) for problem in project.unread}
    blind = unread - {(code, path) for code, path, _ in same.values()}
    mended = () if blind else [entry for key, entry in known.items() if key in gone and _looked_for(entry, project)]
    left = [finding for at, finding in enumerate(findings) if at not in same]
    return Compared(left, len(same), tuple(mended))


def adopted(findings: Sequence[Finding], path: str, lines: Lines) -> Derived | None:
    """The baseline of a repository that has none: all that can be known; None where nothing can."""
    keys = _keys(dict(enumerate(findings)), lines)
    known = [Known(*key, findings[at].message) for at, key in keys.items()]
    return Derived(path, same=False, text=rendered(known)) if known else None


def _keys(findings: Mapping[int, Finding], lines: Lines) -> dict[int, tuple[str, str, str]]:
    """Code, path and fingerprint of each finding that can be known, by its number."""
    numbers = [
        at
        for at, finding in findings.items()
        if finding.severity is not Severity.INFO and not finding.code.startswith(NEVER)
    ]
    chosen = [findings[at] for at in numbers]
    keys = fingerprints(chosen, lines)
    return {at: (finding.code, finding.place.path, key) for at, finding, key in zip(numbers, chosen, keys, strict=True)}


def _looked_for(entry: Known, project: Project) -> bool:
    """Whether the rule of an entry ran; one that is no more finds nothing ever again."""
    return entry.code not in RULES or runs(project.settings.rules, entry.code, entry.path)
