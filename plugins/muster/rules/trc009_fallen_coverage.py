"""TRC009: a requirement that fell back behind what it had reached."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity, Status
from muster.rules.base import Example, Rule, Scope
from muster.specs.discovery import side_path
from muster.trace import ratchet
from muster.trace.ratchet import step


def check(project: Project) -> Iterator[Finding]:
    """Compare the requirements with the ratchet; with `verified` only where results are given.

    implements: MU-TRACE-3014
    """
    trace = project.trace
    path = side_path(ratchet.NAME, project.settings)
    for identifier, floor in trace.floor.items():
        reached = trace.reached.get(identifier)
        if reached is None:
            continue
        least = Status.TESTED if floor is Status.VERIFIED and not trace.given else floor
        if step(reached) < step(least):
            absent = reached is Status.TESTED and not trace.tests.get(identifier)
            yield RULE.at(
                Place(path, trace.floor_lines[identifier]),
                f"{identifier} was {floor}, and is {reached} now"
                + (": the results have none of its tests" if absent else ""),
                help="give the results of all tests; where one is gone for good, edit the line or drop it"
                if absent
                else "bring the citation or the test back; where it is meant, edit the line or drop it",
            )


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_CODE = {"src/auth.py": "# implements: AUTH-001\n", "requirements/ratchet.yaml": f"{ratchet.MARK}AUTH-001: tested\n"}
RULE = Rule(
    code="TRC009",
    name="fallen-coverage",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="What was tested once must stay tested: a test that is deleted or skipped takes the proof away.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files=_CODE,
            good_files={**_CODE, "tests/test_auth.py": "# verifies: AUTH-001\n"},
            marks=(("requirements/ratchet.yaml", 2),),
        ),
    ),
)
