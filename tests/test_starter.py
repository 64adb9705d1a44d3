"""What a new spec is called."""

from __future__ import annotations

import pytest

from muster.settings import Marker, RequirementSettings
from muster.specs.grammar import grammar_of
from muster.specs.starter import NoForm, area_for, file_of, free_prefix, marked

GRAMMAR = grammar_of(RequirementSettings()).id


@pytest.mark.parametrize(
    ("paths", "prefix"),
    [
        ([], "10"),
        (["specs/00-all.md"], "10"),
        (["specs/00-all.md", "specs/10-a.md", "specs/index.md"], "20"),
        (["specs/15-a.md"], "20"),
        (["specs/90-a.md"], "10"),
        (["specs/10-a.md", "specs/90-b.md"], "11"),
        ([f"specs/{number:02}-a.md" for number in range(100)], ""),
    ],
)
def test_a_spec_takes_the_next_ten_and_then_what_is_free(paths: list[str], prefix: str) -> None:
    assert free_prefix(paths) == prefix


@pytest.mark.parametrize(
    ("package", "areas", "area"),
    [
        ("queue", [], "QUEUE"),
        ("order-book_2", [], "ORDER-BOOK2"),
        ("queue", ["OC-CORE", "OC-CTRL-API"], "OC-QUEUE"),
        ("queue", ["CORE", "OC-CTRL"], "QUEUE"),
        ("queue", ["CORE"], "QUEUE"),
        ("2nd", [], "SPEC2ND"),
        ("küche", [], "KUCHE"),
        ("日本", [], "SPEC"),
        ("md", [], "SPEC-MD"),
    ],
)
def test_an_area_comes_from_the_package_and_its_neighbours(package: str, areas: list[str], area: str) -> None:
    assert area_for(package, areas, GRAMMAR) == area


def test_the_file_has_prefix_and_package() -> None:
    assert file_of("scope/name", "40") == "40-scope-name.md"


def test_an_id_is_marked_as_the_project_marks_them() -> None:
    assert marked("A-001", [Marker.BRACKET]) == "[A-001] "
    assert marked("A-001", [Marker.HEADING, Marker.BOLD]) == "**A-001** "
    assert marked("A-001", [Marker.COLON]) == "A-001: "
    with pytest.raises(NoForm, match=r"^a new spec marks its IDs by bracket or bold or colon, and"):
        marked("A-001", [Marker.NEED])
