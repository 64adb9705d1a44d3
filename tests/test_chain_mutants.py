"""Mutants of the complete sample chain: each is found, or it is listed with the reason why it breaks nothing."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from muster.chains.judging import Judged, judged
from muster.chains.naming import DECISIONS
from muster.chains.reading import turn_in
from muster.chains.sample import folder_of, sample, surroundings
from muster.chains.trial import trial_problems
from muster.chains.turn import HEADER, About, Gate, Kind, Turn
from muster.model import Severity
from muster.rules.table import RULES
from muster.settings import ChainSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SETTINGS = ChainSettings(trial_window=1)  # so that its last turn, the retrospective, is due
FOLDER = folder_of(SETTINGS)
CHAIN = sample(SETTINGS)
THERE = frozenset(surroundings(SETTINGS))
LABELS = ("0", "0a", "SPIKE PRE PROMPT 1", "1", "2", "2a", "N+1", "N+1'")
ACTORS = (SETTINGS.planner, SETTINGS.orchestrator, SETTINGS.executor)
_FRONT = re.compile(r"---\n(.*?)---\n", re.DOTALL)
_FIELD = re.compile(r"^- ([^:\n]+): ?(.*)\n(?:  - .*\n)*", re.MULTILINE)
_BLOCK = re.compile(r"^([A-Z][A-Z ]+):.*\n(?:[ -].*\n)*", re.MULTILINE)


class Mutant(NamedTuple):
    """A chain that differs from the sample in one thing."""

    name: str  # turn, and what is done to it
    files: Mapping[str, str]


# What breaks no rule: a pattern of names, and the reason.
EQUIVALENT = {
    r"onboarding: title (?:dropped|is .*)": "the name of the folder stands in for the title",
    r"onboarding: trace_id dropped": "a chain without an identity of its own goes under that of the run",
    r"prompt-spike-pre-prompt-1: mode dropped": "control mode is about replies, and the reply is still marked",
    r"response-spike-pre-prompt-1: mode dropped": "English without control mode is a warning (CHN026), never an error",
    r"skeptic-gate-n\+1: label is N\+1": "N+1' is a name for the gate after N+1, not a step; N+1 says the same",
    r"(?:authorization|decision)-.*: (?:Confirmed|Decided) by says 'Bea'": "any human may decide",
    r"decision-phase-0: Reason (?:dropped|says .*)": "the decision counts, whatever its reason",
    r"evidence-gate-.*: Notes (?:dropped|says .*)": "notes are free text beside the decision",
    r"skeptic-gate-.*: Risk check says '(?:OK|NOTED)'": "OK and NOTED both go with each PASS",
    r"(?:closure: Summary|retrospective: Reason) says 'Something else.'": "free text, which only has to be there",
    r"retrospective: Decision says '(?:RETUNE|DROP)'": "each of the three decides what becomes of the gate",
    r"response-(?:0|0a|spike.*): (?:Findings|Open questions) dropped": "a reply that only reads owes the memo alone",
    r"response-0: (?!Active).* behind .*": "only the memo has a place in a reply that only reads",
    r"response-.*: (?!Active|Pre-check|Diff|Report)[^:]* behind .*": "the order is that of memo, diff, report and QA",
}


def edited(file: str, what: str, text: str) -> Mutant:
    """The chain with another text of one turn."""
    return Mutant(f"{short(file)}: {what}", {**CHAIN, file: text})


def short(file: str) -> str:
    """The name of a turn without its number."""
    return file.partition("-")[2].removesuffix(".md")


def renumbered(turns: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The turns as they stand, numbered from 1."""
    return {f"{at:03}-{short(file)}.md": text for at, (file, text) in enumerate(turns, start=1)}


def of_turns() -> Iterator[Mutant]:
    """A turn is not there, is there twice, or changes places with the next one."""
    turns = list(CHAIN.items())
    for at, (file, text) in enumerate(turns):
        name = short(file)
        rest = turns[:at] + turns[at + 1 :]
        twice = [*turns[: at + 1], *turns[at:]]
        yield Mutant(f"{name}: drop, numbers kept", dict(rest))
        yield Mutant(f"{name}: drop, renumbered", renumbered(rest))
        yield Mutant(f"{name}: duplicate, numbers kept", {**CHAIN, file.replace(".md", "-again.md"): text})
        yield Mutant(f"{name}: duplicate, renumbered", renumbered(twice))
        if at + 1 < len(turns):
            swapped = [*turns[:at], turns[at + 1], turns[at], *turns[at + 2 :]]
            yield Mutant(f"{name}: swap with the next, renumbered", renumbered(swapped))
            contents = {file: turns[at + 1][1], turns[at + 1][0]: text}
            yield Mutant(f"{name}: swap with the next, names kept", {**CHAIN, **contents})


def of_front_matter() -> Iterator[Mutant]:
    """A key is not there, is there twice, or has another value: each that is in use, and one that is not."""
    values = {
        "kind": tuple(Kind),
        "label": LABELS,
        "actor": ACTORS,
        "gate": tuple(Gate),
        "decision": tuple(About),
    }
    for file, text in CHAIN.items():
        front = _front(text)
        for line in front.splitlines(keepends=True):
            key, _, told = line.strip().partition(": ")
            yield edited(file, f"{key} dropped", text.replace(line, "", 1))
            yield edited(file, f"{key} twice", text.replace(line, line * 2, 1))
            for value in (*values.get(key, ()), f"{told}-x"):
                if value != told:
                    yield edited(file, f"{key} is {value}", text.replace(line, f"{key}: {value}\n", 1))


def of_headers() -> Iterator[Mutant]:
    """A field of a canonical header is not there, is there twice, changes places with the next, has another name."""
    for file, text in CHAIN.items():
        if _kind(text) is not Kind.PROMPT:
            continue
        fields = [match[0] for match in _BLOCK.finditer(text)][: len(HEADER)]
        assert [field.partition(":")[0] for field in fields] == list(HEADER)
        for at, (key, field) in enumerate(zip(HEADER, fields, strict=True)):
            yield edited(file, f"{key} dropped", text.replace(field, "", 1))
            yield edited(file, f"{key} twice", text.replace(field, field * 2, 1))
            yield edited(file, f"{key} renamed", text.replace(f"{key}:", f"{key}S:", 1))
            if at + 1 < len(fields):
                both = field + fields[at + 1]
                yield edited(file, f"{key} behind {HEADER[at + 1]}", text.replace(both, fields[at + 1] + field, 1))


def of_governance() -> Iterator[Mutant]:
    """A field of a gate, an authorization, a decision, the closure or the retrospective: not there, or another."""
    for file, text in CHAIN.items():
        if _kind(text) in (Kind.ONBOARDING, Kind.PROMPT, Kind.RESPONSE):
            continue
        for match in _FIELD.finditer(text):
            key = match[1].partition(" (")[0]
            yield edited(file, f"{key} dropped", text.replace(match[0], "", 1))
            if key == "Conditions":
                yield edited(file, "Conditions emptied", text.replace(match[0], "- Conditions:\n", 1))
                yield edited(file, "Conditions are others", text.replace(match[0], "- Conditions:\n  - Wait\n", 1))
                continue
            for value in _others(key, match[2], text):
                changed = match[0].replace(f": {match[2]}\n", f": {value}\n", 1)
                yield edited(file, f"{key} says {value!r}", text.replace(match[0], changed, 1))


def of_responses() -> Iterator[Mutant]:
    """A part of a response is not there, or changes places with the next of its level."""
    for file, text in CHAIN.items():
        if _kind(text) is not Kind.RESPONSE:
            continue
        for mark in ("## ", "### "):
            parts = _parts(text, mark)
            for at, part in enumerate(parts):
                name = part.splitlines()[0].lstrip("# ")
                yield edited(file, f"{name} dropped", text.replace(part, "", 1))
                if at + 1 < len(parts):
                    other = parts[at + 1].splitlines()[0].lstrip("# ")
                    swapped = f"{parts[at + 1].rstrip()}\n\n{part.rstrip()}\n\n"
                    yield edited(file, f"{name} behind {other}", text.replace(part + parts[at + 1], swapped, 1))


def _front(text: str) -> str:
    match = _FRONT.match(text)
    assert match
    return match[1]


def _kind(text: str) -> Kind:
    return Kind(_front(text).partition("kind: ")[2].partition("\n")[0])


def _parts(text: str, mark: str) -> list[str]:
    """The sections of a level, each down to the next heading of this level or one above."""
    below = rf"(?=^#{{2,{len(mark) - 1}}} |\Z)"
    return re.findall(rf"^{mark}.*?{below}", text, re.MULTILINE | re.DOTALL)


def _others(key: str, told: str, text: str) -> Iterator[str]:
    """What else a field may say: each of its other choices and a remark beside; the name of an agent; another text."""
    front = dict(line.split(": ", 1) for line in _front(text).splitlines())
    kind = Kind(front["kind"])
    about = Gate(front["gate"]) if kind is Kind.GATE else About(front["decision"]) if kind is Kind.DECISION else kind
    if key == "Decision":
        choices = DECISIONS[about]
    elif key == "Risk check":
        choices = ("OK", "NOTED", "BLOCK")
    elif told in ("YES", "NO"):
        choices = ("YES", "NO")
    elif key in ("Confirmed by", "Decided by", "Recorded by"):
        yield from (SETTINGS.executor, "", "Bea")
        return
    else:
        yield from ("", "Something else.")
        return
    yield from (choice for choice in choices if choice != told)
    yield from ("", f"{told}, mostly")


@cache
def read(file: str, text: str) -> Turn | None:
    return turn_in(text.encode(), f"{FOLDER}/{file}", SETTINGS)


def outcome(files: Mapping[str, str]) -> tuple[Judged, Counter[str]]:
    """The chain as it is judged, and how many errors of each code it has."""
    turns = [turn for file, text in files.items() if (turn := read(file, text)) is not None]
    unread = len(files) - len(turns)  # which `chain_files` tells as CHN001
    found = judged(turns, FOLDER, SETTINGS, THERE.__contains__)
    problems = (*found.problems, *trial_problems([found.chain], SETTINGS))
    codes = [problem.code for problem in problems if RULES[problem.code].severity is Severity.ERROR]
    return found, Counter([*codes, *["CHN001"] * unread])


def is_equivalent(mutant: Mutant) -> bool:
    return any(re.fullmatch(pattern, mutant.name) for pattern in EQUIVALENT)


# What is done, and how many mutants there are, are found, and are equivalent.
FAMILIES = {
    "turns": (of_turns, (184, 184, 0)),
    "front matter": (of_front_matter, (824, 818, 6)),
    "headers of prompts": (of_headers, (217, 217, 0)),
    "fields of gates and decisions": (of_governance, (252, 224, 28)),
    "parts of responses": (of_responses, (113, 77, 36)),
}


@pytest.mark.requirement("MU-CHAIN-7010")
def test_the_untouched_chain_is_clean_and_closed() -> None:
    found, codes = outcome(CHAIN)

    assert (found.problems, codes, found.chain.state) == ((), Counter(), "closed")


@pytest.mark.requirement("MU-CHAIN-7010")
@pytest.mark.requirement("MU-CHAIN-7012")
@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.requirement("MU-CHAIN-7033")
@pytest.mark.parametrize("family", FAMILIES)
def test_each_mutant_is_found_or_is_known_to_break_nothing(family: str, capsys: pytest.CaptureFixture[str]) -> None:
    mutants_of, counts = FAMILIES[family]
    mutants = list(mutants_of())
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    assert [mutant.name for mutant in mutants if mutant.files == CHAIN] == []

    missed = [mutant for mutant in mutants if not outcome(mutant.files)[1]]

    equivalent = [mutant.name for mutant in mutants if is_equivalent(mutant)]
    assert [mutant.name for mutant in missed] == equivalent
    with capsys.disabled():
        print(f"\n{family}: {len(mutants)} mutants, {len(mutants) - len(missed)} found, {len(missed)} equivalent")
    assert (len(mutants), len(mutants) - len(missed), len(missed)) == counts


def test_each_reason_is_needed() -> None:
    names = [mutant.name for mutants_of, _ in FAMILIES.values() for mutant in mutants_of()]

    assert [pattern for pattern in EQUIVALENT if not any(re.fullmatch(pattern, name) for name in names)] == []


@pytest.mark.requirement("MU-CHAIN-7041")
@pytest.mark.parametrize("count", range(1, len(CHAIN) - 1))
def test_a_chain_that_is_not_at_its_end_breaks_no_rule_and_is_not_closed(count: int) -> None:
    found, codes = outcome(dict(list(CHAIN.items())[:count]))

    assert (found.problems, codes) == ((), Counter())
    assert (found.chain.state == "closed", found.chain.closed, bool(found.chain.next)) == (False, False, True)


@pytest.mark.requirement("MU-CHAIN-7045")
def test_a_chain_without_its_retrospective_is_closed_and_owes_it() -> None:
    found, codes = outcome(dict(list(CHAIN.items())[:-1]))

    assert (found.chain.state, codes) == ("closed", Counter(["CHN029"]))
