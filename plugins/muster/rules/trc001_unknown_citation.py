"""TRC001: a citation of an ID that no spec defines."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Defect, Finding, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.nearest import Nearest


def check(project: Project) -> Iterator[Finding]:
    """Report citations of unknown IDs, and suggest the nearest known one.  implements: MU-TRACE-3005"""
    nearest: Nearest | None = None
    trace = project.trace
    own = {document.path for document in project.documents}
    others = {(page.path, mark.line, mark.id) for page in project.documents for mark in page.references if mark.at_edge}
    unknown = [
        (one.id, one.place)
        for one in trace.odd
        if one.defect is Defect.UNKNOWN
        and not one.literal
        and (one.place.path, one.place.line, one.id) not in others  # it was to be defined there, as REQ005 says
    ]
    unknown += [(one.requirement, one.place) for one in trace.evidence if one.requirement not in trace.statuses]
    for identifier, place in unknown:
        nearest = nearest or Nearest(trace.statuses)
        near = nearest.to(identifier)
        # In a Markdown file among the specs it was rather to be defined, in a form that no marker takes.
        remedy = f"did you mean {near}?" if near else "define it in a spec, or drop the citation"
        if place.path in own:
            remedy += "; to define it here, mark it as the setting `requirements.markers` says"
        yield RULE.at(place, f"{identifier} is cited, and no spec defines it", help=remedy)


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC001",
    name="unknown-citation",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Code that cites a requirement which is not there proves nothing, and its reader looks for it in vain.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            bad_files={"src/auth.py": "# implements: AUTH-010\n"},
            good_files={"src/auth.py": "# implements: AUTH-001\n"},
            marks=(("src/auth.py", 1),),
        ),
    ),
)
