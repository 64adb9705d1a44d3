"""The colours of what trace shows, the same for every command."""

from __future__ import annotations

from muster.model import CaseOutcome, Severity, Status

STATUSES = {
    Status.FAILING: "red",
    Status.SUSPECT: "red",
    Status.SPECIFIED: "yellow",
    Status.IMPLEMENTED: "cyan",
    Status.TESTED: "cyan",
    Status.WAIVED: "yellow",
    Status.VERIFIED: "green",
}
OUTCOMES = {CaseOutcome.FAILED: "red", CaseOutcome.PASSED: "green", CaseOutcome.SKIPPED: "yellow"}
SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
