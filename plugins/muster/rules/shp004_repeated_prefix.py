"""SHP004: two specs of one folder with the same two digits."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.specs.naming import two_digits


def check(project: Project) -> Iterator[Finding]:
    """Report each spec whose prefix another one of its folder has.  implements: MU-RULE-2012"""
    first: dict[tuple[str, str], str] = {}
    for document in project.specs:
        digits = two_digits(document.path)
        known = first.setdefault((dirname(document.path), digits), document.path) if digits else document.path
        if known != document.path:
            yield RULE.at(
                Place(document.path),
                f"{document.path} has the prefix {digits}-, as {known} has",
                help="give it two digits of its own, which say where it stands among the specs",
            )


RULE = Rule(
    code="SHP004",
    name="repeated-prefix",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="The two digits give specs their order, and name them in talk: there is one `spec 10`.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={"specs/10-users.md": FRAME + "- [USER-001] The server MUST know its users.\n"},
            good_files={"specs/20-users.md": FRAME + "- [USER-001] The server MUST know its users.\n"},
            marks=(("specs/10-users.md", 1),),
        ),
    ),
)
