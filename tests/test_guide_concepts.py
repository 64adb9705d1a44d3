"""The concepts come true: the way of a requirement is told in a repository, and the figures are fit to be shown."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from guide_story import GUIDE, Told, differences, happenings
from guide_telling import teller
from muster.model import Status
from repositories import repository

PAGE = GUIDE / "concepts.md"
FIGURES = sorted((GUIDE.parent / "assets").glob("*.svg"))
WORDS = (
    "spec", "requirement", "requirement file", "citation", "test", "result", "status", "suspect", "gate", "drift",
    "ledger", "packet", "prompt", "chain",
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
EACH = pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", {".gitignore": ".muster/\njunit.xml\n__pycache__/\n.pytest_cache/\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    return teller(root, capfd)


@pytest.mark.requirement("MU-TRACE-3012", "MU-TRACE-3013", "MU-TRACE-3020")
def test_the_way_of_a_requirement_is_as_the_page_tells_it(
    root: Path, told: Told, request: pytest.FixtureRequest
) -> None:
    sessions = happenings(root, PAGE.read_text(encoding="utf-8"), told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []


def test_the_page_names_each_status_in_the_order_in_which_they_count() -> None:
    (said,) = re.findall(r"the first of these that holds: (.*?)\. What", PAGE.read_text("utf-8"), re.DOTALL)

    assert set(re.findall(r"\*(\w+)\*", said)) == {status.value for status in Status}


@pytest.mark.parametrize("word", WORDS)
def test_each_word_stands_in_the_table_of_words(word: str) -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert word in {name for row in rows for name in row.split(", ")}


def test_each_figure_is_shown_with_a_text_of_its_own_and_can_be_opened() -> None:
    shown = re.findall(r"\[!\[([^\]]+)\]\(\.\./assets/([\w-]+\.svg)\)\]\(\.\./assets/\2\)", PAGE.read_text("utf-8"))

    assert sorted(name for _, name in shown) == [path.name for path in FIGURES]
    assert all(len(text) > 80 for text, _ in shown)


@pytest.mark.requirement("MU-SITE-9031")
@EACH
def test_a_figure_loads_nothing_runs_nothing_and_has_colours_for_the_dark(path: Path) -> None:
    drawn = ET.parse(path).getroot()
    names = {element.tag.removeprefix(SVG) for element in drawn.iter()}
    values = [value for element in drawn.iter() for value in element.attrib.values()]
    style = "".join(element.text or "" for element in drawn.iter(f"{SVG}style"))

    assert names == {"svg", "title", "desc", "style", "rect", "text", "path"}
    assert [value for value in values if "url(" in value or ":" in value] == []
    assert "url(" not in style
    assert "@import" not in style
    assert "@media (prefers-color-scheme: dark)" in style


@pytest.mark.requirement("MU-SITE-9030")
@EACH
def test_a_figure_has_a_title_and_a_description_and_fits_its_width(path: Path) -> None:
    drawn = ET.parse(path).getroot()
    said = [drawn.findtext(f"{SVG}{name}") or "" for name in ("title", "desc")]
    width = float(drawn.attrib["width"])

    assert all(said)
    assert drawn.attrib["role"] == "img"
    for box in drawn.iter(f"{SVG}rect"):
        assert float(box.get("x", "0")) + float(box.attrib["width"]) <= width
