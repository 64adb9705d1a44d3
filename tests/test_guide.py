"""What the guide says of writing specs is how specs are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from muster.model import Allowance, Block, Level
from muster.settings import Marker, RequirementSettings, Settings
from muster.specs.reading import read_document

GUIDE = (Path(__file__).parents[1] / "specs" / "guide" / "writing-specs.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```markdown\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
MARKERS = re.findall(r"^\| `(\w+)` \| `([^`]+)`", GUIDE, re.MULTILINE)
LEVELS = re.findall(r"^\| (must|should|may) \| (.+) \|$", GUIDE, re.MULTILINE)


@pytest.mark.requirement("MU-REQ-1011")
def test_each_block_of_the_guide_defines_its_requirement() -> None:
    fence = next(fence for fence in FENCES if "AREA-1006" in fence)

    found = read_document("specs/10-guide.md", fence, Settings()).requirements

    assert [(requirement.id.text, requirement.block, requirement.level) for requirement in found] == [
        ("AREA-1001", Block.ITEM, Level.MUST),
        ("AREA-1002", Block.ITEM, Level.MUST),
        ("AREA-1003", Block.PARAGRAPH, Level.MUST),
        ("AREA-1004", Block.QUOTE, Level.MUST),
        ("AREA-1005", Block.ROW, Level.MUST),
        ("AREA-1006", Block.HEADING, Level.MUST),
    ]


@pytest.mark.requirement("MU-REQ-1016")
@pytest.mark.parametrize(("marker", "example"), MARKERS)
def test_each_marker_style_of_the_guide_defines_its_requirement(marker: str, example: str) -> None:
    settings = Settings(requirements=RequirementSettings(markers=(Marker(marker),)))

    (found,) = read_document("specs/10-guide.md", f"{example}\n\nThe server MUST answer.\n", settings).requirements

    assert found.id.text in example


def test_the_guide_shows_each_marker_style() -> None:
    assert [name for name, _ in MARKERS] == list(Marker)


@pytest.mark.requirement("MU-REQ-1017")
@pytest.mark.parametrize(("level", "words"), LEVELS)
def test_each_keyword_of_the_guide_has_its_level(level: str, words: str) -> None:
    for word in words.split(", "):
        (found,) = read_document("specs/10-guide.md", f"- [A-1001] The server {word} x.\n", Settings()).requirements
        assert (word, found.level.value, found.negated) == (word, level, "NOT" in word)


def test_the_allowances_of_the_guide_cover_their_requirement_and_the_file() -> None:
    fence = next(fence for fence in FENCES if "muster: allow" in fence)

    found = read_document("specs/10-guide.md", fence, Settings()).allowances

    assert found == (
        Allowance(1, ("KWD007",), "the bound is in OC-CORE-1008", first=1, last=1),
        Allowance(3, ("SHP005",), "tables of a foreign standard", first=1, last=0),
    )


def test_the_first_example_of_the_guide_keeps_its_nested_items() -> None:
    found = read_document("specs/10-guide.md", FENCES[0], Settings()).requirements

    assert [requirement.id.text for requirement in found] == ["OC-CORE-1001", "OC-CORE-1002"]
    assert found[1].text.endswith("- `drop-oldest` refuses the oldest one.")
