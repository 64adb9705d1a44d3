"""A walk over all pages of a built site in a real browser, and what it saw: one load of each page for all tests."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.watching import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

WIDTHS = (1280, 390)
ALONE = ("findings", "holes", "matrix")  # below compliance/, each a page of its own kind
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Each page by axe in both schemes, in one at the width of a desk and in the other at that of a phone: there by the
# rules alone that colours and widths have a say in.
_ALL = {"type": "tag", "values": AXE_TAGS}
_SEEN = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
_WAYS = ((1280, "default", _ALL), (390, "slate", _SEEN))
# The frame of the theme is the same on each page, and so looked at on the first.
_AXE = """async ([only, whole]) => {
    const drawer = document.querySelector("dialog[open]");
    const where = drawer ? {include: [["dialog[open]"]]} : whole ? document : {include: [["article"]]};
    const found = await axe.run(where, {runOnly: only, resultTypes: ["violations"]});
    return found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.target.flat().join(" "), node.html,
        node.failureSummary ?? ""]));
}"""


@dataclass(frozen=True)
class Violation:
    """What axe says of one element."""

    rule: str
    target: str
    html: str
    page: str
    scheme: str
    width: int
    why: str = field(compare=False, default="")

    def __str__(self) -> str:
        return (
            f"{self.page} {self.scheme} {self.width}: {self.rule} {self.target}\n    {self.html[:200]}\n    {self.why}"
        )


@dataclass
class Seen:
    """What the walk saw, page by page."""

    address: str
    pages: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    hacked: list[str] = field(default_factory=list)  # pages on which a text of the project ran
    wide: list[str] = field(default_factory=list)  # pages that scroll sideways
    inline: list[str] = field(default_factory=list)  # what the articles bring of styles, scripts and handlers
    violations: list[Violation] = field(default_factory=list)


def pages_of(site: Path) -> list[str]:
    """The addresses of the pages of a site, below its root: of many alike the index and the first."""
    found: dict[tuple[str, int], str] = {}
    for address in sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")):
        kind, _, below = address.partition("/")
        alike = address if below in ALONE else kind
        found.setdefault((alike, address.count("/")), "" if address == "." else f"{address}/")
    return list(found.values())


def walk(browser: Browser, address: str, site: Path, *, axe: bool, drawers: Sequence[str] = ()) -> Seen:
    """Look at each page at each width, with all open that is folded; then at the drawers of some requirements."""
    context = browser.new_context(reduced_motion="reduce")
    window = Window(context.new_page(), context)
    window.watch()
    seen = Seen(address, asked=window.asked, trouble=window.trouble)
    script = Path(os.environ["MUSTER_AXE"]).read_text("utf-8") if axe else ""
    for path in (*pages_of(site), *(f"compliance/matrix/?{name}#requirement={name}" for name in drawers)):
        page = window.page
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        window.where = f"{path}: "
        page.goto(f"{address}/{path}")
        if page.locator("[data-muster]").count():
            page.wait_for_load_state("networkidle")
        if "#requirement=" in path:
            page.wait_for_selector(".muster-drawer[open] .muster-drawer-text")
        seen.pages.append(path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        if page.evaluate("window.hacked === 1 || parent.hacked === 1"):
            seen.hacked.append(path)
        seen.inline += [f"{path}: {html}" for html in page.evaluate(_INLINE)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            extent = page.evaluate("document.documentElement.scrollWidth")
            if extent > width:
                seen.wide.append(f"{path} at {width}: {extent}, {page.evaluate(_WIDEST, width)}")
        if axe:
            page.evaluate(f"{script};({_THINNED})()")
            seen.violations += _violations(page, path)
    context.close()
    return seen


_INLINE = """() => [...document.querySelectorAll("article *, dialog *")].filter(one =>
    one.getAttributeNames().some(name => name.startsWith("on")
        || (name === "style" && !one.closest(".muster-drawer, [data-muster]"))) // ours, set by a script
    || one.matches("script, style, iframe, object, embed")
    || /^\\\\s*javascript:/i.test(one.getAttribute("href") ?? one.getAttribute("src") ?? ""))
    .map(one => one.outerHTML.slice(0, 200))"""
# Of many rows, lines and entries that are alike the first few: axe takes as long for each.
_THINNED = """() => {
    const alike = "article tbody > tr:nth-child(n+7), article pre code > :nth-child(n+12), article li:nth-child(n+7)";
    for (const one of document.querySelectorAll(alike)) one.remove();
}"""
_WIDEST = """width => [...document.querySelectorAll("body *")].filter(one => {
    const box = one.getBoundingClientRect();
    if (box.right <= width + 1 || !box.width) return false;
    for (let up = one.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== "visible") return false;
    return true;
}).map(one => one.tagName + "." + one.className).slice(0, 5).join(" ")"""


def _violations(page: Page, path: str) -> Iterator[Violation]:
    for width, scheme, only in _WAYS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(f"document.body.setAttribute('data-md-color-scheme', {json.dumps(scheme)})")
        found: list[Any] = page.evaluate(_AXE, [only, not path])
        for rule, target, html, why in found:
            yield Violation(rule, target, html, path, scheme, width, why)
