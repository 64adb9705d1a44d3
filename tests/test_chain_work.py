"""Traces of work in turns that should have none."""

from __future__ import annotations

import pytest

from muster.chains.fences import body_of
from muster.chains.turn import Trace, Work
from muster.chains.work import traces_in, work_of
from muster.settings import ChainSettings

DIFF = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
BARE = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def traces_of(text: str) -> list[tuple[Work, int]]:
    return [(trace.work, trace.line) for trace in traces_in(body_of(text.splitlines()), ChainSettings())]


@pytest.mark.requirement("MU-CHAIN-7015")
@pytest.mark.parametrize(
    ("text", "traces"),
    [
        pytest.param(f"Words.\n\n```diff\n{DIFF}```\n", [(Work.DIFF, 3)], id="a-diff"),
        pytest.param(f"```text\nROLE: Codex\n\n{BARE}```\n", [(Work.DIFF, 4)], id="a-diff-in-a-prompt"),
        pytest.param(f"Words.\n\n{DIFF}", [(Work.DIFF, 3)], id="a-diff-without-a-fence"),
        pytest.param("```\n*** Begin Patch\n*** Update File: x\n```\n", [(Work.EDIT, 2)], id="another-patch"),
        pytest.param("12 passed in 0.34s\n", [(Work.QA, 1)], id="an-outcome"),
        pytest.param("```\nruff........Passed\nmypy.........Failed\n```\n", [(Work.QA, 2)], id="hooks"),
        pytest.param("```\n$ pytest -q\n1 passed in 0.10s\n```\n", [(Work.QA, 2), (Work.QA, 3)], id="a-run"),
        pytest.param("```\n$ make build\nok\n```\n", [(Work.BUILD, 2)], id="a-build"),
        pytest.param("```\n$ rg -n limit src\n$ git log\n```\n", [(Work.COMMAND, 2), (Work.COMMAND, 3)], id="commands"),
        pytest.param("```\n$ sed -i s/a/b/ x\n```\n", [(Work.EDIT, 2)], id="an-edit"),
    ],
)
def test_each_trace_stands_at_its_line(text: str, traces: list[tuple[Work, int]]) -> None:
    assert traces_of(text) == traces


@pytest.mark.requirement("MU-CHAIN-7015")
@pytest.mark.parametrize(
    "text",
    [
        "```text\nTESTS: `pytest -q`\nCOMMANDS:\n- git log\n- pytest -q\n```\n",
        "Run pytest, and show a diff.\n",
        "---\n\n- [ ] 12 tests passed\n",
        "It costs $ 5 a month.\n",
        "> quoted\n",
        "```diff\n```\n",
    ],
)
def test_what_is_only_named_is_no_trace(text: str) -> None:
    assert traces_of(text) == []


@pytest.mark.requirement("MU-CHAIN-7020")
@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("pytest -q", Work.QA),
        ("python -m pytest", Work.QA),
        ("pre-commit run --all-files", Work.QA),
        ("ruff check .", Work.QA),
        ("npm test", Work.QA),
        ("ruff format .", Work.EDIT),
        ("git commit -m x", Work.EDIT),
        ("git apply x.diff", Work.EDIT),
        ("echo x > y.txt", Work.EDIT),
        ("python -m build", Work.BUILD),
        ("docker build .", Work.BUILD),
        ("make", Work.BUILD),
        ("cat x 2>/dev/null", Work.COMMAND),
        ("git log --oneline > /dev/null", Work.COMMAND),
        ("git status", Work.COMMAND),
        ("rg 'a => b' src", Work.COMMAND),
        ("ls tests", Work.COMMAND),
    ],
)
def test_a_command_is_work_of_its_kind(command: str, work: Work) -> None:
    assert work_of(command) == work


def test_a_command_of_the_settings_is_qa() -> None:
    settings = ChainSettings(qa="./verify --quick")
    body = body_of(["```", "$ ./verify --quick", "```"])

    assert traces_in(body, settings) == (Trace(Work.QA, "./verify --quick", 2),)


@pytest.mark.parametrize("piece", ["--- a\n", "diff --git a b\n", "$ a\n", "x " * 50 + "\n", "12 passed in \n", "$ > "])
def test_long_turns_are_looked_through_to_their_end(piece: str) -> None:
    body = body_of([*(piece * (200_000 // len(piece))).split("\n"), "$ git commit"])

    assert traces_in(body, ChainSettings())[-1].text == "git commit"
