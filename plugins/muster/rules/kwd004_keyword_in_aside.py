"""KWD004: a keyword where nothing binds."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.wording import binding


def check(project: Project) -> Iterator[Finding]:
    """Report the first keyword of each passage of a note or example.  implements: MU-RULE-2011"""
    for document in project.specs:
        for passage in document.passages:
            if passage.aside and passage.keywords:
                for keyword in binding(passage)[:1]:
                    yield RULE.at(
                        Place(document.path, keyword.line, keyword.column, len(keyword.written)),
                        f"{keyword.word} stands in a note or example",
                        help="move the obligation to a requirement, or say it without a keyword",
                    )


RULE = Rule(
    code="KWD004",
    name="keyword-in-aside",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Notes and examples explain; a reader who skips them should miss no obligation.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n!!! note\n    Salts MUST be random. <!-- KWD004 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n!!! note\n    Salts are random.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n### Example\n\n"
            "A password MUST be long. <!-- KWD004 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n\n### Example\n\nA password is long.\n",
        ),
    ),
)
