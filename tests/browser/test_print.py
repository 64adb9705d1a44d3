"""What a reader prints: all that is folded is open, no control is left, nothing runs over the edge of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.watching import box_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9032", "MU-SITE-9030")]

PAPER: ViewportSize = {"width": 620, "height": 1020}  # A4 within its margins and those of Material
CONTROLS = ".muster-filters, .muster-summary button, .muster-arrow, .muster-cell-link, .muster-drawer button"
SHUT = "all => all.flatMap(one => [...one.children].filter(part => !part.checkVisibility())).length"
# What the box of a table or of the page cuts off, or scrolls to.
OVER = """() => [...document.querySelectorAll('.md-content *')]
    .filter(one => one.checkVisibility() && !one.closest('.muster-unseen, svg'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 80))"""


def printed(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    return page


PAGES = ("10-queue/", "chains/001-open/", "compliance/findings/", "compliance/matrix/", "dashboard/")
MORE = (
    "compliance/",
    "compliance/holes/",
    "compliance/queue/",
    "graph/",
    "identity/",
    "packets/WP-1-Queue-v1/",
    "prompts/",
    "runs/",
)


@pytest.mark.parametrize("path", [*PAGES, *(pytest.param(path, marks=pytest.mark.long) for path in MORE)])
def test_a_page_on_paper_is_open_without_controls_and_within_its_edges(
    whole: tuple[str, Path], page: Page, path: str
) -> None:
    printed(page, f"{whole[0]}/{path}")

    assert page.locator(".md-content details").evaluate_all(SHUT) == 0
    assert [one for one in page.locator(CONTROLS).all() if one.is_visible()] == []
    assert page.evaluate(OVER) == []


def test_the_words_of_a_requirement_have_most_of_the_line_of_a_printed_matrix(sample: str, page: Page) -> None:
    printed(page, f"{sample}/compliance/matrix/")

    row = page.get_by_role("row").filter(has_text="Q-1001")
    assert box_of(row.locator(".muster-cell-title"))["width"] > PAPER["width"] * 0.4
    assert row.get_by_text("must", exact=True).is_visible()


def test_an_open_drawer_is_what_is_printed_and_all_of_it(sample: str, page: Page) -> None:
    printed(page, f"{sample}/compliance/matrix/#requirement=Q-1001")

    drawer = page.get_by_role("dialog")
    drawer.get_by_text("It MUST run first things first.").wait_for()
    assert page.get_by_role("heading", name="Compliance matrix").is_hidden()
    assert drawer.get_by_role("button").count() == 0
    assert drawer.evaluate("one => one.scrollHeight <= one.clientHeight")
