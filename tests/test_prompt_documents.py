"""Prompt documents: which files are some, and what their form asks for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from muster.inputs import memory
from muster.pipeline import run
from muster.prompts.prompt_document import document_problems, prompt_document_in
from muster.rules.prm_sample import PROMPT
from muster.settings import PromptSettings, Settings, settings_from

SEED = Path(__file__).parents[2] / "shared/seeds/000_6c852a8d6647130e.txt"


def problems(text: str, settings: PromptSettings | None = None) -> list[tuple[int, str]]:
    """Line and message of all that is wrong with a prompt document."""
    form = settings or PromptSettings()
    document = prompt_document_in(text, form)
    assert document is not None
    return [(problem.place.line, problem.message) for problem in document_problems(document, "prompts/p.md", form)]


@pytest.mark.requirement("MU-PRM-6005")
@pytest.mark.skipif(not SEED.is_file(), reason="the seeds are not here")
def test_the_users_own_document_has_the_default_form() -> None:
    assert problems(SEED.read_text("utf-8")) == []


@pytest.mark.requirement("MU-PRM-6005")
@pytest.mark.parametrize(
    "text",
    [
        "# Prompts\n\nWhat lies here, and who may change it.\n",
        "",
        "# Intent\n\n# Prompt: quoted further down\n",
        "```text\n# Prompt: in a fence\nPrompt ID: 17\n```\n",
    ],
)
def test_a_readme_and_a_text_that_only_speaks_of_prompts_are_no_documents(text: str) -> None:
    assert prompt_document_in(text, PromptSettings()) is None


@pytest.mark.parametrize(
    "text", ["# Prompt: x\n", "Prompt ID: 17\n", "---\nspec_id: x\n---\n\n# Prompt: x\n", "\n\n# Prompt:\n"]
)
def test_a_title_at_the_top_or_a_prompt_id_makes_a_document(text: str) -> None:
    assert prompt_document_in(text, PromptSettings()) is not None


@pytest.mark.requirement("MU-PRM-6005")
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Owner: ann\n", "", [(1, "the field Owner is missing")]),
        ("Owner: ann", "Owner:", [(6, "the field Owner is empty")]),
        ("Owner: ann", "owner: ann", []),
        ("Owner: ann", "Owner: ann\nOwner: bob", [(7, "the field Owner stands twice; the first is in line 6")]),
        ("4778b869-", "4778b86-", [(3, "Prompt ID is '4778b86-93b6-44e4-bbb2-ad2948dbc85a', which is no UUID")]),
        ("Created: 2026-01-07T07:32:13Z", "Created: soon", [(7, "Created is 'soon', which is no time")]),
        (
            "Last-Modified: 2026-01-07T07:32:13Z",
            "Last-Modified: 2026-01-06",
            [(8, "Last-Modified 2026-01-06 is before Created 2026-01-07T07:32:13Z")],
        ),
        ("# Prompt: The order of the queue", "# Prompt:", [(1, "the prompt has no title")]),
        ("3. Scope\n   The queue alone.\n", "", [(10, "the section Scope is missing")]),
        ("3. Scope", "3. scope", []),
        ("3. Scope", "## Scope", []),
        ("4. Inputs", "4. Inputs\n5. Inputs", [(19, "the section Inputs stands twice; the first is in line 18")]),
        (
            "1. Intent\n   Say in which order the queue works.\n2. Constraints",
            "1. Constraints\n2. Intent",
            [(13, "the section Intent stands behind Constraints")],
        ),
        ("1. Intent", "```text\n1. Intent\n```", [(10, "the section Intent is missing")]),
    ],
)
def test_what_differs_from_the_form_is_told_with_its_line(old: str, new: str, expected: list[tuple[int, str]]) -> None:
    assert old in PROMPT
    assert problems(PROMPT.replace(old, new, 1)) == expected


def test_sections_above_the_body_sum_it_up_and_without_the_body_the_whole_file_counts() -> None:
    summed = PROMPT.replace("## Prompt Body", "## Intent\nIn short.\n\n## Prompt Body")

    assert problems(summed) == []
    assert problems(PROMPT.replace("## Prompt Body\n", "")) == []


@pytest.mark.requirement("MU-PRM-6005")
def test_the_form_is_settable() -> None:
    form = PromptSettings(document_fields=("Owner", "Team"), document_body="", document_sections=("Scope", "Risks"))

    assert problems(PROMPT, form) == [(1, "the field Team is missing"), (1, "the section Risks is missing")]


def test_two_documents_with_one_id_are_told_at_the_second() -> None:
    files = {"prompts/a.md": PROMPT, "prompts/b.md": PROMPT, "prompts/README.md": "# Prompts\n"}
    found = run(memory(files), Settings()).findings

    assert [(finding.code, str(finding.place), finding.message) for finding in found] == [
        ("PRM009", "prompts/b.md:3:1", "the Prompt ID 4778b869-93b6-44e4-bbb2-ad2948dbc85a is that of prompts/a.md too")
    ]


def test_two_documents_with_one_text_that_is_no_id_are_told_that_alone() -> None:
    bad = PROMPT.replace("4778b869-93b6-44e4-bbb2-ad2948dbc85a", "17")
    found = run(memory({"prompts/a.md": bad, "prompts/b.md": bad}), Settings()).findings

    assert [(str(finding.place), finding.message) for finding in found] == [
        (f"prompts/{name}.md:3:1", "Prompt ID is '17', which is no UUID") for name in "ab"
    ]


def test_documents_are_looked_for_where_the_settings_say() -> None:
    settings = settings_from('[prompts]\ndocuments = ["work/*.md"]\n', "muster.toml")
    files = {"prompts/a.md": "# Prompt: a\n", "work/b.md": PROMPT.replace("Owner: ann\n", "")}

    assert [finding.place.path for finding in run(memory(files), settings).findings] == ["work/b.md"]


def test_a_long_line_is_read_in_time_that_grows_with_it() -> None:
    for line in ("# " + "# " * 200_000 + "x", "a " * 200_000, "1. " + "1. " * 200_000, "Owner" + " " * 400_000):
        assert prompt_document_in(f"# Prompt: x\n{line}{os.linesep}", PromptSettings()) is not None
