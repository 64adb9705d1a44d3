"""The graph in a real browser: what a reader sees, walks, finds, sends on and hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9023", "MU-SITE-9032")]

MKDOCS = """\
site_name: Sample
docs_dir: specs
theme: {name: material, language: en, font: false}
plugins: [search, muster-specs, muster-compliance]
"""
HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
MANY = "".join(f"- [B-{number}] It MUST bear the load of number {number}.\n" for number in range(1001, 1101))
FILES = {
    "muster.toml": "",
    "mkdocs.yml": MKDOCS,
    "specs/index.md": "# Home\n",
    "specs/00-mother.md": f"# Mother\n\n{HEAD}- [M-1001] It MUST run.\n- [M-1002] It MUST stop.\n",
    "specs/10-queue.md": (
        f"# Queue\n\n{HEAD}- [Q-1001] It MUST run first. derives: M-1001\n"
        "- [Q-1002] It MUST NOT stop. derives: M-1002\n"
    ),
    "specs/20-burden.md": f"# Burden\n\n{HEAD}{MANY}",
    "src/queue.py": (
        'class Queue:\n    def push(self):\n        """implements: Q-1001, M-1001"""\n\n\n'
        'def free():\n    """implements: Q-1002"""\n'
    ),
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_push():\n    assert True\n",
}


@pytest.fixture(scope="package")
def woven(served: Callable[[str, Mapping[str, str]], str]) -> str:
    """The address of a site whose specs derive from each other."""
    return served("woven", FILES)


def open_graph(page: Page, address: str, node: str = "") -> None:
    page.goto(f"{address}/graph/{f'#node={node}' if node else ''}")
    page.wait_for_selector(".muster-graph-card, .muster-graph-above .muster-notice")


def seen(page: Page) -> dict[str, list[str]]:
    """The names on the cards below each title; that in the middle stands below none."""
    sections: list[tuple[str, list[str]]] = page.evaluate(
        """() => [...document.querySelectorAll(".muster-graph-section")].map((one) => [
            one.querySelector(".muster-graph-title")?.firstChild.textContent ?? "",
            [...one.querySelectorAll(".muster-graph-name, .muster-graph-none")].map((name) => name.textContent)])"""
    )
    return dict(sections)


def edges(page: Page) -> dict[str, int]:
    """How many curves there are of each kind."""
    kinds: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".muster-graph-lines > path")].filter((path) => path.getAttribute("d"))
            .map((path) => path.getAttribute("class").replace("muster-edge muster-edge-", ""))"""
    )
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def focused(page: Page) -> Any:
    return page.evaluate("() => document.activeElement.dataset.key ?? document.activeElement.textContent")


def node(page: Page) -> str:
    return unquote(page.url.partition("#node=")[2])


def test_all_specs_stand_between_the_code_that_fulfils_and_the_tests_that_prove_them(page: Page, woven: str) -> None:
    open_graph(page, woven)

    assert seen(page) == {"Code": ["queue.py"], "Specs": ["Mother", "Queue", "Burden"], "Tests": ["test_queue.py"]}
    assert edges(page) == {"derives": 1, "implements": 2, "verifies": 1}
    assert page.locator(".muster-graph-key").inner_text().split("\n")[0].split() == [
        *("implemented", "by", "verified", "by", "derives", "from")
    ]
    assert page.locator(".muster-graph-plain").is_hidden()


def test_a_requirement_stands_between_its_spec_its_kin_its_code_and_its_tests(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/Q-1001")

    assert seen(page) == {
        "In the spec": ["Queue"],
        "It derives from": ["M-1001"],
        "": ["Q-1001"],
        "Code that implements it": ["Queue.push"],
        "Tests that verify it": ["test_push"],
    }
    assert edges(page) == {"contains": 1, "derives": 1, "implements": 2, "verifies": 1}
    assert page.locator(".muster-graph-now .muster-badge").all_inner_texts() == ["must", "tested"]
    assert page.locator(".muster-graph-trail li").all_inner_texts() == ["All specs", "Queue", "Q-1001"]


def test_what_nothing_cites_says_so_in_words(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/M-1002")

    assert seen(page) == {
        "In the spec": ["Mother"],
        "": ["M-1002"],
        "Derived from it": ["Q-1002"],
        "Code that implements it": ["No code implements it yet."],
        "Tests that verify it": ["No test verifies it yet."],
    }


def test_a_walk_leads_from_the_spec_to_the_symbol_and_the_back_button_back(page: Page, woven: str) -> None:
    open_graph(page, woven)
    steps = []
    for key in ("spec/specs/10-queue.md", "requirement/Q-1001", "place/src/queue.py::Queue.push", "file/src/queue.py"):
        page.locator(f'.muster-graph-card[data-key="{key}"]').click()
        steps.append((node(page), page.locator('[aria-current="true"] .muster-graph-name').inner_text()))
    assert steps == [
        ("spec/specs/10-queue.md", "Queue"),
        ("requirement/Q-1001", "Q-1001"),
        ("place/src/queue.py::Queue.push", "Queue.push"),
        ("file/src/queue.py", "queue.py"),
    ]
    assert seen(page) == {
        "Specs of these requirements": ["Mother", "Queue"],
        "Requirements that it implements": ["M-1001", "Q-1001", "Q-1002"],
        "": ["queue.py"],
        "In this file": ["Queue.push", "free"],
        "Tests that verify the same": ["test_queue.py"],
    }

    page.go_back()
    assert focused(page) == "place/src/queue.py::Queue.push"
    page.go_back()
    page.go_back()
    page.go_back()
    assert node(page) == ""
    assert page.locator(".muster-graph-card").count() == 5


def test_the_keyboard_walks_opens_and_goes_back(page: Page, woven: str) -> None:
    open_graph(page, woven, "spec/specs/10-queue.md")
    page.locator('[aria-current="true"]').focus()
    walked = []
    for key in ("ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        walked.append(focused(page))

    assert walked == [
        *("requirement/Q-1002", "requirement/Q-1001", "requirement/Q-1002", "spec/specs/00-mother.md"),
        *("file/tests/test_queue.py", "requirement/Q-1001"),
    ]
    page.locator('[data-key="requirement/Q-1001"]').focus()
    page.keyboard.press("Enter")
    assert (node(page), focused(page)) == ("requirement/Q-1001",) * 2

    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text() == "Q-1001"
    page.keyboard.press("Escape")
    assert focused(page) == "requirement/Q-1001"

    page.keyboard.press("Backspace")
    page.wait_for_function("!location.hash.includes('requirement')")
    assert node(page) == "spec/specs/10-queue.md"
    page.keyboard.press("Backspace")
    assert (node(page), page.locator(".muster-graph-trail").count()) == ("", 0)


def test_one_stop_of_the_tab_key_is_the_picture(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/Q-1001")

    tabbed = page.locator(".muster-graph-walk [tabindex='0']")
    assert [one.get_attribute("data-key") for one in tabbed.all()] == ["requirement/Q-1001"]
    assert page.locator(".muster-graph-lines").get_attribute("aria-hidden") == "true"


def test_the_search_finds_specs_requirements_files_and_symbols(page: Page, woven: str) -> None:
    open_graph(page, woven)
    page.keyboard.press("/")
    page.keyboard.type("queue")
    options = page.get_by_role("option")
    assert [" ".join(text.split()) for text in options.all_inner_texts()] == [
        "Spec Queue specs/10-queue.md",
        "File queue.py src/queue.py",
        "Symbol Queue.push src/queue.py",
        "File test_queue.py tests/test_queue.py",
        "Symbol test_push tests/test_queue.py",
        "Symbol free src/queue.py",
    ]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    field = page.get_by_role("combobox")
    assert field.get_attribute("aria-activedescendant") == options.nth(2).get_attribute("id")

    page.keyboard.press("Enter")
    assert (node(page), focused(page)) == ("place/src/queue.py::Queue.push",) * 2

    page.keyboard.press("/")
    page.keyboard.type("nothing like that")
    assert options.all_inner_texts() == ["Nothing has this name."]
    page.keyboard.press("Escape")
    assert options.count() == 0


def test_a_large_spec_is_drawn_in_part_and_more_is_shown_on_demand(page: Page, woven: str) -> None:
    open_graph(page, woven, "spec/specs/20-burden.md")
    cards = page.locator(".muster-graph-section-requirements .muster-graph-card")
    button = page.locator(".muster-graph-more")
    assert (cards.count(), button.inner_text().split("\n")[0]) == (20, "Show 40 more of 80")

    button.click()

    assert (cards.count(), button.inner_text().split("\n")[0]) == (60, "Show 40 more")
    assert focused(page) == "requirement/B-1021"


def test_a_node_that_is_no_more_is_said_and_leads_to_all_specs(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/Q-9999")

    assert "This project knows nothing of the name Q-9999." in page.get_by_role("alert").inner_text()
    page.get_by_role("link", name="Show all specs").click()
    assert seen(page)["Specs"] == ["Mother", "Queue", "Burden"]


def test_the_links_of_a_spec_lead_to_its_page_its_compliance_and_its_rows(page: Page, woven: str) -> None:
    open_graph(page, woven, "spec/specs/10-queue.md")
    links = page.locator(".muster-graph-now-links a")

    assert [(one.inner_text(), one.evaluate("link => link.href").removeprefix(woven)) for one in links.all()] == [
        ("Read the spec", "/10-queue/"),
        ("Compliance", "/compliance/queue/"),
        ("In the matrix", "/compliance/matrix/#spec=specs%2F10-queue.md"),
    ]


def test_a_link_that_is_copied_leads_to_the_same_picture(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/Q-1001")
    page.get_by_role("button", name="Copy link to this picture").click()
    page.wait_for_selector(".muster-copied")

    assert page.evaluate("navigator.clipboard.readText()") == f"{woven}/graph/#node=requirement/Q-1001"


def test_each_curve_ends_at_its_cards_on_a_wide_window_and_none_is_seen_on_a_phone(page: Page, woven: str) -> None:
    open_graph(page, woven, "requirement/Q-1001")
    ends = page.evaluate(
        """() => {
            const box = (selector) => document.querySelector(selector).getBoundingClientRect();
            const path = document.querySelector(".muster-edge-contains"), walk = box(".muster-graph-walk");
            const from = box('.muster-graph-card[data-key="spec/specs/10-queue.md"]');
            const to = box('.muster-graph-card[data-key="requirement/Q-1001"]');
            const start = path.getPointAtLength(0), end = path.getPointAtLength(path.getTotalLength());
            return [
                start.x + walk.left - from.right, start.y + walk.top - (from.top + from.height / 2),
                end.x + walk.left - to.left, end.y + walk.top - (to.top + to.height / 2),
            ].map((off) => Math.abs(Math.round(off)));
        }"""
    )
    assert ends == [0, 0, 0, 0]

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator(".muster-graph-lines").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_hostile_text_stays_text(page: Page, hostile: str) -> None:
    for key in ("", "spec/specs/10-hostile.md", "requirement/H-1001", "requirement/H-1004"):
        open_graph(page, hostile, key)
        assert page.locator(".muster-graph :is(script, img, b)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("window.hacked") is None


def test_data_that_cannot_be_loaded_is_said_and_asked_for_again(page: Page, woven: str) -> None:
    def broken(route: Route) -> None:
        route.fulfill(status=500)

    page.route("**/graph.json", broken)
    page.goto(f"{woven}/graph/")
    alert = page.get_by_role("alert")
    assert "The graph could not be loaded." in alert.inner_text()

    page.unroute("**/graph.json", broken)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".muster-graph-card")
    assert alert.count() == 0


def test_without_javascript_the_picture_and_the_table_are_there(browser: Browser, woven: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{woven}/graph/")

        assert page.get_by_role("img", name="Specs and what they derive from").is_visible()
        assert page.locator("tbody th").all_inner_texts() == ["Mother", "Queue", "Burden"]
