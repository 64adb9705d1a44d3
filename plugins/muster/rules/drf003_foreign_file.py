"""DRF003: a file that Muster did not write stands where a derived one is due."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report it: sync does not replace what somebody else wrote."""
    for file in project.derived:
        if not file.ours:
            yield RULE.at(
                Place(file.path),
                f"{file.path} was not written by Muster, and a derived file is due there",
                help="move it away, name another place in `[output]`, or let `muster sync --force` replace it",
            )


RULE = Rule(
    code="DRF003",
    name="foreign-file",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Muster never replaces a file that it did not write, so the derived one cannot be there.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={"requirements/example.yaml": "flask==3.0\n"},
            marks=(("requirements/example.yaml", 1),),
        ),
    ),
)
