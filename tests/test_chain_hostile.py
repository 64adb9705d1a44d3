"""Chains as sloppy, hostile or foreign hands write them: findings at their lines, and no false alarm."""

from __future__ import annotations

import re

import pytest

from muster import pipeline
from muster.chains.evidence_checks import is_failure
from muster.chains.fences import Fence
from muster.chains.fields import field_in, fields_in
from muster.chains.patch import patch_in
from muster.chains.prompt_checks import commands_of
from muster.chains.reading import turn_in
from muster.chains.sample import folder_of, sample, surroundings
from muster.chains.turn import Entry, Prompt, Said
from muster.inputs import memory
from muster.model import Outcome
from muster.settings import ChainSettings, Settings

SETTINGS = Settings()
FOLDER = folder_of(SETTINGS.chains)
TURNS = sample(SETTINGS.chains)
FILES = {**surroundings(SETTINGS.chains), **{f"{FOLDER}/{name}": text for name, text in TURNS.items()}}
GATE = f"{FOLDER}/{next(name for name in TURNS if 'skeptic-gate-1' in name)}"
ANSWER = f"{FOLDER}/{next(name for name in TURNS if name.endswith('response-1.md') and 'spike' not in name)}"
PROMPT = f"{FOLDER}/{next(name for name in TURNS if name.endswith('prompt-1.md') and 'spike' not in name)}"


def run(files: dict[str, str], settings: Settings = SETTINGS) -> Outcome:
    return pipeline.run(memory(files), settings)


def told(files: dict[str, str], settings: Settings = SETTINGS) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in run(files, settings).findings]


def edited(path: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[path]
    return {**FILES, path: FILES[path].replace(old, new, 1)}


@pytest.mark.parametrize("end", ["\r\n", "\r", "  \n"])
def test_line_ends_and_trailing_spaces_make_no_difference(end: str) -> None:
    files = {path: text.replace("\n", end) if path in (GATE, ANSWER, PROMPT) else text for path, text in FILES.items()}

    assert told(files) == []


@pytest.mark.requirement("MU-CHAIN-7012")
@pytest.mark.parametrize(
    "role", ["ROLE: OCP", "ROLE: Codex (OCP)", "RUOLO: Codex", "role: Codex", "ROLE\N{FULLWIDTH COLON} Codex", "ROLE:"]
)
def test_a_role_that_is_another_gives_one_finding(role: str) -> None:
    assert [code for code, _ in told(edited(PROMPT, "ROLE: Codex", role))] == ["CHN004"]


@pytest.mark.requirement("MU-CHAIN-7033")
@pytest.mark.parametrize("decision", ["pass", "Pass", "**PASS**", "[PASS]", "`PASS`"])
def test_a_decision_may_be_marked_or_in_small_letters(decision: str) -> None:
    assert told(edited(GATE, "Decision: PASS", f"Decision: {decision}")) == []
    assert told(edited(GATE, "- Decision: PASS", f"**Decision:** {decision}")) == []


@pytest.mark.requirement("MU-CHAIN-7033")
@pytest.mark.parametrize("decision", ["PASS \N{WHITE HEAVY CHECK MARK}", "PASS / BLOCK", "PASS, mostly", "SI", ""])
def test_free_text_as_a_decision_is_one_finding(decision: str) -> None:
    assert [code for code, _ in told(edited(GATE, "Decision: PASS", f"Decision: {decision}"))] == ["CHN016"]


@pytest.mark.requirement("MU-CHAIN-7033")
def test_a_gate_that_decides_twice_is_told() -> None:
    files = edited(GATE, "- Decision: PASS", "- Decision: PASS\n- Decision: BLOCK")

    assert told(files) == [("CHN016", "the skeptic gate of Prompt 1 gives Decision twice: 'PASS' and 'BLOCK'")]
    assert told(edited(GATE, "- Decision: PASS", "- Decision: PASS\n- Decision: pass")) == []


def test_the_gate_of_the_source_is_read_as_it_stands_there() -> None:
    assert field_in("Scope check (file autorizzati?) [YES]") == ("Scope check", "[YES]")
    assert field_in("See the report (at the end) [here](x.md)") is None
    assert field_in("A [link]") is None
    gate = re.sub(r"(?m)^- (.*\?\)): (\w+)$", r"\1 [\2]", FILES[GATE])
    assert "[YES]" in gate
    assert told({**FILES, GATE: gate}) == []


def test_numbered_items_are_items_of_a_field() -> None:
    prose = [Said("- Conditions:", 1), Said("    1. keep the limit", 2), Said("2. Decision: PASS", 3)]

    assert fields_in(prose[:2]) == (Entry("Conditions", "", 1, (Said("keep the limit", 2),)),)
    assert fields_in(prose[2:]) == (Entry("Decision", "PASS", 3),)


@pytest.mark.requirement("MU-CHAIN-7011")
def test_documents_may_have_a_remark_behind_them() -> None:
    lines = ["* AGENTS.md (radice)", "1. docs/a.md: letto", "- docs/b.md - l'elenco", "- docs/c.md", "- two words"]
    text = "---\nkind: onboarding\nlabel: 0\nactor: Planner\n---\n## Documents\n\n" + "\n".join(lines) + "\n"

    turn = turn_in(text.encode(), "chains/a/001-a.md", SETTINGS.chains)

    assert turn is not None
    assert [said.text for said in turn.paths] == ["AGENTS.md", "docs/a.md", "docs/b.md", "docs/c.md"]


@pytest.mark.requirement("MU-CHAIN-7020")
def test_commands_may_stand_in_one_line_as_code() -> None:
    entry = Entry("COMMANDS", "`rg -n a src`, `cat b`", 1, (Said("$ ls -l", 2), Said("cut -d`x` a", 3)))

    assert commands_of(Prompt(1, further=(entry,))) == ["rg -n a src", "cat b", "ls -l", "cut -d`x` a"]


@pytest.mark.parametrize(
    ("attempt", "failed"),
    [
        ("FAIL, an import was missing", True),
        ("PASS, after the failed import was mended", False),
        ("12 passed, 0 failed", False),
        ("PASS: 11 passed, 1 failed", True),
        ("fallito", True),
        ("superato, prima era fallito", False),
    ],
)
def test_an_attempt_says_at_its_beginning_how_it_ended(attempt: str, *, failed: bool) -> None:
    assert is_failure(attempt) is failed


def files_of(diff: str) -> tuple[list[str], list[str]]:
    lines = tuple(diff.splitlines())
    patch = patch_in([Fence(1, len(lines) + 2, "diff", lines)])
    assert patch is not None
    return [changed.path for changed in patch.files], [said.text for said in patch.broken]


HUNK = "@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.requirement("MU-CHAIN-7032")
def test_no_file_hides_behind_another_in_a_diff() -> None:
    plain = f"--- a/ok.py\n+++ b/ok.py\n{HUNK}"
    binary = "diff --git a/e.png b/e.png\nBinary files a/e.png and b/e.png differ\n"

    assert files_of(binary + plain) == (["e.png", "ok.py"], [])
    assert files_of(f"diff --git a/evil.py b/evil.py\n{plain}") == (["evil.py", "ok.py"], ["a file without a hunk"])
    assert files_of(f"diff --git a/ok.py b/ok.py\n{plain}") == (["ok.py"], [])
    assert files_of(f"--- a/\n+++ b/\n{HUNK}") == ([], ["a file without a name"])
    assert files_of(f"--- a/x.py  \n+++ b/x.py  \n{HUNK}") == (["x.py"], [])


@pytest.mark.requirement("MU-CHAIN-7032")
@pytest.mark.parametrize(
    "name", ["../etc/passwd", "/etc/passwd", "C:\\x.py", "src/jobs/../../x", "~/x", ".git/config", "SRC/jobs/retry.py"]
)
def test_a_path_that_leads_elsewhere_is_out_of_scope(name: str) -> None:
    fence = f"```diff\n--- a/{name}\n+++ b/{name}\n{HUNK}```\n\n## QA output"

    assert [code for code, _ in told(edited(ANSWER, "## QA output", fence))] == ["CHN015"]


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("kind: prompt", "kind: [prompt]", ["CHN001"]),
        ("kind: prompt", "kind: &a prompt", ["CHN001"]),
        ("kind: prompt", "kind: 'prompt'", []),
        ("label: 1", "label: 007", ["CHN005"]),
        ("label: 1", "label: -1", ["CHN005"]),
        ("label: 1", f"label: 1{'0' * 30}", ["CHN005"]),
        ("actor: OCP", "tags:\n  - a\nactor: OCP", ["CHN001"]),
        ("actor: OCP\n---", "actor: OCP", ["CHN001"]),
    ],
)
def test_front_matter_of_another_form_is_told_once(old: str, new: str, codes: list[str]) -> None:
    assert [code for code, _ in told(edited(PROMPT, old, new))] == codes


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"1{'0' * 30}-x.md", f"the name 1{'0' * 30}-x.md begins with a number that is too long"),
        ("-1-x.md", "the name -1-x.md begins with no number"),
        ("\u0661-x.md", "the name \u0661-x.md begins with no number"),
    ],
)
def test_a_name_without_a_number_of_a_turn_is_told(name: str, words: str) -> None:
    last = FILES[f"{FOLDER}/{list(TURNS)[-1]}"]

    assert ("CHN001", words) in told({**FILES, f"{FOLDER}/{name}": last})


@pytest.mark.requirement("MU-CHAIN-7001")
def test_documents_that_are_no_turns_make_no_chain() -> None:
    foreign = {
        "chains/sql/readme.md": "---\nkind: prompt\n---\n# SQL\n",
        "chains/sql/intro.md": "---\nkind: prompt\ntitle: A prompt\n---\n# Intro\n",
        "chains/adr/005.md": "---\nkind: decision\nstatus: accepted\n---\n# ADR 5\n",
        "chains/x/a.md": "---\nkind: [response]\nlabel: 1\n---\n",
    }

    outcome = run(foreign)

    assert (outcome.project.chains, [one.code for one in outcome.findings]) == ((), [])


def test_words_of_the_settings_are_found_as_whole_words() -> None:
    settings = Settings(chains=ChainSettings(omissions=("cut", "")))
    shorter = edited(ANSWER, "## QA output", "The execution is over.\n\n[cut]\n\n## QA output")

    assert told(FILES, settings) == []
    assert [code for code, _ in told(shorter, settings)] == ["CHN020"]


@pytest.mark.parametrize(
    "chains",
    [
        ChainSettings(qa="  ", final_qa=(" ", "")),
        ChainSettings(documents=("", "AGENTS.md")),
        ChainSettings(trial_window=0),
        ChainSettings(main_branch="(("),
        ChainSettings(include=("**/*.md",)),
    ],
    ids=["blank QA", "blank document", "no trial", "branch", "all files"],
)
def test_odd_settings_find_nothing_in_a_sound_chain(chains: ChainSettings) -> None:
    assert told(FILES, Settings(chains=chains)) == []


@pytest.mark.parametrize("name", ["(", "[", "*", "A\\"])
def test_names_of_actors_may_hold_any_character(name: str) -> None:
    chains = ChainSettings(planner=f"P{name}", orchestrator=f"O{name}", executor=f"X{name}")
    turns = {f"{folder_of(chains)}/{file}": text for file, text in sample(chains).items()}

    assert told({**surroundings(chains), **turns}, Settings(chains=chains)) == []


def test_a_turn_of_junk_ends_in_findings() -> None:
    junk = "\x00\ufffd{{ 7*7 }} {% raw %} <script>alert(1)</script> \x1b[31m \u202e ``` [(\n" * 200

    codes = {code for code, _ in told(edited(ANSWER, "## Report", f"{junk}\n## Report"))}

    assert codes <= {"CHN001", "CHN014", "ENC004", "ENC005", "ENC006"}
    assert "ENC006" in codes
