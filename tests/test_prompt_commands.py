"""`muster prompt packs`, `show`, `diff` and `accept`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.prompts.contracts import default_pack
from prompting import FILES, SPEC, SPEC_PATH, Muster, answer, compiled, folders
from repositories import repository, write

PACK = default_pack().decode()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", FILES)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


SHIPPED = """spec_router_pack@1 d05b4a8a1796 muster:spec_router_pack@1
  placeholders: PROMPT_REF 64, PROMPT_TEXT 900, WORKSPACE_ID 32, PROJECT_ID 32 optional, VERSION_CONTROL 16, \
REPO_ROOT 64 optional, CAPABILITY_SNAPSHOT_TABLE 900, GOVERNANCE_MODE 16, REQUIRED_GATES 128
  budgets: 8,000 in all, 900 of the prompt, 900 of capabilities, 1,200 of a capsule
"""


@pytest.mark.requirement("MU-PRM-6001", "MU-PRM-6003")
def test_packs_lists_those_of_the_project_and_the_one_that_is_shipped(muster: Muster, project: Path) -> None:
    assert muster("prompt", "packs") == (0, SHIPPED, "")
    write(
        project,
        {
            "assets/spec_prompt_packs/bad@1.json": PACK.replace("8000", "-1"),
            "assets/spec_prompt_packs/mine@2.json": PACK.replace("spec_router_pack@1", "mine@2"),
        },
    )

    status, out, err = muster("prompt", "packs")

    assert (status, err) == (1, "")
    blocks = out.split("\n\n")
    assert [line.split(": ")[:2] for line in blocks[0].splitlines()[1:]] == [
        ["  3:14", "$.pack_id"],
        ["  34:25", "$.budgets.max_total_tokens"],
    ]
    assert blocks[1].startswith("mine@2 ")
    assert blocks[2] == SHIPPED


def test_a_pack_of_the_project_is_compiled_by_its_id(muster: Muster, project: Path) -> None:
    path = "assets/spec_prompt_packs/mine@2.json"
    write(project, {path: PACK.replace("spec_router_pack@1", "mine@2").replace("## BEGIN WORK", "## BEGIN")})

    folder = compiled(muster, project, "mine@2", "--set", "PROMPT_TEXT=@prompts/queue.md")

    manifest = json.loads((project / folder / "manifest.json").read_bytes())
    assert (manifest["pack"]["pack_id"], manifest["pack"]["handle"]) == ("mine@2", path)
    assert (project / folder / "pack.json").read_bytes() == (project / path).read_bytes()
    assert muster("prompt", "show", folder, "--what", "suffix")[1].endswith("\n\n## BEGIN\n")


def test_show_says_where_its_text_comes_from(muster: Muster, project: Path) -> None:
    bare = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    kept = compiled(muster, project, "--set", "PROMPT_TEXT=Write.", "--keep-text")
    typed = compiled(muster, project, "--set", "PROMPT_TEXT=Draw.")
    options = ("--set", "PROMPT_TEXT=@prompts/queue.md")

    shown = {one: muster("prompt", "show", one) for one in (bare, kept, typed)}

    assert shown[bare][::2] == (0, f"compiled again from the inputs of {bare}, which keeps no text\n")
    assert shown[kept] == (0, (project / kept / "prompt.txt").read_text() + "\n", f"the text that {kept} keeps\n")
    assert (shown[typed][0], shown[typed][1]) == (2, "")
    assert muster("prompt", "show", typed, "--set", "PROMPT_TEXT=Draw.")[0] == 0
    assert muster("prompt", "show", *options) == (0, shown[bare][1], "")
    parts = [muster("prompt", "show", bare, "--what", what)[1] for what in ("prefix", "suffix")]
    assert f"{parts[0]}\n{parts[1]}" == shown[bare][1]
    write(project, {"prompts/queue.md": "Another.\n"})
    status, out, err = muster("prompt", "show", bare)
    assert (status, out, err.splitlines()[0]) == (1, "", f"muster: {bare} keeps no text, and its inputs have changed:")


def test_diff_names_what_differs_and_shows_the_lines(muster: Muster, project: Path) -> None:
    old = compiled(muster, project, "--set", "PROMPT_TEXT=requirement:QUEUE-1001", "--keep-text")
    write(project, {SPEC_PATH: SPEC.replace("10 jobs", "12 jobs")})
    new = compiled(muster, project, "--set", "PROMPT_TEXT=requirement:QUEUE-1001", "--keep-text")
    third = compiled(muster, project, "--set", "PROMPT_TEXT=x", "--tokenizer", "chars")

    assert muster("prompt", "diff", old, old) == (0, "", "both are the same prompt, made from the same inputs\n")
    status, out, err = muster("prompt", "diff", old, new)
    lines = out.splitlines()

    assert (status, err) == (1, "")
    assert [line.split(":")[0] for line in lines if " -> " in line] == [
        "input PROMPT_TEXT",
        "requirement QUEUE-1001",
        "block 0000_VARIABLE_SUFFIX",
        "variable_suffix_hash",
        "full_prompt_hash",
    ]
    assert [line for line in lines if line.startswith(("-- ", "- ", "-", "+")) and "jobs" in line] == [
        "-- prompt_text: The queue MUST admit at most 10 jobs.",
        "+- prompt_text: The queue MUST admit at most 12 jobs.",
    ]
    status, out, err = muster("prompt", "diff", old, third)
    assert (status, err) == (1, "the texts are not kept by both: compile with --keep-text to see their lines\n")
    assert "tokenizer: words@1 -> chars@1\n" in out


@pytest.mark.requirement("MU-PRM-6032", "MU-PRM-6033")
def test_an_answer_that_keeps_the_contract_is_accepted_and_stored(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    text = answer(project / folder)
    (project / "answer.md").write_text(text)

    status, out, err = muster("prompt", "accept", folder, str(project / "answer.md"), "--write", "answers/queue")

    assert (status, err) == (0, "accepted: SpecIntent, SpecRouterDecision, SpecArtifact\n")
    names = ["spec_intent.json", "spec_router_decision.json", "spec.md"]
    assert out == "".join(f"written answers/queue/{name}\n" for name in names)
    stored = [(project / "answers/queue" / name).read_bytes() for name in names]
    assert stored[:2] == [(project / folder / name).read_bytes() for name in names[:2]]
    assert stored[2].startswith(b"# Queue\n")
    again = muster("prompt", "accept", folder, str(project / "answer.md"), "--write", "answers/queue")
    assert again == (
        2,
        "",
        "muster: answers/queue is there already\nhelp: no answer is replaced: name a new folder\n",
    )
    inside = muster("prompt", "accept", folder, str(project / "answer.md"), "--write", f"{folder}/answer")
    assert (inside[0], inside[1]) == (2, "")


@pytest.mark.requirement("MU-PRM-6032")
def test_all_that_is_wrong_with_an_answer_is_told_and_nothing_is_stored(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    text = answer(project / folder).replace("GOV_STANDARD", "GOV_X").replace('"tokenizer": "words@1"', '"tokenizer": 1')
    (project / "answer.md").write_text(f"Sure!\n{text}")

    status, out, err = muster("prompt", "accept", folder, str(project / "answer.md"), "--write", "answers/queue")

    assert (status, (project / "answers").exists()) == (1, False)
    messages = [line.split(": error ")[1] for line in out.splitlines() if ": error " in line]
    assert messages[0] == "'Sure!' stands where SpecIntent was due"
    assert any(one.startswith("SpecIntent: $.tokenizer: ") for one in messages)
    assert any(one.startswith("SpecRouterDecision: $.governance_mode: ") for one in messages)
    assert err == f"{len(messages)} faults; the answer is not accepted\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "SpecIntent is missing"),
        (b"\xff", "answer.md:1 is not UTF-8"),
        (b'{"a": ' * 50_000, "SpecIntent: this `{` is never closed"),
    ],
    ids=["empty", "not UTF-8", "too deep"],
)
def test_an_answer_that_is_none_is_told(data: bytes, words: str, muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    (project / "answer.md").write_bytes(data)

    status, out, err = muster("prompt", "accept", folder, str(project / "answer.md"))

    assert status in (1, 2)
    assert words in out + err
    assert "Traceback" not in err


def test_an_answer_to_a_folder_that_was_edited_is_not_judged(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    (project / "answer.md").write_text(answer(project / folder))
    (project / folder / "spec_intent.json").write_text("{}")

    status, out, err = muster("prompt", "accept", folder, str(project / "answer.md"))

    assert (status, out) == (2, "")
    assert err.startswith(f"muster: {folder} is not as it was written\n")
    assert folders(project) == [folder]


def test_the_text_of_a_folder_that_was_edited_is_shown_with_a_warning_or_not_at_all(
    muster: Muster, project: Path
) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=Write.", "--keep-text")
    text = (project / folder / "prompt.txt").read_text()
    write(project, {f"{folder}/prompt.txt": text.replace("Write.", "Draw.")})
    words = f"muster: {folder} is damaged: prompt.txt was edited after it was written\n"

    assert muster("prompt", "show", folder) == (
        1,
        f"{text}\n",
        f"{words}the text that {folder} keeps in envelope.json, which nobody edited\n",
    )
    assert muster("prompt", "diff", folder, folder) == (
        1,
        "",
        f"{words}help: `muster prompt verify` says more; restore the folder, or compile again\n",
    )
    write(project, {f"{folder}/envelope.json": "{}"})
    status, out, err = muster("prompt", "show", folder)
    assert (status, out) == (1, "")
    assert err.splitlines()[:-1] == [
        f"muster: {folder} is damaged: envelope.json was edited after it was written",
        words.rstrip(),
    ]


@pytest.mark.requirement("MU-PRM-6023")
def test_the_skeletons_are_shown_for_pasting_behind_the_prompt(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=x")
    intent, decision = (
        (project / folder / name).read_text() for name in ("spec_intent.json", "spec_router_decision.json")
    )

    shown = muster("prompt", "show", folder, "--skeletons")

    fences = f"SpecIntent:\n\n```json\n{intent}```\n\nSpecRouterDecision:\n\n```json\n{decision}```\n\n"
    assert shown == (0, fences, "")
    assert muster("prompt", "show", "--skeletons", "--set", "PROMPT_TEXT=x")[:2] == (2, "")
    write(project, {f"{folder}/spec_intent.json": "{}"})
    assert muster("prompt", "show", folder, "--skeletons")[:2] == (1, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("",), "ANSWER"), (("answer.md", "--write", ""), "--write")],
    ids=["no answer", "no folder"],
)
def test_an_empty_word_is_not_one_that_was_left_out(
    arguments: tuple[str, ...], words: str, muster: Muster, project: Path
) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")

    assert muster("prompt", "accept", folder, *arguments) == (
        2,
        "",
        f"muster: {words}: it is empty\nhelp: name one, or leave it out\n",
    )
