"""Requirements on spec pages in a real browser: their badges, and all that the drawer tells of them."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from browser.conftest import HEAD, MKDOCS
from browser.policy import serving
from browser.whole import call
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9012", "MU-SITE-9032")]

ROWS = ".muster-grid-body > [role=row]"
URL = "https://example.org"  # in-page navigation goes to what the sitemap lists; the port comes with the server
SPEC = f"""\
# Queue

{HEAD}## Order

- [T-1001] It MUST run **first** things first.
- [T-1002] It MUST stop.
- [T-1003] It SHOULD be looked at by somebody.
- [T-1004] It MUST hold. See [T-1001].
- [T-1005] It MAY sing.
"""
FILES = {
    "mkdocs.yml": MKDOCS.replace("font: false", "font: false\n  features: [navigation.instant]").replace(
        "site_name: Sample", f"site_name: Sample\nsite_url: {URL}/"
    ),
    "zensical.toml": (
        '[project]\nsite_name = "Sample"\ndocs_dir = "specs"\n'
        'extra_css = ["made/assets/muster/muster.css"]\n'
        'extra_javascript = [{path = "made/assets/muster/muster.js", type = "module"}]\n'
        'markdown_extensions.muster = {pages = "made"}\n[project.theme]\nfont = false\n'
    ),
    "muster.toml": '[trace]\nresults = ["junit.xml"]\n',
    "specs/index.md": "# Home\n\nThe queue obeys [T-1001] always.\n",
    "specs/10-queue.md": SPEC,
    "src/queue.py": 'def first():\n    """implements: T-1001, T-1004"""\n',
    "tests/test_queue.py": (
        "# verifies: T-1001\ndef test_first():\n    pass\n\n\n# verifies: T-1004\ndef test_hold():\n    pass\n"
    ),
    "junit.xml": (
        '<testsuite><testcase classname="tests.test_queue" name="test_first"/>'
        '<testcase classname="tests.test_queue" name="test_hold"><failure message="It let go."/></testcase></testsuite>'
    ),
    "requirements/waivers.yaml": (
        "- {requirement: T-1002, rule: TRC, reason: The pool comes first., owner: Ada, expires: 2999-01-31}\n"
    ),
    "requirements/evidence.yaml": (
        "- {requirement: T-1003, kind: inspection, owner: Bob, date: 2026-01-31, reference: docs/audit.md}\n"
    ),
}


def traced_project(root: Path) -> Path:
    """A project whose first requirement was reviewed under other words than it has now."""
    (root / ".git").mkdir(parents=True)
    write(root, FILES)
    assert call(root, "muster", "sync") == 0
    call(root, "muster", "review", "--all")
    write(root, {"specs/10-queue.md": SPEC.replace("things first", "things last")})
    assert call(root, "muster", "sync") == 0
    return root


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of its site by Material, with in-page navigation."""
    root = traced_project(tmp_path_factory.mktemp("traced") / "project")
    assert call(root, "mkdocs", "build") == 0
    with serving(root / "site") as address:
        write(root, {"site/sitemap.xml": (root / "site/sitemap.xml").read_text("utf-8").replace(URL, address)})
        yield address


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of its site by Zensical, with the pages of `muster pages`."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("Zensical is not installed")
    root = traced_project(tmp_path_factory.mktemp("plain") / "project")
    (root / "mkdocs.yml").unlink()
    assert call(root, "muster", "pages", "specs/made", "--docs", "specs") == 0
    assert call(root, "zensical", "build", "--clean") == 0
    shutil.copy(root / "site/index.html", root / "site/404.html")  # the policy takes the theme's own scripts from it
    with serving(root / "site") as address:
        yield address


def opened(page: Page, address: str, identifier: str) -> Locator:
    """The drawer of a requirement, opened from its badges on the page of the spec."""
    page.goto(f"{address}/10-queue/")
    page.locator(f"a.muster-open[href$='#{identifier}']").click()
    return drawer_of(page)


def drawer_of(page: Page) -> Locator:
    page.wait_for_selector(".muster-drawer[open] .muster-drawer-links")
    return page.locator(".muster-drawer[open]")


def section(drawer: Locator, title: str) -> str:
    found = drawer.locator("section", has=drawer.page.locator("h3", has_text=title))
    return " ".join(found.inner_text().split())


def test_the_badges_of_a_requirement_are_one_named_link_that_opens_the_drawer(page: Page, traced: str) -> None:
    page.goto(f"{traced}/10-queue/")
    badges = page.get_by_role("link", name="T-1001: must, suspect; open")
    page.wait_for_selector("a.muster-open[href$='#T-1001'][aria-haspopup=dialog]")
    badges.focus()
    page.keyboard.press("Enter")

    drawer = drawer_of(page)
    assert page.url == f"{traced}/10-queue/"
    assert drawer.locator("h2").inner_text() == "T-1001"
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('a.muster-badges[href$=\"#T-1001\"]')")


def test_without_scripts_they_lead_to_the_row_that_tells_the_same(browser: Browser, traced: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{traced}/10-queue/")
    page.get_by_role("link", name="T-1004: must, failing; open").click()
    row = page.locator("tr", has=page.locator("#T-1004"))

    assert page.url == f"{traced}/compliance/queue/#T-1004"
    row.locator("summary").click()
    terms = [" ".join(text.split()) for text in row.locator(":is(dt, dd)").all_inner_texts()]
    context.close()
    assert terms[:2] == ["Text", "It MUST hold. See [T-1001]."]
    assert [term for term in terms if term in ("Code", "Tests", "Results", "Reviews")] == [
        "Code",
        "Tests",
        "Results",
        "Reviews",
    ]
    assert "src/queue.py:2 first" in terms
    assert any(term.startswith("failed") and "It let go." in term for term in terms)


def test_the_drawer_shows_the_words_that_a_suspect_had_and_has(page: Page, traced: str) -> None:
    drawer = opened(page, traced, "T-1001")

    assert drawer.locator(".muster-why").inner_text().split("\n")[-1] == (
        "its text changed since specs/index.md, src/queue.py, tests/test_queue.py were reviewed"
    )
    changed = drawer.locator("section", has=page.locator("h3", has_text="Changed since the last review"))
    assert changed.locator("del").all_inner_texts() == ["first."]
    assert changed.locator("ins").all_inner_texts() == ["last."]
    assert changed.locator("li").all_inner_texts() == ["specs/index.md", "src/queue.py", "tests/test_queue.py"]
    assert section(drawer, "Reviews") == "Reviews 3 " + " ".join(
        f"{path} reviewed under other words" for path in ("specs/index.md", "src/queue.py", "tests/test_queue.py")
    )
    assert section(drawer, "Findings").startswith("Findings 3 warning TRC")
    assert section(drawer, "Results") == "Results 1 passed tests.test_queue::test_first"


def test_the_drawer_shows_who_answers_for_a_waiver_and_how_long(page: Page, traced: str) -> None:
    drawer = opened(page, traced, "T-1002")
    left = (datetime(2999, 1, 31, tzinfo=UTC).date() - datetime.now(UTC).date()).days

    assert section(drawer, "Waivers") == (
        f"Waivers 1 waived TRC by Ada until 2999-01-31 ({left:,} days left) The pool comes first."
    )
    assert drawer.locator(".muster-why").inner_text().split("\n")[-1] == (
        "Ada answers for it until 2999-01-31: The pool comes first."
    )


def test_the_drawer_shows_evidence_and_failures(page: Page, traced: str) -> None:
    drawer = opened(page, traced, "T-1003")
    assert section(drawer, "Evidence") == (
        "Evidence 1 inspection by Bob on 2026-01-31: docs/audit.md requirements/evidence.yaml:1"
    )

    drawer = opened(page, traced, "T-1004")
    assert section(drawer, "Results") == "Results 1 failed tests.test_queue::test_hold It let go."


def test_a_reference_stays_a_link_with_a_title_and_opens_nothing(page: Page, traced: str) -> None:
    page.goto(f"{traced}/")
    reference = page.get_by_role("link", name="[T-1001]")
    assert reference.get_attribute("title") == "It MUST run first things last."
    reference.hover()
    reference.click()
    page.wait_for_url(f"{traced}/10-queue/#T-1001")

    assert page.locator("dialog").count() == 0


def test_after_an_in_page_navigation_everything_comes_up_once(page: Page, traced: str) -> None:
    page.goto(f"{traced}/compliance/")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="All in one table").click()
    page.wait_for_selector(ROWS)
    assert page.locator(".muster-grid-body").count() == 1
    page.locator(f"{ROWS} a", has_text="T-1003").click()
    drawer_of(page)
    assert page.url == f"{traced}/compliance/matrix/#requirement=T-1003"
    page.keyboard.press("Escape")

    page.locator(".md-nav__link", has_text="Queue").first.click()
    page.wait_for_selector("a.muster-open")
    assert page.locator(".muster-open").count() == 5
    page.locator("a.muster-open[href$='#T-1002']").click()
    assert drawer_of(page).locator("h2").inner_text() == "T-1002"
    assert page.locator("dialog").count() == 1

    page.get_by_role("link", name="In the graph").click()
    page.wait_for_selector(".muster-graph-card")
    assert page.locator("[data-muster=graph]").count() == 1
    page.go_back()
    page.wait_for_selector("a.muster-open")
    page.locator("a.muster-open[href$='#T-1001']").click()
    assert drawer_of(page).locator("h2").inner_text() == "T-1001"
    assert page.locator("dialog").count() == 1
    assert page.evaluate("window.stayed") is True


@pytest.mark.requirement("MU-SITE-9004")
def test_under_zensical_the_matrix_and_the_drawer_work_from_the_pages_that_muster_wrote(
    browser: Browser, plain: str
) -> None:
    page = browser.new_page()  # not the watched one: the theme of Zensical itself breaks the policy
    page.goto(f"{plain}/made/compliance/matrix/")
    page.locator(ROWS, has_text="T-1001").click()
    drawer = drawer_of(page)
    assert drawer.locator("h2").inner_text() == "T-1001"
    assert drawer.get_by_role("link", name="In its spec").get_attribute("href") == f"{plain}/10-queue/#T-1001"
    page.keyboard.press("Escape")
    assert page.locator(ROWS).count() == 5

    assert opened(page, plain, "T-1003").locator("h2").inner_text() == "T-1003"
    page.close()
