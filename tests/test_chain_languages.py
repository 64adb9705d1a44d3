"""In which language prose is, and when nobody can tell."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from corpus import FOLDER
from language_samples import SAMPLES
from muster.chains.languages import language_of

ROOT = Path(__file__).parents[1]
LANGUAGES = sorted(SAMPLES)
ITALIAN = SAMPLES["it"]


@pytest.mark.requirement("MU-CHAIN-7042")
@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_is_in_its_language(language: str) -> None:
    sentences = SAMPLES[language].splitlines()
    triples = [language_of("\n".join(sentences[at : at + 3])) for at in range(len(sentences) - 2)]

    assert len(sentences) >= 15
    assert language_of(SAMPLES[language]) == language
    assert set(triples) <= {language, ""}, "no short text is taken for another language"
    assert triples.count(language) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_single_sentence_is_told_rightly_or_not_at_all(language: str) -> None:
    assert {language_of(sentence) for sentence in SAMPLES[language].splitlines()} <= {language, ""}


@pytest.mark.requirement("MU-CHAIN-7042")
@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(LANGUAGES, 2)))
def test_a_mixed_text_has_no_language(first: str, second: str) -> None:
    mixed = SAMPLES[first].splitlines()[:8] + SAMPLES[second].splitlines()[:8]

    assert language_of("\n".join(mixed)) == ""


@pytest.mark.parametrize(
    "text", ["", "PASS", "MET", "- Status: MET\n- Result: PASS", "12 passed in 0.34s", "Nessun rischio.", "No risk."]
)
def test_too_little_text_has_no_language(text: str) -> None:
    assert language_of(text) == ""


ENGLISH = SAMPLES["en"].splitlines()
ASIDE = {
    "fence": "```text\n" + "\n".join(ENGLISH) + "\n```",
    "tilde fence": "~~~\n" + "\n".join(ENGLISH) + "\n~~~",
    "fence in a list": "- voce\n\n    ```text\n    " + "\n    ".join(ENGLISH) + "\n    ```",
    "indented code": "Esempio:\n\n" + "".join(f"    {line}\n" for line in ENGLISH),
    "quote": "".join(f"> {line}\n" for line in ENGLISH),
    "headings": "".join(f"## {line}\n" for line in ENGLISH),
    "code spans": " ".join(f"`{line}`" for line in ENGLISH),
    "quotation marks": " ".join(f'"{line}" «{line}» “{line}” „{line}“' for line in ENGLISH),
    "comment": "<!--\n" + "\n".join(ENGLISH) + "\n-->",
    "front matter": "---\n" + "\n".join(f"title: {line}" for line in ENGLISH) + "\n---",
    "paths": " ".join(f"src/{line.replace(' ', '/')} the_{line.replace(' ', '_the_')}" for line in ENGLISH),
    "link targets": " ".join(f"[x](<{line}>) [x](/{line.replace(' ', '-')})" for line in ENGLISH),
}


@pytest.mark.parametrize("what", ASIDE)
def test_what_is_no_prose_does_not_count(what: str) -> None:
    aside = ASIDE[what]

    assert language_of(aside) == ""
    assert language_of(f"{aside}\n\n{ITALIAN}") == "it"


def test_items_of_lists_and_what_is_indented_in_them_are_prose() -> None:
    items = "".join(f"- voce\n\n    {line}\n" for line in ITALIAN.splitlines())

    assert language_of(items) == "it"


def test_the_pages_of_this_repository_are_english() -> None:
    pages = {path.name: language_of(path.read_text("utf-8")) for path in (ROOT / "specs").rglob("*.md")}

    assert pages
    assert set(pages.values()) <= {"en", ""}, pages
    assert list(pages.values()).count("en") > 0.9 * len(pages), pages


@pytest.mark.corpora
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpora are not here")
def test_no_page_of_other_projects_is_taken_for_another_language() -> None:
    pages = [language_of(path.read_text("utf-8", "replace")) for path in sorted(FOLDER.rglob("*.md"))]

    assert set(pages) <= {"en", ""}
    assert pages.count("en") > 0.9 * len(pages)


@pytest.mark.parametrize(
    ("piece", "language"),
    [
        ("The change is in the store. ", "en"),
        ("The change is here.\n", "en"),
        ('`"<([«', ""),
        ("a'", ""),
        ("<!-- \n", ""),
        ("``` x\n", ""),
    ],
)
def test_a_text_of_megabytes_is_told(piece: str, language: str) -> None:
    assert language_of(piece * (3_000_000 // len(piece))) == language
