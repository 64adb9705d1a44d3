"""Heading anchors: equal to the functions they are named after, and right on the corpora."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import toc
from pymdownx import slugs as pymdownx_slugs

from muster.settings import Anchors, AnchorSettings, Slug
from muster.text import slugs

CORPORA = Path(os.environ.get("MUSTER_CORPORA", Path(__file__).parents[2] / "shared/corpora"))
SEPARATORS = st.sampled_from(["-", "_", "", ".", "~"])
TEXTS = st.text() | st.text(alphabet="aAbé ²-_.ßİ\u0301‑\u00a0<>&1")


@pytest.mark.requirement("MU-REQ-1020")
@given(TEXTS, SEPARATORS)
def test_slug_functions_equal_the_hosts_own(text: str, separator: str) -> None:
    assert slugs.slug_ascii(text, separator) == toc.slugify(text, separator)
    assert slugs.slug_unicode(text, separator) == toc.slugify_unicode(text, separator)
    assert slugs.slug_pymdownx(text, separator) == pymdownx_slugs.slugify(case="lower")(text, separator)


@given(st.lists(st.sampled_from(["a", "a_1", "a_2", "a_3", "a_7", "a_8", "b", "", "_1", "a_1_1", "a_01"]), max_size=30))
def test_repeated_slugs_are_numbered_as_toc_does(names: list[str]) -> None:
    theirs: set[str] = set()
    ours: set[str] = set()
    fast: set[str] = set()
    taken: dict[str, int] = {}

    expected = [toc.unique(name, theirs) for name in names]

    assert [slugs.unique(name, ours, Anchors.MKDOCS) for name in names] == expected
    assert [slugs.unique(name, fast, Anchors.MKDOCS, taken) for name in names] == expected


@given(st.lists(st.sampled_from(["a", "a-1", "a-2", "a-1-1", "b", ""]), max_size=30))
def test_repeated_slugs_are_numbered_as_github_does(names: list[str]) -> None:
    occurrences: dict[str, int] = {}  # github-slugger's algorithm, as published
    expected = []
    for name in names:
        result = name
        while result in occurrences:
            occurrences[name] += 1
            result = f"{name}-{occurrences[name]}"
        occurrences[result] = 0
        expected.append(result)
    used: set[str] = set()
    taken: dict[str, int] = {}

    assert [slugs.unique(name, used, Anchors.GITHUB, taken) for name in names] == expected


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Queue & Admission", "Queue & Admission"),
        ("The `muster check` *command*", "The muster check command"),
        ("`` a`b `` and ` x `", "a`b and x"),
        ("[Flag *options*](../types.md#x) ![logo](a.png)", "Flag options"),
        ("Glossary <!-- omit from toc -->", "Glossary"),
        ("a <b>bold</b> AT&amp;T \\*star\\*", "a bold AT&T *star*"),
        ("parent_span_is_remote", "parent_span_is_remote"),
        ("[OC-CORE-1001] Queue", "[OC-CORE-1001] Queue"),
        ("[text][unknown]", "[text][unknown]"),
    ],
)
def test_heading_text_drops_markup_and_keeps_words(source: str, text: str) -> None:
    assert slugs.heading_text(source) == text


def test_reference_link_in_a_heading_counts_as_its_text() -> None:
    assert slugs.heading_text("See [the Queue][Ref]", {"ref"}) == "See the Queue"


@pytest.mark.parametrize(
    "headings",
    [
        ["Scope {#goals}", "Goals", "goals"],
        ["Goals", "Scope {: #goals .wide }"],
        ["A", "A", "A_1", "", "?", "A {.x}"],
        ["`<b>` in code", "AT&T &amp; co", "1) Queue & Admission", "a  b", "*x* __y__ ~z~", "{#only}"],
    ],
)
@pytest.mark.parametrize("slug", ["ascii", "unicode", "pymdownx"])
def test_anchors_equal_those_of_a_real_page(headings: list[str], slug: str) -> None:
    functions = {"unicode": toc.slugify_unicode, "pymdownx": pymdownx_slugs.slugify(case="lower")}
    md = Markdown(
        extensions=["toc", "attr_list"],
        extension_configs={"toc": {"slugify": functions.get(slug, toc.slugify)}},
    )
    md.convert("".join(f"# {heading}\n\n" for heading in headings))
    settings = AnchorSettings(slug=Slug(slug))

    assert slugs.anchor_names(headings, settings) == [token["id"] for token in _flat(md.toc_tokens)]  # type: ignore[attr-defined]


def _flat(tokens: list[dict[str, object]]) -> list[dict[str, object]]:
    return [entry for token in tokens for entry in (token, *_flat(token["children"]))]  # type: ignore[arg-type]


@pytest.mark.requirement("MU-REQ-1020")
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here; set MUSTER_CORPORA")
@pytest.mark.parametrize("corpus", ["llama-orch", "openfeature", "opentelemetry", "tracey"])
@pytest.mark.parametrize("style", [Anchors.MKDOCS, Anchors.GITHUB])
def test_every_heading_of_the_corpora_has_its_anchor(corpus: str, style: Anchors) -> None:
    rows = [json.loads(line) for line in (CORPORA / corpus / "expected/headings.jsonl").read_text("utf-8").splitlines()]
    by_file: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_file.setdefault(row["file"], []).append(row)
    wrong = []
    for file, headings in by_file.items():
        lines = (CORPORA / corpus / "repo" / file).read_text("utf-8-sig").split("\n")
        sources = [_source(lines, row) for row in headings]
        names = slugs.anchor_names(sources, AnchorSettings(style=style))
        wrong += [(file, row, name) for row, name in zip(headings, names, strict=True) if row[style.value] != name]

    assert wrong == []
    assert rows


def _source(lines: list[str], row: dict[str, str]) -> str:
    line = lines[int(row["line"]) - 1].lstrip(" >-*\t").rstrip()
    return line.strip("#").strip() if line.startswith("#") else line
