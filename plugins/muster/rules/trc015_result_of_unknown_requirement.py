"""TRC015: a result that names a requirement which no spec defines."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_RESULT = (
    '<testsuite><testcase name="hash"><properties><property name="requirement" value="{}"/></properties>'
    "</testcase></testsuite>\n"
)
RULE = Rule(
    code="TRC015",
    name="result-of-unknown-requirement",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC015"),  # found by trace/strange.py.  implements: MU-TRACE-3005
    why="A test that is run for a requirement which is not there verifies nothing.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[trace]\nresults = ["junit.xml"]\n',
            bad_files={"junit.xml": _RESULT.format("AUTH-010")},
            good_files={"junit.xml": _RESULT.format("AUTH-001")},
            marks=(("junit.xml", 1),),
        ),
    ),
)
