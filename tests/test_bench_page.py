"""What the bench does with its page where a part of it was measured anew: that part changes, and nothing else."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Sample
from bench.page import Report, Result, Step, section, with_goals, with_parts, with_words
from bench.subjects import Subject

SUBJECT = Subject("llama-orch", Path(), Path(), Path(), 2, 10_000_000, 7, "specs/a.md", "", (0, 1))
SAMPLES = {Step.PLAIN: [Sample(2.0, 2.0, 1)], Step.READING: [Sample(1.0, 0.5, 1)]}
RESULT = Result(SUBJECT, SAMPLES)
REPORT = Report((RESULT,), *([None] * 9))
PAGE = """\
# Performance

## Goals

| What | measured | in CPU time | at most | met |
| --- | ---: | ---: | ---: | --- |
| llama-orch: reading, cold, one process | 0.90 | 0.90 | 0.7 P | **no** |
| a generated page | 0.75 | 0.75 | 1.5 ordinary ones | yes |

## Figures

Old words.

### Llama-orch

Old figures.

### The site

0.75

## How to repeat it

Somehow.
"""
GOAL = "| llama-orch: reading, cold, one process | 0.50 | 0.25 | 0.15 P | **no** |"


def test_a_goal_takes_the_place_of_what_it_said_before() -> None:
    old = "| llama-orch: reading, cold, one process | 0.90 | 0.90 | 0.7 P | **no** |"

    assert with_goals(PAGE, REPORT) == PAGE.replace(old, GOAL)


def test_a_goal_that_is_new_comes_last() -> None:
    other = "| a generated page | 0.75 | 0.75 | 1.5 ordinary ones | yes |"
    before = PAGE.replace("llama-orch: reading", "tracey: reading")

    assert with_goals(before, REPORT) == before.replace(other, f"{other}\n{GOAL}")


def test_the_table_of_a_project_is_replaced_and_its_neighbour_stays() -> None:
    found = with_parts(PAGE, section(RESULT).split("\n"))

    assert found == PAGE.replace("### Llama-orch\n\nOld figures.\n", section(RESULT))
    assert "7 requirements in 2 files, 10.00 MB of Markdown; one round." in found


def test_the_words_around_the_figures_are_said_anew_and_twice_is_once() -> None:
    found = with_words(PAGE)

    assert "Old words." not in found
    assert "Somehow." not in found
    assert found.partition("### Llama-orch")[2].startswith("\n\nOld figures.\n\n### The site\n\n0.75\n\n## How to")
    assert with_words(found) == found
