"""The compliance matrix in a real browser: what a reader finds, sends on, takes along and prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9021", "MU-SITE-9032")]

ROWS = ".muster-grid-body > [role=row]"
EVERY = ["Q-1001", "Q-1002", "Q-1003", "Q-1010", "P-999", "P-1000"]


def open_matrix(page: Page, address: str, fragment: str = "") -> None:
    page.goto(f"{address}/compliance/matrix/{fragment}")
    page.wait_for_selector(f"{ROWS}, .muster-empty:not([hidden])")


def shown(page: Page) -> list[str]:
    """The IDs in the order of the table, once it has drawn what it was asked for."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    rows = page.evaluate(
        f"""() => [...document.querySelectorAll("{ROWS}")].map((row) =>
            [Number(row.getAttribute("aria-rowindex")), row.querySelector("a").textContent])"""
    )
    return [name for _, name in sorted(rows)]


def chips(page: Page) -> dict[str, int]:
    """The chips that are there, and their numbers."""
    texts = [one.inner_text() for one in page.locator(".muster-chip:visible").all()]
    return {text.rpartition(" ")[0].strip(): int(text.rpartition(" ")[2]) for text in texts}


def fragment(page: Page) -> str:
    return page.url.partition("#")[2]


def test_all_requirements_stand_in_the_order_of_the_specs(page: Page, sample: str) -> None:
    open_matrix(page, sample)

    assert shown(page) == EVERY
    first = page.locator(ROWS).first.locator("[role=rowheader], [role=gridcell]").all_inner_texts()
    assert [" ".join(text.split()) for text in first][:4] == [
        "Q-1001",
        "must",
        "tested",
        "It MUST run first things first.",
    ]
    assert page.locator(".muster-count").inner_text() == "6 requirements"
    assert page.get_by_role("grid").get_attribute("aria-rowcount") == "7"
    assert page.locator(".muster-matrix-plain").is_hidden()


def test_search_looks_in_ids_texts_and_paths_and_marks_what_it_found(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    search = page.get_by_role("searchbox", name="Search ID, text or path")

    search.fill("LEASE")
    assert shown(page) == ["Q-1002", "P-1000"]
    assert page.locator("mark.muster-hit").all_inner_texts() == ["lease", "lease"]
    search.fill("must q-10")
    assert shown(page) == ["Q-1001", "Q-1002"]
    search.fill("test_queue")
    assert shown(page) == ["Q-1001"]
    search.fill("20-pool.md")
    assert shown(page) == ["P-999", "P-1000"]


def test_numbers_of_chips_follow_the_other_filters(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    assert chips(page) == {
        "specified": 4,
        "implemented": 1,
        "tested": 1,
        "must": 4,
        "should": 1,
        "may": 1,
        "with findings": 2,
        "without code": 4,
        "without tests": 5,
    }

    page.get_by_role("button", name="must 4").click()

    assert page.get_by_role("button", name="must 4").get_attribute("aria-pressed") == "true"
    assert shown(page) == ["Q-1001", "Q-1002", "P-999", "P-1000"]
    assert chips(page) == {
        "specified": 2,
        "implemented": 1,
        "tested": 1,
        "must": 4,
        "should": 1,
        "may": 1,
        "with findings": 2,
        "without code": 2,
        "without tests": 3,
    }


def test_each_choice_is_in_the_address_and_the_back_button_undoes_it(page: Page, sample: str) -> None:
    open_matrix(page, sample)

    page.get_by_role("button", name="must 4").click()
    page.get_by_role("button", name="without code").click()
    page.get_by_role("combobox", name="Spec").select_option("specs/20-pool.md")
    page.get_by_role("button", name="ID", exact=True).click()
    assert fragment(page) == "level=must&spec=specs/20-pool.md&without=code&sort=id"
    assert shown(page) == ["P-999", "P-1000"]

    page.go_back()
    page.go_back()
    assert fragment(page) == "level=must&without=code"
    assert page.get_by_role("combobox", name="Spec").input_value() == ""
    page.go_back()
    page.go_back()
    assert fragment(page) == ""
    assert shown(page) == EVERY


def test_an_address_brings_back_what_somebody_saw(page: Page, sample: str) -> None:
    open_matrix(page, sample, "#q=it&level=must,should&sort=-title")

    assert shown(page) == ["Q-1003", "Q-1001", "Q-1002"]
    assert page.get_by_role("searchbox", name="Search ID, text or path").input_value() == "it"
    assert page.get_by_role("columnheader", name="Title").get_attribute("aria-sort") == "descending"


def test_sorting_is_stable_and_ends_in_the_order_of_the_specs(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    ids, code = (page.get_by_role("button", name=name, exact=True) for name in ("ID", "Code"))

    ids.click()
    assert shown(page) == ["P-999", "P-1000", "Q-1001", "Q-1002", "Q-1003", "Q-1010"]
    ids.click()
    assert shown(page) == ["Q-1010", "Q-1003", "Q-1002", "Q-1001", "P-1000", "P-999"]
    ids.click()
    assert shown(page) == EVERY
    code.click()
    assert shown(page) == EVERY  # those with code come first, and stood first
    code.click()
    assert shown(page) == ["Q-1003", "Q-1010", "P-999", "P-1000", "Q-1001", "Q-1002"]


def test_where_nothing_matches_the_page_says_so_and_clears_the_filters(page: Page, sample: str) -> None:
    open_matrix(page, sample, "#q=<b>nothing</b>&level=may")

    notice = page.locator(".muster-empty")
    assert notice.inner_text().startswith(
        "No requirement matches. Nothing is left of “<b>nothing</b>” with the other filters."
    )
    assert page.get_by_role("grid").count() == 0
    assert page.get_by_role("button", name="CSV").is_disabled()
    notice.get_by_role("button", name="Clear filters").click()
    assert shown(page) == EVERY
    assert page.evaluate("document.activeElement.type") == "search"


def test_csv_holds_the_filtered_rows_and_no_formula(page: Page, sample: str) -> None:
    open_matrix(page, sample, "#q=queue.py&sort=-id")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "requirements.csv"
    assert Path(download.value.path()).read_bytes().decode() == (
        "id,title,level,status,spec,line,code,tests,passed,failed,findings\r\n"
        "Q-1002,It MUST NOT stop while a lease is held.,must not,implemented,specs/10-queue.md,8,"
        "src/queue.py,,0,0,0\r\n"
        "Q-1001,It MUST run first things first.,must,tested,specs/10-queue.md,7,"
        "src/queue.py,tests/test_queue.py,0,0,0\r\n"
    )

    open_matrix(page, sample, "#q=formula")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = Path(download.value.path()).read_bytes().decode().split("\r\n")
    assert lines[1:] == [
        'P-999,"\'=1+1 MUST NOT become a formula, ""quoted"" too.",must not,specified,specs/20-pool.md,5,,,0,0,1',
        "",
    ]


def test_the_link_of_a_row_leads_to_it(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    page.get_by_role("button", name="Copy link to Q-1003").click()
    page.wait_for_function("document.querySelector('.muster-said')?.textContent === 'Link copied'")
    copied = page.evaluate("navigator.clipboard.readText()")

    assert copied == f"{sample}/compliance/matrix/#requirement=Q-1003"
    page.goto("about:blank")
    page.goto(copied)
    assert page.locator(".muster-drawer[open]").get_by_role("heading", level=2).inner_text() == "Q-1003"


def test_keys_walk_through_rows_and_lead_to_the_search(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    focused = "document.activeElement.textContent || document.activeElement.getAttribute('aria-label')"

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('.muster-search-field')")
    page.keyboard.type("q-/")
    page.keyboard.press("Escape")
    assert page.get_by_role("searchbox", name="Search ID, text or path").input_value() == ""
    walked = []
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowUp", "Home", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        walked.append(page.evaluate(focused))
    assert walked == ["Q-1001", "Q-1002", "P-1000", "P-999", "Q-1001", "Copy link to Q-1001", "Q-1001"]
    assert page.locator(f"{ROWS} a[tabindex='0']").all_inner_texts() == ["Q-1001"]


def test_the_number_of_rows_is_said_politely(page: Page, sample: str) -> None:
    open_matrix(page, sample)
    page.get_by_role("button", name="should 1").click()
    page.wait_for_function("document.querySelector('.muster-said').textContent === '1 of 6 requirements shown'")

    assert page.locator("body > .muster-said").get_attribute("aria-live") == "polite"


def test_data_that_does_not_come_is_asked_for_again(page: Page, sample: str) -> None:
    broken = True

    def answer(route: Route) -> None:
        route.fulfill(status=503, body="no") if broken else route.continue_()

    page.route("**/requirements.json", answer)
    page.goto(f"{sample}/compliance/matrix/")
    alert = page.get_by_role("alert")
    assert alert.inner_text().split("\n")[0] == "The requirements could not be loaded."
    broken = False
    alert.get_by_role("button", name="Try again").click()
    page.wait_for_selector(ROWS)

    assert shown(page) == EVERY


def test_while_data_is_on_its_way_the_page_shows_that_it_is_busy(page: Page, sample: str) -> None:
    held: list[Route] = []
    page.route("**/requirements.json", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright looks into what it is given
    page.goto(f"{sample}/compliance/matrix/")
    page.wait_for_selector(".muster-skeleton")
    assert page.locator(".muster-matrix-live").get_attribute("aria-busy") == "true"
    held[0].continue_()
    page.wait_for_selector(ROWS)

    assert page.locator(".muster-matrix-live").get_attribute("aria-busy") is None


def test_without_scripts_the_specs_are_listed_with_their_totals(browser: Browser, sample: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sample}/compliance/matrix/")
    plain = page.locator(".muster-matrix-plain")

    assert plain.locator("li").all_inner_texts() == [
        "Queue: 4 requirements (2 must, 1 should, 1 may; 2 specified, 1 implemented, 1 tested)",
        "Pool: 2 requirements (2 must; 2 specified)",
    ]
    plain.get_by_role("link", name="Queue").click()
    assert page.locator("h1").inner_text() == "Queue"
    context.close()


def many(sample_json: str, count: int) -> str:
    """The same data with so many rows."""
    found = json.loads(sample_json)
    few = found["columns"]
    found["columns"] = {name: [cells[row % len(cells)] for row in range(count)] for name, cells in few.items()}
    found["columns"]["id"] = [f"N-{row}" for row in range(count)]
    return json.dumps(found)


def wait_for_rows(page: Page, number: str) -> None:
    page.wait_for_function(f"document.querySelectorAll('{ROWS}').length {number}")


@pytest.fixture
def large(page: Page, sample: str) -> str:
    """The sample with 10,000 rows."""
    answer = page.request.get(f"{sample}/assets/muster/data/requirements.json")
    body = many(answer.text(), 10_000)
    page.route("**/requirements.json", lambda route: route.fulfill(body=body, content_type="application/json"))
    return sample


def test_of_ten_thousand_rows_only_those_in_view_are_drawn(page: Page, large: str) -> None:
    open_matrix(page, large)
    assert page.locator(".muster-count").inner_text() == "10,000 requirements"
    assert page.locator(ROWS).count() < 40

    page.evaluate("window.scrollTo(0, document.querySelector('.muster-grid-body').offsetHeight / 2)")
    page.wait_for_function(f"Number(document.querySelector('{ROWS}').getAttribute('aria-rowindex')) > 4000")
    assert page.locator(ROWS).count() < 40
    head = page.get_by_role("columnheader", name="Title").bounding_box()
    assert head is not None
    assert 40 <= head["y"] <= 60  # below the header of the site

    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.textContent") == "N-9999"
    box = page.locator(ROWS, has_text="N-9999").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 800 - box["height"]


def test_printed_are_the_filtered_rows_up_to_two_thousand(page: Page, large: str) -> None:
    open_matrix(page, large, "#q=n-12")
    page.emulate_media(media="print")
    wait_for_rows(page, "=== 111")
    assert page.locator(".muster-print-note").is_hidden()
    assert page.locator(".muster-filters").is_hidden()
    page.emulate_media(media="screen")
    wait_for_rows(page, "< 40")

    page.get_by_role("button", name="Clear filters").click()
    page.emulate_media(media="print")
    wait_for_rows(page, "=== 2000")
    assert (
        page.locator(".muster-print-note").inner_text()
        == "Only the first 2,000 of these 10,000 requirements are printed."
    )


def test_a_paper_has_the_rows(page: Page, sample: str, tmp_path: Path) -> None:
    open_matrix(page, sample)
    printed = page.pdf(path=tmp_path / "matrix.pdf")

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1
    assert shown(page) == EVERY


@pytest.mark.requirement("MU-CORE-0024")
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_hostile_texts_stay_texts_and_break_nothing(page: Page, hostile: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_matrix(page, hostile)
    rows = page.locator(ROWS)

    assert shown(page) == ["H-1001", "H-1002", "H-1003", "H-1004", "H-1005"]
    assert "<script>window.hacked = 1</script>" in rows.first.inner_text()
    assert page.locator(".muster-matrix-live :is(script, img, iframe, [onerror], [style*=url])").count() == 0
    assert page.locator(".muster-matrix-live a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None
    heights = [box["height"] for row in rows.all() if (box := row.bounding_box())]
    assert len(set(heights)) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelectorAll('.muster-grid-body .muster-cell-title > *')[2]).direction"
        )
        == "rtl"
    )
