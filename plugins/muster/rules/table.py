"""The one table of rules, in the order of their codes.  implements: MU-RULE-2003"""

from __future__ import annotations

from muster.rules import (
    drf001_drift,
    drf002_orphan,
    drf003_foreign_file,
    enc001_invalid_utf8,
    enc002_unreadable_file,
    kwd001_missing_keyword,
    req001_malformed_id,
    req002_duplicate_id,
)
from muster.rules.base import Rule

RULES: dict[str, Rule] = {
    module.RULE.code: module.RULE
    for module in (
        drf001_drift,
        drf002_orphan,
        drf003_foreign_file,
        enc001_invalid_utf8,
        enc002_unreadable_file,
        kwd001_missing_keyword,
        req001_malformed_id,
        req002_duplicate_id,
    )
}

# Codes that a rule once had; none may come back with another meaning.
RETIRED_CODES: frozenset[str] = frozenset()
