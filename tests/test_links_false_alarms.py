"""What real projects write and readers can follow, and `check` therefore does not report."""

from __future__ import annotations

import pytest

from muster.text.invisible import hidden_in
from test_links import BOOK, SITE, told

LABELS = "# Page\n\n[a][pkg.Thing] [b][`pkg.run`] [c][queue-limits] [d][Queue limits] [e][two words] [f][#here]\n"
QUEUE = "# Queue\n\n## Queue limits\n"


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("configuration", "left"),
    [
        ("plugins: [search]\n# - autorefs\n", ["pkg.Thing", "`pkg.run`", "queue-limits", "Queue limits", "two words"]),
        ("plugins: [autorefs]\n", ["two words"]),
        ("plugins:\n  - mkdocstrings:\n      handlers: {}\n", ["two words"]),
        ("markdown_extensions:\n  - pymdownx.snippets:\n      auto_append: [links.md]\n", None),
        ("INHERIT: base.yml\n", None),
    ],
)
def test_a_label_is_undefined_where_the_host_finds_it_nowhere_else(configuration: str, left: list[str] | None) -> None:
    files = {"docs/page.md": LABELS, "docs/queue.md": QUEUE, "mkdocs.yml": configuration}

    assert [line.split("`[")[1].split("]:")[0] for line in told(files, SITE)] == (
        [] if left is None else [*left, "#here"]
    )


@pytest.mark.requirement("MU-RULE-2013")
def test_a_label_may_come_with_text_that_the_page_takes_in_and_on_github_it_may_not() -> None:
    text = "# Page\n\n[a][far]\n\n--8<-- 'links.md'\n"

    assert told({"docs/page.md": text, "mkdocs.yml": "plugins: [autorefs]\n"}, SITE) == []
    assert told({"page.md": text, "mkdocs.yml": "plugins: [autorefs]\n"}, SITE) == [
        "page.md:3:1 LNK006 no link definition `[far]: ...` on this page"
    ]


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize("heading", ["::: pkg", "# ::: pkg", "### ::: pkg.module", "##::: pkg"])
def test_a_heading_that_stands_for_an_object_brings_anchors_that_only_the_build_knows(heading: str) -> None:
    files = {"docs/api.md": f"# API\n\n{heading}\n", "docs/a.md": "# A\n\n[a](api.md#pkg.run)\n"}

    assert told(files, SITE) == []


@pytest.mark.requirement("MU-RULE-2013")
def test_an_anchor_close_below_its_heading_is_its_own_and_of_two_headings_neither_is() -> None:
    near = "# Page\n\n## Limits\n<a id=limits></a>\n\nText.\n\n## More\n\n<a id=more></a>\n"
    far = "# Page\n\n## Limits\n\nText.\n\nText.\n\n<a id=limits></a>\n"
    twice = "# Page\n\n## A {#x}\n\n## B {#x}\n"

    assert told({"README.md": near}) == []
    assert told({"README.md": far}) == ["README.md:9:1 LNK007 the anchor limits stands on line 3 too"]
    assert told({"docs/a.md": twice}, SITE) == ["docs/a.md:5:1 LNK007 the anchor x stands on line 3 too"]


@pytest.mark.requirement("MU-RULE-2013")
def test_headings_in_html_have_anchors_on_github_and_count_with_the_others() -> None:
    links = "[a](#our-sponsors) [b](#two-words) [c](#again-1) [d](#again-2)\n"
    headings = "<h3>Our <b>Sponsors</b></h3>\n\n<h1 align='center'>\n  Two words\n</h1>\n\n<H2>Again</H2>\n\n## Again\n"
    gone = "LNK002 #again-2: README.md has no anchor again-2"

    assert told({"README.md": links + "\n" + headings}) == [f"README.md:1:50 {gone}"]
    assert [line.split()[2] for line in told({"docs/a.md": links + "\n" + headings}, SITE)] == [
        "#our-sponsors:", "#two-words:", "#again-1:", "#again-2:",
    ]  # fmt: skip


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("../index.html", ""),
        ("../index.html#start", ""),
        ("../print.html", ""),
        ("../part/index.html", ""),
        ("../part/", ""),
        ("../index.html#none", "LNK002 ../index.html#none: src/start.md has no anchor none"),
        ("../gone/index.html", "LNK001 ../gone/index.html: there is no src/gone/index.html"),
        ("../../other/x.html", "LNK005 ../../other/x.html leaves the site: other/x.html is not published"),
    ],
)
def test_a_book_has_pages_that_no_chapter_is_named_after(link: str, fault: str) -> None:
    files = {
        "src/SUMMARY.md": "# Summary\n\n- [Start](start.md)\n- [Deep](deep/page.md)\n- [Part](part/README.md)\n",
        "src/start.md": "# Start\n", "src/part/README.md": "# Part\n", "src/deep/page.md": f"# Page\n\n[a]({link})\n",
    }  # fmt: skip

    assert told(files, BOOK) == ([f"src/deep/page.md:3:1 {fault}"] if fault else [])


@pytest.mark.requirement("MU-RULE-2013")
def test_a_chapter_that_includes_text_may_have_any_anchor() -> None:
    files = {"src/a.md": "# A\n\n[a](b.md#anything)\n", "src/b.md": "# B\n\n{{#include ../more.md}}\n"}

    assert told(files, BOOK) == []


@pytest.mark.requirement("MU-RULE-2013", "MU-REQ-1020")
def test_an_anchor_may_be_written_behind_any_mark_and_with_backslashes() -> None:
    text = "# A {#\\_top}\n\n^x^{#\\_note} ==y=={#mark} ~z~{#low}\n\n[a](#_top) [b](#_note) [c](#mark) [d](#low)\n"

    assert told({"docs/a.md": text}, SITE) == []


@pytest.mark.requirement("MU-RULE-2013", "MU-CORE-0043")
def test_without_settings_pages_are_sought_where_mkdocs_seeks_them() -> None:
    page = "# A\n\n[a](#1-one-two)\n\n## 1) One & two\n"
    site = {"mkdocs.yml": "site_name: Sample\n", "docs/index.md": page}
    fault = "LNK002 #1-one-two: docs/index.md has no anchor 1-one-two on GitHub, where this file is read"

    assert told(site, "[specs]\ninclude = []\n") == []
    assert [
        line.split(" ", 1)[1][:40] for line in told({**site, "specs/a.md": "# A\n"}, "[specs]\ninclude = []\n")
    ] == [fault[:40]]


@pytest.mark.requirement("MU-RULE-2013")
def test_the_path_of_an_item_in_a_program_is_no_path_of_a_file() -> None:
    assert told({"README.md": "[a](proc_macro::Token) [b](std::sync) [c](crate::a::B) [d](_x::y)\n"}) == []
    assert told({"README.md": "[a](proc_macro:Token)\n"}) == [
        "README.md:1:1 LNK001 proc_macro:Token: there is no proc_macro:Token"
    ]


@pytest.mark.requirement("MU-RULE-2015")
def test_the_sign_for_information_may_be_shown_as_an_emoji() -> None:
    assert list(hidden_in("> \u2139\ufe0f Note")) == []
    assert [part.start for part in hidden_in("\U0001f6e0\ufe0f\ufe0f")] == [2]
