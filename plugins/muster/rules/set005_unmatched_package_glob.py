"""SET005: a setting for packages that there are none of."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import FRAME, SETTINGS_FILE, Example, Rule, Scope
from muster.specs.packages import named_by


def check(project: Project) -> Iterator[Finding]:
    """Report globs of `packages` that name no folder with a manifest.  implements: MU-RULE-2018"""
    wanted = project.settings.packages
    for name, globs in (("must", wanted.must), ("should", wanted.should), ("may", wanted.may)):
        for glob in globs:
            if not any(named_by(package, (glob,)) for package in project.packages):
                yield RULE.at(
                    Place(SETTINGS_FILE),
                    f"`packages.{name}` has {glob!r}, which names no package",
                    help="name folders with a pyproject.toml, Cargo.toml, package.json or go.mod; `.` is the root",
                )


_SPEC = FRAME + "- [QUEUE-001] The queue MUST keep the order.\n"
RULE = Rule(
    code="SET005",
    name="unmatched-package-glob",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A glob that names nothing demands no spec of anybody, whatever its author meant.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            settings='[packages]\nmust = ["crate/*"]\n',
            good_settings='[packages]\nmust = ["crates/*"]\n',
            bad_files={"crates/queue/Cargo.toml": '[package]\nname = "queue"\n', "crates/queue/SPEC/SPEC.md": _SPEC},
            good_files={"crates/queue/Cargo.toml": '[package]\nname = "queue"\n', "crates/queue/SPEC/SPEC.md": _SPEC},
            marks=(("muster.toml", 1),),
        ),
    ),
)
