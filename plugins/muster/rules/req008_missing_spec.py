"""REQ008: a package that needs a spec and has none."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.specs.packages import named_by


def check(project: Project) -> Iterator[Finding]:
    """Report packages that `packages.must` or `packages.should` name.  implements: MU-RULE-2018"""
    wanted = project.settings.packages
    for package in project.packages:
        if package.has_spec:
            continue
        if named_by(package, wanted.must):
            severity, word = Severity.ERROR, "must"
        elif named_by(package, wanted.should):
            severity, word = Severity.WARNING, "should"
        else:
            continue
        yield RULE.at(
            Place(package.manifest),
            f"the package {package.name!r} has no spec, and {word} have one",
            help=f"write {join(package.path, 'SPEC/SPEC.md')}, or put `package: {package.name}` in a front matter",
            severity=severity,
        )


RULE = Rule(
    code="REQ008",
    name="missing-spec",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="What a package without a spec has to do is known to those who wrote it, while they remember.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings='[packages]\nmust = ["crates/*"]\n',
            bad_files={"crates/queue/Cargo.toml": '[package]\nname = "queue"\n'},
            good_files={
                "crates/queue/Cargo.toml": '[package]\nname = "queue"\n',
                "crates/queue/SPEC/SPEC.md": FRAME + "- [QUEUE-001] The queue MUST keep the order.\n",
            },
            marks=(("crates/queue/Cargo.toml", 1),),
        ),
    ),
)
