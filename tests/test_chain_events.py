"""Chains in the ledger: what each gate decided is an event, once, under the chain's trace and the spec's identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.chains.sample import CONDITION, folder_of, sample, surroundings
from muster.cli.app import run
from muster.ledger import Event
from muster.settings import ChainSettings
from repositories import repository, write

Muster = Callable[..., tuple[int, str, str]]
SETTINGS = ChainSettings()
FOLDER = folder_of(SETTINGS)
TURNS = {f"{FOLDER}/{name}": text for name, text in sample(SETTINGS).items()}
TRACE = "5b0f0d6e-3c1a-4f57-9a43-0c8d2e6b7a19"
ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
RECORD = f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {ID}\n---\n# Retries\n"
FILES = {
    ".gitignore": ".muster/\n",
    "records/elicitation.md": RECORD,
    "records/objective-contract.json": f'{{"spec_id": "{ID}"}}\n',
    **surroundings(SETTINGS),
    **TURNS,
}
ONBOARDING = f"{FOLDER}/001-onboarding.md"
EVIDENCE = f"{FOLDER}/013-evidence-gate-1.md"
CONDITIONAL = f"{FOLDER}/019-skeptic-gate-2.md"
LAST = f"{FOLDER}/029-skeptic-gate-n+1.md"
GATES = ("evidence_gate", "skeptic_gate")
DECIDED = [
    ("evidence_gate", "gate:pass", "1", "PASS", []),
    ("skeptic_gate", "gate:pass", "1", "PASS", []),
    ("evidence_gate", "gate:pass", "2", "PASS", []),
    ("skeptic_gate", "gate:pass", "2", "PASS WITH CONDITIONS", [CONDITION]),
    ("evidence_gate", "gate:pass", "2a", "PASS", []),
    ("skeptic_gate", "gate:pass", "2a", "PASS", []),
    ("evidence_gate", "gate:pass", "N+1", "PASS", []),
    ("skeptic_gate", "gate:pass", "N+1'", "PASS", []),
]


def tied(spec_id: str) -> dict[str, str]:
    """The onboarding task of a chain that belongs to an allocated spec."""
    named = "trace_id:", f"spec_id: {spec_id}\nrecord: ../../records/elicitation.md\ntrace_id:"
    return {ONBOARDING: TURNS[ONBOARDING].replace(*named)}


@pytest.fixture
def project(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a chain that belongs to a spec, and its ledger in each of the stores."""
    monkeypatch.setenv("MUSTER_LEDGER", ledger_url)
    return repository(tmp_path / "project", {**FILES, **tied(ID)})


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def events_in(url: str) -> list[Event]:
    """The events of gates, in order."""
    with ledger.open(url) as book:
        assert book.broken() == []
        return [event for event in book.events() if event.type in GATES]


def told(events: list[Event]) -> list[tuple[str, str, object, object, object]]:
    """Type and event, and of which step what was decided on which conditions."""
    return [
        (one.type, one.event, one.context["label"], one.context["decision"], one.context["conditions"])
        for one in events
    ]


@pytest.mark.requirement("MU-CHAIN-7051")
@pytest.mark.requirement("MU-LEDGER-8033")
def test_a_check_records_each_decision_of_a_gate_once(muster: Muster, ledger_url: str) -> None:
    status, out, _ = muster("check")
    first = events_in(ledger_url)
    muster("check")

    assert (status, out) == (0, "")
    assert told(first) == DECIDED
    assert events_in(ledger_url) == first
    assert {(one.trace_id, one.context["spec_id"], one.context["chain"]) for one in first} == {
        (TRACE, ID, "001-retry-limit")
    }
    assert [one.context["turn_ref"] for one in first] == [path for path in TURNS if "-gate-" in path]


@pytest.mark.requirement("MU-CHAIN-7051")
def test_a_decision_or_a_condition_that_changes_is_a_new_event(project: Path, muster: Muster, ledger_url: str) -> None:
    muster("check")
    gate = TURNS[EVIDENCE]
    changes = (
        {EVIDENCE: gate.replace("Decision: PASS", "Decision: HOLD")},
        {EVIDENCE: gate},
        {EVIDENCE: gate.replace("Notes: All", "Notes: Nearly all")},  # nothing of the decision
        {CONDITIONAL: TURNS[CONDITIONAL].replace(CONDITION, f"{CONDITION}\n  - Nothing else changes")},
        {CONDITIONAL: TURNS[CONDITIONAL].replace("Decision: PASS WITH CONDITIONS", "Decision: BLOCK")},
    )
    for files in changes:
        write(project, files)
        muster("check")
        muster("check")

    assert told(events_in(ledger_url)[len(DECIDED) :]) == [
        ("evidence_gate", "gate:fail", "1", "HOLD", []),
        ("evidence_gate", "gate:pass", "1", "PASS", []),
        ("skeptic_gate", "gate:pass", "2", "PASS WITH CONDITIONS", [CONDITION, "Nothing else changes"]),
        ("skeptic_gate", "gate:fail", "2", "BLOCK", [CONDITION]),
    ]


@pytest.mark.requirement("MU-CHAIN-7051")
def test_a_gate_that_is_added_is_told_alone(project: Path, muster: Muster, ledger_url: str) -> None:
    turns = [path for path in TURNS if path >= LAST]
    for path in turns:
        (project / path).unlink()
    muster("check")
    assert told(events_in(ledger_url)) == DECIDED[:-1]

    write(project, {path: TURNS[path] for path in turns})
    muster("check")

    assert told(events_in(ledger_url)) == DECIDED


@pytest.mark.requirement("MU-CHAIN-7051")
@pytest.mark.parametrize(
    "change",
    [("Decision: PASS", "Decision: PASS, mostly"), ("- Decision: PASS\n", ""), ("label: 1\n", "label:\n")],
    ids=["a-remark", "no-decision", "no-label"],
)
def test_a_gate_that_does_not_say_what_it_decides_is_a_finding_and_no_event(
    project: Path, muster: Muster, ledger_url: str, change: tuple[str, str]
) -> None:
    write(project, {EVIDENCE: TURNS[EVIDENCE].replace(*change)})

    status, out, _ = muster("check")

    assert (status, out.count("error[")) == (1, 1)
    assert told(events_in(ledger_url)) == DECIDED[1:]


@pytest.mark.requirement("MU-CHAIN-7051")
@pytest.mark.parametrize("trace", ["", "trace_id: another one\n"], ids=["without-a-trace", "with-one-that-is-none"])
def test_a_chain_without_an_identity_goes_under_that_of_the_run(
    project: Path, muster: Muster, ledger_url: str, trace: str
) -> None:
    write(project, {ONBOARDING: TURNS[ONBOARDING].replace(f"trace_id: {TRACE}\n", trace)})

    muster("check")

    with ledger.open(ledger_url) as book:
        [recorded] = book.runs()
    events = events_in(ledger_url)
    assert told(events) == DECIDED
    assert {(one.trace_id, one.context["spec_id"]) for one in events} == {(recorded.facts.trace_id, None)}


@pytest.mark.requirement("MU-CHAIN-7051")
def test_nothing_is_told_where_nothing_is_recorded(project: Path, muster: Muster, ledger_url: str) -> None:
    muster("check", "--no-record")
    muster("chain", "smoke")
    write(project, {"muster.toml": "[ledger]\nrecord = false\n"})
    muster("check")

    assert events_in(ledger_url) == []
