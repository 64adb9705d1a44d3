"""A chain judged by its protocol: where it stands, and all that is wrong with it.

What is wrong with a response is a finding unless a gate stopped it: a gate answers for what it stops.

implements: MU-CHAIN-7003, MU-CHAIN-7010, MU-CHAIN-7011, MU-CHAIN-7015, MU-CHAIN-7036
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chains.due import next_turns
from muster.chains.finding import problem_at
from muster.chains.following import missing_turns
from muster.chains.gate_checks import (
    authorization_problems,
    closure_problems,
    conditions_of,
    decision_problems,
    gate_problems,
)
from muster.chains.labels import Step
from muster.chains.machine import PHASES, Phase, State
from muster.chains.naming import asked_by, decision_of, gate_of
from muster.chains.onboarding_checks import onboarding_problems
from muster.chains.order import Walk, walk_of
from muster.chains.prompt_checks import WORK, Before, has_header, prompt_problems, protocol_of, scope_words
from muster.chains.response_checks import response_problems
from muster.chains.scope_checks import is_test
from muster.chains.turn import About, Gate, Kind
from muster.model import Chain, ChainGate, ChainTurn, natural
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from muster.chains.labels import Label
    from muster.chains.rounds import Round
    from muster.chains.turn import Scope, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings


class Judged(Struct, frozen=True, array_like=True):
    """A chain, what is wrong with it, and the paths that its prompts link."""

    chain: Chain
    problems: tuple[Problem, ...]
    linked: tuple[str, ...]


def judged(
    turns: Sequence[Turn],
    folder: str,
    settings: ChainSettings,
    is_there: Callable[[str], bool],
    *,
    binding: bool = True,
) -> Judged:
    """Judge the turns of one folder; `binding`: the skeptic gate may not be left out."""
    in_order = sorted(turns, key=lambda turn: (turn.number is None, turn.number or 0, natural(turn.path)))
    numbered = [turn for turn in in_order if turn.number is not None]
    walk = walk_of(numbered, settings, binding=binding)
    asked: dict[str, bool] = {}

    def is_there_once(path: str) -> bool:
        if path not in asked:
            asked[path] = is_there(path)
        return asked[path]

    caught: dict[str, list[str]] = {}
    problems = [
        *(problem for turn in in_order for problem in turn.problems),
        *walk.problems,
        *_numbering(numbered, {problem.place.path for problem in walk.problems}),
        *(problem for turn in in_order for problem in _unfilled(turn)),
        *_of_turns(numbered, walk, settings),
        *_Rounds(walk, folder, settings, is_there_once, caught).problems(),
    ]
    chain = _chain(in_order, numbered, folder, walk, settings, caught)
    return Judged(chain, tuple(sorted(dict.fromkeys(problems), key=_place)), tuple(sorted(asked)))


def _place(problem: Problem) -> tuple[object, ...]:
    return natural(problem.place.path), problem.place.line, problem.code


def _numbering(turns: Sequence[Turn], out_of_order: set[str]) -> Iterator[Problem]:
    """Numbers that are missing or given twice; where a turn is out of order besides, that is the finding."""
    previous = 0
    for turn in turns:
        number = turn.number or 0
        name = turn.path.rpartition("/")[2]
        if encodable(turn.path) not in out_of_order:
            if number == previous or number < 1:
                message = f"the number {number} of {name} is given twice" if number else f"{name} has the number 0"
                yield problem_at(turn, 1, "CHN001", message, "number the turns from 1, each once")
            elif number > previous + 1:
                message = f"{name} follows on number {previous}: {previous + 1} is missing"
                yield problem_at(turn, 1, "CHN001", message, f"name it {previous + 1:03}-..., or add what is missing")
        previous = number


def _unfilled(turn: Turn) -> Iterator[Problem]:
    """What the template left to fill in: as long as it stands there, nothing else of the turn is judged."""
    for said in turn.unfilled:
        yield problem_at(turn, said.line, "CHN020", f"{said.text!r} is not filled in", "say what holds in this chain")


def _omitted(turn: Turn) -> Iterator[Problem]:
    for said in turn.omissions:
        message = f"{said.text!r} stands for something that is left out"
        yield problem_at(turn, said.line, "CHN020", message, "show it in full")


def _of_turns(turns: Sequence[Turn], walk: Walk, settings: ChainSettings) -> Iterator[Problem]:
    """What is wrong with turns that are neither prompts nor responses, and work where none is done."""
    for turn, label in zip(turns, walk.labels, strict=True):
        if turn.unfilled:
            continue
        if turn.kind is not Kind.RESPONSE and turn.kind is not None:
            yield from _omitted(turn)
            yield from _work(turn)
        yield from _fields(turn, label, settings, final_given=turn.path in walk.authorised_final)


def _fields(turn: Turn, label: Label | None, settings: ChainSettings, *, final_given: bool) -> Iterator[Problem]:
    if turn.kind is Kind.ONBOARDING:
        yield from onboarding_problems(turn, settings)
    elif turn.kind is Kind.GATE:
        yield from gate_problems(turn, label)
    elif turn.kind is Kind.AUTHORIZATION:
        yield from authorization_problems(turn, label, settings)
    elif turn.kind is Kind.DECISION:
        yield from decision_problems(turn, label, settings, final_given=final_given)
    elif turn.kind in (Kind.CLOSURE, Kind.RETROSPECTIVE):
        yield from closure_problems(turn)


def _work(turn: Turn) -> Iterator[Problem]:
    """Work in a turn of those who govern: one finding of each kind."""
    seen = set()
    for trace in turn.work:
        if trace.work in WORK and trace.work not in seen:
            seen.add(trace.work)
            kind = turn.kind.value if turn.kind else "turn"
            message = f"this {kind} holds {trace.work.value}: {trace.text.strip()[:80]!r}"
            yield problem_at(turn, trace.line, "CHN007", message, "take it out: only responses hold work")


class _Rounds:
    """Prompts and responses, judged one after the other with what stands before them."""

    def __init__(
        self,
        walk: Walk,
        folder: str,
        settings: ChainSettings,
        is_there: Callable[[str], bool],
        caught: dict[str, list[str]],
    ) -> None:
        self.walk, self.folder, self.settings, self.is_there, self.caught = walk, folder, settings, is_there, caught
        self.protocol = ""
        self.conditions: tuple[str, ...] = ()
        self.uncertainties: set[str] = set()
        self.unanswered = False
        self.scopes: set[str] = set()
        self.parents: dict[int, Scope] = {}  # by the number of the step
        self.outside: set[int] = set()  # the steps that changed files outside the tests

    def problems(self) -> Iterator[Problem]:
        """All that is wrong with them."""
        for one in self.walk.rounds:
            yield from self._prompt(one)
            yield from self._response(one)
            if one.skeptic is not None and decision_of(one.skeptic) == "PASS WITH CONDITIONS":
                self.conditions = conditions_of(one.skeptic)

    def _prompt(self, one: Round) -> Iterator[Problem]:
        turn, number = one.prompt, one.label.number
        if turn is None or turn.prompt is None:
            if one.response is not None and not one.label.is_read_only:
                self.conditions = ()  # the prompt that is missing would repeat them
            return
        is_sub = one.label.is_sub_iteration
        if not turn.unfilled:
            before = Before(
                self.folder,
                self.protocol,
                self.parents.get(number) if is_sub else None,
                self.conditions,
                self.uncertainties,
                self.unanswered,
                self.scopes,
            )
            yield from prompt_problems(turn, one, before, self.settings, self.is_there)
        self.protocol = self.protocol or protocol_of(turn.prompt, self.folder, self.settings, self.is_there)
        scope = turn.prompt.scope
        if one.label.step in (Step.ZERO, Step.EXPLORATION):
            self.scopes |= {scope_words(scope)} if scope else set()
        elif not one.label.is_read_only:
            self.conditions = ()
            if scope is not None:
                self.parents.setdefault(number, scope)

    def _response(self, one: Round) -> Iterator[Problem]:
        turn = one.response
        if turn is None or turn.response is None:
            self.unanswered = self.unanswered or one.label.is_read_only
            return
        if not turn.unfilled:
            found = [
                *_omitted(turn),
                *response_problems(
                    turn,
                    one,
                    self.settings,
                    judged_by_scope=has_header(one.prompt, self.settings),
                    known=self.uncertainties,
                    outside=bool(self.outside) if one.is_final else one.label.number in self.outside,
                ),
            ]
            if _is_stopped(one):
                self.caught[turn.path] = [f"{problem.code} {problem.message}" for problem in found]
            else:
                yield from found
        self.uncertainties |= {one_of_them.name for one_of_them in turn.response.uncertainties if one_of_them.name}
        patch = turn.response.patch
        if patch is not None and any(not is_test(changed, self.settings) for changed in patch.files):
            self.outside.add(one.label.number)


def _is_stopped(one: Round) -> bool:
    """Whether a gate stopped the response of a round."""
    held = one.evidence is not None and decision_of(one.evidence) == "HOLD"
    return held or (one.skeptic is not None and decision_of(one.skeptic) == "BLOCK")


def _chain(
    in_order: Sequence[Turn],
    numbered: Sequence[Turn],
    folder: str,
    walk: Walk,
    settings: ChainSettings,
    caught: dict[str, list[str]],
) -> Chain:
    states = dict(zip((turn.path for turn in numbered), walk.states, strict=True))
    first = in_order[0] if in_order else None
    name = folder.rpartition("/")[2]
    retrospectives = [decision_of(turn) for turn in numbered if turn.kind is Kind.RETROSPECTIVE]
    at = walk.progress
    shown = tuple(_shown_turns(in_order, states, at.state, caught))
    used = [turn.label for turn in numbered if turn.kind is Kind.PROMPT]
    asks = asked_by(numbered[-1]) if numbered else ""
    paused = at.state in (State.HELD, State.BLOCKED)
    return Chain(
        path=folder,
        title=(first.told("title") if first else "") or name,
        state=at.state.value,
        phase=shown[-1].phase if shown and paused else PHASES[at.state].value,
        turns=shown,
        gates=tuple([_gate(turn) for turn in numbered if turn.kind is Kind.GATE and gate_of(turn)]),
        next=(asks,) if asks else next_turns(at, settings, used),
        missing=missing_turns(at, settings),
        trace_id=first.told("trace_id") if first else "",
        retrospective=next((decision for decision in reversed(retrospectives) if decision), ""),
        closed=walk.closed,
        asks=asks,
    )


def _shown_turns(
    in_order: Sequence[Turn], states: Mapping[str, State], end: State, caught: dict[str, list[str]]
) -> Iterator[ChainTurn]:
    """The turns, each in its band: what ends a band stands in it, and a gate that stops the chain opens no other."""
    band = Phase.START
    for turn in in_order:
        state = states.get(turn.path, end)
        ends_analysis = turn.told("decision") == About.PHASE and band is Phase.ANALYSIS
        if not (ends_analysis or (state in (State.HELD, State.BLOCKED) and band is Phase.FINAL)):
            band = PHASES[state]
        yield _shown(turn, state, band, caught)


def _shown(turn: Turn, state: State, band: Phase, caught: dict[str, list[str]]) -> ChainTurn:
    about = turn.told("gate") if turn.kind is Kind.GATE else turn.told("decision") if turn.kind is Kind.DECISION else ""
    known = {*(gate.value for gate in Gate), *(about.value for about in About)}
    return ChainTurn(
        path=turn.path,
        kind=turn.kind.value if turn.kind else "",
        label=turn.label,
        actor=turn.actor,
        about=about if about in known else "",
        decision=decision_of(turn),
        state=state.value,
        phase=band.value,
        caught=tuple(caught.get(turn.path, ())),
    )


def _gate(turn: Turn) -> ChainGate:
    return ChainGate(turn.path, turn.told("gate"), turn.label, decision_of(turn), conditions_of(turn))
