"""REQ005: an ID that seems to define a requirement, in an item that another ID defines."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report IDs that stand where a definition would, and define nothing.  implements: MU-RULE-2010

    A second ID at the end of an item refers, so it counts only where no spec defines it.
    """
    defined = {requirement.id.text for requirement in project.requirements}
    defined |= {retired.id for retired in project.retired}
    for document in project.documents:
        for mark in document.references:
            if mark.beside or (mark.at_edge and mark.id not in defined):
                yield RULE.at(
                    Place(document.path, mark.line, mark.column, mark.width),
                    f"{mark.id} defines nothing: the item has an ID already",
                    help="give it an item of its own, or refer to an ID that a spec defines",
                )


RULE = Rule(
    code="REQ005",
    name="several-ids-in-one-item",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Only the first ID of an item defines; what was meant by the second gets lost without a word.",
    examples=(
        Example(
            bad="- [AUTH-001] [AUTH-002] The server MUST hash and salt passwords. <!-- REQ005 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server MUST salt passwords.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\n"
            "    [AUTH-002] The server MUST salt passwords. <!-- REQ005 -->\n",
            good="- [AUTH-001] The server MUST hash passwords; for the salt see [AUTH-002].\n"
            "- [AUTH-002] The server MUST salt passwords [AUTH-001].\n",
        ),
    ),
)
