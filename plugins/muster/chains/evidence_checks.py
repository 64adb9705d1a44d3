"""The evidence of an operational response: what the evidence gate looks for.

implements: MU-CHAIN-7031, MU-CHAIN-7034, MU-CHAIN-7035, MU-CHAIN-7039
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from muster.chains.finding import problem_at
from muster.chains.runs import is_run_of
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.rounds import Round
    from muster.chains.turn import Ran, Response, Section, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings

_ORDER = ("Active Rules memo", "Diff", "Report", "QA output")
_REPORT = ("Changes", "Impact", "QA", "Assumptions", "Blockers", "Next steps", "Definition of done")
_BLOCKERS = ("Blockers", "Open questions", "Blockers or open questions")
_NOTHING = re.compile(r"\W*(?:no\b|none\b|nothing\b|n/a\b|nessun|niente\b|nulla\b)", re.IGNORECASE)
_FAILED = re.compile(r"(?<!\b0 )(?<!\bno )(?<!\bnone )\b(?:FAIL(?:ED)?|FALLIT[OAI])\b", re.IGNORECASE)
_SOME_FAILED = re.compile(r"\b[1-9][0-9]{0,8} (?:test )?(?:failed|errors?|fallit[oai])\b", re.IGNORECASE)
_PASSED = re.compile(r"\W*(?:PASS(?:ED)?|OK|SUPERAT[OA]|RIUSCIT[OA])\b", re.IGNORECASE)


def evidence_problems(turn: Turn, response: Response, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    """All that the response lacks, or that contradicts itself."""
    yield from _pre_check(turn, response, one)
    yield from _patch(turn, response, one)
    yield from _report(turn, response, one)
    yield from _in_order(turn, response, one)
    if not one.is_final:
        yield from _qa(turn, response, one, settings)
        yield from _retries(turn, response, one, settings)
    yield from _done(turn, response, one, settings)


def _pre_check(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    entry, patch = response.pre_check, response.patch
    if entry is None:
        if patch is not None:
            message = f"the response to {one.name} shows no static pre-check before its diff"
            yield problem_at(turn, patch.line, "CHN023", message, "add `## Pre-check` with `- Result: PASS` before it")
        return
    if entry.value not in ("PASS", "FAIL"):
        message = f"the pre-check of the response to {one.name} says {entry.text!r}, not PASS or FAIL"
        yield problem_at(turn, entry.line, "CHN023", message, "write `- Result: PASS` or `- Result: FAIL`")
    elif patch is not None and entry.line > patch.line:
        message = f"the pre-check of the response to {one.name} stands behind its diff"
        yield problem_at(turn, entry.line, "CHN023", message, "check the patch first, and show it before the diff")
    elif entry.value == "FAIL" and response.runs:
        message = f"QA ran for {one.name} although its pre-check failed"
        yield problem_at(turn, response.runs[0].line, "CHN023", message, "mend the patch until the pre-check passes")


def _patch(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    changes = next((part for part in response.report if part.name == "Changes"), None)
    if response.patch is None:
        if changes is not None and not changes.empty and not _NOTHING.match(changes.text):
            message = f"the response to {one.name} reports changes and shows no unified diff"
            yield problem_at(
                turn, changes.line, "CHN014", message, "add `## Diff` with the unified diff before the report"
            )
        return
    for said in response.patch.broken:
        message = f"the diff of the response to {one.name} does not parse: {said.text}"
        yield problem_at(turn, said.line, "CHN014", message, "show the whole diff as the tool wrote it")


def _report(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    report = next((part for part in response.parts if part.text == "Report"), None)
    if report is None:
        message = f"the response to {one.name} has no report"
        yield problem_at(turn, 1, "CHN014", message, f"add `## Report` with {', '.join(_REPORT)}")
        return
    filled = {part.name for part in response.report if not part.empty}
    missing = [name for name in _REPORT if not filled & set(_BLOCKERS if name == "Blockers" else (name,))]
    if missing:
        message = f"the report of the response to {one.name} lacks {', '.join(missing)}"
        yield problem_at(
            turn, report.line, "CHN014", message, "add the parts that are missing; say `none` where it is so"
        )


def _in_order(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    """The first part that stands before another that comes before it; of the memo another check speaks."""
    found = [part for part in response.parts if part.text in _ORDER[1:]]
    for part, following in pairwise(found):
        if _ORDER.index(part.text) > _ORDER.index(following.text):
            message = f"{following.text} stands behind {part.text} in the response to {one.name}"
            yield problem_at(turn, following.line, "CHN014", message, f"keep to the order {', '.join(_ORDER)}")
            return


def _qa(turn: Turn, response: Response, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    required = _runs_of(response, settings.qa)
    section = next((part.line for part in response.parts if part.text == "QA output"), 1)
    if settings.qa.strip() and not required and response.alternative is None:
        message = f"the response to {one.name} shows no output of `{settings.qa}`, and no reason for another command"
        help_ = "show the command and its output under `## QA output`, or write `QA alternative:` and why"
        yield problem_at(turn, section, "CHN014", message, help_)
    elif required and required[-1].passed is None and not turn.omissions:
        message = f"the output of `{required[-1].command}` does not tell how it ended"
        yield problem_at(turn, required[-1].line, "CHN014", message, "show its last lines, or `exit status: 0`")
    if len(required) > 1 and len(required) > len(response.attempts):
        part = _part(response, "QA")
        message = f"QA of {one.name} ran {len(required)} times, and the report documents {len(response.attempts)}"
        line = part.line if part else section
        yield problem_at(turn, line, "CHN014", message, "add an item for each attempt: `- Attempt 1: FAIL, why`")


def _retries(turn: Turn, response: Response, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    """Failures beyond those that may be mended: the next one asks for guidance, and no attempt follows it."""
    runs = [(ran.line, ran.passed is False) for ran in _runs_of(response, settings.qa) or response.runs]
    told = [(said.line, is_failure(said.text)) for said in response.attempts]
    limit = settings.corrections
    for attempts in (told, runs):
        failed = [at for at, (_, is_failed) in enumerate(attempts) if is_failed]
        if len(failed) <= limit:
            continue
        last = failed[limit]
        if response.guidance and last == len(attempts) - 1:
            continue
        times = counted(limit + 1, "time")
        message = f"QA of {one.name} failed {times}, and the response does not stop there to ask for guidance"
        help_ = "add `## Request for guidance` after the last failure that the settings allow, and try no further"
        yield problem_at(turn, attempts[last][0], "CHN019", message, help_)
        return


def _done(turn: Turn, response: Response, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    part = _part(response, "Definition of done")
    if part is None or part.empty:
        return
    entry = response.done
    status = entry.value if entry else ""
    if status not in ("MET", "NOT MET"):
        said = entry.text if entry else ""
        message = f"the definition of done of {one.name} has the status {said!r}, not MET or NOT MET"
        line = entry.line if entry else part.line
        yield problem_at(turn, line, "CHN018", message, "write `- Status: MET` or `- Status: NOT MET`")
        return
    line = entry.line if entry else part.line
    if one.is_final:
        if status == "NOT MET":
            message = f"the definition of done of {one.name} is NOT MET, and nothing can follow it but its gates"
            yield problem_at(
                turn, line, "CHN018", message, "let a gate hold it; a sub-iteration of the last prompt mends it"
            )
    elif status == "MET" and _failed_last(response, settings):
        message = f"the definition of done of {one.name} is MET although its last QA failed"
        yield problem_at(turn, line, "CHN018", message, "write NOT MET, and go on with a sub-iteration")


def _failed_last(response: Response, settings: ChainSettings) -> bool:
    """Whether QA failed at last."""
    runs = _runs_of(response, settings.qa) or response.runs
    if runs:
        return runs[-1].passed is False
    return bool(response.attempts) and is_failure(response.attempts[-1].text)


def _runs_of(response: Response, command: str) -> tuple[Ran, ...]:
    """The runs of a command, in order."""
    return tuple(ran for ran in response.runs if command and is_run_of(ran.command, command))


def is_failure(attempt: str) -> bool:
    """Whether the report tells that an attempt of QA failed: `PASS, after the failed import was mended` does not."""
    if _PASSED.match(attempt):
        return _SOME_FAILED.search(attempt) is not None
    return _FAILED.search(attempt) is not None


def _part(response: Response, name: str) -> Section | None:
    """A part of the report."""
    return next((part for part in response.report if part.name == name), None)
