"""The drawing of the state machine: every state and every move of the table, and the same in the guide."""

from __future__ import annotations

import html
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from muster.chains.machine import PHASES, TABLE, Phase, State
from muster.site.chain_diagram import arrows, diagram, guide_block, moves_table

PAGE = Path(__file__).parents[1] / "specs" / "guide" / "chains.md"
BEGIN = "<!-- Drawn from the table of states: `pytest tests/test_chain_diagram.py --update` draws it anew. -->\n\n"
END = "\n<!-- Here the drawing ends. -->\n"
MOVES = [f"{state} → {target}: {move}" for state, moves in TABLE.items() for move, target in moves.items()]


def svg_of(text: str) -> ET.Element:
    return ET.fromstring(text[text.index("<svg") : text.index("</svg>") + len("</svg>")])


def texts(element: ET.Element, kind: str) -> list[list[str]]:
    """The words in each group of a kind."""
    return [[text.text or "" for text in group.iter("text")] for group in groups(element, kind)]


def groups(element: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in element.iter("g") if kind in group.get("class", "").split()]


@pytest.mark.requirement("MU-CHAIN-7010", "MU-CHAIN-7052")
def test_every_state_is_drawn_once_and_in_the_order_of_the_table() -> None:
    assert texts(svg_of(diagram()), "muster-state") == [[state] for state in TABLE]


@pytest.mark.requirement("MU-CHAIN-7010", "MU-CHAIN-7052")
def test_every_move_of_the_table_has_an_arrow_with_its_name() -> None:
    drawn = svg_of(diagram())

    titles = [title.text or "" for group in drawn.iter("g") for title in group.iter("title")]
    labels = [" ".join(lines) for lines in texts(drawn, "muster-move")]

    assert sorted(line for title in titles for line in title.split("\n")) == sorted(MOVES)
    assert labels == [" ".join(moves) for _, _, moves in arrows()]


def test_the_bands_are_the_phases_and_each_box_stands_in_its_own() -> None:
    drawn = svg_of(diagram())
    names = [name for (name,) in texts(drawn, "muster-band")]
    tops = [int(line.get("y", "")) - 18 for group in groups(drawn, "muster-band") for line in group.iter("text")]
    ends = [*tops[1:], int(drawn.get("height", ""))]

    assert names == list(Phase)
    for state, box in boxes(drawn).items():
        at = names.index(PHASES[state])
        assert tops[at] < box[1] < box[3] < ends[at], state


def boxes(drawn: ET.Element) -> dict[State, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each state."""
    found = {}
    for group in groups(drawn, "muster-state"):
        rect, text = group.find("rect"), group.find("text")
        assert rect is not None
        assert text is not None
        x, y, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        found[State(text.text or "")] = (x, y, x + width, y + height)
    return found


def test_no_box_and_no_label_lies_over_another_box_and_none_leaves_the_drawing() -> None:
    drawn = svg_of(diagram())
    rooms = boxes(drawn)
    labels = []
    for group in groups(drawn, "muster-move"):
        for text in group.iter("text"):
            x, y, wide = float(text.get("x", "")), float(text.get("y", "")), 6.6 * len(text.text or "")
            left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "")]
            labels.append((text.text, (left, y - 9, left + wide, y + 2)))

    for one, other in itertools.combinations(rooms.values(), 2):
        assert not crossed(one, other)
    for words, label in labels:
        assert 0 <= label[0] < label[2] <= float(drawn.get("width", "")), words
        assert [state for state, box in rooms.items() if crossed(label, box)] == [], words
    for (words, one), (others, other) in itertools.combinations(labels, 2):
        assert not crossed(one, other), (words, others)


def crossed(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_an_arrow_begins_and_ends_at_the_boxes_of_its_states() -> None:
    drawn = svg_of(diagram())
    rooms = boxes(drawn)
    paths = [group.find("path") for group in groups(drawn, "muster-move")]

    for (state, target, _), path in zip(arrows(), paths, strict=True):
        assert path is not None
        way = path.get("d", "")
        if state is target:
            continue  # it is drawn from where it is, and comes back
        ends = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", way)]
        for (x, y), box in ((ends[0], rooms[state]), (ends[-1], rooms[target])):
            on_side = x in (box[0], box[2]) and box[1] <= y <= box[3]
            on_edge = y in (box[1], box[3]) and box[0] <= x <= box[2]
            assert on_side or on_edge, (state, target)


def test_the_drawing_has_no_colour_of_its_own_and_asks_no_other_host() -> None:
    shown = diagram(State.BLOCKED)

    assert re.findall(r"#[0-9a-f]{3,6}\b|rgb\(|https?:|[^-]style=|<script|<style", shown) == []
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', shown)) == {"none", "currentColor"}


def test_where_a_chain_stands_is_marked_and_told() -> None:
    shown = svg_of(diagram(State.HELD))

    about = shown.find("desc")
    assert texts(shown, "muster-state-here") == [["held"]]
    assert about is not None
    assert (about.text or "").endswith("The chain stands at: held.")
    assert texts(svg_of(diagram()), "muster-state-here") == []


def test_the_table_says_the_same_as_the_drawing() -> None:
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', html.unescape(moves_table()))

    assert [f"{state} → {target}: {move}" for state, move, target in rows] == MOVES


def test_the_same_table_gives_the_same_bytes_without_a_blank_line_in_a_block() -> None:
    assert guide_block() == guide_block()
    assert "\n\n" not in diagram().strip()
    assert "\n\n" not in moves_table().strip()


@pytest.mark.requirement("MU-CHAIN-7010")
def test_the_guide_shows_the_drawing_of_the_table_as_it_is(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[-1]
    if request.config.getoption("--update", default=False):
        PAGE.write_text(f"{before}{BEGIN}{guide_block()}{END}{after}", encoding="utf-8")

    page = PAGE.read_text(encoding="utf-8")
    assert page == f"{before}{BEGIN}{guide_block()}{END}{after}", "`pytest --update` draws it anew"
