"""SHP001: capitalised keywords, and no word on what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.settings import LevelPolicy


def check(project: Project) -> Iterator[Finding]:
    """Report specs with requirements that declare no conformance language.  implements: MU-RULE-2012"""
    if project.settings.requirements.level is LevelPolicy.NONE:
        return
    named = "RFC 2119" if project.settings.requirements.lowercase else "RFC 2119 and RFC 8174"  # capitals alone
    for document in project.specs:
        if document.requirements and not document.conformance:
            yield RULE.at(
                Place(document.path),
                f"{document.path} does not say what its keywords mean",
                help=f"write `Conformance language: {named}` below the title",
            )


RULE = Rule(
    code="SHP001",
    name="conformance-undeclared",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="MUST and SHOULD have an exact meaning only where a spec says whose words they are.",
    examples=(
        Example(
            bad="# Example SPEC <!-- SHP001 -->\n\n- [AUTH-001] The server MUST hash passwords.\n",
            good="# Example SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n"
            "- [AUTH-001] The server MUST hash passwords.\n",
            framed=False,
        ),
    ),
)
