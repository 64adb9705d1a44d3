"""CHN011: an operational phase that begins without the recorded decision that phase 0 is over."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN011",
    name="undecided-phase",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN011"),  # found by chains/gate_checks.py.  implements: MU-CHAIN-7022
    why="That enough is known to act is a human decision, and neither a habit nor a number of prompts.",
    examples=Later(lambda: (chain_example("CHN011", "decision-phase-0", "---"),)),
)
