"""DRF002: a requirement file whose spec is gone."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report files of ours that nothing gives any longer.  implements: MU-REQ-1035"""
    for file in project.derived:
        if file.gone:
            yield RULE.at(
                Place(file.path),
                f"{file.path} was written from a spec that is gone",
                help="run `muster sync` to remove it",
            )


RULE = Rule(
    code="DRF002",
    name="orphaned-file",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A requirement file without a spec keeps requirements alive that nobody maintains.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={
                "requirements/gone.yaml": "# Written by `muster sync` from specs/20-gone.md. Do not edit.\n"
                "schema_version: 1\nsource: specs/20-gone.md\nrequirements: {}\n",
            },
            marks=(("requirements/gone.yaml", 1),),
        ),
    ),
)
