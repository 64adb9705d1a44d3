"""SHP008: front matter that is neither YAML nor TOML."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="SHP008",
    name="malformed-front-matter",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=reported("SHP008"),
    why="Of front matter that cannot be read, nothing counts: not the package, not the area.",
    examples=(
        Example(
            bad="---\npackage: example\nprefix: [AUTH\n---\n# Example SPEC\n\nConformance language: RFC 8174\n\n"
            "- [AUTH-001] The server MUST hash passwords.\n",
            good="---\npackage: example\nprefix: AUTH\n---\n# Example SPEC\n\nConformance language: RFC 8174\n\n"
            "- [AUTH-001] The server MUST hash passwords.\n",
            framed=False,
            marks=(("specs/10-example.md", 3),),
        ),
    ),
)
