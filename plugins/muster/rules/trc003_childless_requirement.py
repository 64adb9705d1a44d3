"""TRC003: a must of a mother spec that nothing stands for."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Level, Project, Severity, Status
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.trace.derivation import mothers
from muster.trace.tracing import first_by_id


def check(project: Project) -> Iterator[Finding]:
    """Report each must of a mother spec without child, code or test.  implements: MU-TRACE-3008"""
    trace = project.trace
    if not trace.derivations:
        return
    requirements = first_by_id(project)
    above = mothers(trace.derivations, requirements)
    open_ones = trace.uncited - {one.parent for one in trace.derivations}
    for identifier, requirement in requirements.items():
        if requirement.place.path not in above or requirement.level is not Level.MUST or identifier not in open_ones:
            continue
        if trace.reached.get(identifier, Status.SPECIFIED) is Status.SPECIFIED:
            yield RULE.at(
                requirement.place,
                f"{identifier} has neither a requirement that derives from it, nor code, nor a test",
                help=f"write `derives: {identifier}` into the requirement that stands for it, or cite it",
            )


_TEXT = "- [AUTH-001] The server MUST know its users.\n- [AUTH-002] The server MUST forget nothing.{}\n"
_CHILD = FRAME + "- [PASS-001] The server MUST hash passwords. (derives: {})\n"
RULE = Rule(
    code="TRC003",
    name="childless-requirement",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Other specs refine this one, and this part of it was forgotten: nothing below says how it is kept.",
    examples=(
        Example(
            bad=_TEXT.format(" <!-- TRC003 -->"),
            good=_TEXT.format(""),
            bad_files={"specs/20-passwords.md": _CHILD.format("AUTH-001")},
            good_files={"specs/20-passwords.md": _CHILD.format("AUTH-001/002")},
        ),
    ),
)
