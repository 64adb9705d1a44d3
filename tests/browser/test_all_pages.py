"""All pages of a site in a real browser, after one walk: what axe says, what a strict policy would block, what hostile
texts do, and whether a page is wider than the window.

All other tests of this folder are served with the same policy, and fail where a page breaks it: see `watching.py`.
"""

from __future__ import annotations

import os
import re
from importlib.resources import files as resources
from typing import TYPE_CHECKING

import pytest

from browser.policy import policy_of
from browser.watching import box_of
from browser.whole import OWN_HTML

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.walk import Seen, Violation

pytestmark = [pytest.mark.browser, pytest.mark.requirement("MU-SITE-9032")]
needs_axe = pytest.mark.skipif("MUSTER_AXE" not in os.environ, reason="`nox -s browser` brings axe-core")

# What Material itself fails and no CSS can mend: the rule, what it fails on, and why. The rest of what it fails is
# mended in muster.css: the underline of links, and the colours of code in links, of quiet code, and of the last line.
THEME = (
    ("target-size", r'class="md-nav__link', "its entries of the navigation stand closer than 24 px"),
    ("scrollable-region-focusable", r'class="md-typeset__scrollwrap', "its script wraps tables in boxes that scroll"),
    ("scrollable-region-focusable", r"^<code ", "its script takes the tabindex from code that was folded"),
)


def is_of_the_theme(violation: Violation) -> bool:
    return any(violation.rule == rule and re.search(html, violation.html) for rule, html, _ in THEME)


@needs_axe
@pytest.mark.requirement("MU-SITE-9030")
def test_axe_finds_nothing_in_what_muster_adds(seen: Seen) -> None:
    of_muster = [one for one in seen.violations if one.page != OWN_HTML and not is_of_the_theme(one)]

    assert "\n".join(map(str, of_muster)) == ""


@pytest.mark.requirement("MU-SITE-9030")
def test_each_kind_of_page_was_looked_at(seen: Seen) -> None:
    kinds = {path.partition("/")[0] for path in seen.pages}

    assert {"", "10-queue", "chains", "compliance", "dashboard", "graph", "identity"} <= kinds
    assert {"packets", "prompts", "rules", "runs"} <= kinds
    assert {"compliance/findings/", "compliance/holes/", "compliance/hostile/", "compliance/matrix/"} <= set(seen.pages)


@pytest.mark.requirement("MU-SITE-9031")
def test_no_page_breaks_the_policy(seen: Seen) -> None:
    assert [one for one in seen.trouble if not one.startswith(OWN_HTML)] == []


@pytest.mark.requirement("MU-SITE-9031")
def test_no_page_asks_another_host_for_anything(seen: Seen) -> None:
    assert [url for url in seen.asked if not url.startswith((f"{seen.address}/", "data:"))] == []
    assert f"{seen.address}/assets/muster/muster.css" in seen.asked


@pytest.mark.requirement("MU-SITE-9031")
def test_what_muster_adds_has_no_script_style_or_handler_inside(seen: Seen) -> None:
    assert [html for html in seen.inline if not html.startswith(OWN_HTML)] == []


@pytest.mark.requirement("MU-SITE-9031")
def test_the_scripts_make_no_code_and_no_markup_of_text() -> None:
    shipped = [file for file in resources("muster.site").joinpath("assets").iterdir() if file.name.endswith(".js")]
    risky = re.compile(
        r"\beval\b|new Function|(?:inner|outer)HTML|insertAdjacentHTML|document\.write|setTimeout\([\"'`]"
    )

    assert len(shipped) > 5
    assert [
        (file.name, risky.findall(file.read_text("utf-8"))) for file in shipped if risky.search(file.read_text())
    ] == []


@pytest.mark.requirement("MU-SITE-9031")
def test_the_policy_of_a_site_knows_no_script_of_a_page(tmp_path: Path) -> None:
    theme = '<html><script>var base=new URL("/",location)</script></html>'
    page = theme.replace('"/"', '".."').replace("</html>", "<article><script>alert(1)</script></article></html>")
    (tmp_path / "404.html").write_text(theme, "utf-8")
    (tmp_path / "index.html").write_text(page, "utf-8")

    policy = policy_of(tmp_path)

    assert policy.count("sha256-") == 2  # the theme's own, as it stands in either page
    assert "unsafe" not in policy


@pytest.mark.requirement("MU-SITE-9031")
def test_no_text_of_a_project_runs_on_a_page_that_muster_makes(seen: Seen) -> None:
    assert seen.hacked == [
        OWN_HTML
    ]  # the document itself: Markdown lets its author write HTML, and so it does run here


@pytest.mark.requirement("MU-SITE-9030")
def test_no_page_scrolls_sideways(seen: Seen) -> None:
    assert seen.wide == []


@pytest.mark.requirement("MU-CHAIN-7052", "MU-SITE-9030")
def test_the_drawing_of_a_chain_scrolls_in_its_box_and_all_that_is_folded_is_on_paper(
    whole: tuple[str, Path], page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{whole[0]}/chains/001-open/")

    fold = "open => document.querySelectorAll('details').forEach(one => { one.open = open })"
    page.evaluate(fold, True)
    assert page.locator(".muster-diagram").evaluate("box => box.scrollWidth > box.clientWidth")
    page.evaluate(fold, False)
    page.emulate_media(media="print")
    assert page.locator("pre.muster-lines").first.evaluate("box => box.checkVisibility()")


@pytest.mark.requirement("MU-SITE-9030")
def test_long_lines_of_a_packet_scroll_in_their_box_below_or_beside_what_they_quote(
    whole: tuple[str, Path], page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{whole[0]}/packets/WP-1-Queue-v1/")

    boxes = page.locator(".muster-beside").first.locator("pre > code")
    assert boxes.count() == 2
    assert boxes.nth(1).evaluate("box => [box.scrollWidth > box.clientWidth, box.tabIndex]") == [True, 0]
    above, below = (box_of(boxes.nth(i)) for i in (0, 1))
    assert above["y"] + above["height"] <= below["y"]
    page.set_viewport_size({"width": 1440, "height": 900})
    left, right = (box_of(boxes.nth(i)) for i in (0, 1))
    assert (left["y"], left["x"] + left["width"] <= right["x"]) == (right["y"], True)


@pytest.mark.requirement("MU-PRM-6031", "MU-SITE-9030")
def test_the_budget_of_a_prompt_can_be_read_in_both_schemes(whole: tuple[str, Path], page: Page) -> None:
    address, site = whole
    (compiled,) = (one.parent.name for one in site.glob("prompts/*-*/index.html") if one.parent.name != "packs")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/prompts/{compiled}/")

    bar = page.locator(".muster-budget svg").last
    assert 300 < box_of(bar)["width"] <= 390
    for scheme in ("default", "slate"):
        page.evaluate(f"document.body.setAttribute('data-md-color-scheme', '{scheme}')")
        colours = "part => [getComputedStyle(part).fill, getComputedStyle(part).stroke]"
        for kind in ("prefix", "value-0", "template"):
            fill, stroke = bar.locator(f"rect.muster-share-{kind}").first.evaluate(colours)
            words = bar.locator(f"text.muster-share-{kind}").first
            if words.count():
                assert contrast(fill, words.evaluate("part => getComputedStyle(part).fill")) >= 4.5
            assert contrast(fill, stroke) >= 3


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, `rgb(1, 2, 3)`."""
    values = sorted(_luminance(colour) for colour in (one, other))
    return (values[1] + 0.05) / (values[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
