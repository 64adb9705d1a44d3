"""The pages of a built site in pieces: read and judged as if each had been read as a whole, and judged link by link."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.links import write_site
from bench.lychee import ours
from muster.links.built import Site, report_on
from muster.links.html import HtmlPage, line_of, page_of
from muster.links.pieces import Page, Reader

pytestmark = pytest.mark.requirement("MU-RULE-2013")

MARKUP = [
    "<a href=x>", "<a href='../y#z'>", '<a class="k" href="h" title="t">', "</a>", "</a>", "</A>", "</a", "<a name=n",
    "<script>", '<script class="k">', "<ScRipt src=q>", "</script>", "</script", "</SCRIPT >", "<style", "</style>",
    "<title>", "</title>", "<textarea id=t>", "</textarea/", "<template>", "</template>", "<!--", "-->", "--!>",
    "<!-->", "-", "=", '"', "'", "<", "</", ">", "/>", "/", "\n", "\r", " ", "<base href=b>", "<base href>", "<b x",
    "<i", "<i>", "<i/>", "<link rel=canonical href=c>", "<img srcset='a 1x, b 2x'", "<p id=", "<p id='a", "<p>",
    '<td class="x">', '<td class="<">', '<td class="x" id="r">', '<b\nclass="y"  title="z">', "<c<", 'class="',
    ' a="b"', "é", "\u00a0", "\ufeff", "&amp;", "&#x41;",
]  # fmt: skip
HREFS = [
    "#here", "#none", "#", "#a:~:text=b", "?q#here", "", "one/", "../one/", "../../one/#here", "../../../one/#none",
    "..", "../..", "./", "../#here", "./../one/index.html#here", "one//", ".hidden", "/one/", "/docs/one/#none",
    "//h.example/", "https://h.example/docs/one/#none", "https://h.example/docs#x", "mailto:a@b", "../a:b", "a:b",
    "%6Fne/", "../?q",
]  # fmt: skip
PAGES = ["index.html", "plain.html", "one/index.html", "one/two/index.html", "one/two/three/page.html", "x/y.html"]


def told(page: Page) -> tuple[object, ...]:
    hrefs = list(page.links)
    return page.anchors, hrefs, page.lines_of(hrefs), page.base, page.canonical


def told_of_the_whole(content: bytes) -> tuple[object, ...]:
    text = content.decode("utf-8", "replace")
    page: HtmlPage = page_of(text)
    lines = {href: line_of(text, offset) for href, offset in page.links.items()}
    return page.anchors, list(page.links), lines, page.base, page.canonical


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.lists(st.sampled_from(MARKUP), max_size=25).map("".join), min_size=1, max_size=3))
@example(["<script>'</a>'</a>\n</script><a href=a>", "<a href=b></a><!-- </a> <a href=no> </a> --><a href=c>"])
@example(["<p title='</a>", "<p title='</a>'><a href=a></a>", "<a href=</a><a href=b>", "<b</a><a href=a>"])
@example(["<a href=a></a>\n<a href=a></a>\n<a href=b></a>", "<a href=b></a>\n\n<a href=a></a>"])
def test_pages_in_pieces_are_read_as_each_is_as_a_whole(texts: list[str]) -> None:
    read = Reader()

    for content in [text.encode() for text in texts] * 2:
        assert told(read(content)) == told_of_the_whole(content)


@pytest.mark.parametrize(
    "content",
    [b"<a href='\xc3</a>\xa9'><a id='\xff'>", b"\xef\xbb\xbf<a href=\xe2\x82></a>\xac", b"<a href=\x00></a>\x00", b""],
    ids=["cut in a quoted value", "cut in a character", "zero", "empty"],
)
def test_bytes_that_are_no_utf_8_are_replaced_as_in_the_whole(content: bytes) -> None:
    assert told(Reader()(content)) == told_of_the_whole(content)


def test_a_script_that_holds_many_ends_of_links_is_joined_to_its_end() -> None:
    content = b"<a href=a></a><script>" + b"'</a>'" * 1000 + b"</script><a id=b href='#b'>c</a>\n<a href=d>e</a>"

    page = Reader()(content)

    assert told(page) == ({"b"}, ["a", "#b", "d"], {"a": 1, "#b": 1, "d": 2}, "", "")
    assert len(page.pieces) < 20


@settings(max_examples=1500, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(PAGES), st.lists(st.sampled_from(HREFS), max_size=8), min_size=1, max_size=len(PAGES)
    ),
    st.booleans(),
)
def test_links_that_pages_share_are_judged_as_each_is_on_its_own_page(
    hrefs: dict[str, list[str]], published: bool
) -> None:
    end = "<p id=here>"
    contents = {path: "".join(f"<a href='{href}'></a>" for href in found) + end for path, found in hrefs.items()}
    url = "https://h.example/docs/" if published else ""
    files = {*contents, "one/picture.svg"}
    site = Site({path: text.encode() for path, text in contents.items()}, files, url)

    report = report_on(site)

    alone = set()
    for path, found in hrefs.items():
        for href in found:  # with a text that no other page has, so that nothing is known of it
            single = {
                **{other: end.encode() for other in contents},
                path: f"<!--{path}--><a href='{href}'>{end}".encode(),
            }
            alone |= {
                (use.page, use.href, one.target) for one in report_on(Site(single, files, url)).dead for use in one.uses
            }
    assert {(use.page, use.href, one.target) for one in report.dead for use in one.uses} == alone
    assert report.links == sum(len(set(found)) for found in hrefs.values())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("href", ["#none", "no/", "../no/", "../../no/#x", "/no/", "./no/../no.html", "%6Eo"])
def test_a_dead_link_is_told_with_the_path_that_a_browser_would_ask_for(path: str, href: str) -> None:
    text = f"<a href='{href}'></a>".encode()
    report = report_on(Site(dict.fromkeys(PAGES, text), set(PAGES)))

    asked, _, fragment = href.partition("#")
    wanted = path if not asked else normpath(join("/", dirname(path), unquote(asked)))[1:]
    slash = "/" if asked.endswith("/") else ""
    assert [
        one.target for one in report.dead for use in one.uses if (use.page, use.href) == (path, href)
    ] == [f"{wanted}{slash}" + (f"#{fragment}" if fragment else "")]  # fmt: skip


@pytest.mark.site
def test_a_site_of_material_is_read_in_pieces_as_each_page_is_as_a_whole(tmp_path: Path) -> None:
    write_site(tmp_path, 30)
    read, pieces, pages = Reader(), set(), sorted((tmp_path / "site").rglob("*.html"))

    for path in pages:
        page = read(path.read_bytes())
        assert told(page) == told_of_the_whole(path.read_bytes())
        pieces |= set(page.pieces)

    assert len(pages) == 32
    assert len(pieces) < sum(len(read(path.read_bytes()).pieces) for path in pages) / 2
    _, dead = ours(tmp_path)
    assert sorted(dead) == sorted(
        fault
        for number in range(0, 30, 10)
        for fault in (
            (page_at(number), f"section-{number // 20}/gone/{number}", ""),
            (page_at(number), dirname(page_at(number + 1)), f"part-{number}-gone"),
        )
    )


def page_at(number: int) -> str:
    return f"section-{number // 20}/page-{number}/index.html"


def test_a_link_of_the_folder_is_listed_once_and_content_is_read_at_each_use(tmp_path: Path) -> None:
    from muster.store.folder import Contents, folder_of

    (tmp_path / "b").mkdir()
    for path in ("a.html", "b/c.html"):
        (tmp_path / path).write_text(path)
    (tmp_path / "d.html").symlink_to("a.html")

    found = folder_of(tmp_path)
    contents = Contents(tmp_path, sorted(found.paths))

    assert (dict(contents), len(contents), found.left_out) == (
        {"a.html": b"a.html", "b/c.html": b"b/c.html", "d.html": b"a.html"}, 3, ()
    )  # fmt: skip
    (tmp_path / "a.html").write_text("new")
    assert contents["a.html"] == b"new"


def test_reading_links_starts_no_parser_of_markdown(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<a href='#top'>")
    code = (
        "import sys; from muster.cli.app import run; run(['-C', sys.argv[1], 'links']);"
        "print(sorted({'markdown_it', 'rich', 'yaml', 'muster.pipeline'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
