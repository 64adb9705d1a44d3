"""The page of the graph as it stands without a script: a picture of the specs, and a table of what hangs on each."""

from __future__ import annotations

import re
from html import unescape

import pytest

from muster import pipeline
from muster.inputs import memory
from muster.model import Status
from muster.settings import Settings
from muster.site.graph_picture import MOST, Box, Tie, picture
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
LINKS = PlainLinks("specs/generated", "specs")
FILES = {
    "specs/00-mother.md": f"# Mother\n\n{HEAD}- [M-1001] It MUST run.\n- [M-1002] It MUST stop.\n",
    "specs/10-queue.md": (
        f"# Queue\n\n{HEAD}- [Q-1001] It MUST run. derives: M-1001\n- [Q-1002] It MAY stop. derives: M-1002\n"
    ),
    "specs/20-pool.md": f"# Pool & lake\n\n{HEAD}- [P-1001] It MUST end. derives: Q-1001, M-1001\n",
    "src/queue.py": '"""implements: Q-1001, M-1001"""\n',
    "src/other.py": '"""implements: Q-1001, Q-1002"""\n',
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_run():\n    pass\n",
}


def page_of(files: dict[str, str]) -> str:
    outcome = pipeline.run(memory(files), Settings())
    return next(page.text for page in generated_pages(outcome, (), LINKS) if page.path == "graph/index.md")


def rows_of(page: str) -> list[list[str]]:
    """The cells of each row of the table, as a reader sees them."""
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    return [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


@pytest.mark.requirement("MU-SITE-9023")
def test_the_table_counts_what_hangs_on_each_spec_and_names_its_kin() -> None:
    assert rows_of(page_of(FILES)) == [
        ["Spec", "Requirements", "Verified", "Files of code", "Files of tests", "Derives from", "Derived from it"],
        ["Mother", "2", "0", "1", "0", "none", "Pool & lake (1), Queue (2)"],
        ["Queue", "2", "0", "2", "1", "Mother (2)", "Pool & lake (1)"],
        ["Pool & lake", "1", "0", "0", "0", "Mother (1), Queue (1)", "none"],
    ]


@pytest.mark.requirement("MU-SITE-9023")
def test_the_page_leads_to_each_spec_and_says_where_the_scripts_find_the_matrix() -> None:
    page = page_of(FILES)

    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', page) == [
        ("../compliance/matrix.md", "The same as one table"),
        ("../compliance/mother.md", "Mother"),
        ("../compliance/queue.md", "Queue"),
        ("../compliance/pool.md", "Pool &amp; lake"),
    ]
    assert '<div class="muster-graph" data-muster="graph" data-matrix="compliance/matrix/">' in page


@pytest.mark.requirement("MU-SITE-9023")
def test_a_mother_spec_stands_above_those_that_derive_from_it() -> None:
    page = page_of(FILES)
    boxes = re.findall(r'<g><title>(.*?)</title><rect class="muster-graph-box" x="[^"]*" y="([^"]*)"', page)

    assert boxes == [
        ("Mother: 1 implemented, 1 specified", "1"),
        ("Queue: 1 tested, 1 implemented", "133"),
        ("Pool &amp; lake: 1 specified", "265"),
    ]
    assert re.findall(r"<title>(\d derivations?)</title></path>", page) == [
        "2 derivations",
        "1 derivation",
        "1 derivation",
    ]


def test_specs_that_derive_from_none_have_neither_arrows_nor_columns_for_them() -> None:
    page = page_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n"})

    assert rows_of(page)[0] == ["Spec", "Requirements", "Verified", "Files of code", "Files of tests"]
    assert "An arrow" not in page
    assert "muster-graph-tie" not in page


def test_a_title_full_of_markup_is_text_that_no_template_engine_sees() -> None:
    page = page_of({"specs/10-queue.md": f"# A <b>{{{{ x }}}}</b>\n\n{HEAD}- [Q-1001] It MUST run.\n"})

    assert "<b>" not in page
    assert "{{" not in page


def test_a_project_without_requirements_has_a_page_that_says_so() -> None:
    assert page_of({"specs/index.md": "# Nothing\n"}).endswith(
        "# Graph\n\nNo spec defines a requirement yet: write one, and `muster check` reads it.\n"
    )


def test_links_may_lead_to_the_page() -> None:
    project = pipeline.run(memory(FILES), Settings()).project

    assert "graph/index.md" in [
        path.removeprefix(f"{project.settings.site.docs}/") for path in generated_paths(project)
    ]


def test_specs_that_derive_from_each_other_are_drawn_all_the_same() -> None:
    boxes = [Box(key, key, (Status.VERIFIED,)) for key in ("a", "b", "c")]
    drawn = picture(boxes, [Tie("a", "b", 1), Tie("b", "c", 1), Tie("c", "a", 1)])

    assert drawn.count("muster-graph-tie") == 3
    assert sorted(re.findall(r'class="muster-graph-box" x="[^"]*" y="([^"]*)"', drawn)) == ["1", "133", "265"]


def test_of_very_many_specs_those_with_kin_are_drawn_and_the_rest_is_counted() -> None:
    boxes = [Box(f"s{number}", f"Spec {number}", (Status.VERIFIED,)) for number in range(MOST + 5)]
    drawn = picture(boxes, [Tie(f"s{MOST + 4}", f"s{MOST + 3}", 2)])

    assert drawn.count("muster-graph-box") == MOST
    assert f">Spec {MOST + 4}</text>" in drawn
    assert "5 more specs below." in drawn
