"""Labels of turns, and what the field PHASE may say beside them."""

from __future__ import annotations

import pytest

from muster.chains.labels import Label, Step, is_phase_of, label_in

LABELS = {
    "0": Label(Step.ZERO),
    "0a": Label(Step.EXPLORATION, letter="a"),
    "0z": Label(Step.EXPLORATION, letter="z"),
    "1": Label(Step.OPERATION, 1),
    "1a": Label(Step.OPERATION, 1, "a"),
    "999999c": Label(Step.OPERATION, 999999, "c"),
    "N+1": Label(Step.FINAL),
    "N+1'": Label(Step.FINAL, primed=True),
    "SPIKE PRE PROMPT 1": Label(Step.SPIKE, 1, side="PRE"),
    "SPIKE POST PROMPT 2a": Label(Step.SPIKE, 2, "a", side="POST"),
    "SPIKE PRE PROMPT N+1": Label(Step.SPIKE, side="PRE", beside_final=True),
    "SPIKE PRE PROMPT 3 SPIKE B": Label(Step.SPIKE, 3, side="PRE", variant="B"),
    "SPIKE A": Label(Step.SPIKE, variant="A"),
}
NONE = [
    *("", " ", "0A", "00", "01", "1ab", "A", "n+1", "N", "N+1a", "N + 1", "N+1''", "N+2", "1.", "-1", "0a0", "1\n"),
    *("spike a", "SPIKE", "SPIKE a", "SPIKE PRE PROMPT", "SPIKE PRE PROMPT 0", "SPIKE MID PROMPT 1", "SPIKE PRE 1"),
    *("SPIKE PRE PROMPT 1 B", "Prompt 1", "\N{ARABIC-INDIC DIGIT ONE}", "\N{SUPERSCRIPT TWO}", "9" * 5000),
]


@pytest.mark.requirement("MU-CHAIN-7013")
@pytest.mark.parametrize("text", LABELS)
def test_a_label_is_taken_apart_and_written_as_it_was(text: str) -> None:
    label = label_in(text)

    assert label == LABELS[text]
    assert str(label) == text


@pytest.mark.requirement("MU-CHAIN-7013")
def test_the_prime_of_the_gate_after_the_last_prompt_may_be_the_typographic_one() -> None:
    assert label_in("N+1\N{PRIME}") == label_in("N+1'")


@pytest.mark.requirement("MU-CHAIN-7013")
@pytest.mark.parametrize("text", NONE, ids=lambda text: ascii(text[:24]))
def test_what_is_written_otherwise_is_no_label(text: str) -> None:
    assert label_in(text) is None


@pytest.mark.requirement("MU-CHAIN-7013")
def test_prompts_of_phase_0_and_spikes_are_read_only() -> None:
    told = {text: (label.is_read_only, label.is_sub_iteration) for text, label in LABELS.items()}

    assert [text for text, (read_only, _) in told.items() if not read_only] == ["1", "1a", "999999c", "N+1", "N+1'"]
    assert [text for text, (_, sub) in told.items() if sub] == ["1a", "999999c"]


FITTING = [
    *[(phase, "0") for phase in ("...", "", "0", "Phase 0", "Prompt 0", "Fase 0 (analisi)", "read-only analysis")],
    *[(phase, "0a") for phase in ("0a", "Phase 0", "Prompt 0x", "Phase 0, Prompt 0a")],
    *[(phase, "2") for phase in ("2", "Phase 1..N", "1..N", "Phase 1..N, Prompt 2", "Phase 1…N (after Prompt 0)")],
    *[(phase, "2a") for phase in ("2a", "2", "Prompt 2a", "Phase 1..N - Prompt 2a", "operational")],
    *[(phase, "N+1") for phase in ("N+1", "Prompt N+1", "Phase N + 1: final QA", "Prompt N+1, after Prompt 3")],
    *[(phase, "SPIKE PRE PROMPT 1") for phase in ("SPIKE PRE PROMPT 1", "SPIKE", "Phase 0", "Phase 1..N")],
    *[(phase, "SPIKE A") for phase in ("SPIKE A", "Prompt 4")],
]
CONTRADICTING = [
    *[(phase, "0") for phase in ("1", "Phase 1..N", "N+1", "Prompt 0a", "SPIKE PRE PROMPT 1")],
    *[(phase, "0a") for phase in ("Prompt 0b", "Phase 0, Prompt 0b", "Prompt 1")],
    *[(phase, "2") for phase in ("Phase 0", "N+1", "Prompt 3", "Phase 1..N, Prompt 3", "2a", "SPIKE")],
    *[(phase, "N+1") for phase in ("Phase 1..N", "Prompt 3", "Phase 0")],
    *[(phase, "SPIKE PRE PROMPT 1") for phase in ("N+1", "Prompt 2")],
]


@pytest.mark.requirement("MU-CHAIN-7013")
@pytest.mark.parametrize(("phase", "text"), FITTING, ids=ascii)
def test_a_phase_that_names_the_step_or_none_goes_with_the_label(phase: str, text: str) -> None:
    label = label_in(text)
    assert label is not None

    assert is_phase_of(phase, label)


@pytest.mark.requirement("MU-CHAIN-7013")
@pytest.mark.parametrize(("phase", "text"), CONTRADICTING, ids=ascii)
def test_a_phase_that_names_another_step_contradicts_the_label(phase: str, text: str) -> None:
    label = label_in(text)
    assert label is not None

    assert not is_phase_of(phase, label)
