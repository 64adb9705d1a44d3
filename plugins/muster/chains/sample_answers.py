"""The responses of the sample chain, in the language that the settings ask for."""

from __future__ import annotations

from muster.chains.sample_words import ENGLISH, ITALIAN, Words
from muster.settings import ChainLanguage, ChainSettings

LIMIT_DIFF = """\
diff --git a/src/jobs/retry.py b/src/jobs/retry.py
--- a/src/jobs/retry.py
+++ b/src/jobs/retry.py
@@ -4,2 +4,2 @@
-def may_retry(attempts: int) -> bool:
-    return True
+def may_retry(attempts: int, limit: int = 5) -> bool:
+    return attempts < limit
diff --git a/tests/test_retry.py b/tests/test_retry.py
new file mode 100644
--- /dev/null
+++ b/tests/test_retry.py
@@ -0,0 +1,5 @@
+from jobs.retry import may_retry
+
+
+def test_a_job_is_tried_five_times() -> None:
+    assert [may_retry(4), may_retry(5)] == [True, False]
"""
WORKER_DIFF = """\
diff --git a/src/jobs/worker.py b/src/jobs/worker.py
--- a/src/jobs/worker.py
+++ b/src/jobs/worker.py
@@ -9,2 +9,2 @@
-    while not job.done:
+    while not job.done and may_retry(job.attempts, settings.retry_limit):
         job.try_once()
"""
START_DIFF = """\
diff --git a/src/jobs/worker.py b/src/jobs/worker.py
--- a/src/jobs/worker.py
+++ b/src/jobs/worker.py
@@ -8,3 +8,3 @@
-def run(job: Job) -> None:
-    while not job.done and may_retry(job.attempts, settings.retry_limit):
+def run(job: Job, limit: int) -> None:
+    while not job.done and may_retry(job.attempts, limit):
         job.try_once()
"""
FINAL_DIFF = """\
diff --git a/src/jobs/worker.py b/src/jobs/worker.py
--- a/src/jobs/worker.py
+++ b/src/jobs/worker.py
@@ -1,2 +1,2 @@
-from jobs.retry import may_retry
 from jobs.job import Job
+from jobs.retry import may_retry
"""


def words_in(language: ChainLanguage) -> Words:
    """What is said in a language: in English, where the sample does not speak it."""
    return ITALIAN if language == ChainLanguage.ITALIAN else ENGLISH


def answers(settings: ChainSettings) -> dict[str, str]:
    """The bodies of all responses, by the label of their prompt."""
    words = words_in(settings.language)
    return {
        "0": _reading(
            words,
            ("Findings", words.survey),
            ("Open questions", words.survey_questions),
            ("Uncertainties", words.survey_uncertainties),
        ),
        "0a": _reading(words, ("Findings", f"{words.search}\n\n{_SEARCH}\n{words.search_found}")),
        "SPIKE PRE PROMPT 1": _reading(ENGLISH, ("Findings", ENGLISH.plan_of_check)),  # in control mode
        "1": _limit(words, settings),
        "2": _worker(words, settings),
        "2a": _start(words, settings),
        "N+1": _final(words, settings),
    }


def _limit(words: Words, settings: ChainSettings) -> str:
    return _working(
        words,
        settings,
        LIMIT_DIFF,
        Changes=words.limit_changes,
        Impact=words.limit_impact,
        QA="- Attempt 1: PASS",
        Assumptions=words.limit_assumptions,
        Next_steps=words.limit_next,
        Test_Impact_Map=words.limit_tests,
    )


def _worker(words: Words, settings: ChainSettings) -> str:
    """The step that is not done: as many corrections as are allowed did not mend it."""
    attempts = range(1, settings.corrections + 2)
    guidance = words.guidance.replace("{orchestrator}", settings.orchestrator)
    report = _working(
        words,
        settings,
        WORKER_DIFF,
        Changes=words.worker_changes,
        Impact=words.worker_impact,
        QA="\n".join(f"- Attempt {number}: FAIL, {words.worker_attempt}" for number in attempts),
        Assumptions=words.worker_assumptions,
        Blockers=words.worker_blockers,
        Next_steps=words.worker_next,
        Definition_of_done="- Status: NOT MET",
    )
    return f"{report}\n{_section('Request for guidance', guidance)}"


def _start(words: Words, settings: ChainSettings) -> str:
    return _working(
        words,
        settings,
        START_DIFF,
        Changes=words.start_changes,
        Impact=words.start_impact,
        QA="- Attempt 1: PASS",
        Assumptions=words.start_assumptions,
        Next_steps=words.start_next,
    )


def _final(words: Words, settings: ChainSettings) -> str:
    fixed = settings.corrections > 0 and settings.micro_fixes > 0
    failed = f"- Attempt 1: FAIL, {words.final_attempt}\n- Attempt 2: PASS"
    report = _working(
        words,
        settings,
        FINAL_DIFF,
        settings.final_qa,
        Changes=words.final_changes,
        Impact=words.final_impact,
        QA=failed if fixed else "- Attempt 1: PASS",
        Assumptions=words.none,
        Next_steps=words.final_next,
    )
    fixes = _section("Micro-fixes", words.final_fix if fixed else words.none)
    summary = _section("Summary", words.summary)
    commit = _section("Commit message", words.commit)
    return "\n".join((report, fixes, summary, commit, _section("Retrospective", "- Retrospective: PASS")))


def _reading(words: Words, *sections: tuple[str, str]) -> str:
    """A response of phase 0, or to a SPIKE."""
    parts = (("Active Rules memo", words.reading_memo), *sections)
    return "\n".join(_section(name, text) for name, text in parts)


def _working(words: Words, settings: ChainSettings, diff: str, commands: tuple[str, ...] = (), **report: str) -> str:
    """An operational response; what the report does not say is empty of trouble, and done."""
    commands = tuple(filter(None, commands or (settings.qa,)))
    failed = "FAIL" in report["QA"] and "PASS" not in report["QA"]
    told = {"Blockers": words.none, "Definition_of_done": "- Status: MET", **report}
    outputs = "\n\n".join(_fence("console", _output(command, failed=failed)) for command in commands)
    parts = (
        ("Active Rules memo", words.working_memo.replace("{qa}", "`, `".join(commands) or "pytest")),
        ("Pre-check", f"{words.checked}\n\n- Result: PASS"),
        ("Diff", _fence("diff", diff)),
        (
            "Report",
            "\n".join(_section(name.replace("_", " "), told[name], 3) for name in _REPORT if name in told).rstrip(),
        ),
        ("QA output", outputs or "QA alternative: the settings ask for no command."),
    )
    return "\n".join(_section(name, text) for name, text in parts)


def _output(command: str, *, failed: bool) -> str:
    """What a QA command printed, and its exit status."""
    if "pytest" in command:
        told = "FAILED tests/test_worker.py::test_it_stops\n1 failed, 11 passed in 0.84s" if failed else _PASSED
    elif "pre-commit" in command:
        told = "ruff.....................................................................Passed"
    else:
        told = "failed" if failed else "done"
    return f"$ {command}\n{told}\nexit status: {int(failed)}\n"


def _section(name: str, text: str, level: int = 2) -> str:
    return f"{'#' * level} {name}\n\n{text}\n"


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text}```"


_PASSED = "12 passed in 0.81s"
_REPORT = (
    "Changes",
    "Impact",
    "QA",
    "Assumptions",
    "Blockers",
    "Next_steps",
    "Definition_of_done",
    "Test_Impact_Map",
)
_SEARCH = _fence("console", "$ rg -n retry_limit src\nsrc/settings.py:14:    retry_limit: int = 5\n") + "\n"
