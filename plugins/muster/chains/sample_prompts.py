"""What the prompts of the sample chain ask for: their fields, but for those that all of them share."""

from __future__ import annotations

ZERO = {
    "PHASE": "Phase 0, Prompt 0",
    "SCOPE": "how the queue tries a failed job again",
    "EXPECTED OUTPUTS": "memo, findings, open questions, uncertainties",
    "TESTS": "none",
    "CONSTRAINTS": "read-only: no diff, no build, no tests",
    "PURPOSE": "Learn what limits the retries of a job today",
}
EXPLORATION = {
    "PHASE": "Phase 0, Prompt 0a",
    "SCOPE": "the settings, and who reads them",
    "EXPECTED OUTPUTS": "memo, findings",
    "TESTS": "none",
    "CONSTRAINTS": "read-only: no diff, no build, no tests",
    "PURPOSE": "Find out whether a limit exists already",
    "UNCERTAINTY": "U1",
    "COMMANDS": "\n- rg -n retry_limit src",
}
SPIKE = {
    "PHASE": "SPIKE PRE PROMPT 1",
    "SCOPE": "the static pre-check of a mock diff that changes no file",
    "EXPECTED OUTPUTS": "memo, findings",
    "TESTS": "none",
    "CONSTRAINTS": "read-only: describe the pre-check, run nothing",
    "PURPOSE": "Agree on the pre-check before the first patch",
}
LIMIT = {
    "PHASE": "Phase 1..N, Prompt 1",
    "SCOPE": "\n  Allowed: src/jobs/retry.py, tests/test_retry.py\n  Prohibited: src/jobs/worker.py",
    "EXPECTED OUTPUTS": "memo, pre-check, diff, report with a Test Impact Map, QA output",
    "CONSTRAINTS": "no new dependency",
    "PURPOSE": "Give the retries of a job a limit",
}
WORKER = {
    "PHASE": "Phase 1..N, Prompt 2",
    "SCOPE": "\n  Allowed: src/jobs/worker.py\n  Prohibited: src/jobs/retry.py, src/settings.py",
    "EXPECTED OUTPUTS": "memo, pre-check, diff, report, QA output",
    "CONSTRAINTS": "no new dependency",
    "PURPOSE": "Let the worker keep to the limit",
}
FINAL = {
    "PHASE": "Prompt N+1",
    "SCOPE": "\n  Allowed: src/jobs/**, tests/test_retry.py\n  Prohibited: src/settings.py",
    "EXPECTED OUTPUTS": "memo, pre-check, diff, report, QA output, micro-fixes, summary, commit message, retrospective",
    "CONSTRAINTS": "micro-fixes for QA alone",
    "PURPOSE": "Prove the whole change, and close the chain",
}
