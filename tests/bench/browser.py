"""The matrix in a real browser: when it can be used, beside an empty page of the theme, and how smoothly it filters.

`measure` takes a built site and the site of one empty page, opens both in turn in Debian's Chromium, each time with an
empty cache, and types into the search field of the matrix.
"""

from __future__ import annotations

import functools
import statistics
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WORDS = ("queue lease", "must not release", "no such word")
# Written down in the page itself, so that the driver's own time is not counted.
_USABLE = """(() => {
    const look = () => document.readyState === "complete" && (!location.pathname.endsWith("/matrix/")
        || document.querySelector(".muster-grid-body > [role=row]")) ? window.usable = performance.now()
        : requestAnimationFrame(look);
    look();
})()"""
_FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const next = () => {
        const now = performance.now();
        frames_.push(now - last);
        last = now;
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds until a page can be used, as medians, their ratio round by round, and the longest frame."""

    empty: float
    matrix: float
    ratio: float
    frame: float  # the longest while typing, as the median over the rounds
    worst: float  # and over all of them


def measure(site: Path, empty: Path, rounds: int) -> Cost | None:
    """What the matrix of a built site costs; None where there is no Chromium."""
    if not CHROMIUM.exists():
        return None
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        addresses = [stack.enter_context(_served(folder)) for folder in (empty, site)]
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        pages = (f"{addresses[0]}/", f"{addresses[1]}/compliance/matrix/")
        _usable(browser, pages[1])  # the first of all pays for the start of the browser
        found = [tuple(_usable(browser, page) for page in pages) for _ in range(rounds)]
        frames = [_longest_frame(browser, pages[1]) for _ in range(3)]
        browser.close()
    return Cost(
        empty=statistics.median(one for one, _ in found),
        matrix=statistics.median(other for _, other in found),
        ratio=statistics.median(other / one for one, other in found),
        frame=statistics.median(frames),
        worst=max(frames),
    )


def _usable(browser: Browser, address: str) -> float:
    """Milliseconds from the start of the navigation until a page is complete, and the matrix has its rows."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(_USABLE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.usable")
    found = float(page.evaluate("window.usable"))
    context.close()
    return found


def _longest_frame(browser: Browser, address: str) -> float:
    """The longest time between two frames while somebody types and deletes words in the search field."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".muster-grid-body > [role=row]")
    page.wait_for_timeout(1000)
    page.get_by_role("searchbox", name="Search ID, text or path").focus()
    page.evaluate(_FRAMES)
    for word in WORDS:
        page.keyboard.type(word, delay=60)
        for _ in word:
            page.keyboard.press("Backspace", delay=30)
    longest = float(page.evaluate("Math.max(...frames_)"))
    context.close()
    return longest


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The address where a folder is served on this machine."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
