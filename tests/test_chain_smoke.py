"""The smoke chain: played in memory, step by step, and able to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muster.chains.breaks import BREAKS
from muster.chains.sample import sample
from muster.chains.smoke import Report, UnknownRule, smoke, steps_of
from muster.settings import ChainLanguage, ChainSettings

if TYPE_CHECKING:
    from pathlib import Path

FINAL_QA = "`pre-commit run --all-files` and `pytest -q`"
pytestmark = pytest.mark.requirement("MU-CHAIN-7050")


def test_the_smoke_chain_passes_and_says_what_it_played() -> None:
    report = smoke(ChainSettings())

    assert [(step.name, step.shows, step.state, step.problems, step.astray) for step in report.steps] == [
        ("S0", "a toy prompt is answered, and the answer begins with the memo", "ready", (), ""),
        ("S1", "the pre-check of a mock diff is described, and no file changes", "ready", (), ""),
        ("S2", "an operational prompt is answered with a micro-PR", "answered", (), ""),
        ("S3", 'the gates judge the intermediate QA: `pytest -q -k "not slow"`', "passed", (), ""),
        (
            "S4",
            f"after 2 corrections guidance is asked for; final QA is {FINAL_QA}; replies are in Italian",
            "closed",
            (),
            "",
        ),
    ]
    assert report.steps[0].played == (
        "Planner: onboarding task",
        "OCP: Prompt 0",
        "Codex: response to Prompt 0",
        "OCP: authorization of Prompt 0a",
        "OCP: Prompt 0a",
        "Codex: response to Prompt 0a",
        "OCP: decision that phase 0 is over",
    )
    assert report.steps[3].played == ("OCP: evidence gate of Prompt 1", "OCP: skeptic gate of Prompt 1")
    assert sum(len(step.played) for step in report.steps) == 31
    assert (report.passed, report.missed, report.found, report.notes) == (True, False, (), ())


STEPS = {
    "S0": ("CHN003", "CHN009", "CHN010", "CHN011", "CHN026"),
    "S2": (
        "CHN002",
        "CHN004",
        "CHN006",
        "CHN008",
        "CHN012",
        "CHN013",
        "CHN014",
        "CHN015",
        "CHN020",
        "CHN021",
        "CHN022",
        "CHN023",
        "CHN027",
        "CHN028",
    ),
    "S3": ("CHN001", "CHN007", "CHN016"),
    "S4": ("CHN005", "CHN017", "CHN018", "CHN019", "CHN024", "CHN025", "CHN029"),
}


@pytest.mark.requirement("MU-CHAIN-7035")
@pytest.mark.parametrize("code", BREAKS)
def test_a_broken_rule_fails_the_step_in_which_it_is_broken(code: str) -> None:
    report = smoke(ChainSettings(), code)

    failing = {step.name: [problem.code for problem in step.problems] for step in report.steps if step.problems}
    assert failing == {next(name for name, codes in STEPS.items() if code in codes): [code]}
    assert (report.passed, report.missed, report.code, report.what) == (False, False, code, BREAKS[code].what)


def test_a_code_may_be_written_in_lower_case() -> None:
    assert smoke(ChainSettings(), "chn016") == smoke(ChainSettings(), "CHN016")


@pytest.mark.parametrize(
    ("code", "help_"),
    [
        pytest.param("CHN14", "did you mean CHN014?", id="a-digit-too-few"),
        pytest.param("KWD", "`muster chain smoke --list` lists them", id="nothing-near"),
    ],
)
def test_an_unknown_code_is_an_error_that_names_the_nearest(code: str, help_: str) -> None:
    with pytest.raises(UnknownRule, match=f"^'{code}' is no rule of chains that the smoke can break$") as raised:
        smoke(ChainSettings(), code)

    assert raised.value.help == help_


def test_a_break_that_is_not_found_is_the_fault_of_its_rule() -> None:
    unbroken = steps_of(sample(ChainSettings()), ChainSettings())

    report = Report(unbroken, "CHN027", "Nothing is broken at all.")

    assert (report.passed, report.missed, report.found) == (False, True, ())


def test_settings_that_the_chain_cannot_follow_are_told_and_it_passes_all_the_same() -> None:
    report = smoke(ChainSettings(language=ChainLanguage.GERMAN, qa="", final_qa=(), trial_window=0))

    assert report.passed
    assert report.notes == (
        "`chains.language` asks for German; the smoke chain is in English",
        'the setting `chains.qa` is empty; the smoke chain runs `pytest -q -k "not slow"`',
        f"the setting `chains.final_qa` is empty; the smoke chain runs {FINAL_QA}",
    )


@pytest.mark.parametrize("code", BREAKS)
def test_a_rule_can_be_broken_where_the_settings_are_empty(code: str) -> None:
    settings = ChainSettings(language=ChainLanguage.ANY, qa="", final_qa=(), documents=(), corrections=0, micro_fixes=0)

    assert [problem.code for problem in smoke(settings, code).found] == [code]


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    smoke(ChainSettings())

    assert list(tmp_path.iterdir()) == []
