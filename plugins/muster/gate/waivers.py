"""What waivers cover.  implements: MU-RULE-2033"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Status
from muster.rules.base import runs
from muster.rules.table import RULES
from muster.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.model import Finding, Project, Waiver
    from muster.settings import RuleSettings

Stretches = dict[str, list[tuple[str, int, int]]]


class Covered(Struct, frozen=True):
    """What waivers leave of the findings."""

    findings: list[Finding]
    count: int  # of those that are covered
    unneeded: tuple[Waiver, ...]  # waivers that hold and cover nothing, where all that they name was looked for


def covered(findings: Iterable[Finding], project: Project) -> Covered:
    """Drop the findings that a waiver covers on the day of the project; those about settings stay."""
    today = project.today
    holding = [waiver for waiver in project.waivers if today is None or waiver.expires >= today]
    stretches = _stretches(project, holding)
    needed: set[Waiver] = set()
    left, count = [], 0
    for finding in findings:
        covering = () if finding.code.startswith("SET") else [w for w in holding if _covers(w, finding, stretches)]
        needed.update(covering)
        count += bool(covering)
        if not covering:
            left.append(finding)
    unneeded = [
        waiver
        for waiver in holding
        if waiver not in needed
        and project.trace.statuses.get(waiver.requirement) is not Status.WAIVED  # it gives the status
        and _looked_for(waiver, project.settings.rules)
        and (not waiver.requirement or waiver.requirement in stretches)
    ]
    return Covered(left, count, () if project.unread else tuple(unneeded))


def _stretches(project: Project, waivers: Sequence[Waiver]) -> Stretches:
    """Where each requirement that is waived is defined: file, first line and last."""
    found: Stretches = {}
    named = {waiver.requirement for waiver in waivers if waiver.requirement}
    for requirement in project.requirements if named else ():
        if requirement.id.text in named:
            place = requirement.place
            found.setdefault(requirement.id.text, []).append((place.path, place.line, requirement.end_line))
    return found


def _covers(waiver: Waiver, finding: Finding, stretches: Mapping[str, Sequence[tuple[str, int, int]]]) -> bool:
    place = finding.place
    return (
        finding.code.startswith(waiver.rule)
        and (not waiver.path or matches(place.path, waiver.path))
        and (
            not waiver.requirement
            or any(
                place.path == path and first <= place.line <= last
                for path, first, last in stretches.get(waiver.requirement, ())
            )
        )
    )


def _looked_for(waiver: Waiver, rules: RuleSettings) -> bool:
    return all(runs(rules, code) for code in RULES if code.startswith(waiver.rule))
