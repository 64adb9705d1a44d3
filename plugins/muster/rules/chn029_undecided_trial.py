"""CHN029: a trial window that is over, and no retrospective that decides about the skeptic gate."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN029",
    name="undecided-trial",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN029"),  # found by chains/trial.py.  implements: MU-CHAIN-7045
    why="A trial that nobody evaluates becomes a rule that nobody chose.",
    examples=Later(lambda: (chain_example("CHN029", "closure", "---", settings="[chains]\ntrial_window = 1\n"),)),
)
