"""One small site in a real browser: what a reader sees and follows, and what the pages ask of other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page

    from browser.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9032")]

FILLER = "".join(f"Paragraph {number} only takes room.\n\n" for number in range(60))
FILES = {
    "muster.toml": "",
    "mkdocs.yml": """\
site_name: Sample
docs_dir: specs
strict: true
theme: {name: material, language: en, font: false}
plugins: [search, muster-specs, muster-compliance, muster-gate]
""",
    "specs/index.md": "# Home\n\nThe queue obeys [Q-1002] always.\n",
    "specs/10-queue.md": f"""\
# Queue

Conformance language: RFC 2119 and RFC 8174

- [Q-1001] It MUST run.

{FILLER}
- [Q-1002] It SHOULD stop where `stop` is "said".

{FILLER}
""",
}


@pytest.fixture(scope="module")
def address(served: Callable[[str, Mapping[str, str]], str]) -> str:
    """Where a site of Material, built in strict mode, is served on this machine."""
    return served("plain", FILES)


def in_view(page: Page, selector: str) -> bool:
    """Whether an element stands inside the window, below the header that covers the top."""
    box = page.locator(selector).bounding_box()
    header = page.locator(".md-header").bounding_box()
    assert box is not None
    assert header is not None
    return header["y"] + header["height"] <= box["y"] <= 800


@pytest.mark.requirement("MU-SITE-9010")
def test_the_anchor_of_a_requirement_scrolls_to_it_and_its_badges_show_level_and_status(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/10-queue/")
    assert not in_view(page, "#Q-1002")

    page.goto(f"{address}/10-queue/#Q-1002")
    page.wait_for_function("window.scrollY > 0")

    assert in_view(page, "#Q-1002")
    item = page.locator("li", has=page.locator("#Q-1002"))
    assert item.locator(".muster-badge").all_inner_texts() == ["should", "specified"]
    assert [box["height"] > 5 for badge in item.locator(".muster-badge").all() if (box := badge.bounding_box())] == [
        True,
        True,
    ]
    assert item.locator("a.headerlink").get_attribute("href") == "#Q-1002"


@pytest.mark.requirement("MU-SITE-9011")
def test_a_cross_reference_has_the_text_of_the_requirement_as_title_and_leads_to_it(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    reference = page.get_by_role("link", name="[Q-1002]")

    assert reference.get_attribute("title") == 'It SHOULD stop where stop is "said".'
    reference.click()
    page.wait_for_url(f"{address}/10-queue/#Q-1002")
    page.wait_for_function("window.scrollY > 0")

    assert in_view(page, "#Q-1002")


def test_the_compliance_page_lists_the_requirement_and_leads_to_it(page: Page, address: str) -> None:
    page.goto(f"{address}/compliance/")
    page.get_by_role("link", name="Queue").last.click()
    page.wait_for_url(f"{address}/compliance/queue/")
    row = page.locator("tr", has=page.get_by_role("link", name="Q-1002"))

    assert row.locator("th, td").all_inner_texts() == [
        "Q-1002",
        "should",
        "specified",
        'It SHOULD stop where stop is "said".\nneither code nor a test cites it',
    ]
    row.get_by_role("link").click()
    page.wait_for_url(f"{address}/10-queue/#Q-1002")
    page.wait_for_function("window.scrollY > 0")

    assert in_view(page, "#Q-1002")


@pytest.mark.requirement("MU-SITE-9001")
def test_no_page_asks_another_host_for_anything(window: Window, address: str) -> None:
    for path in (
        "/",
        "/10-queue/",
        "/compliance/",
        "/compliance/queue/",
        "/compliance/matrix/",
        "/rules/",
        "/rules/KWD001/",
    ):
        window.page.goto(f"{address}{path}", wait_until="networkidle")

    assert [url for url in window.asked if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert f"{address}/assets/muster/muster.css" in window.asked
