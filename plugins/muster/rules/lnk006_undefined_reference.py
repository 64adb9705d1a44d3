"""LNK006: a reference-style link whose label nothing defines."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK006",
    name="undefined-reference",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK006"),  # found by links/labels.py.  implements: MU-RULE-2013
    why="It is published as brackets, and leads nowhere.",
    examples=(
        Example(
            bad="See [the queue][queue]. <!-- LNK006 -->\n",
            good="See [the queue][queue].\n\n[queue]: https://example.org/queue\n",
        ),
    ),
)
