"""CHN026: a turn or a document in another language than the one that is configured."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Later, Rule, Scope, reported
from muster.rules.chn_sample import chain_example

RULE = Rule(
    code="CHN026",
    name="wrong-language",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("CHN026"),  # found by chains/response_checks.py.  implements: MU-CHAIN-7042
    why="Those who decide must read without effort what they decide about. The settings `chains.language` (of"
    " responses, Italian by default) and `chains.document_language` say which language that is, or `any`.",
    examples=Later(lambda: (chain_example("CHN026", "response-0", "---"),)),
)
