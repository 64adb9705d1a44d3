"""TRC002: a must that neither code nor a test cites."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Level, Project, Severity, Status
from muster.rules.base import Example, Rule, Scope
from muster.trace.derivation import mothers
from muster.trace.tracing import first_by_id


def check(project: Project) -> Iterator[Finding]:
    """Report each must without citation, in a project that cites at all.  implements: MU-RULE-2019"""
    trace = project.trace
    if not trace.uncited or len(trace.uncited) == len(trace.statuses):
        return
    requirements = first_by_id(project)
    above = mothers(trace.derivations, requirements)
    for identifier, requirement in requirements.items():
        if identifier not in trace.uncited or requirement.level is not Level.MUST or requirement.place.path in above:
            continue
        if trace.reached.get(identifier, Status.SPECIFIED) is Status.SPECIFIED:
            yield RULE.at(
                requirement.place,
                f"neither code nor a test cites {identifier}",
                help=f"write `implements: {identifier}` where it is fulfilled, and cite it in its test",
            )


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server MUST salt hashes.{}\n"
RULE = Rule(
    code="TRC002",
    name="uncited-requirement",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Nobody can tell whether a requirement is fulfilled that no code and no test names. Reported only in projects"
    " that cite requirements at all.",
    examples=(
        Example(
            bad=_TEXT.format(" <!-- TRC002 -->"),
            good=_TEXT.format(""),
            bad_files={"src/auth.py": "# implements: AUTH-001\n"},
            good_files={"src/auth.py": "# implements: AUTH-001, AUTH-002\n"},
        ),
    ),
)
