"""TRC007: a requirement whose test failed."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import CaseOutcome, Finding, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.trace.tracing import first_by_id


def check(project: Project) -> Iterator[Finding]:
    """Report each requirement that a failed test cites.  implements: MU-TRACE-3012"""
    if not any(result.outcome is CaseOutcome.FAILED for result in project.trace.results):
        return
    for identifier, requirement in first_by_id(project).items():
        results = project.trace.tests.get(identifier, ())
        failed = [result for result in results if result.outcome is CaseOutcome.FAILED]
        if failed:
            shown = ", ".join(result.node or f"{result.suite} {result.name}".strip() for result in failed[:3])
            more = f" and {len(failed) - 3:,} more" if len(failed) > 3 else ""
            words = f"{identifier} is failing: {shown}{more} failed"
            detail = "\n".join(f"{result.name}: {result.message}" for result in failed[:3] if result.message)
            yield RULE.at(
                requirement.place, words, help="mend the code or the test, and run the tests again", detail=detail
            )


_TEXT = "- [AUTH-001] The server MUST hash passwords.{}\n"
_TEST = "# verifies: AUTH-001\ndef test_hash(): ...\n"
_CASE = '<testsuite><testcase classname="tests.test_auth" name="test_hash">{}</testcase></testsuite>\n'
RULE = Rule(
    code="TRC007",
    name="failing-requirement",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A test that is meant to show that the requirement holds shows that it does not.",
    examples=(
        Example(
            bad=_TEXT.format(" <!-- TRC007 -->"),
            good=_TEXT.format(""),
            settings='[trace]\nresults = ["junit.xml"]\n',
            bad_files={"tests/test_auth.py": _TEST, "junit.xml": _CASE.format('<failure message="no hash"/>')},
            good_files={"tests/test_auth.py": _TEST, "junit.xml": _CASE.format("")},
        ),
    ),
)
