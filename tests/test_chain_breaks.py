"""Each rule of chains is broken by one edit of the sample chain, and by none of the others."""

from __future__ import annotations

import pytest
from msgspec import structs

from muster.chains.breaks import BREAKS, broken
from muster.chains.judging import judged
from muster.chains.reading import turn_in
from muster.chains.sample import folder_of, sample, surroundings
from muster.chains.trial import trial_problems
from muster.rules.table import RULES
from muster.settings import ChainLanguage, ChainSettings

PLAIN = ChainSettings(trial_window=1)
OWN = ChainSettings(
    folder="work/chains",
    planner="Anna Verdi",
    orchestrator="Lead: chains",
    executor="Agent 7",
    protocol="specs/70-chains.md",
    documents=(),
    qa="make check",
    final_qa=("make lint", "make check"),
    language=ChainLanguage.ENGLISH,
    main_branch="trunk",
    corrections=0,
    micro_fixes=0,
    trial_window=1,
)
SETTINGS = [pytest.param(PLAIN, id="the-defaults"), pytest.param(OWN, id="names-and-commands-of-a-project")]


def codes_of(files: dict[str, str], settings: ChainSettings) -> list[str]:
    """The codes of all that is wrong with a chain."""
    folder = folder_of(settings)
    read = [turn_in(text.encode(), f"{folder}/{name}", settings) for name, text in files.items()]
    turns = [turn for turn in read if turn is not None]
    found = judged(turns, folder, settings, lambda path: path in surroundings(settings))
    return [problem.code for problem in (*found.problems, *trial_problems([found.chain], settings))]


@pytest.mark.requirement("MU-CHAIN-7050")
def test_there_is_a_break_for_each_rule_of_chains() -> None:
    assert list(BREAKS) == [code for code in RULES if code.startswith("CHN")]


@pytest.mark.requirement("MU-CHAIN-7050")
@pytest.mark.parametrize("settings", SETTINGS)
def test_nothing_is_wrong_with_the_sample(settings: ChainSettings) -> None:
    assert codes_of(sample(settings), settings) == []


@pytest.mark.requirement("MU-CHAIN-7050")
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("code", BREAKS)
def test_a_break_breaks_its_rule_once_and_no_other(code: str, settings: ChainSettings) -> None:
    assert codes_of(dict(broken(code, sample(settings), settings)), settings) == [code]


@pytest.mark.requirement("MU-CHAIN-7050")
@pytest.mark.parametrize("code", BREAKS)
def test_a_break_is_told_in_one_sentence(code: str) -> None:
    what = BREAKS[code].what

    assert what.endswith(".")
    assert "\n" not in what
    assert what.count(". ") == 0


@pytest.mark.requirement("MU-CHAIN-7042")
@pytest.mark.parametrize("language", list(ChainLanguage), ids=lambda language: language.name.lower())
def test_the_sample_speaks_italian_where_it_is_asked_to_and_else_english(language: ChainLanguage) -> None:
    settings = structs.replace(PLAIN, language=language)
    answer = sample(settings)["003-response-0.md"]

    assert ("finché non riesce" in answer) == (language is ChainLanguage.ITALIAN)
    assert ("until it succeeds" in answer) == (language is not ChainLanguage.ITALIAN)
