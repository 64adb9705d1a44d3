"""REQ004: an ID that was given up, used again or still cited."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Defect, Document, Finding, Place, Project, Retired, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report definitions of retired IDs, and references that do not name the successor.

    implements: MU-RULE-2010, MU-REQ-1042
    """
    gone = {retired.id: retired for retired in project.retired}
    if not gone:
        return
    for citation in project.trace.odd:
        # A page of the specs is looked through below, with what its lines say beside the ID.
        if citation.defect is Defect.RETIRED and not citation.literal and not citation.place.path.endswith(".md"):
            yield _reference(citation.place, gone[citation.id])
    for document in project.documents:
        for requirement in document.requirements:
            if retired := gone.get(requirement.id.text):
                yield RULE.at(
                    requirement.place,
                    f"{requirement.id} is retired{_told(retired)}",
                    help="an ID is never used again; give this requirement one of its own",
                )
        yield from _references(document, gone)


def _references(document: Document, gone: dict[str, Retired]) -> Iterator[Finding]:
    on_line = {(mark.line, mark.id) for mark in document.references}
    on_line |= {(requirement.place.line, requirement.id.text) for requirement in document.requirements}
    for mark in document.references:
        retired = gone.get(mark.id)
        # A line that names the successor too tells the story as it is.
        if retired and (mark.line, retired.successor) not in on_line:
            yield _reference(Place(document.path, mark.line, mark.column, mark.width), retired)


def _reference(place: Place, retired: Retired) -> Finding:
    return RULE.at(
        place,
        f"{retired.id} is retired{_told(retired)}",
        help=f"refer to {retired.successor}" if retired.successor else "drop the reference",
        severity=Severity.WARNING,
    )


def _told(retired: Retired) -> str:
    reason = f": {' '.join(retired.reason.split())}" if retired.reason.strip() else ""
    return reason + (f"; its successor is {retired.successor}" if retired.successor else "")


_RETIRED = "AUTH-001: {reason: passwords are gone, successor: AUTH-002}\n"
RULE = Rule(
    code="REQ004",
    name="retired-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Old code, tests and reports still mean the old requirement by a retired ID.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST take a passkey. <!-- REQ004 -->\n",
            good="- [AUTH-002] The server MUST take a passkey.\n",
            bad_files={"requirements/retired.yaml": _RETIRED},
            good_files={"requirements/retired.yaml": _RETIRED},
        ),
        Example(
            bad="- [AUTH-002] The server MUST take a passkey.\n\n"
            "For a lost key, see [AUTH-001] above. <!-- REQ004 -->\n",
            good="- [AUTH-002] The server MUST take a passkey.\n\nFor a lost key, see [AUTH-002] above.\n",
            bad_files={"requirements/retired.yaml": _RETIRED},
            good_files={"requirements/retired.yaml": _RETIRED},
        ),
        Example(
            bad="- [AUTH-002] The server MUST take a passkey.\n",
            good="- [AUTH-002] The server MUST take a passkey.\n",
            bad_files={
                "requirements/retired.yaml": _RETIRED,
                "src/auth.py": "# implements: AUTH-002\n# see AUTH-001\n",
            },
            good_files={"requirements/retired.yaml": _RETIRED, "src/auth.py": "# implements: AUTH-002\n"},
            marks=(("src/auth.py", 2),),
        ),
    ),
)
