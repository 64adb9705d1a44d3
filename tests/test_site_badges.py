"""Badges: how far the musts have come, and whether the gate passes."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from muster import pipeline
from muster.inputs import memory
from muster.model import Outcome, ResultFile
from muster.settings import Settings
from muster.site.badges import Badge, badge_files, badges_of, svg
from muster.trace.view import rows_of

HEAD = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n"
TEST = "# verifies: Q-1001\ndef test_run():\n    pass\n"
RESULTS = ResultFile("junit.xml", b'<testsuite><testcase classname="tests.test_queue" name="test_run"/></testsuite>')


def messages(items: str, files: dict[str, str] | None = None) -> dict[str, tuple[str, str]]:
    """Message and colour of each badge of a project that is in sync."""
    sources = {"specs/10-queue.md": HEAD + items, **(files or {})}
    first = outcome_of(sources)
    synced = {file.path: file.text for file in first.project.derived if file.text is not None}
    outcome = outcome_of(sources | synced)
    rows = rows_of(outcome.project, outcome.project.trace.citations)
    return {badge.name: (badge.message, badge.colour) for badge in badges_of(outcome, rows)}


def outcome_of(files: dict[str, str]) -> Outcome:
    return pipeline.run(memory(files), Settings(), results=[RESULTS])


@pytest.mark.requirement("MU-SITE-9025")
@pytest.mark.parametrize(
    ("items", "verified", "implemented"),
    [
        pytest.param("- [Q-1001] It MUST run.\n", ("100 %", "#2e7d32"), ("100 %", "#2e7d32"), id="all"),
        pytest.param(
            "- [Q-1001] It MUST run.\n- [Q-1002] It MAY stop.\n",
            ("100 %", "#2e7d32"),
            ("100 %", "#2e7d32"),
            id="all musts",
        ),
        pytest.param(
            "- [Q-1001] It MUST run.\n- [Q-1002] It MUST stop.\n- [Q-1003] It MUST sing.\n",
            ("33 %", "#b3261e"),
            ("33 %", "#b3261e"),
            id="a third",
        ),
        pytest.param(
            "- [Q-1001] It MUST run.\n- [Q-1002] It MUST stop.\n", ("50 %", "#8a6100"), ("50 %", "#8a6100"), id="half"
        ),
        pytest.param("- [Q-1002] It SHOULD stop.\n", ("0 %", "#b3261e"), ("0 %", "#b3261e"), id="no musts"),
        pytest.param("", ("no requirements", "#616161"), ("no requirements", "#616161"), id="nothing"),
    ],
)
def test_badges_tell_how_many_of_the_musts_there_are(
    items: str, verified: tuple[str, str], implemented: tuple[str, str]
) -> None:
    found = messages(items, {"tests/test_queue.py": TEST} if "Q-1001" in items else {})

    assert (found["verified"], found["implemented"]) == (verified, implemented)


def test_a_hundred_per_cent_is_all_and_never_rounded_up_to() -> None:
    items = "".join(f"- [Q-{1001 + number}] It MUST do {number}.\n" for number in range(300))
    code = "".join(f"# implements: Q-{1001 + number}\n" for number in range(299))

    assert messages(items, {"src/queue.py": code})["implemented"] == ("99 %", "#8a6100")


@pytest.mark.requirement("MU-SITE-9025")
def test_the_badge_of_the_gate_tells_whether_it_passes() -> None:
    wrong = "- [Q-1003] It sings.\n"

    assert messages("- [Q-1001] It MAY run.\n")["gate"] == ("passing", "#2e7d32")
    assert messages(wrong)["gate"] == ("failing, 1 error", "#b3261e")


@pytest.mark.requirement("MU-SITE-9025", "MU-SITE-9030")
def test_a_badge_is_a_picture_with_a_title_that_loads_nothing() -> None:
    picture = svg(Badge("gate", "<a>", "b & c", "#2e7d32"))
    root = ET.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"

    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title")
    assert [(one.get("id"), one.text) for one in root.iter(f"{space}title")] == [("title", "<a>: b & c")]
    assert [one.text for one in root.iter(f"{space}text")] == ["<a>", "b & c"]
    assert re.findall(r"href|url\(|<style|<script|style=", picture) == []


@pytest.mark.requirement("MU-SITE-9025")
def test_each_badge_has_a_picture_and_a_file_for_shields() -> None:
    made = {file.path: file.data for file in badge_files([Badge("gate", "muster", "passing", "#2e7d32")])}

    assert list(made) == ["badges/gate.svg", "badges/gate.json"]
    assert json.loads(made["badges/gate.json"]) == {
        "schemaVersion": 1,
        "label": "muster",
        "message": "passing",
        "color": "2e7d32",
    }


@pytest.mark.requirement("MU-SITE-9030")
@pytest.mark.parametrize("colour", ["#2e7d32", "#8a6100", "#b3261e", "#616161", "#444444"])
def test_white_words_on_a_badge_have_the_contrast_that_wcag_asks_for(colour: str) -> None:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)

    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
