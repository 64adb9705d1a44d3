"""LNK010: a link to another host that the last `muster links --external` found dead."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_RECORD = ".muster/external.json"  # as in links/external.py, which a check without this rule need not import
_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_SETTINGS = "[links.external]\ngate = true\n"
_KEPT = """\
{{
 "schema_version": 1,
 "answers": {{
  "https://example.org/hashes": {{
   "state": "{state}", "reason": "{reason}", "asked": 1700000000, "pages": {pages}
  }}
 }}
}}
"""

# implements: MU-RULE-2021
RULE = Rule(
    code="LNK010",
    name="dead-external-link",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK010"),
    why=(
        "A page that is gone leaves the reader without what the spec leans on; "
        "the rule speaks only where `links.external.gate` is true, for what the last run kept, and asks nobody."
    ),
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings=_SETTINGS,
            bad_files={
                _RECORD: _KEPT.format(state="dead", reason="404 Not Found", pages='[["site/10-auth/index.html", 412]]')
            },
            good_files={_RECORD: _KEPT.format(state="ok", reason="200 OK", pages="[]")},
            marks=(("site/10-auth/index.html", 412),),
        ),
    ),
)
