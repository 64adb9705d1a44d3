"""What a response has to show, and what it may not say.

implements: MU-CHAIN-7020, MU-CHAIN-7023, MU-CHAIN-7036, MU-CHAIN-7037, MU-CHAIN-7038, MU-CHAIN-7042, MU-CHAIN-7043,
implements: MU-CHAIN-7044
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.closing_checks import closing_problems
from muster.chains.evidence_checks import evidence_problems
from muster.chains.finding import problem_at
from muster.chains.labels import Step
from muster.chains.prompt_checks import bare_command, commands_of, header_field
from muster.chains.scope_checks import scope_problems
from muster.chains.turn import Work
from muster.settings import ChainLanguage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from muster.chains.rounds import Round
    from muster.chains.turn import Response, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings

TOPICS = ("path safety", "micro-PR scope", "QA", "language", "turn protocol")
_ASKING = ("Open questions", "Blockers", "Blockers or open questions", "Uncertainties", "Request for guidance")
_ASKED = re.compile(r"\b(?:questions?|domand[ae])\b", re.IGNORECASE)


def response_problems(
    turn: Turn, one: Round, settings: ChainSettings, *, judged_by_scope: bool, known: AbstractSet[str], outside: bool
) -> Iterator[Problem]:
    """All that is wrong with a response.

    `judged_by_scope`: its prompt can be judged by; `known`: the uncertainties that were declared before; `outside`:
    the step has changed files outside the tests before.
    """
    response = turn.response
    if response is None:
        return
    yield from _memo(turn, response, one)
    if one.label.is_read_only:
        yield from _read_only(turn, response, one)
    else:
        yield from evidence_problems(turn, response, one, settings)
        if judged_by_scope:
            yield from scope_problems(turn, response, one, settings, outside=outside)
        if one.is_final:
            yield from closing_problems(turn, response, settings)
    yield from _uncertainties(turn, response, one, known)
    yield from _words(turn, response, one, settings)


def _memo(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    memo = response.memo
    if memo is None or memo.empty:
        message = f"the response to {one.name} does not begin with the Active Rules memo"
        line = memo.line if memo else 1
        yield problem_at(turn, line, "CHN014", message, "add `## Active Rules memo` before everything else")
        return
    missing = [topic for topic in TOPICS if topic not in response.topics]
    if missing:
        message = f"the Active Rules memo of the response to {one.name} says nothing of {', '.join(missing)}"
        yield problem_at(turn, memo.line, "CHN022", message, f"cover {', '.join(TOPICS)}")
    if response.parts and response.parts[0].line < memo.line:
        message = f"the Active Rules memo stands behind {response.parts[0].text} in the response to {one.name}"
        yield problem_at(turn, memo.line, "CHN014", message, "begin the response with it")


def _read_only(turn: Turn, response: Response, one: Round) -> Iterator[Problem]:
    """Traces of work in a turn that only reads, one of each kind; commands are traces unless the prompt has them."""
    allowed = set(commands_of(one.prompt.prompt if one.prompt else None))
    seen: set[Work] = set()
    lines = {trace.line for trace in turn.work if trace.work in (Work.QA, Work.BUILD)}
    for trace in turn.work:
        command = bare_command(trace.text)
        if trace.work is Work.COMMAND and (command in allowed or trace.line in lines or one.prompt is None):
            continue
        if trace.work in seen and trace.work is not Work.COMMAND:
            continue
        seen.add(trace.work)
        what = (
            f"runs `{command}`, which its prompt does not list"
            if trace.work is Work.COMMAND
            else f"holds {_of(trace.work)}"
        )
        message = f"the response to {one.name} {what}: this step only reads"
        help_ = (
            "list the commands that may run in COMMANDS of the prompt" if trace.work is Work.COMMAND else "take it out"
        )
        yield problem_at(turn, trace.line, "CHN009", message, help_)
    if response.patch is not None and not seen & {Work.DIFF, Work.EDIT}:
        message = f"the response to {one.name} holds a diff: this step only reads"
        yield problem_at(turn, response.patch.line, "CHN009", message, "take it out")


def _of(work: Work) -> str:
    return {Work.DIFF: "a diff", Work.EDIT: "an edit", Work.QA: "QA output", Work.BUILD: "a build"}.get(
        work, work.value
    )


def _uncertainties(turn: Turn, response: Response, one: Round, known: AbstractSet[str]) -> Iterator[Problem]:
    """Structural uncertainties that are new after Prompt 1."""
    if not one.after_start:
        return
    for one_of_them in response.uncertainties:
        if one_of_them.structural and (not one_of_them.name or one_of_them.name not in known):
            name = f"{one_of_them.name}: {one_of_them.text}".strip(": ")
            message = (
                f"the response to {one.name} declares a new structural uncertainty, {name!r}, which blocks the chain"
            )
            yield problem_at(turn, one_of_them.line, "CHN012", message, "let the skeptic gate say BLOCK")


def _words(turn: Turn, response: Response, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    """What a response says that is not its own to say."""
    for said in response.approvals:
        message = f"the response to {one.name} decides on progress or approval: {said.text!r}"
        yield problem_at(turn, said.line, "CHN021", message, f"report what is so; {settings.orchestrator} decides")
    if response.alignments and not one.aligned:
        said = response.alignments[0]
        message = (
            f"the response to {one.name} aligns with {settings.main_branch} and no decision says so: {said.text!r}"
        )
        help_ = "record it before in a turn of its own (`decision: alignment`, Decision: ALIGN)"
        yield problem_at(turn, said.line, "CHN028", message, help_)
    yield from _language(turn, one, settings)
    question = response.question
    if question is not None and not _may_ask(turn, response, one):
        message = f"the response to {one.name} ends with a question that nobody asked for: {question.text!r}"
        yield problem_at(turn, question.line, "CHN027", message, "take it out, or move it to the open questions")


def _language(turn: Turn, one: Round, settings: ChainSettings) -> Iterator[Problem]:
    wanted = settings.language
    if wanted is not ChainLanguage.ANY and turn.is_control:
        wanted = ChainLanguage.ENGLISH
    if wanted is not ChainLanguage.ANY and turn.language and turn.language != wanted.value:
        words = "in control mode " if turn.is_control else ""
        message = (
            f"the response to {one.name} is written in {_name(turn.language)}, and {words}it has to be {_name(wanted)}"
        )
        ways = (
            f"write it in {_name(wanted)}, or take `mode: control` out"
            if turn.is_control
            else f"write it in {_name(wanted)}, mark it with `mode: control`, or set `chains.language`"
        )
        yield problem_at(turn, 1, "CHN026", message, ways)


def _name(language: str) -> str:
    return next((one.name.capitalize() for one in ChainLanguage if one.value == language), language)


def _may_ask(turn: Turn, response: Response, one: Round) -> bool:
    """Whether a question at the end is one of those that a response may have: open ones, or what the prompt wants."""
    if response.guidance:
        return True
    line = response.question.line if response.question else 0
    above = [section for section in turn.sections if section.line <= line]
    if above and above[-1].name in _ASKING:
        return True
    outputs = header_field(one.prompt.prompt, "EXPECTED OUTPUTS") if one.prompt and one.prompt.prompt else None
    asks_for = "" if outputs is None else outputs.text
    if one.label.step in (Step.ZERO, Step.EXPLORATION):
        return bool(_ASKED.search(asks_for))
    return bool(_ASKED.search(re.sub(r"(?i)open questions|domande aperte", "", asks_for)))
