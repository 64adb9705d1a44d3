"""REQ001: an ID that no reader and no tool can follow."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.lookalikes import look_alikes, mended


def check(project: Project) -> Iterator[Finding]:
    """Report bracketed look-alikes where a definition stands.  implements: MU-RULE-2010"""
    for document in project.specs:
        for passage in document.passages:
            for text, place in look_alikes(passage, document.path, project.settings):
                yield RULE.at(
                    place,
                    f"{text!r} is not a requirement ID",
                    help=f"write it like {mended(text)!r}: capitals, hyphens (U+002D), then 3 to 5 digits",
                )


RULE = Rule(
    code="REQ001",
    name="malformed-id",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="An ID that the grammar does not take defines nothing: no requirement file holds it and no test can cite it.",
    examples=(
        Example(
            bad="- [auth-001] The server MUST hash passwords. <!-- REQ001 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
        ),
        Example(
            bad="- [AUTH\u20111001] The server MUST hash passwords. <!-- REQ001 -->\n",
            good="- [AUTH-1001] The server MUST hash passwords, as [RFC-9106] says.\n",
        ),
    ),
)
