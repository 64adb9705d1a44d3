"""`muster chain`: chains begun, carried on and looked at from the command line."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster import ledger
from muster.chaining import Planned, write_turn
from muster.chains.due import Due, What, due_in
from muster.chains.following import Progress
from muster.chains.labels import label_in
from muster.chains.machine import State
from muster.chains.sample import NAME, sample, surroundings
from muster.cli.app import run
from muster.refining import Refusal
from muster.settings import ChainSettings
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTINGS = ChainSettings()
Told = tuple[int, str, str]


@pytest.fixture
def muster(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Run the command line in the folder of the test."""

    def told(*words: str) -> Told:
        capfd.readouterr()
        status = run(["-C", str(tmp_path), *words])
        return (status, *capfd.readouterr())

    return told


def complete(root: Path, turns: int | None = None) -> Path:
    """A project with the sample chain, or its first turns, and all that the chain names."""
    files = {f"chains/{NAME}/{name}": text for name, text in list(sample(SETTINGS).items())[:turns]}
    return write(root, {**surroundings(SETTINGS), **files})


def offers(progress: Progress, *used: str) -> list[str]:
    """What may follow, in the words of the command line; asides in parentheses."""
    dues = [due for due in due_in(progress, SETTINGS, used) if not due.named_only]
    return [f"({due.what} {due.label})" if due.aside else f"{due.what} {due.label}" for due in dues]


@pytest.mark.requirement("MU-CHAIN-7003")
@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        pytest.param(Progress(), ["onboarding 0"], id="nothing"),
        pytest.param(Progress(State.ONBOARDED), ["prompt 0"], id="onboarded"),
        pytest.param(Progress(State.ASKED, label_in("0")), ["response 0"], id="asked"),
        pytest.param(
            Progress(State.SURVEYED, label_in("0a"), explored="a"),
            ["phase-decision 0", "authorization 0b"],
            id="surveyed",
        ),
        pytest.param(Progress(State.EXPLORATION_ALLOWED, label_in("0b"), explored="b"), ["exploration 0b"], id="0b"),
        pytest.param(
            Progress(State.READY, label_in("0")),
            ["authorization 1", "(spike SPIKE PRE PROMPT 1)", "(alignment-decision 0)"],
            id="ready",
        ),
        pytest.param(
            Progress(State.PASSED, label_in("2a"), number=2, letter="a", started=True),
            [
                "authorization 3",
                "authorization 2b",
                "authorization N+1",
                "(spike SPIKE PRE PROMPT 3)",
                "(spike SPIKE POST PROMPT 2a)",
                "(alignment-decision 2a)",
            ],
            id="passed",
        ),
        pytest.param(
            Progress(State.HELD, label_in("1"), number=1, started=True, held_by="CHN014"),
            ["authorization 1a"],
            id="held",
        ),
        pytest.param(
            Progress(State.HELD, label_in("N+1"), number=1, started=True, final_given=True, held_by="CHN014"),
            ["authorization 1a", "authorization N+1"],
            id="N+1 held",
        ),
        pytest.param(
            Progress(State.FINAL_EVIDENT, label_in("N+1"), number=1, started=True, final_given=True),
            ["skeptic-gate N+1'"],
            id="the last gate",
        ),
        pytest.param(Progress(State.BLOCKED, label_in("1"), number=1), ["resume-decision 1"], id="blocked"),
        pytest.param(Progress(State.ABANDONED, label_in("1"), number=1), [], id="abandoned"),
        pytest.param(
            Progress(State.CLOSED, label_in("N+1"), number=1, final_given=True),
            ["retrospective N+1", "(alignment-decision N+1)"],
            id="closed",
        ),
    ],
)
def test_what_may_follow_in_each_state(progress: Progress, expected: list[str]) -> None:
    assert offers(progress) == expected


def test_a_spike_that_was_given_is_offered_as_a_variant() -> None:
    label = "SPIKE PRE PROMPT 1"
    progress = Progress(State.READY, label_in("0"))

    assert [offers(progress, *used)[1] for used in ((), (label,), (label, f"{label} SPIKE A"))] == [
        f"(spike {label})",
        f"(spike {label} SPIKE A)",
        f"(spike {label} SPIKE B)",
    ]


@pytest.mark.requirement("MU-CHAIN-7002")
def test_a_new_chain_has_the_next_number_its_title_and_a_trace_of_its_own(
    tmp_path: Path, muster: Callable[..., Told]
) -> None:
    write(tmp_path, {"AGENTS.md": "# Agents\n", "chains/007-old/notes.txt": "old\n"})
    spec_id = "5B0F0D6E-3C1A-4F57-9A43-0C8D2E6B7A19"

    status, out, err = muster("chain", "new", "retry-limit", "--title", "Retry: 'at\nmost' 5", "--spec-id", spec_id)

    path = "chains/008-retry-limit/001-onboarding.md"
    assert (status, out) == (0, f"written {path}\n")
    assert err.splitlines() == [
        f"muster: no record of the project holds the spec_id {spec_id.lower()}: a check will say so",
        (
            "next: answer what is still `<fill: ...>` in it, then run `muster chain add 008-retry-limit` for the turn"
            " behind it"
        ),
        (
            "next: set `chains.documents` in muster.toml to what a chain has to read: the project has no"
            " .github/codex-instructions.md, system/ops/agents_index.md, .codex/AGENTS.md"
        ),
        "next: set `chains.language` in muster.toml to that of the responses: without it they have to be Italian",
    ]
    text = (tmp_path / path).read_text(encoding="utf-8")
    head, _, body = text.partition("\n---\n")
    trace = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.sub(trace, "UUID", head.replace(spec_id.lower(), "SPEC")).splitlines() == [
        "---",
        "kind: onboarding",
        "label: 0",
        "actor: Planner",
        "title: 'Retry: ''at most'' 5'",
        "spec_id: SPEC",
        "trace_id: UUID",
    ]
    assert [line for line in body.splitlines() if "AGENTS.md" in line] == [
        "- [AGENTS.md](../../AGENTS.md)",
        "- `.codex/AGENTS.md`",
    ]


def test_a_project_that_has_settled_its_chains_is_told_of_no_setting(
    tmp_path: Path, muster: Callable[..., Told]
) -> None:
    write(tmp_path, {"AGENTS.md": "# Agents\n", "muster.toml": '[chains]\ndocuments = ["AGENTS.md"]\n'})

    assert [line.split()[1] for line in muster("chain", "new", "retry")[2].splitlines()] == ["answer"]


@pytest.mark.parametrize(
    ("words", "problem", "remedy"),
    [
        pytest.param(
            ("new", "Retry Limit!"),
            "'Retry Limit!' is no name for a chain",
            "use small letters, digits and dashes: retry-limit",
            id="a name with a blank",
        ),
        pytest.param(
            ("new", "../up"),
            "'../up' is no name for a chain",
            "use small letters, digits and dashes: up",
            id="a path",
        ),
        pytest.param(
            ("new", "retry", "--spec-id", "SPEC-1"),
            "--spec-id 'SPEC-1' is no UUID",
            "`muster allocate` gives a spec its ID, and says it",
            id="a spec ID that is none",
        ),
        pytest.param(("add",), "there is no chain yet", "`muster chain new retry` begins one", id="nothing to add to"),
        pytest.param(
            ("add", "retry", "gate"),
            "there is no turn 'gate'",
            "name one of onboarding, prompt, exploration, spike, response, evidence-gate, skeptic-gate, authorization,"
            " phase-decision, resume-decision, alignment-decision, closure, retrospective",
            id="a turn that is none",
        ),
        pytest.param(
            ("smoke", "--break", "WORDS"),
            "'WORDS' is no rule of chains that the smoke can break",
            "`muster chain smoke --list` lists them",
            id="a rule that is none",
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_do_and_nothing_is_written(
    words: tuple[str, ...], problem: str, remedy: str, tmp_path: Path, muster: Callable[..., Told]
) -> None:
    assert muster("chain", *words, *(() if words[0] == "smoke" else ("--no-record",))) == (
        2,
        "",
        f"muster: {problem}\nhelp: {remedy}\n",
    )
    assert not (tmp_path / "chains").exists()


def test_a_chain_is_not_written_where_no_check_would_read_it(tmp_path: Path, muster: Callable[..., Told]) -> None:
    write(tmp_path, {"muster.toml": '[chains]\nfolder = "work"\n'})

    assert muster("chain", "new", "retry", "--no-record") == (
        2,
        "",
        (
            "muster: work/001-retry/001-onboarding.md would not be read: no glob of `chains.include` takes it\n"
            "help: let `chains.folder` and `chains.include` agree\n"
        ),
    )


def test_a_dry_run_shows_the_turn_and_writes_nothing(tmp_path: Path, muster: Callable[..., Told]) -> None:
    write(tmp_path, {"muster.toml": "[chains]\ndocuments = []\n"})

    status, out, err = muster("chain", "new", "retry", "--dry-run")

    assert (status, err, out.splitlines()[:5]) == (
        0,
        "nothing is written\n",
        ["--- /dev/null", "+++ b/chains/001-retry/001-onboarding.md", out.splitlines()[2], "+---", "+kind: onboarding"],
    )
    assert not (tmp_path / "chains").exists()


def test_where_several_turns_may_follow_they_are_named_as_commands(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=3)

    assert muster("chain", "add") == (
        2,
        "",
        (
            f"muster chain add {NAME} phase-decision  # decision that phase 0 is over (OCP)\n"
            f"muster chain add {NAME} authorization   # authorization of Prompt 0a (OCP)\n"
            f"muster: {NAME} is surveyed: several turns may follow\n"
            "help: copy one of these commands\n"
        ),
    )


def test_a_turn_that_may_not_follow_is_refused_with_those_that_may(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=2)

    assert muster("chain", "add", "retry", "authorization", "--label", "1\x1b[2J") == (
        2,
        "",
        (
            f"muster chain add {NAME} response  # response to Prompt 0 (Codex)\n"
            f"muster: {NAME} is asked: authorization with the label 1\\x1b[2J may not follow\n"
            "help: copy one of these commands, or see `muster chain status`\n"
        ),
    )
    assert len(list((tmp_path / "chains" / NAME).iterdir())) == 2


def test_no_turn_is_added_behind_one_that_still_asks(muster: Callable[..., Told]) -> None:
    muster("chain", "new", "retry")

    assert muster("chain", "add") == (
        2,
        "",
        (
            "muster: chains/001-retry/001-onboarding.md:26 still asks: <fill: what the chain is to reach, in wh…"
            "w everybody will see that it is reached>\n"
            "help: answer it first; what may follow depends on it\n"
        ),
    )
    assert [line.split()[1] for line in muster("check")[1].splitlines() if line[:1] == "c"] == ["error[CHN020]"]


def answer(root: Path, name: str, answers: Mapping[str, str]) -> None:
    """Answer the questions of a turn by how they begin, every other one with `none`."""

    def said(question: re.Match[str]) -> str:
        return next((told for begin, told in answers.items() if question[1].startswith(begin)), "none")

    path = root / "chains" / NAME / name
    text = re.sub(r"- Conditions:\n.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(re.sub(r"<fill: ([^>]*)>", said, text), encoding="utf-8")


@pytest.mark.requirement("MU-CHAIN-7002")
def test_a_blocked_chain_goes_on_by_a_decision_and_a_sub_iteration(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=13)
    steps = {
        "014-skeptic-gate-1.md": {"YES": "YES", "OK, NOTED": "BLOCK", "PASS, PASS WITH": "BLOCK"},
        "015-decision-resume-1.md": {"RESUME": "RESUME", "the name": "Ada"},
        "016-authorization-1a.md": {"AUTHORIZED": "AUTHORIZED", "the name": "Ada"},
        "017-prompt-1a.md": {},
    }

    for name, answers in steps.items():
        assert muster("chain", "add")[:2] == (0, f"written chains/{NAME}/{name}\n")
        answer(tmp_path, name, answers)
        assert muster("check")[:2] == (0, "")


@pytest.mark.requirement("MU-CHAIN-7002")
def test_an_alignment_is_a_decision_of_its_own(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=14)

    assert muster("chain", "add", "alignment-decision")[:2] == (
        0,
        f"written chains/{NAME}/015-decision-alignment-1.md\n",
    )
    answer(tmp_path, "015-decision-alignment-1.md", {"why": "The change has to run before it can be seen."})
    assert muster("check")[:2] == (0, "")


def test_who_writes_turns_is_in_the_ledger(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=14)
    muster("chain", "new", "more")
    muster("chain", "add", "retry", "authorization", "--label", "2")
    muster("chain", "add", "retry", "closure")
    muster("chain", "status")

    with ledger.open(tmp_path / ".muster/ledger.db") as book:
        facts = [one.facts for one in book.runs()[::-1]]
    assert [(one.task_slug, str(one.status), tuple(one.io.files_written)) for one in facts] == [
        ("chain-new", "success", ("chains/002-more/001-onboarding.md",)),
        ("chain-add", "success", (f"chains/{NAME}/015-authorization-2.md",)),
        ("chain-add", "failed", ()),
    ]


def test_a_chain_is_known_by_a_unique_part_of_its_name(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=2)
    write(tmp_path, {"chains/002-retry-again/001-onboarding.md": sample(SETTINGS)["001-onboarding.md"]})

    answers = [muster("chain", "add", *words, "--dry-run")[::2] for words in ((), ("retry",), ("none",), ("again",))]

    assert answers == [
        (2, f"muster: several chains are open\nhelp: name one: {NAME}, 002-retry-again\n"),
        (2, f"muster: 'retry' is part of several names\nhelp: name one: {NAME}, 002-retry-again\n"),
        (2, f"muster: there is no chain 'none'\nhelp: name one: {NAME}, 002-retry-again\n"),
        (0, "nothing is written\n"),
    ]


def test_of_writers_at_once_one_writes_the_turn(tmp_path: Path) -> None:
    plans = [
        Planned(f"chains/001-retry/002-{name}.md", name, Due(What.PROMPT, "0", "Prompt 0")) for name in ("a", "b", "c")
    ]
    ends: list[Refusal | None] = []
    threads = [threading.Thread(target=lambda plan=plan: ends.append(write_turn(tmp_path, plan))) for plan in plans]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(end is None for end in ends) == 1
    assert len(list((tmp_path / "chains" / "001-retry").iterdir())) == 1


def test_two_chains_do_not_take_one_number(tmp_path: Path) -> None:
    first, second = (
        Planned(f"chains/001-{name}/001-onboarding.md", name, Due(What.ONBOARDING, "0", "onboarding task"))
        for name in ("a", "b")
    )

    assert write_turn(tmp_path, first) is None
    assert write_turn(tmp_path, second) == Refusal(
        ("chains/001-a is there already",), "no file is replaced: run it again"
    )


@pytest.mark.requirement("MU-CHAIN-7003")
def test_without_a_chain_the_status_says_how_to_begin(muster: Callable[..., Told]) -> None:
    assert muster("chain", "status") == (
        0,
        "",
        (
            f"muster: no chain found; looked for {', '.join(SETTINGS.include)}\n"
            "help: `muster chain new retry` begins one; other places go into the setting `chains.include`\n"
        ),
    )


@pytest.mark.requirement("MU-CHAIN-7003")
def test_the_status_lists_the_open_chains_and_counts_the_others(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path)
    write(tmp_path, {"chains/002-more/001-onboarding.md": sample(SETTINGS)["001-onboarding.md"]})

    status, out, err = muster("chain", "status")
    every = muster("chain", "status", "--all")

    assert (status, err) == (0, "1 chain has ended: `muster chain status --all` lists all\n")
    assert [line.split() for line in out.splitlines()] == [
        ["state", "phase", "turns", "findings", "chain", "next"],
        ["onboarded", "start", "1", "none", "chains/002-more", "Prompt", "0", "(OCP)"],
    ]
    assert [line.split()[0] for line in every[1].splitlines()] == ["state", "closed", "onboarded"]


@pytest.mark.requirement("MU-CHAIN-7003")
def test_the_status_of_one_chain_says_phase_missing_next_and_findings(
    tmp_path: Path, muster: Callable[..., Told]
) -> None:
    folder = complete(tmp_path, turns=4) / "chains" / NAME
    onboarding = folder / "001-onboarding.md"
    onboarding.write_text(onboarding.read_text(encoding="utf-8").replace("## Plan", "## Plans"), encoding="utf-8")

    status, out, err = muster("chain", "status", "retry")

    parts = [part.splitlines() for part in out.split("\n\n")]
    assert (status, err) == (0, "")
    assert parts[0] == [f"chains/{NAME}: A limit for retries", "exploration allowed, phase 0; 4 turns"]
    assert [part[0] for part in parts[1:]] == ["start", "phase 0", "missing", "may follow", "findings"]
    assert parts[2][1:] == [
        "  OCP: Prompt 0                                002-prompt-0.md",
        "  Codex: response to Prompt 0                  003-response-0.md",
        "  OCP: authorization of Prompt 0a: AUTHORIZED  004-authorization-0a.md",
    ]
    assert parts[4][1:] == [f"  muster chain add {NAME} exploration  # Prompt 0a (OCP)"]
    assert [line.split()[1] for line in parts[5][1:]] == ["error[CHN003]"]


@pytest.mark.requirement("MU-CHAIN-7042")
def test_an_answer_in_another_language_is_told_which_setting_says_so(
    tmp_path: Path, muster: Callable[..., Told]
) -> None:
    response = complete(tmp_path, turns=3) / "chains" / NAME / "003-response-0.md"
    front = "".join(response.read_text(encoding="utf-8").partition("\n---\n")[:2])
    prose = "I read the files of the queue, and there is nothing that counts how often a job has been tried.\n" * 3
    response.write_text(f"{front}\n## Findings\n\n{prose}", encoding="utf-8")

    out = muster("check", "--select", "CHN026")[1]

    assert out.splitlines()[-2:] == [
        "  help: write it in Italian, mark it with `mode: control`, or set `chains.language`; see `muster rule CHN026`",
        "",
    ]


@pytest.mark.requirement("MU-CHAIN-7003")
def test_a_gate_that_is_not_decided_is_what_comes_next(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=12)
    asks = "evidence gate of Prompt 1, not decided yet (OCP): 013-evidence-gate-1.md:12 asks PASS or HOLD"

    muster("chain", "add")
    parts = [part.splitlines() for part in muster("chain", "status", "retry")[1].split("\n\n")]
    (chain,) = json.loads(muster("chain", "status", "--format", "json")[1])

    assert muster("chain", "status")[1].splitlines()[1].split("  ")[-1] == asks
    assert parts[0][1] == "answered, phase 1..N; 13 turns"
    assert parts[3][-1].split("  ")[1] == "OCP: evidence gate of Prompt 1: not decided"
    assert parts[4][:2] == ["missing", "  - evidence gate of Prompt 1 (OCP)"]
    assert parts[5] == ["next", f"  {asks}"]
    assert (chain["next"], chain["may_follow"]) == ([asks], [])

    answer(tmp_path, "013-evidence-gate-1.md", {"PASS or": "HOLD", "YES": "YES"})
    assert muster("chain", "status")[1].splitlines()[1].split("  ")[-1] == "authorization of Prompt 1a (Planner)"


def test_a_turn_that_still_asks_is_what_comes_next(muster: Callable[..., Told]) -> None:
    muster("chain", "new", "retry")

    assert muster("chain", "status")[1].splitlines()[1].split("  ")[-1] == (
        "onboarding task, not filled in yet (Planner): 001-onboarding.md:26 asks"
        " what the chain is to reach, in which ste\N{HORIZONTAL ELLIPSIS}ow everybody will see that it is reached"
    )


@pytest.mark.requirement("MU-CHAIN-7003")
def test_the_status_as_json_has_all_of_it(tmp_path: Path, muster: Callable[..., Told]) -> None:
    complete(tmp_path, turns=3)

    (chain,) = json.loads(muster("chain", "status", "--format", "json")[1])

    assert {key: chain[key] for key in ("path", "state", "phase", "closed", "may_follow", "findings")} == {
        "path": f"chains/{NAME}",
        "state": "surveyed",
        "phase": "phase 0",
        "closed": False,
        "may_follow": [
            {"what": "phase-decision", "label": "0", "command": f"muster chain add {NAME} phase-decision"},
            {"what": "authorization", "label": "0a", "command": f"muster chain add {NAME} authorization"},
        ],
        "findings": [],
    }
    assert [turn["label"] for turn in chain["turns"]] == ["0", "0", "0"]


@pytest.mark.requirement("MU-CHAIN-7050")
def test_the_smoke_holds_and_writes_nothing(tmp_path: Path, muster: Callable[..., Told]) -> None:
    status, out, err = muster("chain", "smoke")

    assert (status, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines() if line.startswith("S")] == [
        f"S{number} ok" for number in range(5)
    ]
    assert out.splitlines()[-1].startswith("the smoke chain holds: 5 steps, ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.requirement("MU-CHAIN-7050")
def test_a_broken_rule_makes_the_smoke_fail(tmp_path: Path, muster: Callable[..., Told]) -> None:
    status, out, err = muster("chain", "smoke", "--break", "chn014")

    assert (status, err) == (1, "")
    assert out.splitlines()[0] == "broken: CHN014, The response to Prompt 1 shows no output of QA."
    assert out.splitlines()[-1].startswith("the smoke chain failed, as it should: CHN014 was found in S")
    assert list(tmp_path.iterdir()) == []


def test_the_smoke_lists_what_it_can_break(muster: Callable[..., Told]) -> None:
    status, out, err = muster("chain", "smoke", "--list")

    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [f"CHN{number:03}" for number in range(1, 30)]
