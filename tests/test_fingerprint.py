"""The fingerprint is what its page says, by the page's own vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.settings import Settings, settings_from
from muster.specs.reading import read_document
from muster.text.fingerprint import fingerprint, normalised

PAGE = Path(__file__).parent.parent / "specs" / "reference" / "fingerprint.md"
VECTORS: list[dict[str, Any]] = json.loads(re.findall(r"```json\n(\[.*?\n\])\n```", PAGE.read_text(), re.DOTALL)[0])


@pytest.mark.requirement("MU-REQ-1021")
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["why"] for vector in VECTORS])
def test_each_vector_of_the_page_holds(vector: dict[str, Any]) -> None:
    rule_style = vector["markdown"].startswith("r[")
    settings = settings_from('[requirements]\nmarkers = ["rule"]', "muster.toml") if rule_style else Settings()
    requirement = read_document("specs/10-example.md", vector["markdown"], settings).requirements[0]

    assert normalised(requirement.text) == vector["normalised"]
    assert requirement.fingerprint == vector["fingerprint"]


def test_there_are_a_dozen_vectors() -> None:
    assert len(VECTORS) >= 12


@given(st.text())
def test_any_text_has_a_fingerprint_that_folding_does_not_change(text: str) -> None:
    assert fingerprint(text) == fingerprint(f"  {text}\n")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", fingerprint(text))


@given(st.lists(st.sampled_from(["server", "MUST", "log", "a_b", "2", "caf\u00e9", "[x](y_z)"]), min_size=1))
def test_emphasis_and_reflow_change_nothing(words: list[str]) -> None:
    plain = " ".join(words)

    assert fingerprint("\n  ".join(words)) == fingerprint(plain)
    assert fingerprint(f"**{plain}**") == fingerprint(plain)
    assert fingerprint(" ".join(f"_{word}_" for word in words)) == fingerprint(plain)
