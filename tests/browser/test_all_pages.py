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
from browser.whole import OWN_HTML

if TYPE_CHECKING:
    from pathlib import Path

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
    assert {"compliance/findings/", "compliance/holes/", "compliance/matrix/", "compliance/queue/"} <= set(seen.pages)


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
