"""The quick looks and fast patterns of reading find what the plain ones find."""

# ruff: noqa: SLF001 -- the patterns themselves are compared, which no function shows alone

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.specs import paths
from muster.specs.paths import may_name, paths_in
from muster.text import inline, slugs
from muster.text.keywords import conformance_in, may_declare
from muster.text.slugs import heading_text, slug_github

PIECES = [
    "`", "``", "[", "]", "(", ")", "](", "][", "![", "http://", "https://", "h", "ht", "<b>", "<", "<!--", "-->",
    "\\", "\n", " ", "a", "word", "*", "_", "&", "&amp;", "a/b.py", "./x/", "../y.rs", "src/", "x.toml", ".", "!",
    "|", "[a](b)", "`c`", "see [x](y/z.md#q)", "/abs/p.c", "foo/bar/", "é", "Ⓐ", "RFC 2119", "BCP\n14", "bcp 14",
    "2119", "key words",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)

SPECIAL = re.compile(r"[\\`<\]!]|https?://")
SIMPLE = re.compile(r"`[^`]*`|(?<=\])\([^()\s]*\)|https?://[^\s<>\"'`)\]]++")
LINK = re.compile(r"(?<!\\)!?\[((?:[^\[\]]|\[[^\[\]]*+\])*+)\](?:\((?:[^()\\]|\\.|\([^()]*+\))*+\)|\[[^\[\]]*+\])")


def starts(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.start() for match in pattern.finditer(text)]


@settings(max_examples=1500, deadline=None)
@given(texts)
@example(r"\![a](b)")
@example("`](` (x)")
def test_patterns_that_look_back_find_what_plain_ones_find(text: str) -> None:
    assert starts(inline._SPECIAL, text) == starts(SPECIAL, text)
    assert inline._SIMPLE.findall(text) == SIMPLE.findall(text)
    assert [(match.span(), match[1]) for match in inline._LINK.finditer(text)] == [
        (match.span(), match[1]) for match in LINK.finditer(text)
    ]
    if "://" not in text:
        assert inline._SIMPLE_CODE.findall(text) == SIMPLE.findall(text)
        if "`" not in text:
            assert inline._SIMPLE_TARGET.findall(text) == SIMPLE.findall(text)


@settings(max_examples=1500, deadline=None)
@given(texts)
def test_a_text_in_which_no_path_may_stand_has_none(text: str) -> None:
    plain = [match["path"] for match in paths._PATH.finditer(text)]
    named = [
        path
        for path in plain
        if not path.startswith("/") and (path.startswith(("./", "../")) or not path.endswith("/"))
    ]

    assert may_name(text) or not named
    assert paths_in(text) == named


@settings(max_examples=1000, deadline=None)
@given(texts, texts)
def test_a_document_that_may_not_declare_has_no_passage_that_does(before: str, passage: str) -> None:
    assert may_declare(before + passage) or not conformance_in(passage)


@settings(max_examples=1500, deadline=None)
@given(texts)
@example("Queue & Admission")
@example("[A-1001] a < b")
def test_a_heading_without_references_is_what_the_parser_makes_of_it(text: str) -> None:
    heading = text.replace("\n", " ").strip()
    parsed = slugs._parsed_text(heading, frozenset())

    assert heading_text(heading).strip() == parsed


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=12))
def test_github_keeps_the_same_characters_one_by_one(text: str) -> None:
    lowered = text.lower()
    kept = "".join(char for char in lowered if char in "- " or slugs._is_github_word(char))

    assert slug_github(text) == kept.replace(" ", "-")
