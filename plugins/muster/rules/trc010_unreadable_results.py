"""TRC010: a file of test results that cannot be taken at its word."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC010",
    name="unreadable-results",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC010"),  # found by trace/results.py.  implements: MU-TRACE-3010
    why="Half a file of results gives no verdict, and a gate that passes over it would pass over failures.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[trace]\nresults = ["junit.xml"]\n',
            bad_files={"junit.xml": '<testsuite><testcase name="test_hash">\n'},
            good_files={"junit.xml": '<testsuite><testcase name="test_hash"/></testsuite>\n'},
            marks=(("junit.xml", 2),),
        ),
    ),
)
