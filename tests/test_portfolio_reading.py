"""`portfolio.toml`: what it names, and every mistake in it with its line."""

from __future__ import annotations

import pytest

from muster.portfolio.reading import SAMPLE, InvalidPortfolio, portfolio_of
from muster.portfolio.values import Entry, Portfolio

FORM = "it has at most 60 letters, digits, `-`, `_`, `.`, and begins and ends with one of the first two"


def problems(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(InvalidPortfolio) as caught:
        portfolio_of(text, "portfolio.toml")
    return caught.value.problems


def test_the_sample_that_is_shown_to_who_has_none_is_a_portfolio() -> None:
    core = Entry("core", path="../core", line=3)
    queue = Entry("queue", url="https://git.example.org/queue.git", line=7)

    assert portfolio_of(SAMPLE, "portfolio.toml") == Portfolio("Our services", (core, queue))


def test_repositories_are_sorted_by_name_with_numbers_by_value() -> None:
    text = "".join(f'[[repositories]]\nname = "{name}"\npath = "{name}"\n' for name in ("r10", "r9", "Ärger", "a"))

    assert [one.name for one in portfolio_of(text, "p.toml").entries] == ["a", "r9", "r10", "Ärger"]


@pytest.mark.requirement("MU-FOLIO-9501")
def test_each_mistake_is_told_at_once_with_its_line() -> None:
    text = """titel = "x"
title = ""

[[repositories]]
name = "core"
path = "../core"
branch = "main"

[[repositories]]
name = "Core"
path = "../core/"
revision = "v1"

[[repositories]]
name = "a/b"
url = "--upload-pack=x"

[[repositories]]
path = ""
url = "x"

[[repositories]]
name = 7
"""

    assert problems(text) == (
        (1, "unknown key `titel`; did you mean `title`?"),
        (2, "`title` is ''; it is a text of one line"),
        (7, "unknown key `branch`; known here: name, path, url, revision"),
        (10, "the name 'Core' is taken: 'core' differs from it by case alone"),
        (11, "`path` is '../core/', which 'core' has already"),
        (12, "`revision` needs `url`: a path is read as it stands"),
        (15, f"`name` is 'a/b'; {FORM}"),
        (16, "`url` is '--upload-pack=x'; git would take it for an option"),
        (18, "the repository has no `name`"),
        (18, "the repository has both `path` and `url`; give it one of them"),
        (19, "`path` is ''; it is a text that is not empty"),
        (22, "the repository has neither `path` nor `url`; give it one of them"),
        (23, "`name` is 7; it is a text that is not empty"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", (1, "no repository is named; begin each with `[[repositories]]`")),
        ("\nrepositories = []\n", (2, "no repository is named; begin each with `[[repositories]]`")),
        ("repositories = 3\n", (1, "`repositories` is 3; begin each with `[[repositories]]`")),
        (
            "\nrepositories = [4]\n",
            (2, "`repositories[0]` is 4; it is a table with `name` and `path` or `url`"),
        ),
    ],
    ids=["empty", "none", "a number", "no tables"],
)
def test_a_file_without_repositories_says_how_one_is_written(text: str, told: tuple[int, str]) -> None:
    assert problems(text) == (told,)


def test_a_file_that_is_no_toml_is_told_with_the_line_that_toml_names() -> None:
    ((line, words),) = problems('title = "x"\nname = \n')

    assert (line, words.startswith("not TOML: ")) == (2, True)


def test_two_repositories_with_a_name_of_one_letter_clash() -> None:
    text = '[[repositories]]\nname = "a"\npath = "x"\n[[repositories]]\nname = "a"\npath = "y"\n'

    assert problems(text) == ((5, "the name 'a' is taken"),)
