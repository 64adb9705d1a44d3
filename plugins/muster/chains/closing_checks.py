"""The response to Prompt N+1: what closes a chain.

implements: MU-CHAIN-7040
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.evidence_checks import is_failure
from muster.chains.finding import problem_at
from muster.chains.languages import language_of
from muster.chains.runs import is_run_of
from muster.settings import ChainLanguage
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.turn import Response, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings


def closing_problems(turn: Turn, response: Response, settings: ChainSettings) -> Iterator[Problem]:
    """All that the last response lacks."""
    yield from _final_qa(turn, response, settings)
    yield from _micro_fixes(turn, response, settings)
    if response.summary is None or response.summary.empty:
        line = response.summary.line if response.summary else 1
        message = "the response to Prompt N+1 has no summary of the chain"
        yield problem_at(turn, line, "CHN024", message, "add `## Summary`")
    yield from _commit(turn, response, settings)
    entry = response.retrospective
    verdict = entry.text.strip().strip("*_`").partition(" ")[0].rstrip(",.;:") if entry else ""
    if verdict != "PASS":
        said = f"says {entry.text.strip()!r}" if entry else "is missing"
        message = f"the retrospective of Prompt N+1 {said}, not PASS"
        yield problem_at(
            turn, entry.line if entry else 1, "CHN024", message, "write `Retrospective: PASS`, and notes behind"
        )


def _final_qa(turn: Turn, response: Response, settings: ChainSettings) -> Iterator[Problem]:
    line = next((part.line for part in response.parts if part.text == "QA output"), 1)
    for command in filter(str.strip, settings.final_qa):
        runs = [ran for ran in response.runs if is_run_of(ran.command, command)]
        if not runs:
            message = f"the response to Prompt N+1 shows no output of `{command}`"
            yield problem_at(turn, line, "CHN024", message, "show the command and its output under `## QA output`")
        elif runs[-1].passed is not True and not (runs[-1].passed is None and turn.omissions):
            ended = "failed" if runs[-1].passed is False else "does not tell that it passed"
            message = f"the last run of `{command}` {ended}"
            yield problem_at(turn, runs[-1].line, "CHN024", message, "mend what fails, and show the run that passes")


def _micro_fixes(turn: Turn, response: Response, settings: ChainSettings) -> Iterator[Problem]:
    fixes, limit = response.micro_fixes, settings.micro_fixes
    if len(fixes) > limit:
        message = f"Prompt N+1 took {counted(len(fixes), 'micro-fix', 'micro-fixes')}; the limit is {limit}"
        yield problem_at(
            turn, fixes[limit].line, "CHN024", message, "let a gate hold it, and mend it in a sub-iteration"
        )
        return
    told = next((said for said in response.attempts if is_failure(said.text)), None)
    if told is not None and not fixes:
        message = "the report of Prompt N+1 tells of a failed attempt, and no micro-fix is documented"
        yield problem_at(turn, told.line, "CHN024", message, "add each fix as an item to `## Micro-fixes`")
        return
    for command in settings.final_qa:
        failed = [ran for ran in response.runs if ran.passed is False and is_run_of(ran.command, command)]
        if len(failed) > len(fixes):
            message = (
                f"`{command}` failed {counted(len(failed), 'time')} at Prompt N+1, and "
                f"{counted(len(fixes), 'micro-fix is', 'micro-fixes are')} documented"
            )
            yield problem_at(
                turn, failed[len(fixes)].line, "CHN024", message, "add each fix as an item to `## Micro-fixes`"
            )
            return


def _commit(turn: Turn, response: Response, settings: ChainSettings) -> Iterator[Problem]:
    entry = response.commit
    if entry is None or not entry.text.strip():
        message = "the response to Prompt N+1 has no commit message"
        yield problem_at(turn, entry.line if entry else 1, "CHN024", message, "add `Commit message: ...`")
        return
    if len(entry.text.strip().split("\n")) > 1:
        message = "the commit message of Prompt N+1 has more than one line"
        yield problem_at(turn, entry.line, "CHN024", message, "say it in one line")
    language = language_of(entry.text)
    if settings.language is not ChainLanguage.ANY and language and language != settings.language.value:
        wanted = settings.language.name.capitalize()
        message = f"the commit message of Prompt N+1 is not in {wanted}: {entry.value.strip()!r}"
        yield problem_at(turn, entry.line, "CHN026", message, f"write it in {wanted}, or set `chains.language`")
