"""`muster check --since`: what is new since a revision of git.  implements: MU-RULE-2035, MU-RULE-2038"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from muster.inputs import Inputs
    from muster.model import Finding, Outcome
    from muster.settings import Settings
    from muster.store.revision import Revision
    from muster.workspace import Workspace


def only_new(
    workspace: Workspace, settings: Settings, outcome: Outcome, name: str, today: date | None = None
) -> tuple[Outcome, int]:
    """The outcome without the findings that the revision has too, and how many these are.

    The revision is judged as a whole, by the settings and the waivers' day of now, so that what a change breaks in a
    file that it leaves alone counts as new. Without findings there is nothing to compare.
    """
    from muster.store.revision import revision_of

    with revision_of(workspace.root, name) as then:
        if not outcome.findings or not then.entries:
            return outcome, 0
        inputs: Inputs = then
        before = replace(workspace, settings=settings, inputs=inputs).run(today=today, results=()).findings
        known = _known(before, then, workspace, {finding.place.path for finding in outcome.findings})
    from muster.gate.fingerprint import fingerprints

    prints = fingerprints(outcome.findings, workspace.lines)
    new = tuple(found for found, own in zip(outcome.findings, prints, strict=True) if own not in known)
    return replace(outcome, findings=new), len(outcome.findings) - len(new)


def _known(before: Sequence[Finding], then: Revision, now: Workspace, paths: AbstractSet[str]) -> frozenset[str]:
    """The fingerprints of a revision's findings in these files, under the names that they have now."""
    from muster.gate.fingerprint import fingerprints
    from muster.text.source import lines_of

    names: dict[str, str] = {}
    if not paths <= then.entries.keys():
        names = {new: old for new, old in then.renamed().items() if new not in then.entries}
    named = {old: new for new, old in names.items()}
    moved = [
        replace(finding, place=replace(finding.place, path=path))
        for finding in before
        if (path := named.get(finding.place.path, finding.place.path)) in paths
    ]

    def lines(path: str) -> Sequence[str]:
        old = names.get(path, path)
        same = then.entries.get(old) == now.inputs.entries.get(path)
        if same:
            return now.lines(path)  # git is asked only for what changed
        return lines_of(then.read(old).decode("utf-8", "replace")) if old in then.entries else ()

    return frozenset(fingerprints(moved, lines))
