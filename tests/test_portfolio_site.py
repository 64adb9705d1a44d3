"""The pages of a portfolio: whole HTML that needs no host, no script and nothing from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from muster.model import CitationKind, Level, Severity, Status
from muster.portfolio.joining import joined
from muster.portfolio.values import MOST_FINDINGS, Joined, Named, ReadFinding, Reading, ReadRequirement, State
from muster.settings import Settings
from muster.site.portfolio import portfolio_files
from muster.site.portfolio_parts import MOST
from muster.trace.citations import chosen_by
from muster.trace.hits import hits_in
from muster.trace.marks import patterns_of, scan_of

EVIL = "<script>alert(1)</script> & `code` \u202eevil"


def requirement(identifier: str, status: Status = Status.SPECIFIED, spec: int = 0) -> ReadRequirement:
    return ReadRequirement(identifier, EVIL, Level.MUST, status, spec)


def example(citations: int = 3) -> Joined:
    core = Reading(
        "größe.1",
        passes=True,
        specs=(("specs/a.md", EVIL), ("specs/b.md", "B")),
        requirements=(requirement("A-1001", Status.VERIFIED), requirement("A-1002"), requirement("A-1003", spec=1)),
        severities={Severity.ERROR: 150},
        rules={"DRF001": 150},
        findings=(ReadFinding("DRF001", Severity.ERROR, f"{EVIL}.md", 3, 1, EVIL),) * MOST_FINDINGS,
    )
    named = tuple(
        Named("src/q.py", line, 3, CitationKind.IMPLEMENTS, one, identifier)
        for line in range(1, citations + 1)
        for one, identifier in (("größe.1", "A-1002"), ("größe.1", "A-1009"), ("gone", "X-1001"))
    )
    gone = Reading("gone", State.ABSENT, "it is not cloned yet: `muster portfolio --fetch` does it", "/home/x")
    return joined(EVIL, [gone, core, Reading("queue", named=named)])


def pages(found: Joined) -> dict[str, str]:
    return {one.path: one.data.decode() for one in portfolio_files(found) if one.path.endswith(".html")}


class Tags(HTMLParser):
    """The elements of a page with their attributes; each is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", ["index.html", "repositories/größe.1.html", "repositories/gone.html"])
def test_a_page_is_well_formed_and_runs_nothing(path: str) -> None:
    tags = Tags(pages(example())[path])

    assert tags.open == []
    assert {tag for tag, _ in tags.found} & {"script", "iframe", "object", "style", "img"} == set()
    assert [name for _, attributes in tags.found for name in attributes if name.startswith("on")] == []


def test_each_link_leads_to_a_file_of_the_site_and_none_to_another_host() -> None:
    found = example()
    files = {one.path for one in portfolio_files(found)}

    links = set()
    for path, text in pages(found).items():
        for _, attributes in Tags(text).found:
            if href := attributes.get("href"):
                links.add(str(Path("/") / Path(path).parent / unquote(href)))

    resolved = {re.sub(r"/[^/]+/\.\./", "/", link).lstrip("/") for link in links}
    assert resolved == files


def test_a_text_from_a_repository_is_shown_as_it_stands() -> None:
    page = pages(example())["repositories/größe.1.html"]

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>code</code> \\u202eevil" in page
    assert "\u202e" not in page


def test_what_the_system_says_stays_on_the_terminal() -> None:
    assert [path for path, text in pages(example()).items() if "/home/x" in text] == []


def test_the_page_of_an_absent_repository_says_why() -> None:
    page = pages(example())["repositories/gone.html"]

    assert "<p>It is not cloned yet: <code>muster portfolio --fetch</code> does it.</p>" in page


def test_long_tables_end_and_say_where_the_rest_is() -> None:
    found = pages(example(MOST + 7))

    assert "7 further citations in portfolio.json" in found["index.html"]
    assert "50 further findings: <code>muster check</code> there shows all." in found["repositories/größe.1.html"]
    assert f"and {MOST + 4} more" in found["repositories/queue.html"]


def test_the_first_page_counts_what_is_not_read() -> None:
    page = pages(example())["index.html"]

    assert "<p>1 of 2 repositories passes its gate. 1 is not read.</p>" in page
    assert "3 citations are of repositories that were not read." in page


def test_a_page_that_lies_in_a_repository_cites_nothing_there() -> None:
    page = pages(example())["repositories/größe.1.html"]
    patterns = patterns_of(scan_of(Settings(), ["A-1001"]))

    assert chosen_by(Settings().trace)("portfolio/repositories/größe.1.html")
    assert hits_in(page.encode(), "portfolio/repositories/größe.1.html", patterns) == ()
