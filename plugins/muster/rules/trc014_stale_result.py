"""TRC014: a result of a test that the repository does not have."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC014",
    name="stale-result",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("TRC014"),  # found by trace/strange.py.  implements: MU-TRACE-3013
    why="Results of an older state say nothing of the code that is there now.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[trace]\nresults = ["junit.xml"]\n',
            bad_files={
                "tests/test_auth.py": "def test_salt(): ...\n",
                "junit.xml": '<testsuite><testcase classname="tests.test_auth" name="test_auth_001"/></testsuite>\n',
            },
            good_files={
                "tests/test_auth.py": "def test_auth_001(): ...\n",
                "junit.xml": '<testsuite><testcase classname="tests.test_auth" name="test_auth_001"/></testsuite>\n',
            },
            marks=(("junit.xml", 1),),
        ),
    ),
)
