"""TRC004: a citation of an older version of a requirement."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Defect, Finding, Project, Severity
from muster.rules.base import Example, Rule, Scope


def check(project: Project) -> Iterator[Finding]:
    """Report citations whose version is older than the spec's.  implements: MU-TRACE-3009, MU-TRACE-3021"""
    for one in project.trace.odd:
        if one.defect is Defect.STALE and not one.literal:
            words = f"{one.written} is cited, and the spec has {one.id} now"
            yield RULE.at(one.place, words, help=f"see what changed, then cite {one.id}")


RULE = Rule(
    code="TRC004",
    name="stale-citation",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Whoever raised the version says that it means something else now, and the code may not have followed.",
    examples=(
        Example(
            bad="r[auth.hash+2]\nThe server MUST hash passwords.\n",
            good="r[auth.hash+2]\nThe server MUST hash passwords.\n",
            settings='[requirements]\nmarkers = ["rule"]\n[trace]\nmarks = ["rule"]\n',
            bad_files={"src/auth.rs": "// r[impl auth.hash]\nfn hash() {}\n"},
            good_files={"src/auth.rs": "// r[impl auth.hash+2]\nfn hash() {}\n"},
            marks=(("src/auth.rs", 1),),
        ),
    ),
)
