"""The drawer in a real browser: opened from the matrix and from spec pages, left by key, button and back button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9012", "MU-SITE-9032")]

ROWS = ".muster-grid-body > [role=row]"


def drawer_of(page: Page) -> Locator:
    page.wait_for_selector(".muster-drawer[open] .muster-drawer-links")
    return page.locator(".muster-drawer[open]")


def opened(page: Page, address: str, identifier: str) -> Locator:
    page.goto(f"{address}/compliance/matrix/#requirement={identifier}")
    return drawer_of(page)


def sections(drawer: Locator) -> list[str]:
    return [" ".join(text.split()) for text in drawer.locator("section").all_inner_texts()]


def test_a_row_opens_what_is_known_of_its_requirement(page: Page, sample: str) -> None:
    page.goto(f"{sample}/compliance/matrix/")
    page.locator(ROWS, has_text="Q-1001").click()
    drawer = drawer_of(page)

    assert page.url == f"{sample}/compliance/matrix/#requirement=Q-1001"
    assert drawer.get_attribute("aria-labelledby") == "muster-drawer-id"
    assert page.evaluate("document.activeElement.id") == "muster-drawer-id"
    assert drawer.locator("h2").inner_text() == "Q-1001"
    assert drawer.locator(".muster-drawer-badges").inner_text() == "must tested"
    assert drawer.locator(".muster-drawer-text").inner_text() == "It MUST run first things first."
    assert drawer.locator(".muster-drawer-place").inner_text() == "In Queue › Order"
    assert sections(drawer)[:2] == ["Code 1 src/queue.py:2 first", "Tests 1 tests/test_queue.py:1 test_first"]
    links = {link.inner_text(): link.get_attribute("href") for link in drawer.locator("nav a").all()}
    assert links == {
        "In its spec": f"{sample}/10-queue/#Q-1001",
        "In the list of its spec": f"{sample}/compliance/queue/#Q-1001",
        "In the graph": f"{sample}/graph/#node=requirement/Q-1001",
    }


def test_what_is_missing_is_said(page: Page, sample: str) -> None:
    drawer = opened(page, sample, "Q-1003")

    assert sections(drawer) == ["Code No code cites it.", "Tests No test cites it."]


@pytest.mark.parametrize("way", ["escape", "button", "beside", "back"])
def test_the_drawer_closes_and_gives_the_focus_back_to_its_row(page: Page, sample: str, way: str) -> None:
    page.goto(f"{sample}/compliance/matrix/#level=must")
    page.wait_for_selector(ROWS)
    page.locator(f"{ROWS} a", has_text="Q-1002").focus()
    page.keyboard.press("Enter")
    drawer_of(page)
    assert page.url.endswith("#level=must&requirement=Q-1002")

    if way == "escape":
        page.keyboard.press("Escape")
    elif way == "button":
        page.get_by_role("button", name="Close").click()
    elif way == "beside":
        page.mouse.click(100, 400)
    else:
        page.go_back()
    page.wait_for_function("location.hash === '#level=must' && !document.querySelector('dialog[open]')")

    assert page.locator(".muster-drawer[open]").count() == 0
    page.wait_for_function("document.activeElement.textContent === 'Q-1002'")


def test_focus_stays_inside(page: Page, sample: str) -> None:
    opened(page, sample, "Q-1002")
    inside = []
    for _ in range(12):
        page.keyboard.press("Tab")
        inside.append(
            page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        )

    assert inside == [True] * 12


def test_neighbours_are_reached_without_closing_it(page: Page, sample: str) -> None:
    page.goto(f"{sample}/compliance/matrix/#level=must&sort=-id&requirement=Q-1001")
    drawer = drawer_of(page)

    drawer.get_by_role("button", name="Previous requirement").click()
    page.wait_for_function("document.querySelector('.muster-drawer-id').textContent === 'Q-1002'")
    assert drawer.get_by_role("button", name="Previous requirement").get_attribute("aria-disabled") == "true"
    page.wait_for_function(
        "document.querySelector('dialog > .muster-said').textContent === 'Q-1002, must not, implemented'"
    )
    drawer.get_by_role("button", name="Next requirement").click()
    drawer.get_by_role("button", name="Next requirement").click()
    page.wait_for_function("document.querySelector('.muster-drawer-id').textContent === 'P-1000'")

    assert page.url.endswith("#level=must&sort=-id&requirement=P-1000")


def test_its_link_is_that_of_the_spec(page: Page, sample: str) -> None:
    drawer = opened(page, sample, "P-1000")
    drawer.get_by_role("button", name="Copy link to this requirement").click()
    page.wait_for_selector(".muster-copied")

    assert page.evaluate("navigator.clipboard.readText()") == f"{sample}/20-pool/#P-1000"


def test_an_id_that_is_gone_is_said_to_be(page: Page, sample: str) -> None:
    page.goto(f"{sample}/compliance/matrix/#requirement=GONE-1")
    dialog = page.locator(".muster-drawer[open]")
    dialog.get_by_text("No requirement of this site has this ID.").wait_for()

    assert dialog.locator("h2").inner_text() == "GONE-1"


def test_details_that_do_not_come_are_asked_for_again(page: Page, sample: str) -> None:
    broken = True

    def answer(route: Route) -> None:
        route.abort() if broken else route.continue_()

    page.route("**/details-*.json", answer)
    page.goto(f"{sample}/compliance/matrix/#requirement=Q-1001")
    alert = page.locator(".muster-drawer[open]").get_by_role("alert")
    assert alert.inner_text().split("\n")[0] == "This requirement could not be loaded."
    broken = False
    alert.get_by_role("button", name="Try again").click()

    assert drawer_of(page).locator(".muster-drawer-text").inner_text() == "It MUST run first things first."


@pytest.mark.parametrize("path", ["10-queue", "compliance/queue"], ids=["spec", "list of the spec"])
def test_badges_open_it_on_other_pages(page: Page, sample: str, path: str) -> None:
    page.goto(f"{sample}/{path}/")
    opener = page.locator(".muster-open[aria-label*='Q-1002']")
    opener.click()
    drawer = drawer_of(page)
    assert drawer.locator("h2").inner_text() == "Q-1002"
    page.keyboard.press("Escape")

    page.wait_for_function("document.activeElement.matches('.muster-open')")
    assert page.locator(".muster-drawer[open]").count() == 0


@pytest.mark.requirement("MU-SITE-9030")
def test_on_a_phone_it_fills_the_screen(page: Page, sample: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    drawer = opened(page, sample, "Q-1001")

    assert drawer.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    sizes = [box["height"] for button in drawer.locator("button:visible").all() if (box := button.bounding_box())]
    assert min(sizes) >= 44


@pytest.mark.requirement("MU-CORE-0024")
@pytest.mark.parametrize("identifier", ["H-1001", "H-1002", "H-1003", "H-1004", "H-1005"])
def test_hostile_texts_stay_texts(page: Page, hostile: str, identifier: str) -> None:
    drawer = opened(page, hostile, identifier)

    assert page.evaluate("window.hacked") is None
    assert drawer.locator(":is(script, img, iframe, [onerror], [href^=javascript])").count() == 0
    body = drawer.locator(".muster-drawer-body")
    assert body.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    if identifier == "H-1001":
        assert "<script>window.hacked = 1</script>" in body.inner_text()
    if identifier == "H-1004":
        body.get_by_role("button", name="Show all").click()
        assert len(body.locator(".muster-drawer-text").inner_text()) > 100_000
