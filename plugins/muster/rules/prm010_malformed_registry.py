"""PRM010: a registry of capabilities that is not there, or does not say what each is."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import EXAMPLE_PATH, FRAME, Example, Rule, Scope, reported

_REGISTRY = """\
registry_version: "2026.1"
capabilities:
  - capability_id: engine.git
    kind: Engine
    risk_class: Medium
tools: []
"""
_PATH = "assets/capabilities.yaml"

RULE = Rule(
    code="PRM010",
    name="malformed-registry",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM010"),  # found by prompts/registry.py.  implements: MU-PRM-6020
    why="What a model may name follows from the registry; one that cannot be read allows nothing, or anything.",
    examples=(
        Example(
            path=EXAMPLE_PATH,
            framed=False,
            bad=FRAME,
            good=FRAME,
            settings=f'[prompts]\nregistry = "{_PATH}"\n',
            bad_files={_PATH: _REGISTRY.replace("kind: Engine", "kind: Motor")},
            good_files={_PATH: _REGISTRY},
            marks=((_PATH, 1),),
        ),
    ),
)
