"""TRC008: fewer requirements of a spec have come as far as the settings demand."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Document, Finding, Place, Project, Severity, Status
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.settings import Threshold
from muster.specs.requirement_file import distinct
from muster.text.globs import matches
from muster.text.words import counted
from muster.trace.ratchet import step


def check(project: Project) -> Iterator[Finding]:
    """Compare each spec with the thresholds; of those for `verified` only with results.  implements: MU-TRACE-3014"""
    for threshold in project.settings.trace.thresholds:
        if threshold.status is Status.VERIFIED and not project.trace.given:
            continue
        for document in project.specs:
            if matches(document.path, threshold.spec):
                yield from _judged(project, document, threshold)


def _judged(project: Project, document: Document, threshold: Threshold) -> Iterator[Finding]:
    meant = [one.id.text for one in distinct(document) if one.level is threshold.level]
    least = step(threshold.status)
    short = [name for name in meant if step(project.trace.reached.get(name, Status.SPECIFIED)) < least]
    done = len(meant) - len(short)
    if meant and done * 100 < threshold.percent * len(meant):
        shown = ", ".join(short[:5]) + (f" and {len(short) - 5:,} more" if len(short) > 5 else "")
        words = (
            f"{done:,} of {counted(len(meant), 'requirement')} of level {threshold.level}"
            f" ({done * 100 // len(meant)} %) are {threshold.status}, and {threshold.percent} % must be"
        )
        yield RULE.at(Place(document.path), words, help=f"still missing: {shown}")


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server SHOULD salt hashes.\n"
RULE = Rule(
    code="TRC008",
    name="low-coverage",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="The project has decided how much of a spec must be implemented, tested or verified (`trace.thresholds`).",
    examples=(
        Example(
            bad=FRAME.replace("SPEC", "SPEC <!-- TRC008 -->") + _TEXT,
            good=FRAME + _TEXT,
            framed=False,
            settings='[[trace.thresholds]]\nstatus = "tested"\npercent = 100\n',
            bad_files={"src/auth.py": "# implements: AUTH-001\n"},
            good_files={"src/auth.py": "# implements: AUTH-001\n", "tests/test_auth.py": "# verifies: AUTH-001\n"},
        ),
    ),
)
