"""CHN004: a prompt whose canonical header is incomplete, out of order, or addressed to somebody else."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example, turn_example

RULE = Rule(
    code="CHN004",
    name="malformed-header",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN004"),  # found by chains/header_checks.py.  implements: MU-CHAIN-7012
    why="The header says who acts, on what and until when; a prompt without all of it is open to any reading.",
    examples=Later(
        lambda: (
            chain_example("CHN004", "prompt-1", "PHASE"),
            turn_example("prompt-1", "ROLE", "ROLE: Codex", "ROLE: OCP"),
        )
    ),
)
