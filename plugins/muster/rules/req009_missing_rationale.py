"""REQ009: a package that may do without a spec, and does not say why."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.packages import named_by


def check(project: Project) -> Iterator[Finding]:
    """Report packages of `packages.may` whose README gives no rationale.  implements: MU-RULE-2018"""
    wanted = project.settings.packages
    for package in project.packages:
        if package.has_spec or package.rationale == "linked" or not named_by(package, wanted.may):
            continue
        if named_by(package, (*wanted.must, *wanted.should)):
            continue
        readme = join(package.path, "README.md")
        if package.rationale:
            words = f"{readme} links no spec under {wanted.rationale_heading!r}"
            remedy = "link the spec that covers the package"
        else:
            words = f"the package {package.name!r} has no spec, and {readme} does not say why"
            remedy = f"write it under a heading {wanted.rationale_heading!r}, with a link to the spec that covers it"
        yield RULE.at(Place(package.manifest), words, help=remedy)


_MANIFEST = '[package]\nname = "queue"\n'
RULE = Rule(
    code="REQ009",
    name="missing-rationale",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Without a word in the README, a package that needs no spec looks like one that lacks it.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings='[packages]\nmay = ["crates/*"]\n',
            bad_files={"crates/queue/Cargo.toml": _MANIFEST, "crates/queue/README.md": "# Queue\n"},
            good_files={
                "crates/queue/Cargo.toml": _MANIFEST,
                "crates/queue/README.md": "# Queue\n\n## What this is not\n\n"
                "No service: [the example](../../specs/10-example.md) says what it does.\n",
            },
            marks=(("crates/queue/Cargo.toml", 1),),
        ),
    ),
)
