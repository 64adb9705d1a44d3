"""The links of inline Markdown: read quickly, and read by markdown-it, they are the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus import NAMES, documents, needs_corpora
from muster.links import scanning
from muster.links.scanning import Found, scan
from muster.links.targets import Target, Way, target_of
from muster.model import LinkForm

PARTS = [
    "a", " ", "[", "]", "(", ")", "](", "][", "![", "`", "``", "\\", "<", ">", "\n", '"t"', "x.md", "#a-b", "label",
    "[a](b)", "![i](p.png)", "[a][label]", "[label]", "[label][]", '[a](b "t")', "[a](<b c>)", "[a](b\\)c)", "&amp;",
    "[![i](p)](b)", "<a href=\"x\">", "<https://x.y>", "**", "_", "*[a](b)*", "|", "\\|", "[^1]", "é",
    "`<b>`", "[a](b?c=d&e=f)", "[Label  ][]", "[`a`][label]",
]  # fmt: skip
DEFINITIONS = {"LABEL": "target.md"}


def found(text: str) -> list[tuple[str, str, LinkForm]]:
    return [(text[link.start : link.end], link.href, link.form) for link in scan(text, DEFINITIONS).links]


@pytest.mark.requirement("MU-RULE-2013")
@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join), st.booleans())
@example("[a [b](c) d](e)", False)
@example("`[a](b)` [c](d)", False)
@example("![a [b](c)](d)", False)
def test_a_text_gives_the_same_links_quickly_and_slowly(text: str, defined: bool) -> None:
    definitions = DEFINITIONS if defined else {}

    assert scan(text, definitions) == scanning._slow(text, definitions)  # noqa: SLF001 - the subject


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_corpora) for name in NAMES])
def test_the_paragraphs_of_real_documents_give_the_same_links_quickly_and_slowly(name: str) -> None:
    compared = 0
    for document in documents(name).values():
        for passage in document.passages:
            compared += 1
            slow = scanning._slow(passage.text, DEFINITIONS)  # noqa: SLF001 - the subject
            assert scan(passage.text, DEFINITIONS) == slow, (document.path, passage.line)
    assert compared > 100


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See [a](b.md#c).", [("[a](b.md#c)", "b.md#c", "text")]),
        ('[a](b "title") [c](<d e.md>)', [('[a](b "title")', "b", "text"), ("[c](<d e.md>)", "d e.md", "text")]),
        ("[a][label], [label][], [label]", [
            (part, "target.md", "text") for part in ("[a][label]", "[label][]", "[label]")
        ]),
        ("[Label]", [("[Label]", "target.md", "text")]),
        ("[![i](p.png)](b)", [("[![i](p.png)](b)", "b", "text"), ("![i](p.png)", "p.png", "image")]),
        ("`[a](b)` \\[a](b) <!-- [a](b) -->", []),
        ("[a](b\\)c) [d](e(f)g)", [("[a](b\\)c)", "b)c", "text"), ("[d](e(f)g)", "e(f)g", "text")]),
        ("[a](&#35;b) [c](javascript:x) [d](é.md)", [
            ("[a](&#35;b)", "#b", "text"), ("[c](javascript:x)", "javascript:x", "text"), ("[d](é.md)", "é.md", "text"),
        ]),
        ("[^1] and [x]", []),
    ],
)  # fmt: skip
def test_each_way_of_writing_a_link_is_read(text: str, links: list[tuple[str, str, str]]) -> None:
    assert found(text) == links


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("text", "undefined"),
    [
        ("[a][b]", ["b"]),
        ("[a][]", ["a"]),
        ("[a][label] [a](b) [c]", []),
        ("`[a][b]` and \\[a][b]", []),
        ("m[i][j] and x[0][1], f(a)[b][c]", []),
        ("[a][b](c) [a][b][c]", []),
    ],
)
def test_a_reference_without_definition_is_told_from_what_only_looks_like_one(text: str, undefined: list[str]) -> None:
    assert [name for _, _, name in scan(text, DEFINITIONS).undefined] == undefined


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    "text",
    ["[a](" + "b" * 1_000_000 + ")", "[" * 100_000, "[a](" * 50_000, "![" * 50_000 + "](b)" * 50_000,
     "[a][b]" * 30_000, "<a " * 100_000, "`" * 100_001, "[x](<" * 50_000, "\\[" * 100_000],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    assert all(isinstance(link, Found) for link in scan(text, DEFINITIONS).links)


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("#a%20b", Target(Way.INSIDE, "docs/x/page.md", "a b")),
        ("other.md", Target(Way.INSIDE, "docs/x/other.md")),
        ("../a%20b.md?plain=1#L10", Target(Way.INSIDE, "docs/a b.md", "L10")),
        ("./", Target(Way.INSIDE, "docs/x")),
        ("/docs/y.md", Target(Way.INSIDE, "/docs/y.md")),
        ("../../../out.md", Target(Way.INSIDE, "../out.md")),
        ("?tab=1", Target(Way.INSIDE, "docs/x/page.md")),
        ("https://a.b/c", Target(Way.AWAY)),
        ("//a.b/c", Target(Way.AWAY)),
        ("mailto:a@b.c", Target(Way.AWAY)),
        ("FILE:///home/a", Target(Way.FILE)),
        ("C:\\notes.md", Target(Way.FILE)),
        ("JavaScript:alert(1)", Target(Way.SCRIPT)),
        ("data:text/html,<p>", Target(Way.SCRIPT)),
        ("", Target(Way.OPEN)),
        ("{{ base_url }}/x", Target(Way.OPEN)),
    ],
)
def test_a_target_is_told_by_its_form(href: str, target: Target) -> None:
    assert target_of(href, "docs/x/page.md") == target
