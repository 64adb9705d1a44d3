"""`muster check --baseline`: take over what is found, or drop what is mended.  implements: MU-RULE-2032"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from muster.cli.errors import Mistake
from muster.cli.project import outcome_of
from muster.cli.terminal import visible
from muster.text.words import counted

if TYPE_CHECKING:
    from muster.cli.verdict import Asked
    from muster.model import Derived, Outcome
    from muster.workspace import Workspace


def keep(workspace: Workspace, asked: Asked) -> str:
    """Write the baseline where that is due; what to tell of it."""
    from muster.specs.discovery import BASELINE, side_path
    from muster.workspace import write_baseline

    parts = {"paths": asked.paths, "--select": asked.select, "--ignore": asked.ignore, "--since": asked.since}
    if part := next((name for name, value in parts.items() if value), None):
        raise Mistake(
            f"--baseline is about the whole project, and does not go with {part}",
            help="run `muster check --baseline` alone; the settings say which rules run",
        )
    path = side_path(BASELINE, workspace.settings)
    if workspace.inputs.is_ignored(path) and path not in workspace.inputs.twins:
        raise Mistake(f"{visible(path)} is ignored by git", help="take it out of .gitignore: a baseline is committed")
    outcome = outcome_of(workspace, workers=asked.workers, today=asked.today)
    if any(problem.code == "SET011" for problem in outcome.project.problems):
        return f"{visible(path)}: left as it is"
    if path in workspace.inputs.paths or path in workspace.inputs.twins:
        baseline, told = outcome.baseline, _dropped(outcome, path)
    else:
        baseline, told = _adopted(workspace, outcome, path)
    if baseline is not None:
        write_baseline(workspace.root, baseline)
    return f"{visible(path)}: {told}"


def _dropped(outcome: Outcome, path: str) -> str:
    from muster.specs.baseline import known_in

    if outcome.baseline is None:
        return "nothing to drop, and nothing new is taken in"
    if outcome.baseline.text is None:
        return "removed, as all of it is mended"
    left = len(known_in(outcome.baseline.text, path)[0])
    return f"{counted(len(outcome.project.known) - left, 'mended entry', 'mended entries')} dropped, {left:,} left"


def _adopted(workspace: Workspace, outcome: Outcome, path: str) -> tuple[Derived | None, str]:
    from muster.gate.baseline import adopted
    from muster.inputs import lines_in
    from muster.specs.baseline import known_in

    baseline = adopted(outcome.findings, path, partial(lines_in, workspace.inputs))
    if baseline is None or baseline.text is None:
        return None, "not written, as there is nothing to take in"
    return baseline, f"written with {counted(len(known_in(baseline.text, path)[0]), 'finding')}; commit it"
