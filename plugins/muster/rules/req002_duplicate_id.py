"""REQ002: one ID, two requirements."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report each definition of an ID after its first, in one spec or across specs.  implements: MU-RULE-2010"""
    first: dict[str, Place] = {}
    for requirement in project.requirements:
        known = first.setdefault(requirement.id.text, requirement.place)
        if known is not requirement.place:
            yield RULE.at(
                requirement.place,
                f"{requirement.id} is already defined at {known.path}:{known.line}",
                help="give this requirement an ID of its own (`muster id AREA` prints the next free one), "
                "or keep the bracket from start and end of the block if it only refers",
            )


RULE = Rule(
    code="REQ002",
    name="duplicate-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Code and tests that cite a duplicate ID cite two requirements, and nobody can say which of them they fulfil.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-001] The server MUST salt passwords. <!-- REQ002 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server MUST salt passwords.\n",
        ),
    ),
)
