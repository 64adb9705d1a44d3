"""What `muster chain new` and `add` write passes all checks, once its questions are answered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from muster.chains.draft import Draft
from muster.chains.due import What
from muster.chains.templates import turn_text
from muster.cli.app import run
from muster.settings import ChainLanguage, ChainSettings
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH = "This is the protocol of the chains, and it says what each of the actors may do and what they may not do.\n"
QUESTION = re.compile(r"<fill: ([^>]*)>")
DIFF = """\
--- a/src/retry.py
+++ b/src/retry.py
@@ -1 +1 @@
-LIMIT = 3
+LIMIT = {limit}"""
TESTED = """\
--- a/src/retry.py
+++ b/src/retry.py
@@ -1 +1 @@
-LIMIT = 3
+LIMIT = 5
--- a/tests/test_retry.py
+++ b/tests/test_retry.py
@@ -1 +1 @@
-assert LIMIT == 3
+assert LIMIT == 5"""

# By how a question begins.
GOVERNANCE = {
    "what the chain is to reach": "First learn what limits the retries, then give them a limit of five.",
    "what is to be understood": "what limits the retries today",
    "what else must not be done": "no new dependency",
    "the one concern": "Learn about the retries",
    "a link to the document": "[protocol](../../docs/protocol.md)",
    "paths or globs, with commas between them, or none": "src/worker.py",
    "paths or globs": "src/retry.py, tests/**",
    "AUTHORIZED or REFUSED": "AUTHORIZED",
    "the name of the human": "Ada",
    "SUFFICIENT": "SUFFICIENT",
    "what is known now": "The limit is known.",
    "YES or NO": "YES",
    "PASS or HOLD": "PASS",
    "what you saw": "none",
    "OK, NOTED": "OK",
    "PASS, PASS WITH": "PASS",
    "what the chain reached": "A job is tried five times.",
    "KEEP": "KEEP",
    "what the gate found": "It found one thing, and cost little.",
}
ITALIAN = {
    "which files you may touch": "tocco soltanto i file che il prompt ammette e nessun altro",
    "the one change": "una sola modifica che è piccola e facile da annullare",
    "what you run": "eseguo il comando che il prompt chiede",
    "that you answer in": "rispondo in italiano",
    "that you do this": "eseguo questo prompt e poi mi fermo",
    "what is so": "Il limite dei tentativi è nel file delle prove, e nessuno lo legge quando il lavoro comincia.",
    "what nobody can tell": "non so se il limite esiste anche nelle impostazioni della coda",
    "what somebody has to answer": "nessuna",
    "what you looked at": "i file del diff sono tra quelli ammessi e il diff si applica",
    "PASS or FAIL, and why": "PASS",
    "PASS or FAIL": "PASS",
    "the unified diff": DIFF.format(limit=4),
    "what changed": "Il limite dei tentativi è cambiato nel file che il prompt ammette.",
    "whom it touches": "Un lavoro fallito non si ripete più di quanto dice il limite.",
    "which test changes": "`tests/test_retry.py` cambia per `src/retry.py`",
    "what you took": "nessuna",
    "what stops you": "nessuno",
    "what you suggest": "nessuno",
    "MET": "MET",
    "its whole output": "12 passed in 0.34s",
    "its number": "0",
    "one item for each, at most": "nessuna",
    "what the chain did": "La catena ha dato un limite ai tentativi della coda e lo ha provato.",
    "one line in": "Limita i tentativi di un lavoro della coda",
    "PASS, and what": "PASS",
}
SPOKEN = {
    "which files you may touch": "I touch the files that the prompt allows, and no others",
    "the one change": "one change that is small and easy to take back",
    "what you run": "I run the command that the prompt asks for",
    "that you answer in": "I answer in English",
    "that you do this": "I carry out this prompt and then I stop",
    "what is so": "The limit of the attempts is in the file of the tests, and nobody reads it when the job begins.",
    "what nobody can tell": "I do not know whether there is a limit in the settings of the queue as well",
    "what somebody has to answer": "none",
    "what you looked at": "the files of the diff are among those that are allowed, and the diff applies",
    "what changed": "The limit of the attempts has changed in the file that the prompt allows.",
    "whom it touches": "A job that failed is not repeated more often than the limit says.",
    "which test changes": "`tests/test_retry.py` changes because of `src/retry.py`",
    "what you took": "none",
    "what stops you": "none",
    "what you suggest": "none",
    "one item for each, at most": "none",
    "what the chain did": "The chain has given the attempts of the queue a limit, and has proved it.",
    "one line in": "Limit the attempts of a job in the queue",
}


class Step(Struct, frozen=True):
    """A turn that is added: the words for it, its file, and the answers that are its own."""

    words: str
    file: str
    answers: dict[str, str] = {}
    without: tuple[str, ...] = ()  # sections that it does not need


NO_TESTS = ("### Test Impact Map",)
STEPS = (
    Step("add", "002-prompt-0"),
    Step("add", "003-response-0"),
    Step("add retry authorization", "004-authorization-0a"),
    Step("add", "005-prompt-0a", {"what is to be understood": "what the settings of the queue say of it"}),
    Step("add", "006-response-0a", without=("## Uncertainties",)),
    Step("add retry phase-decision", "007-decision-phase-0"),
    Step("add retry spike", "008-prompt-spike-pre-prompt-1"),
    Step("add", "009-response-spike-pre-prompt-1"),
    Step("add", "010-authorization-1"),
    Step("add", "011-prompt-1"),
    Step("add", "012-response-1", {"the unified diff": TESTED}),
    Step("add", "013-evidence-gate-1"),
    Step(
        "add",
        "014-skeptic-gate-1",
        {"PASS, PASS WITH": "PASS WITH CONDITIONS", "what the next prompt": "Name the limit in the log"},
    ),
    Step("add retry authorization --label 2", "015-authorization-2"),
    Step("add", "016-prompt-2"),
    Step("add", "017-response-2", {"MET": "NOT MET"}, NO_TESTS),
    Step("add", "018-evidence-gate-2"),
    Step("add", "019-skeptic-gate-2"),
    Step("add", "020-authorization-2a"),
    Step("add", "021-prompt-2a"),
    Step("add", "022-response-2a", without=NO_TESTS),
    Step("add", "023-evidence-gate-2a"),
    Step("add", "024-skeptic-gate-2a"),
    Step("add retry authorization --label n+1", "025-authorization-n+1"),
    Step("add", "026-prompt-n+1"),
    Step("add", "027-response-n+1", {"what changed": "none"}, without=("## Diff", *NO_TESTS)),
    Step("add", "028-evidence-gate-n+1"),
    Step("add", "029-skeptic-gate-n+1"),
    Step("add", "030-closure"),
    Step("add retry", "031-retrospective"),
)

DEFAULT = ChainSettings()
RENAMED = ChainSettings(
    planner="Anna: la guida",
    orchestrator="Regista",
    executor="Robot",
    qa="make test",
    final_qa=("make lint", "make test"),
    language=ChainLanguage.ENGLISH,
    protocol="docs/our chains (v2).md",
    documents=("docs/rules.md",),
)
SETTINGS = f"""\
[chains]
planner = "{RENAMED.planner}"
orchestrator = "{RENAMED.orchestrator}"
executor = "{RENAMED.executor}"
qa = "{RENAMED.qa}"
final_qa = ["make lint", "make test"]
language = "en"
protocol = "{RENAMED.protocol}"
documents = ["docs/rules.md"]
"""


def answered(text: str, answers: Mapping[str, str]) -> str:
    """A turn with its questions answered: each by the first beginning that fits."""

    def answer(match: re.Match[str]) -> str:
        found = next((told for begin, told in answers.items() if match[1].startswith(begin)), None)
        assert found is not None, f"nobody answers {match[1]!r}"
        return found

    return QUESTION.sub(answer, text)


def cut(text: str, heading: str) -> str:
    """A turn without a section."""
    begin = text.index(f"\n{heading}\n")
    end = text.find("\n#", begin + 1)
    return text[:begin] + (text[end:] if end >= 0 else "")


def fill_in(path: Path, step: Step, answers: Mapping[str, str]) -> None:
    """Answer the questions of a turn as a person would."""
    text = path.read_text(encoding="utf-8")
    for heading in step.without:
        text = cut(text, heading)
    if path.stem.partition("-")[2].startswith("skeptic") and "what the next prompt" not in step.answers:
        text = re.sub(r"  - <fill: what the next prompt[^>]*>\n", "", text)
    path.write_text(answered(text, {**step.answers, **answers, **step.answers}), encoding="utf-8")


@pytest.mark.requirement("MU-CHAIN-7002")
@pytest.mark.parametrize("named", ["as it comes", "renamed"])
def test_a_whole_chain_is_written_by_command_and_never_breaks_a_rule(
    named: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = RENAMED if named == "renamed" else DEFAULT
    documents = (*settings.documents, settings.protocol or "docs/protocol.md")
    write(tmp_path, {"muster.toml": SETTINGS if named == "renamed" else "", **dict.fromkeys(documents, ENGLISH)})
    answers = {**GOVERNANCE, **ITALIAN, **(SPOKEN if named == "renamed" else {})}
    folder = tmp_path / "chains" / "001-retry"

    def told(words: str) -> tuple[int, str]:
        status = run(["-C", str(tmp_path), *words.split()])
        out, err = capfd.readouterr()
        return status, out + (err if status else "")

    assert told("chain new retry") == (0, "written chains/001-retry/001-onboarding.md\n")
    fill_in(folder / "001-onboarding.md", Step("", ""), answers)
    for step in STEPS:
        assert told(f"chain {step.words}") == (0, f"written chains/001-retry/{step.file}.md\n")
        fill_in(folder / f"{step.file}.md", step, answers)
        if named == "as it comes":  # not only the whole chain is clean: it is at each step
            assert (step.file, *told("check --no-record")) == (step.file, 0, "")
    assert told("check") == (0, "")
    status, story = told("chain status retry")
    assert (status, story.splitlines()[1]) == (0, "closed, end; 31 turns")
    prompts = {label: (folder / name).read_text(encoding="utf-8") for label, name in PROMPTS.items()}
    assert {label: [words for words in KNOWN if words in text] for label, text in prompts.items()} == {
        "0a": ["UNCERTAINTY: U1"],
        "2": ["  - Name the limit in the log"],
        "2a": [],
    }
    assert prompts["2a"].split("SCOPE:")[1].split("ACTIVE")[0] == prompts["2"].split("SCOPE:")[1].split("ACTIVE")[0]


PROMPTS = {"0a": "005-prompt-0a.md", "2": "016-prompt-2.md", "2a": "021-prompt-2a.md"}
KNOWN = ("UNCERTAINTY: U1", "  - Name the limit in the log")


@pytest.mark.parametrize("what", What, ids=lambda what: what.value)
def test_each_turn_is_written_alike_each_time_and_ends_with_one_line_end(what: What) -> None:
    labels = {What.EXPLORATION: "0a", What.SPIKE: "SPIKE PRE PROMPT 1", What.ONBOARDING: "0"}
    draft = Draft(what, labels.get(what, "1"), title="A 'title': of it")

    text = turn_text(draft, DEFAULT)

    assert text == turn_text(draft, DEFAULT)
    assert text.startswith("---\nkind: ")
    assert (text.endswith("\n"), text.endswith("\n\n"), "\n\n\n" in text) == (True, False, False)
