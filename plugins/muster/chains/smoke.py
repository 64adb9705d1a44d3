"""A small chain played in memory, S0 to S4, by the code that the gate uses: nothing is read or written.

implements: MU-CHAIN-7050
"""

from __future__ import annotations

import difflib
from posixpath import basename
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from muster.chains.breaks import BREAKS, Break, broken
from muster.chains.judging import judged
from muster.chains.labels import label_in
from muster.chains.machine import State
from muster.chains.naming import step_name
from muster.chains.reading import turn_in
from muster.chains.sample import folder_of, sample, surroundings
from muster.chains.trial import is_binding, trial_problems
from muster.chains.turn import Gate, Kind, Turn
from muster.settings import ChainLanguage, ChainSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.model import Chain, Problem

SPOKEN = (ChainLanguage.ITALIAN, ChainLanguage.ENGLISH)


class UnknownRule(ValueError):
    """No rule of chains has this code; `help` says which one may be meant."""

    def __init__(self, code: str) -> None:
        near = difflib.get_close_matches(code.upper(), BREAKS, 1, 0.5)
        self.help = f"did you mean {near[0]}?" if near else "`muster chain smoke --list` lists them"
        super().__init__(f"{code!r} is no rule of chains that the smoke can break")


class Scene(Struct, frozen=True):
    """One of the steps S0 to S4, before it is played."""

    name: str
    shows: str
    last: str  # the name of its last turn, as the sample has it
    reaches: State


class Step(Struct, frozen=True):
    """What came of a step."""

    name: str  # S0
    shows: str  # what it is about
    played: tuple[str, ...]  # its turns in words, such as "Codex: response to Prompt 1"
    state: str  # of the chain behind it
    problems: tuple[Problem, ...] = ()  # what was found in it, and not before
    astray: str = ""  # where the chain stands instead, if it is not where it should be

    @property
    def passed(self) -> bool:
        """Whether nothing was found, and the chain stands where it should."""
        return not self.problems and not self.astray


class Report(Struct, frozen=True):
    """What came of the smoke."""

    steps: tuple[Step, ...]
    code: str = ""  # of the rule that was broken
    what: str = ""  # how it was broken
    notes: tuple[str, ...] = ()  # how the chain differs from one under the settings of the project

    @property
    def found(self) -> tuple[Problem, ...]:
        """All that was found."""
        return tuple(problem for step in self.steps for problem in step.problems)

    @property
    def missed(self) -> bool:
        """Whether a rule was broken and did not fire: the rule, and not the chain, is at fault."""
        return bool(self.code) and all(problem.code != self.code for problem in self.found)

    @property
    def passed(self) -> bool:
        """Whether every step passed, and no broken rule stayed silent."""
        return all(step.passed for step in self.steps) and not self.missed


def scenes(settings: ChainSettings) -> tuple[Scene, ...]:
    """The steps, in order."""
    allowed = settings.corrections
    final = _listed(settings.final_qa)
    corrections = f"{allowed} correction{'' if allowed == 1 else 's'}"
    language = settings.language.name.capitalize()
    told = {
        "S0": "a toy prompt is answered, and the answer begins with the memo",
        "S1": "the pre-check of a mock diff is described, and no file changes",
        "S2": "an operational prompt is answered with a micro-PR",
        "S3": f"the gates judge the intermediate QA: `{settings.qa}`",
        "S4": f"after {corrections} guidance is asked for; final QA is {final}; replies are in {language}",
    }
    return tuple(Scene(name, told[name], last, reaches) for name, last, reaches in _ENDS)


def _listed(commands: tuple[str, ...]) -> str:
    return " and ".join(f"`{command}`" for command in commands)


# Each step with its last turn, and where the chain stands then.
_ENDS = (
    ("S0", "decision-phase-0", State.READY),
    ("S1", "response-spike-pre-prompt-1", State.READY),
    ("S2", "response-1", State.ANSWERED),
    ("S3", "skeptic-gate-1", State.PASSED),
    ("S4", "retrospective", State.CLOSED),
)


def settings_played(settings: ChainSettings) -> tuple[ChainSettings, tuple[str, ...]]:
    """The settings with which the chain is played, and what differs from those of the project, in words."""
    default = ChainSettings()
    notes = []
    played = structs.replace(settings, trial_window=1)  # so that one chain is enough to end the trial
    if settings.language not in SPOKEN:
        wanted = settings.language.name.capitalize() if settings.language else "no language"
        notes.append(f"`chains.language` asks for {wanted}; the smoke chain is in English")
        played = structs.replace(played, language=ChainLanguage.ENGLISH)
    if not settings.qa:
        notes.append(f"the setting `chains.qa` is empty; the smoke chain runs `{default.qa}`")
        played = structs.replace(played, qa=default.qa)
    if not settings.final_qa:
        notes.append(f"the setting `chains.final_qa` is empty; the smoke chain runs {_listed(default.final_qa)}")
        played = structs.replace(played, final_qa=default.final_qa)
    return played, tuple(notes)


def smoke(settings: ChainSettings, code: str | None = None) -> Report:
    """Play the chain, with the rule of this code broken; raise `UnknownRule` where there is none."""
    if code is not None and code.upper() not in BREAKS:
        raise UnknownRule(code)
    played, notes = settings_played(settings)
    files: Mapping[str, str] = sample(played)
    if code is None:
        return Report(steps_of(files, played), notes=notes)
    code = code.upper()
    return Report(steps_of(broken(code, files, played), played), code, BREAKS[code].what, notes)


def breaks() -> dict[str, Break]:
    """By the code of each rule that can be broken: how that is done."""
    return BREAKS


def steps_of(files: Mapping[str, str], settings: ChainSettings) -> tuple[Step, ...]:
    """Every step in turn, each with the turns up to its end judged once more."""
    folder = folder_of(settings)
    names = list(files)
    turns = [turn_in(text.encode(), f"{folder}/{name}", settings) for name, text in files.items()]
    steps: list[Step] = []
    known: list[Problem] = []
    begin = 0
    for scene in scenes(settings):
        end = next((n for n, name in enumerate(names, start=1) if name.endswith(f"-{scene.last}.md")), len(names))
        chain, problems = _judged([turn for turn in turns[:end] if turn is not None], folder, settings)
        new = tuple(problem for problem in problems if problem not in known)
        known += new
        played = tuple(_words(turn, name) for turn, name in zip(turns[begin:end], names[begin:end], strict=True))
        astray = "" if chain.state == scene.reaches else f"the chain is {chain.state}, and should be {scene.reaches}"
        steps.append(Step(scene.name, scene.shows, played, chain.state, new, astray))
        begin = end
    return tuple(steps)


def _judged(turns: list[Turn], folder: str, settings: ChainSettings) -> tuple[Chain, tuple[Problem, ...]]:
    """The chain so far, and what is wrong with it."""
    there = surroundings(settings)
    found = judged(turns, folder, settings, lambda path: path in there, binding=is_binding([]))
    return found.chain, (*found.problems, *trial_problems([found.chain], settings))


def _words(turn: Turn | None, name: str) -> str:
    """A turn as people call it: who acts, and in what."""
    if turn is None or turn.kind is None:
        return basename(name)
    step = step_name(label_in(turn.label))
    what = {
        Kind.ONBOARDING: "onboarding task",
        Kind.PROMPT: step,
        Kind.RESPONSE: f"response to {step}",
        Kind.GATE: f"{'evidence' if turn.told('gate') == Gate.EVIDENCE else 'skeptic'} gate of {step}",
        Kind.AUTHORIZATION: f"authorization of {step}",
        Kind.DECISION: "decision that phase 0 is over",
        Kind.CLOSURE: "closure",
        Kind.RETROSPECTIVE: "retrospective",
    }[turn.kind]
    return f"{turn.actor}: {what}"
