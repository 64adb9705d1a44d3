"""SET012: a finding of the baseline that is there no longer."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.discovery import BASELINE, side_path
from muster.text.words import shortened


def check(project: Project) -> Iterator[Finding]:
    """Report each entry that no finding fits, where it was looked for.  implements: MU-RULE-2032"""
    for entry in project.mended:
        yield RULE.at(
            Place(side_path(BASELINE, project.settings), entry.line),
            f"{shortened(entry.code)} in {shortened(entry.path)} is mended, or its line was changed:"
            f" {shortened(entry.message)}",
            help="`muster sync` or `muster check --baseline` drops it from the baseline",
        )


RULE = Rule(
    code="SET012",
    name="mended-baseline-entry",
    severity=Severity.WARNING,
    scope=Scope.FINDINGS,
    since="0.1",
    check=check,
    why="As long as the baseline knows it, the defect may come back unseen.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer within 1 s.\n",
            good="- [AUTH-001] The server MUST answer within 1 s.\n",
            bad_files={
                "requirements/baseline.json": '{\n"schema_version": 1,\n"findings": [\n'
                '{"code": "KWD007", "path": "specs/10-example.md", "key": "0f9a4b1c", '
                '"message": "\'fast\' cannot be tested"}\n]\n}\n'
            },
            marks=(("requirements/baseline.json", 4),),
        ),
    ),
)
