"""For each rule of chains one edit of the sample that breaks it, and nothing else.

implements: MU-CHAIN-7050
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct, structs

from muster.chains.sample import CONDITION, HUMAN, quoted, sample
from muster.settings import ChainLanguage, ChainSettings

Files = Mapping[str, str]  # names and texts of turns, in order
Edit = Callable[[Files, ChainSettings], Files]
_NUMBER = re.compile(r"[0-9]+-")


class Break(Struct, frozen=True):
    """A way to break a rule."""

    what: str  # a short sentence
    edit: Edit


def turn_named(name: str, files: Files) -> str:
    """The file of a turn: by its name, without the number before it."""
    return next(file for file in files if _NUMBER.sub("", file, count=1) == f"{name}.md")


def _change(name: str, old: str, new: str) -> Edit:
    """The first place of a turn that says the one now says the other."""

    def edit(files: Files, settings: ChainSettings) -> Files:
        file = turn_named(name, files)
        told = old.format_map(_names(settings))
        head, found, tail = files[file].partition(told)
        assert found, f"{file} does not say {told!r}"
        return {**files, file: head + new.format_map(_names(settings)) + tail}

    return edit


def _names(settings: ChainSettings) -> dict[str, str]:
    return {
        "orchestrator": quoted(settings.orchestrator),
        "executor": settings.executor,
        "quoted_executor": quoted(settings.executor),
        "main": settings.main_branch,
        "condition": CONDITION,
        "human": HUMAN,
    }


def _drop(name: str) -> Edit:
    """The turn, the last one, is not there."""

    def edit(files: Files, settings: ChainSettings) -> Files:
        del settings
        gone = turn_named(name, files)
        return {file: text for file, text in files.items() if file != gone}

    return edit


def _cut(name: str, heading: str) -> Edit:
    """The turn has not this section."""

    def edit(files: Files, settings: ChainSettings) -> Files:
        del settings
        file = turn_named(name, files)
        head, found, tail = files[file].partition(f"\n## {heading}\n")
        assert found, f"{file} has no section {heading!r}"
        _, further, rest = tail.partition("\n## ")
        return {**files, file: head + further + rest}

    return edit


def _append(name: str, text: str) -> Edit:
    """The turn goes on with this text."""

    def edit(files: Files, settings: ChainSettings) -> Files:
        del settings
        file = turn_named(name, files)
        return {**files, file: f"{files[file]}\n{text}"}

    return edit


def _in_another_language(name: str) -> Edit:
    """The turn is what the executor would say in another language."""

    def edit(files: Files, settings: ChainSettings) -> Files:
        english = settings.language == ChainLanguage.ENGLISH
        other = ChainLanguage.ITALIAN if english else ChainLanguage.ENGLISH
        spoken = sample(structs.replace(settings, language=other))
        return {**files, turn_named(name, files): spoken[turn_named(name, spoken)]}

    return edit


_FILE = """\
diff --git a/src/jobs/retry.py b/src/jobs/retry.py
--- a/src/jobs/retry.py
+++ b/src/jobs/retry.py
"""
_DIFF = """\
```diff
--- a/src/jobs/retry.py
+++ b/src/jobs/retry.py
@@ -4,1 +4,1 @@
-def may_retry(attempts: int, limit: int = 5) -> bool:
+def may_retry(attempts: int, limit: int = 3) -> bool:
```
"""
_TESTED = """\
```console
$ pytest -q
11 passed in 0.79s
```
"""

BREAKS: dict[str, Break] = {
    "CHN001": Break(
        "A line in the front matter of a gate lacks its colon.",
        _change("evidence-gate-1", "label: 1\n", "label: 1\ndate 2026-01-07\n"),
    ),
    "CHN002": Break(
        "The executor gives itself Prompt 1.",
        _change("prompt-1", "actor: {orchestrator}", "actor: {quoted_executor}"),
    ),
    "CHN003": Break(
        "The onboarding task states no plan.",
        _cut("onboarding", "Plan"),
    ),
    "CHN004": Break(
        "Prompt 1 begins without its ROLE.",
        _change("prompt-1", "ROLE: {executor}\n", ""),
    ),
    "CHN005": Break(
        "The evidence gate after N+1 takes the label of the skeptic gate.",
        _change("evidence-gate-n+1", "label: N+1\n", "label: N+1'\n"),
    ),
    "CHN006": Break(
        "The link of Prompt 1 to the protocol leads nowhere.",
        _change("prompt-1", "PROTOCOL: [Prompt chain](", "PROTOCOL: [Prompt chain](old/"),
    ),
    "CHN007": Break(
        "The orchestrator brings a diff along with the skeptic gate.",
        _append("skeptic-gate-1", _DIFF),
    ),
    "CHN008": Break(
        "Prompt 1 says something below its block.",
        _append("prompt-1", "And be quick about it.\n"),
    ),
    "CHN009": Break(
        "The executor runs tests in phase 0.",
        _append("response-0a", _TESTED),
    ),
    "CHN010": Break(
        "Prompt 0a asks about an uncertainty that nobody declared.",
        _change("prompt-0a", "UNCERTAINTY: U1", "UNCERTAINTY: U7"),
    ),
    "CHN011": Break(
        "No human decided that phase 0 is over.",
        _change("decision-phase-0", "- Decided by: {human}\n", ""),
    ),
    "CHN012": Break(
        "A structural uncertainty comes up behind Prompt 1.",
        _change("response-1", "### Blockers\n\n", "### Blockers\n\n- U2: who may cancel a job (structural)\n"),
    ),
    "CHN013": Break(
        "A human refuses Prompt 1, and it is sent all the same.",
        _change("authorization-1", "Decision: AUTHORIZED", "Decision: REFUSED"),
    ),
    "CHN014": Break(
        "The response to Prompt 1 shows no output of QA.",
        _cut("response-1", "QA output"),
    ),
    "CHN015": Break(
        "The response to Prompt 1 changes a file that its scope does not name.",
        _change("response-1", _FILE, _FILE.replace("retry.py", "queue.py")),
    ),
    "CHN016": Break(
        "The skeptic gate says PASS, although a file was not authorised.",
        _change("skeptic-gate-1", "Scope check (files authorised?): YES", "Scope check (files authorised?): NO"),
    ),
    "CHN017": Break(
        "Prompt 2a forgets the condition of the gate before it.",
        _change("prompt-2a", "CONSTRAINTS: {condition}; no new", "CONSTRAINTS: no new"),
    ),
    "CHN018": Break(
        "The executor calls step 2 done, although its tests fail.",
        _change("response-2", "- Status: NOT MET", "- Status: MET"),
    ),
    "CHN019": Break(
        "The executor fails once too often, and does not ask for guidance.",
        _cut("response-2", "Request for guidance"),
    ),
    "CHN020": Break(
        "The response to Prompt 1 leaves out what QA printed.",
        _change("response-1", "\nexit status: 0\n", "\n[output omitted]\nexit status: 0\n"),
    ),
    "CHN021": Break(
        "The executor itself authorises Prompt 2.",
        _change("response-1", "### Next steps\n\n", "### Next steps\n\n- Prompt 2 is authorised.\n"),
    ),
    "CHN022": Break(
        "The Active Rules memo of the response to Prompt 1 says nothing of paths.",
        _change("response-1", "- Path safety: ", "- "),
    ),
    "CHN023": Break(
        "The executor runs QA, although the static pre-check failed.",
        _change("response-1", "- Result: PASS", "- Result: FAIL"),
    ),
    "CHN024": Break(
        "Prompt N+1 ends without a retrospective.",
        _cut("response-n+1", "Retrospective"),
    ),
    "CHN025": Break(
        "The chain is closed, although the last skeptic gate sets conditions.",
        _change(
            "skeptic-gate-n+1",
            "Decision: PASS\n",
            "Decision: PASS WITH CONDITIONS\n- Conditions:\n  - Measure how long a job waits\n",
        ),
    ),
    "CHN026": Break(
        "The executor answers Prompt 0 in another language than that of the chain.",
        _in_another_language("response-0"),
    ),
    "CHN027": Break(
        "The executor ends with a question that nobody asked for.",
        _append("response-1", "Shall I look at the other queues as well?\n"),
    ),
    "CHN028": Break(
        "The executor pushes to the main branch, and no decision allows it.",
        _change("response-1", "\nexit status: 0\n", "\nexit status: 0\n$ git push origin {main}\n"),
    ),
    "CHN029": Break(
        "The trial of the skeptic gate is over, and nobody decided whether it stays.",
        _drop("retrospective"),
    ),
}


def broken(code: str, files: Files, settings: ChainSettings) -> Files:
    """The chain with the rule of this code broken."""
    return BREAKS[code].edit(files, settings)
