"""TRC018: test results that the settings name and that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import SETTINGS_FILE, Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Say so: without results, nothing is verified, failing or held to have been verified.

    implements: MU-TRACE-3013
    """
    globs = project.settings.trace.results
    broken = any(problem.code == "TRC010" for problem in project.problems)  # there are some, and told of
    if globs and not project.trace.given and not broken:
        yield RULE.at(
            Place(SETTINGS_FILE),
            f"no file matches `trace.results` ({', '.join(globs)}), and so no requirement counts as verified",
            help="run the tests, or correct the setting",
        )


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
RULE = Rule(
    code="TRC018",
    name="absent-results",
    severity=Severity.INFO,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A gate that finds no results judges none: a name that is misspelt would go unseen. A remark, for before the"
    " first run of the tests there are none; make it an error where they have run.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[trace]\nresults = ["junti.xml"]\n',
            good_settings='[trace]\nresults = ["junit.xml"]\n',
            bad_files={"junit.xml": "<testsuite/>\n"},
            good_files={"junit.xml": "<testsuite/>\n"},
            marks=((SETTINGS_FILE, 1),),
        ),
    ),
)
