"""The next free ID of an area."""

from __future__ import annotations

import re

import pytest

from muster.model import InvalidReqId, ReqId
from muster.settings import DEFAULT_ID
from muster.specs.ids import NoFreeId, areas_in, next_id
from muster.specs.naming import Band, band_of

GRAMMAR = re.compile(DEFAULT_ID)


@pytest.mark.requirement("MU-REQ-1040")
@pytest.mark.parametrize(
    ("area", "known", "following"),
    [
        ("QUEUE", ["QUEUE-1001", "QUEUE-1002"], "QUEUE-1003"),
        ("QUEUE", ["QUEUE-1002", "QUEUE-1009", "QUEUE-1001"], "QUEUE-1010"),
        ("AUTH", ["AUTH-007", "AUTH-003"], "AUTH-008"),
        ("AUTH", ["AUTH-099"], "AUTH-100"),
        ("AUTH", ["AUTH-999"], "AUTH-1000"),
        ("AUTH", ["AUTH-0002", "AUTH-003"], "AUTH-004"),
        ("OC-CTRL", ["OC-CTRL-2001", "OC-CTRL-API-3001", "OC-9001"], "OC-CTRL-2002"),
        ("RST", ["RST-100", "RST-200", "RST-400"], "RST-500"),
        ("RST", ["RST-010", "RST-020"], "RST-030"),
        ("RST", ["RST-100"], "RST-101"),
        ("NEW", ["QUEUE-1001"], "NEW-0001"),
    ],
)
def test_the_next_id_follows_the_highest_in_the_style_of_its_area(area: str, known: list[str], following: str) -> None:
    assert next_id(area, known, GRAMMAR) == ReqId(following)


def test_dotted_numbers_count_in_their_last_place() -> None:
    grammar = re.compile(r"Requirement [0-9]+(\.[0-9]+)*")

    known = ["Requirement 1.1.2", "Requirement 1.1.10", "Requirement 1.1.9"]

    assert next_id("Requirement", known, grammar) == ReqId("Requirement 1.1.11")


@pytest.mark.parametrize(
    ("known", "bands", "following"),
    [
        ([], ["1000..1999"], "OC-1001"),
        ([], ["1001..1999"], "OC-1001"),
        (["OC-2005"], ["1000..1999"], "OC-1001"),
        (["OC-1004", "OC-2005"], ["1000..1999"], "OC-1005"),
        (["OC-1999"], ["1000..1999", "2000..2999"], "OC-2001"),
        (["OC-017"], ["10..99"], "OC-018"),
    ],
)
def test_a_band_holds_the_numbers_of_its_spec(known: list[str], bands: list[str], following: str) -> None:
    ranges = [band_of(f"OC-{band}") for band in bands]

    assert next_id("OC", known, GRAMMAR, ranges) == ReqId(following)


def test_a_full_band_and_a_full_area_say_so() -> None:
    with pytest.raises(NoFreeId, match=r"^the band OC-1000\.\.1001 is full$"):
        next_id("OC", ["OC-1001"], GRAMMAR, [Band("OC", 1000, 1001)])
    with pytest.raises(NoFreeId, match=r"^'OC-100000' would be next, and the setting `requirements\.id`"):
        next_id("OC", ["OC-99999"], GRAMMAR)


@pytest.mark.parametrize("area", ["queue", "QUEUE-", "", "A B", "QUEUE!"])
def test_a_malformed_area_is_refused(area: str) -> None:
    with pytest.raises(InvalidReqId, match="is not an ID area"):
        next_id(area, [], GRAMMAR)


def test_areas_are_listed_once_and_named_ids_have_none() -> None:
    assert areas_in(["B-001", "A-010", "A-002", "plain.name"]) == ("A", "B")
