"""LNK013: a section reference to a number that no heading has."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import FRAME, Example, Rule, Scope, reported

_OTHER = {"specs/20-other.md": FRAME + "### 1.1 Order\n"}
RULE = Rule(
    code="LNK013",
    name="dead-section-reference",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK013"),  # found by links/references.py.  implements: MU-RULE-2023
    why="Sections are renumbered, and a reference that nobody follows up sends its reader to another subject or none.",
    examples=(
        Example(
            bad="- [AUTH-001] It MUST answer as in §2. <!-- LNK013 -->\n",
            good="- [AUTH-001] It MUST answer as in §1.\n",
        ),
        Example(
            bad="- [AUTH-001] It MUST keep the order of `20-other.md` §1.2. <!-- LNK013 -->\n",
            good="- [AUTH-001] It MUST keep the order of `20-other.md` §1.1.\n",
            bad_files=_OTHER,
            good_files=_OTHER,
        ),
    ),
)
