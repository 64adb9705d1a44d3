"""The words by which JUnit XML says how a test ended, as five runners write it."""

from __future__ import annotations

FAILED_TAGS = frozenset({"failure", "error", "rerunFailure", "rerunError"})  # a `flakyFailure` passed in the end
FAILED_STATES = frozenset({"fail", "failed", "failure", "error"})  # of the attributes `status` and `result`
NOT_RUN_STATES = frozenset({"notrun", "disabled", "skipped", "suppressed", "ignored"})
MOST_DEPTH = 32  # of elements: it is flat
