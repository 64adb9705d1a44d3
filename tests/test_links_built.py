"""The links of a built site: how a page is read, which links are dead, and what `muster links` says."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.links import theirs
from muster.cli.app import run
from muster.links.built import Dead, Site, Use, report_on
from muster.links.html import Tags, line_of, page_of

Captured = pytest.CaptureFixture[str]

MKDOCS = """\
site_name: Sample
site_url: https://example.org/docs/
theme: {name: material, font: false}
repo_url: https://example.org/repository
markdown_extensions: [admonition, attr_list, footnotes, tables, toc: {permalink: true}, pymdownx.superfences]
validation: {links: {not_found: ignore, anchors: ignore}}
"""
HOME = """\
# Home

[good](guide/start.md#first-steps) [far](https://example.org/docs/guide/start/#nothing) [gone](guide/none.md)
[note][^1] <a name="old"></a> <img src="logo.svg" alt="a > b"> [mail](mailto:a@example.org) [up](#top) [old](#old)

[^1]: A note.
"""
START = "# Start\n\n## First steps { #first-steps .wide }\n\n[home](../index.md#home) [bad](../index.md#house)\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose site Material has built."""
    root = tmp_path_factory.mktemp("built")
    for path, text in {
        "mkdocs.yml": MKDOCS,
        "docs/index.md": HOME,
        "docs/guide/start.md": START,
        "docs/logo.svg": "<svg/>",
        **{f"docs/more/{number}.md": f"# More {number}\n\n```html\n<a href='x'>\n```\n" for number in range(4)},
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root


class Oracle(HTMLParser):
    """What Python's own parser sees of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: dict[str, int] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("textarea", "title"):  # newer Pythons know them themselves
            self.set_cdata_mode(tag)
        found: dict[str, str] = {}
        for name, value in attrs:
            found.setdefault(name, value or "")
        names = [found.get("id"), found.get("name") if tag == "a" else None]
        self.anchors.update(name for name in names if name)
        targets = []
        if tag in ("a", "area", "link") and "href" in found:
            hint = tag == "link" and {"preconnect", "dns-prefetch"} & set(found.get("rel", "").split())
            targets += [] if hint else [found["href"].strip()]
        if tag in ("img", "script", "iframe", "source", "video", "audio") and "src" in found:
            targets.append(found["src"].strip())
        if tag in ("img", "source") and "srcset" in found:
            targets += [part.split()[0] for part in found["srcset"].split(", ")]
        for target in targets:
            self.links.setdefault(target, self.getpos()[0])


def read(text: str, known: Tags | None = None) -> tuple[set[str], dict[str, int]]:
    page = page_of(text, known)
    return set(page.anchors), {target: line_of(text, offset) for target, offset in page.links.items()}


@pytest.mark.site
def test_each_page_of_a_real_site_is_read_as_pythons_parser_reads_it(built: Path) -> None:
    pages = sorted((built / "site").rglob("*.html"))
    known: Tags = {}

    for page in pages:
        text = page.read_text(encoding="utf-8")
        oracle = Oracle(text)
        assert read(text, known) == (oracle.anchors, oracle.links)
        assert len(oracle.links) > 10

    assert len(pages) == 7


@pytest.mark.parametrize(
    "text",
    [
        "<p id=one class='two'><a href=x.html>x</a><A HREF='y' NAME=\"z\" ID=w>",
        "<a\n  href = 'a b'\n  id\n=\n\"c\"><a href><a href=''><a id=''>",
        "<a title='id=no href=no' data-id=no data-href='no' href='yes'>",
        "<a title=\"<a href='no'>\" href=yes><a title='>' href=also>",
        "<!-- <a href=no id=no> --><a href=yes><!----><a href=two><!-- > --><a href=three>",
        '<script>let x = \'<a href="no" id="no">\'</script><script src=yes.js></script><a href=z>',
        "<style id=s>a > b {}</style><title>a <a href=no></title><textarea id=t><a href=no></TEXTAREA><a href=yes>",
        "<scripture id=a><a href=b></scripture>",
        "<a href='?a=1&amp;b=2&copy;#x'><a href='&#x41;&quot;'><p id='&lt;'>",
        "<img src=a.png srcset='b.png 1x, c.png 2x'><source srcset=d.png><video src=e><audio src=f><iframe src=g>",
        "<map><area href=h></map><link rel=stylesheet href=i.css><link rel='preconnect' href=https://no.example>",
        "<a href=a href=b id=c id=d><br/><img src=e/><img src='f'/>",
        "<!DOCTYPE html><?xml version='1.0'?><a href=a></a ><p>1 < 2 <a href=b> 3 > 2</p>< a href=no>",
        "<svg><a xlink:href=no href=yes></a><path d='M0 0' id=p /></svg>",
        "<a href=a\tid=b\n>\r\n<a href=c>\n\n<a href=a><a href=d>",
        "<p id=ä><a href='ü#ö'><a href=\"it's\"><a href='say \"x\"'>",
    ],
)
def test_a_hostile_snippet_is_read_as_pythons_parser_reads_it(text: str) -> None:
    oracle = Oracle(text)

    assert read(text) == (oracle.anchors, oracle.links)
    assert oracle.links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("<a href=a><!-- <a href=no>" + "-" * 1000, {"a": 1}),
        ("<a href=a><script><a href=no>", {"a": 1}),
        ("<a href=a><b title='<a href=no>", {"a": 1}),
        ("<a href=a>" + "<a b " * 200_000, {"a": 1}),
        ("<a href=a>" + "<a b=' " * 200_001, {"a": 1}),
        ("<a href=a>" + "<!-" * 200_000, {"a": 1}),
        ("<a href=a>" + "<script>" * 100_000, {"a": 1}),
    ],
)
def test_what_is_never_closed_reaches_to_the_end_and_costs_no_more_than_that(text: str, links: dict[str, int]) -> None:
    assert read(text)[1] == links


def site(pages: dict[str, str], files: tuple[str, ...] = (), url: str = "") -> Site:
    return Site({path: text.encode() for path, text in pages.items()}, {*pages, *files}, url)


def dead_in(pages: dict[str, str], files: tuple[str, ...] = (), url: str = "") -> list[tuple[str, str]]:
    return [(one.uses[0].href, one.reason) for one in report_on(site(pages, files, url)).dead]


def test_a_dead_link_is_told_with_page_line_target_and_reason() -> None:
    report = report_on(
        site(
            {
                "index.html": "<h1 id=home>\n<a href=guide/#one>\n<a href=guide/#ones>\n<a href=none/>\n",
                "guide/index.html": "<h2 id=one>\n<a href='../none/'><a href='../index.html#home'><a href=..>",
            }
        )
    )

    assert (report.pages, report.links, report.external) == (2, 6, {})
    assert report.dead == (
        Dead(
            "none/",
            "there is no none/index.html",
            (Use("guide/index.html", 2, "../none/"), Use("index.html", 4, "none/")),
            repeated=False,
        ),
        Dead(
            "guide/#ones",
            "guide/index.html has no anchor 'ones'",
            (Use("index.html", 3, "guide/#ones"),),
            repeated=False,
            near="one",
        ),
    )


@pytest.mark.parametrize(
    "href",
    [
        "#",
        "#top",
        "#TOP",
        "#a%20b",
        "#50%25",
        "#a b",
        "#here:~:text=words",
        "?query=1#here",
        "sub/",
        "sub",
        "sub/index.html#there",
        "./sub/../sub/#there",
        "../../sub/#there",
        "/sub/#there",
        "%73ub/",
        "picture.svg#icon",
        "mailto:a@example.org",
        "javascript:void(0)",
        "data:,x",
        "tel:1",
    ],
)
def test_a_link_that_a_browser_follows_is_not_dead(href: str) -> None:
    pages = {"index.html": f"<a href='{href}'><p id=here><p id='a b'><p id='50%25'>", "sub/index.html": "<p id=there>"}

    assert dead_in(pages, ("picture.svg",)) == []


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("none.html", "there is no such file"),
        ("none/", "there is no none/index.html"),
        ("Sub/", "there is no Sub/index.html"),
        ("empty/", "the folder has no index.html"),
        ("picture.svg/", "there is no picture.svg/index.html"),
        ("#none", "index.html has no anchor 'none'"),
        ("sub#Here", "sub/index.html has no anchor 'Here'"),
        ("http:none", ""),
    ],
)
def test_a_link_to_what_is_not_there_is_dead(href: str, reason: str) -> None:
    pages = {"index.html": f"<a href='{href}'>", "sub/index.html": "<p id=here>"}

    assert dead_in(pages, ("picture.svg", "empty/file.txt")) == ([(href, reason)] if reason else [])


def test_a_link_without_a_path_stays_on_its_page() -> None:
    text = "<p id=here><a href='#here'><a href='?q=1#here'><a href=''><a href='#none'>"

    assert dead_in({"index.html": "", "sub/page.html": text}) == [("#none", "sub/page.html has no anchor 'none'")]


def test_an_address_of_the_site_itself_is_inside() -> None:
    text = (
        "<link rel=canonical href=https://example.org/docs/><a href=https://example.org/docs/none/><a href=/docs/sub/>"
        "<a href=//EXAMPLE.org/docs#x><a href=http://example.org/docs/sub/#y><a href=/other/>"
        "<a href=https://example.org/docsearch/#z>"
    )
    pages = {"index.html": text, "sub/index.html": ""}

    report = report_on(site(pages))

    assert [one.target for one in report.dead] == ["sub/#y", "none/"]
    assert list(report.external) == ["https://example.org/docsearch/", "https://example.org/other/"]
    assert list(report_on(site(pages, url="https://example.net/")).external) == [
        "http://example.org/docs/sub/",
        "https://EXAMPLE.org/docs",
        "https://example.org/docs/",
        "https://example.org/docs/none/",
        "https://example.org/docsearch/",
    ]


def test_the_base_of_a_page_holds_for_all_its_links() -> None:
    pages = {
        "index.html": "",
        "a/index.html": "<base href='../b/'><a href=c.html><a href='#x'><a href='/a/'>",
        "b/index.html": "<p id=x>",
        "c/index.html": "<base href='../b/page.html'><a href='#y'>",
        "far/index.html": "<base href=https://example.org/one/><a href=two#x>",
    }

    report = report_on(site(pages))

    assert [(one.target, one.uses) for one in report.dead] == [
        ("b/c.html", (Use("a/index.html", 1, "c.html"),)),
        ("b/page.html#y", (Use("c/index.html", 1, "#y"),)),
    ]
    assert list(report.external) == ["https://example.org/one/two"]


def test_an_external_address_is_one_for_all_its_fragments_and_has_no_blanks() -> None:
    text = "<a href='https://example.org/a#x'>\n<a href='https://example.org/a#y'><a href='//h/a b\tc'>"
    text += "<a href='http://Bücher.example/ö'>"

    assert report_on(site({"index.html": text})).external == {
        "http://xn--bcher-kva.example/ö": (Use("index.html", 2, "http://Bücher.example/ö"),),
        "https://example.org/a": (
            Use("index.html", 1, "https://example.org/a#x"),
            Use("index.html", 2, "https://example.org/a#y"),
        ),
        "https://h/a%20bc": (Use("index.html", 2, "//h/a b\tc"),),
    }


def test_a_target_that_something_else_makes_is_fine() -> None:
    made = site({"index.html": "<a href='api/x.html'><a href='none.html'>"})

    assert [one.target for one in report_on(made, ("api/**",)).dead] == ["none.html"]


@pytest.mark.requirement("MU-RULE-2020")
@pytest.mark.site
def test_a_real_site_has_the_dead_links_that_were_written(built: Path, capfd: Captured) -> None:
    status = run(["-C", str(built), "links"])

    captured = capfd.readouterr()
    lines = captured.out.splitlines()
    assert (status, len(lines)) == (1, 6)
    assert [line.split(": ", 1)[1] for line in lines[::2]] == [
        "error: ../../#house is dead: index.html has no anchor 'house'",
        "error: guide/none.md is dead: there is no such file",
        "error: https://example.org/docs/guide/start/#nothing is dead: guide/start/index.html has no anchor 'nothing'",
    ]
    number = lines[0].split(":")[1]
    page = (built / "site/guide/start/index.html").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("site/guide/start/index.html:")
    assert "#house" in page[int(number) - 1]
    assert captured.err.startswith("7 pages, ")


@pytest.mark.requirement("MU-RULE-2013", "MU-RULE-2020")
def test_linkchecker_finds_the_same_links_dead() -> None:
    pages = {
        "index.html": "<a href=guide/>a</a> <a href=guide/#one>b</a> <a href=guide/#two>c</a> <a href=gone/>d</a>",
        "guide/index.html": "<h2 id=one>One</h2><a href=../plain.html#b>a</a> <a href=./#One>b</a> <a href=#one>c</a>",
        "plain.html": "<p id='a b'></p><a href='#a%20b'>a</a> <a href=guide/none.html>b</a> <img src=gone.png>",
    }
    with TemporaryDirectory(prefix="muster-links-") as name:  # where LinkChecker comes in as nobody
        write(Path(name), {f"site/{path}": f"<!DOCTYPE html><title>T</title>{text}" for path, text in pages.items()})
        _, by_linkchecker = theirs(Path(name))

    by_muster = {(use.page, one.target) for one in report_on(site(pages)).dead for use in one.uses}
    assert len(by_muster) == 6
    assert by_muster == by_linkchecker


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_what_the_navigation_repeats_is_told_once(tmp_path: Path, capfd: Captured) -> None:
    write(tmp_path, {f"site/{n}.html": "<a href=gone.html>\n" for n in range(6)} | {"site/1.html": "<a href=one.html>"})

    assert run(["-C", str(tmp_path), "links"]) == 1
    assert capfd.readouterr().out == (
        "site/0.html:1: error: gone.html is dead: there is no such file\n"
        "  help: it stands on 5 of 6 pages: look in the navigation and the theme\n"
        "site/1.html:1: error: one.html is dead: there is no such file\n"
        "  help: mend the link in the source of this page\n"
    )


def test_a_site_without_dead_links_passes_without_a_word(tmp_path: Path, capfd: Captured) -> None:
    write(tmp_path, {"public/index.html": "<p id=a><a href='#a'><a href='https://example.org/'>"})

    assert run(["-C", str(tmp_path), "links", "public"]) == 0
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.endswith(" s: 0 dead; 1 external address not asked, `--external` asks\n")


def test_json_names_every_link_to_a_dead_target(tmp_path: Path, capfd: Captured) -> None:
    write(tmp_path, {"site/index.html": "<a href=a.html>", "site/b/index.html": "\n<a href=../a.html>"})

    assert run(["-C", str(tmp_path), "links", "--format", "json"]) == 1
    assert json.loads(capfd.readouterr().out) == {
        "schema_version": 1,
        "site": "site",
        "pages": 2,
        "links": 2,
        "dead": [
            {
                "target": "a.html",
                "reason": "there is no such file",
                "near": "",
                "repeated": False,
                "uses": [
                    {"page": "b/index.html", "line": 2, "href": "../a.html"},
                    {"page": "index.html", "line": 1, "href": "a.html"},
                ],
            }
        ],
        "external": None,
    }


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({}, [], "site: no such folder"),
        ({"site": ""}, [], "site: not a folder"),
        ({"out/a.txt": ""}, ["out"], "out: there is no HTML page in it"),
    ],
)
def test_without_a_built_site_the_status_is_2_and_the_help_says_to_build_it(
    files: dict[str, str], arguments: list[str], said: str, tmp_path: Path, capfd: Captured
) -> None:
    write(tmp_path, files)

    assert run(["-C", str(tmp_path), "links", *arguments]) == 2
    assert capfd.readouterr().err == (
        f"muster: {said}\nhelp: build the site first, with `mkdocs build` say, or name its folder: `muster links DIR`\n"
    )


def test_links_out_of_the_site_are_not_followed_and_those_inside_are(tmp_path: Path, capfd: Captured) -> None:
    write(tmp_path, {"secret/index.html": "<a href=none>", "site/1.2/index.html": "<a href=../latest/>"})
    write(tmp_path, {"site/index.html": "<a href=latest/><a href=away/>"})
    (tmp_path / "site/latest").symlink_to("1.2")
    (tmp_path / "site/away").symlink_to("../secret")
    (tmp_path / "site/1.2/loop").symlink_to("..")

    assert run(["-C", str(tmp_path), "links"]) == 1
    captured = capfd.readouterr()
    assert captured.out == (
        "site/index.html:1: error: away/ is dead: there is no away/index.html\n"
        "  help: mend the link in the source of this page\n"
    )
    assert captured.err.startswith("muster: 1 link that leads out of site is not followed: away\n")


def test_words_of_a_page_do_not_steer_the_terminal(tmp_path: Path, capfd: Captured) -> None:
    write(tmp_path, {"site/index.html": "<a href='\x1b[31m\u202ex'>"})

    assert run(["-C", str(tmp_path), "links"]) == 1
    assert capfd.readouterr().out.startswith(r"site/index.html:1: error: \x1b[31m\u202ex is dead: ")
