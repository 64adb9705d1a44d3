"""A chain judged by its protocol, from the text of its turns."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from muster.chains.breaks import BREAKS, broken, turn_named
from muster.chains.judging import Judged, judged
from muster.chains.reading import turn_in
from muster.chains.sample import CONDITION, folder_of, sample, surroundings
from muster.chains.turn import HEADER
from muster.settings import ChainSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muster.chains.turn import Turn

CHAINS = ChainSettings(trial_window=9)
FOLDER = folder_of(CHAINS)
LABELS = "0 0a 0b 1 1a 2 2a 3 N+1 N+1' SPIKE_PRE_PROMPT_1 SPIKE_POST_PROMPT_1 SPIKE_A x".replace(" ", "\n")


@functools.cache
def read(name: str, text: str) -> Turn | None:
    return turn_in(text.encode(), f"{FOLDER}/{name}", CHAINS)


def judge(files: Mapping[str, str], *, binding: bool = True) -> Judged:
    turns = [turn for name, text in files.items() if (turn := read(name, text)) is not None]
    return judged(turns, FOLDER, CHAINS, set(surroundings(CHAINS)).__contains__, binding=binding)


def found(files: Mapping[str, str]) -> list[str]:
    """What is wrong: the code, the turn without its number, and what stands in the line."""
    return [
        f"{problem.code} {name(problem.place.path)}: {line_of(files, problem.place.path, problem.place.line)}"
        for problem in judge(files).problems
    ]


def name(path: str) -> str:
    return re.sub(r"^[0-9]+-|\.md$", "", path.rpartition("/")[2])


def line_of(files: Mapping[str, str], path: str, line: int) -> str:
    return files[path.rpartition("/")[2]].splitlines()[line - 1]


def changed(turn: str, old: str, new: str) -> dict[str, str]:
    """The sample with one place of a turn changed."""
    files = sample(CHAINS)
    file = turn_named(turn, files)
    assert old in files[file], f"{turn} does not say {old!r}"
    return {**files, file: files[file].replace(old, new, 1)}


@pytest.mark.requirement("MU-CHAIN-7003")
def test_a_complete_chain_is_clean_and_closed() -> None:
    found_ = judge(sample(CHAINS))

    assert (found_.problems, found_.linked) == ((), ("docs/prompt-chain.md",))
    assert (found_.chain.state, found_.chain.phase, found_.chain.closed) == ("closed", "end", True)
    assert (found_.chain.title, found_.chain.retrospective, found_.chain.missing) == (
        "A limit for retries",
        "KEEP",
        (),
    )
    assert [gate.decision for gate in found_.chain.gates] == [
        *("PASS", "PASS"),
        *("PASS", "PASS WITH CONDITIONS"),
        *("PASS", "PASS"),
        *("PASS", "PASS"),
    ]
    assert found_.chain.gates[3].conditions == (CONDITION,)


@pytest.mark.parametrize("code", [code for code in BREAKS if code != "CHN029"])
def test_a_broken_rule_is_one_finding_of_its_own(code: str) -> None:
    assert [problem.code for problem in judge(broken(code, sample(CHAINS), CHAINS)).problems] == [code]


# The turn, the words that change, what they become, and the findings: the code, the turn, the line.
FAULTS: dict[str, tuple[str, str, str, list[str]]] = {
    "the onboarding task leaves a document out": (
        "onboarding",
        "- `.codex/AGENTS.md`\n",
        "",
        ["CHN003 onboarding: ## Documents"],
    ),
    "the onboarding task plans nothing": (
        "onboarding",
        "1. Learn how the queue tries a failed job again.\n2. Give it a limit.\n3. Let the worker keep to the limit.\n",
        "",
        ["CHN003 onboarding: ## Plan"],
    ),
    "another role": ("prompt-1", "ROLE: Codex", "ROLE: OCP", ["CHN004 prompt-1: ROLE: OCP"]),
    "a prompt without its purpose": (
        "prompt-spike-pre-prompt-1",
        "PURPOSE:",
        "Purpose:",
        ["CHN008 prompt-spike-pre-prompt-1: Purpose: Agree on the pre-check before the first patch"],
    ),
    "free text in a gate": (
        "skeptic-gate-1",
        "(files authorised?): YES",
        "(files authorised?): YES, mostly",
        ["CHN016 skeptic-gate-1: - Scope check (files authorised?): YES, mostly"],
    ),
    "PASS beside BLOCK": (
        "skeptic-gate-1",
        "(new risks/edge cases?): OK",
        "(new risks/edge cases?): BLOCK",
        ["CHN016 skeptic-gate-1: - Decision: PASS"],
    ),
    "a gate in brackets": ("skeptic-gate-1", "Decision: PASS", "Decision: [PASS]", []),
    "conditions that name none": (
        "skeptic-gate-2",
        f"- Conditions:\n  - {CONDITION}\n",
        "",
        ["CHN016 skeptic-gate-2: - Decision: PASS WITH CONDITIONS"],
    ),
    "an evidence gate that passes beside a NO": (
        "evidence-gate-1",
        "- QA: YES",
        "- QA: NO",
        ["CHN014 evidence-gate-1: - Decision: PASS"],
    ),
    "an evidence gate without a field": (
        "evidence-gate-1",
        "- QA: YES\n",
        "",
        ["CHN014 evidence-gate-1: ---"],
    ),
    "nobody confirmed": (
        "authorization-1",
        "Confirmed by: Ada",
        "Confirmed by: Codex",
        ["CHN013 authorization-1: - Confirmed by: Codex"],
    ),
    "a confirmation that somebody else recorded": (
        "authorization-1",
        "Recorded by: OCP",
        "Recorded by: Ada",
        ["CHN013 authorization-1: - Recorded by: Ada"],
    ),
    "an exploration that somebody else recorded": (
        "authorization-0a",
        "Recorded by: OCP",
        "Recorded by: Ada",
        ["CHN010 authorization-0a: - Recorded by: Ada"],
    ),
    "the agent decides that phase 0 is over": (
        "decision-phase-0",
        "Decided by: Ada",
        "Decided by: OCP",
        ["CHN011 decision-phase-0: - Decided by: OCP"],
    ),
    "a closure without a summary": ("closure", "- Summary:", "- Sum:", ["CHN024 closure: ---"]),
    "a retrospective without a reason": ("retrospective", "- Reason:", "- Why:", ["CHN029 retrospective: ---"]),
    "a retrospective that decides nothing": (
        "retrospective",
        "Decision: KEEP",
        "Decision: LATER",
        ["CHN029 retrospective: - Decision: LATER"],
    ),
    "what is not filled in is all that is said of a turn": (
        "skeptic-gate-1",
        "Decision: PASS",
        "Decision: <fill: PASS or BLOCK>",
        ["CHN020 skeptic-gate-1: - Decision: <fill: PASS or BLOCK>"],
    ),
}


@pytest.mark.requirement("MU-CHAIN-7011")
@pytest.mark.requirement("MU-CHAIN-7012")
@pytest.mark.requirement("MU-CHAIN-7016")
@pytest.mark.requirement("MU-CHAIN-7021")
@pytest.mark.requirement("MU-CHAIN-7022")
@pytest.mark.requirement("MU-CHAIN-7030")
@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.requirement("MU-CHAIN-7033")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stands_at_the_line_that_shows_it(fault: str) -> None:
    turn, old, new, problems = FAULTS[fault]

    assert found(changed(turn, old, new)) == problems


# The sections of a response that are cut out, from the first heading up to the next one, and the findings.
CUTS: dict[str, tuple[str, str, list[str]]] = {
    "no memo": ("## Active Rules memo", "## Pre-check", ["CHN014 response-1: ---"]),
    "no pre-check": ("## Pre-check", "## Diff", ["CHN023 response-1: ```diff"]),
    "no diff": ("## Diff", "## Report", ["CHN014 response-1: ### Changes"]),
    "no impact": ("### Impact", "### QA", ["CHN014 response-1: ## Report"]),
    "no definition of done": ("### Definition of done", "### Test Impact Map", ["CHN014 response-1: ## Report"]),
    "no Test Impact Map": (
        "### Test Impact Map",
        "## QA output",
        ["CHN015 response-1: diff --git a/tests/test_retry.py b/tests/test_retry.py"],
    ),
}


@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.requirement("MU-CHAIN-7032")
@pytest.mark.requirement("MU-CHAIN-7039")
@pytest.mark.parametrize("cut", CUTS)
def test_evidence_that_is_missing_is_one_finding(cut: str) -> None:
    first, following, problems = CUTS[cut]
    files = sample(CHAINS)
    file = turn_named("response-1", files)
    head, _, rest = files[file].partition(f"\n{first}\n")

    mutant = {**files, file: f"{head}\n{following}{rest.partition(following)[2]}"}

    assert found(mutant) == problems


@pytest.mark.requirement("MU-CHAIN-7031")
def test_what_a_gate_stops_is_no_finding_and_is_kept() -> None:
    files = changed("response-1", "- Status: MET", "- Status: done")
    stopped = {**files, turn_named("evidence-gate-1", files): _held(files[turn_named("evidence-gate-1", files)])}
    until = list(stopped)[: list(stopped).index(turn_named("skeptic-gate-1", stopped))]
    chain = judge({file: stopped[file] for file in until})

    assert [problem.code for problem in judge(files).problems] == ["CHN018"]
    assert (chain.problems, chain.chain.state, chain.chain.next) == (
        (),
        "held",
        ("authorization of Prompt 1a (Planner)",),
    )
    assert [turn.caught for turn in chain.chain.turns if turn.caught] == [
        ("CHN018 the definition of done of Prompt 1 has the status 'done', not MET or NOT MET",)
    ]


def _held(text: str) -> str:
    return text.replace("Report: YES", "Report: NO").replace("Decision: PASS", "Decision: HOLD")


@pytest.mark.requirement("MU-CHAIN-7034")
def test_what_is_not_done_is_followed_by_a_sub_iteration() -> None:
    files = sample(CHAINS)
    passed = [file for file in files if "2a" not in file]
    numbers = {file: f"{at:03}-{file[4:]}" for at, file in enumerate(passed, start=1)}

    assert found({numbers[file]: files[file] for file in passed})[0] == "CHN018 authorization-n+1: label: N+1"


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_missing_number_is_a_finding_unless_the_turn_behind_it_is_out_of_order() -> None:
    files = sample(CHAINS)
    renamed = {file if number < 30 else f"9{file[1:]}": text for number, (file, text) in enumerate(files.items())}
    gone = {file: text for file, text in files.items() if "prompt-1.md" not in file or "spike" in file}

    assert found(renamed) == ["CHN001 retrospective: ---"]
    assert found(gone) == ["CHN002 response-1: ---"]


def mutants() -> Iterator[tuple[str, dict[str, str]]]:
    """Every way to drop, double, swap or relabel one turn, or one field of a header."""
    files = sample(CHAINS)
    turns = [(file[4:], text) for file, text in files.items()]
    for at, (file, text) in enumerate(turns):
        own = list(files)[at]
        yield f"drop {file}", _numbered(turns[:at] + turns[at + 1 :])
        yield f"drop {file} and leave its number", {one: files[one] for one in files if one != own}
        yield f"double {file}", _numbered(turns[: at + 1] + turns[at:])
        yield f"double {file} under its number", {**files, f"{own[:4]}x{file}": text}
        if at + 1 < len(turns):
            yield f"swap {file} and the next", _numbered([*turns[:at], turns[at + 1], turns[at], *turns[at + 2 :]])
        for key, values in (("label", LABELS.split("\n")), ("actor", ["OCP", "Codex", "Planner", "Somebody"])):
            for value in (one.replace("_", " ") for one in values):
                if re.search(rf'^{key}: "?{re.escape(value)}"?$', text, re.MULTILINE) is None:
                    line = f'{key}: "{value}"'
                    yield f"{key} of {file}: {value}", {**files, own: _with(text, rf"^{key}: .*$", line)}
        if file.startswith("prompt"):
            yield from ((f"{how} of {file}", {**files, own: mutant}) for how, mutant in _headers(text))


def _numbered(turns: list[tuple[str, str]]) -> dict[str, str]:
    return {f"{number:03}-{file}": text for number, (file, text) in enumerate(turns, start=1)}


def _with(text: str, pattern: str, new: str) -> str:
    return re.sub(pattern, lambda _: new, text, count=1, flags=re.MULTILINE)


def _headers(text: str) -> Iterator[tuple[str, str]]:
    head, *fields = re.split(rf"^(?=(?:{'|'.join(HEADER)}|PURPOSE):)", text, flags=re.MULTILINE)
    for at, field in enumerate(fields[:-1]):
        key = field.partition(":")[0]
        end = "\n" if field.endswith("\n\n") else ""  # the line between the header and what stands below it
        yield f"drop {key}", "".join((head, *fields[:at], end, *fields[at + 1 :]))
        yield f"double {key}", "".join((head, *fields[:at], field.rstrip("\n") + "\n", *fields[at:]))
        yield f"rename {key}", "".join((head, *fields[:at], f"X{field}", *fields[at + 1 :]))
        if at + 1 < len(HEADER):
            following = fields[at + 1].rstrip("\n") + "\n"
            yield (
                f"swap {key}",
                "".join((head, *fields[:at], following, field.rstrip("\n") + "\n\n", *fields[at + 2 :])),
            )


# Mutants that break nothing, with the reason.
EQUIVALENT = {
    "label of skeptic-gate-n+1.md: N+1": "the gate after N+1 may have either label",
    "drop retrospective.md": "only the last chain of a trial owes a retrospective",
    "drop retrospective.md and leave its number": "the same",
}


def test_every_mutant_of_the_complete_chain_is_found_as_one_fault() -> None:
    counts = {how: len(judge(files).problems) for how, files in mutants()}

    assert {how for how, count in counts.items() if count == 0} == set(EQUIVALENT)
    assert {how for how, count in counts.items() if count > 1} == set()
    assert len(counts) == 867


def test_a_chain_of_thousands_of_turns_is_judged_to_its_end() -> None:
    files = sample(CHAINS)
    step = [read(file, text) for file, text in files.items() if file[4:].endswith("-1.md") and "spike" not in file]
    begin = [turn for file, text in list(sample(CHAINS).items())[:9] if (turn := read(file, text)) is not None]
    turns = list(begin)
    while len(turns) < 4_000:
        label = str((len(turns) - len(begin)) // 5 + 1)
        for turn in step:
            assert turn is not None
            number = len(turns) + 1
            turns.append(replace(turn, path=f"{FOLDER}/{number:05}-turn.md", number=number, label=label))

    found = judged(turns, FOLDER, CHAINS, lambda _: True)

    assert (len(found.chain.turns), found.chain.state) == (len(turns), "passed")
    assert Counter(problem.code for problem in found.problems) == {"CHN005": len(turns) // 5 - 2}  # PHASE is not raised
