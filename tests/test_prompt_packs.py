"""Prompt packs as files: what is read, and all that is wrong with one at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import muster
from muster.prompts.packs import LARGEST, file_name_of, pack_in
from muster.prompts.values import PackReading, PackTrouble

DEFAULT = Path(muster.__file__).parent / "assets/spec_prompt_packs/spec_router_pack@1.json"
DATA = DEFAULT.read_bytes()


def changed(path: str, value: Any) -> bytes:
    """The default pack with another value at a path such as `placeholders.2.name`; None takes the member out."""
    pack = json.loads(DATA)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = pack
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(pack, indent=2).encode()


def told(reading: PackReading) -> list[tuple[str, str, str]]:
    assert (reading.pack is None) == bool(reading.troubles)
    return [(trouble.code, trouble.json_path, trouble.message) for trouble in reading.troubles]


@pytest.mark.requirement("MU-PRM-6001")
@pytest.mark.requirement("MU-PRM-6003")
def test_the_default_pack_is_read_whole_and_its_digest_is_that_of_its_bytes() -> None:
    reading = pack_in(DATA, DEFAULT.name)

    assert json.loads(msgspec.json.encode(reading.pack)) == json.loads(DATA)
    assert reading.troubles == ()
    assert reading.sha256 == "d05b4a8a1796062f1dc0af21055b9c933909a0f7b3d10b40425dd0803161aa27"


@pytest.mark.requirement("MU-PRM-6003")
@given(end=st.binary(max_size=20))
def test_each_byte_counts_in_the_digest(end: bytes) -> None:
    assert pack_in(DATA + end).sha256 == hashlib.sha256(DATA + end).hexdigest()


SHAPES: dict[str, tuple[str, Any, list[tuple[str, str, str]]]] = {
    "unknown schema": (
        "schema_version",
        "hsk.spec_prompt_pack@2",
        [
            ("PRM001", "$.schema_version", 'this must be `hsk.spec_prompt_pack@1`, and is `"hsk.spec_prompt_pack@2"`'),
        ],
    ),
    "another kind of job": (
        "target_job_kind",
        "other",
        [
            ("PRM001", "$.target_job_kind", 'this must be `spec_router`, and is `"other"`'),
        ],
    ),
    "unknown member": (
        "extra",
        1,
        [
            ("PRM001", "$.extra", "nothing is called `extra` here"),
        ],
    ),
    "unknown member with an odd name": (
        "a b",
        1,
        [
            ("PRM001", '$["a b"]', "nothing is called `a b` here"),
        ],
    ),
    "missing member": (
        "description",
        None,
        [
            ("PRM001", "$", "`description` is missing"),
        ],
    ),
    "missing budgets": (
        "budgets",
        None,
        [
            ("PRM007", "$", "`budgets` is missing"),
        ],
    ),
    "missing budget": (
        "budgets.max_capsule_tokens",
        None,
        [
            ("PRM007", "$.budgets", "`max_capsule_tokens` is missing"),
        ],
    ),
    "negative budget": (
        "budgets.max_total_tokens",
        -1,
        [
            (
                "PRM007",
                "$.budgets.max_total_tokens",
                "this must be a whole number from 1 to 1,000,000,000, and is `-1`",
            ),
        ],
    ),
    "fraction": (
        "placeholders.2.max_tokens",
        3.5,
        [
            (
                "PRM007",
                "$.placeholders[2].max_tokens",
                "this must be a whole number from 0 to 1,000,000,000, and is `3.5`",
            ),
        ],
    ),
    "truth for a number": (
        "placeholders.2.max_tokens",
        True,
        [
            (
                "PRM007",
                "$.placeholders[2].max_tokens",
                "this must be a whole number from 0 to 1,000,000,000, and is `true`",
            ),
        ],
    ),
    "number for a truth": (
        "placeholders.2.required",
        1,
        [
            ("PRM001", "$.placeholders[2].required", "this must be true or false, and is `1`"),
        ],
    ),
    "unknown kind of artifact": (
        "required_outputs.0.artifact_kind",
        "web",
        [
            (
                "PRM001",
                "$.required_outputs[0].artifact_kind",
                'this must be `SpecIntent` or `SpecRouterDecision` or `SpecArtifact`, and is `"web"`',
            ),
        ],
    ),
    "list for an object": (
        "budgets",
        [],
        [
            ("PRM007", "$.budgets", "this must be an object, and is a list"),
        ],
    ),
    "object for a list": (
        "required_outputs",
        {},
        [
            ("PRM001", "$.required_outputs", "this must be a list, and is an object"),
        ],
    ),
    "section twice": (
        "stable_prefix_sections.1.section_id",
        "SYSTEM_RULES",
        [
            (
                "PRM003",
                "$.stable_prefix_sections[1].section_id",
                "the section `SYSTEM_RULES` stands twice, first at $.stable_prefix_sections[0].section_id",
            ),
        ],
    ),
    "placeholder twice": (
        "placeholders.3.name",
        "WORKSPACE_ID",
        [
            (
                "PRM004",
                "$.variable_suffix_template_md",
                "the template has {{PROJECT_ID}}, and no placeholder has that name",
            ),
            (
                "PRM003",
                "$.placeholders[3].name",
                "the placeholder `WORKSPACE_ID` stands twice, first at $.placeholders[2].name",
            ),
        ],
    ),
    "unused placeholder": (
        "placeholders.3.name",
        "PROJEKT_ID",
        [
            (
                "PRM004",
                "$.variable_suffix_template_md",
                "the template has {{PROJECT_ID}}, and no placeholder has that name",
            ),
            ("PRM005", "$.placeholders[3].name", "the template does not use the placeholder `PROJEKT_ID`"),
        ],
    ),
    "placeholder in a stable section": (
        "stable_prefix_sections.0.content_md",
        "Obey {{PROMPT_TEXT}} and {{ x }}",
        [
            (
                "PRM006",
                "$.stable_prefix_sections[0].content_md",
                "{{ x }} stands in the stable prefix, where nothing is expanded",
            ),
            (
                "PRM006",
                "$.stable_prefix_sections[0].content_md",
                "{{PROMPT_TEXT}} stands in the stable prefix, where nothing is expanded",
            ),
        ],
    ),
    "lone surrogate": (
        "description",
        "\ud83d",
        [
            ("PRM001", "$.description", "the text holds half of a surrogate pair, which no UTF-8 can write"),
        ],
    ),
    "turned text": (
        "stable_prefix_sections.0.content_md",
        "a\u202eb",
        [
            (
                "PRM001",
                "$.stable_prefix_sections[0].content_md",
                "the text holds U+202E, which turns the direction of what readers see",
            ),
        ],
    ),
    "no schema": (
        "required_outputs.0.schema_ref",
        "../x@1",
        [
            (
                "PRM001",
                "$.required_outputs[0].schema_ref",
                'this must be the name of a schema such as `hsk.spec_intent@0.2`, and is `"../x@1"`',
            ),
        ],
    ),
}


@pytest.mark.requirement("MU-PRM-6002")
@pytest.mark.parametrize(("path", "value", "troubles"), SHAPES.values(), ids=SHAPES)
def test_what_is_wrong_is_reported_at_its_path(path: str, value: Any, troubles: list[tuple[str, str, str]]) -> None:
    assert told(pack_in(changed(path, value))) == troubles


@pytest.mark.requirement("MU-PRM-6002")
def test_a_pack_asks_for_an_output_and_for_each_once() -> None:
    output = {"artifact_kind": "SpecArtifact", "schema_ref": "hsk.feature_spec@0.2"}

    none, twice = (pack_in(changed("required_outputs", outputs)) for outputs in ([], [output, output]))

    assert told(none) == [("PRM001", "$.required_outputs", "the pack asks for no output")]
    first = "first at $.required_outputs[0].artifact_kind"
    words = f"the output `SpecArtifact` stands twice, {first}"
    assert told(twice) == [("PRM003", "$.required_outputs[1].artifact_kind", words)]


@pytest.mark.requirement("MU-PRM-6004")
@pytest.mark.parametrize(
    ("pack_id", "helps"),
    [
        ("q@1", ["call the file `q@1.json`, or change the ID"]),
        ("../../x@1", ["change the ID", "write an ID such as `spec_router_pack@1`"]),
    ],
)
def test_a_file_is_to_be_called_by_the_id_of_its_pack_only_where_that_is_one(pack_id: str, helps: list[str]) -> None:
    troubles = pack_in(changed("pack_id", pack_id), "p@1.json").troubles

    assert [(trouble.code, trouble.help) for trouble in troubles] == [("PRM002", remedy) for remedy in helps]


@pytest.mark.requirement("MU-PRM-6002")
def test_all_troubles_come_at_once_in_the_order_of_the_file_with_lines_and_columns() -> None:
    data = b"""{
  "schema_version": "hsk.spec_prompt_pack@1",
  "pack_id": "p@1",
  "description": "\xc3\xa9", "description": "",
  "target_job_kind": "spec_router",
  "stable_prefix_sections": [],
  "variable_suffix_template_md": "{{A}} {{b}}",
  "placeholders": [
    {"name": "A", "source": "prompt_ref", "max_tokens": -1, "required": true, "required": false}
  ],
  "required_outputs": [{"artifact_kind": "SpecArtifact", "schema_ref": "hsk.feature_spec@0.2"}],
  "budgets": {"max_total_tokens": 0, "max_prompt_excerpt_tokens": 1, "max_capsule_tokens": 1}
}
"""
    reading = pack_in(data, "q@1.json")

    number = "a whole number from 0 to 1,000,000,000"
    assert reading == PackReading(
        None,
        (
            PackTrouble(
                "PRM002",
                "$.pack_id",
                3,
                14,
                "the file is called `q@1.json`, and the pack `p@1`",
                "call the file `p@1.json`, or change the ID",
            ),
            PackTrouble(
                "PRM003", "$.description", 4, 23, "`description` stands twice in one object", "keep one of the two"
            ),
            PackTrouble(
                "PRM004",
                "$.variable_suffix_template_md",
                7,
                34,
                "{{b}} in the template is not expanded",
                "write a placeholder like {{PROMPT_TEXT}}: capitals, and no blanks",
            ),
            PackTrouble(
                "PRM007",
                "$.placeholders[0].max_tokens",
                9,
                57,
                f"this must be {number}, and is `-1`",
                f"write {number}",
            ),
            PackTrouble(
                "PRM003",
                "$.placeholders[0].required",
                9,
                79,
                "`required` stands twice in one object",
                "keep one of the two",
            ),
            PackTrouble(
                "PRM007",
                "$.budgets",
                12,
                14,
                "`max_capability_table_tokens` is missing",
                f"add `max_capability_table_tokens`: {number}",
            ),
            PackTrouble(
                "PRM007",
                "$.budgets.max_total_tokens",
                12,
                35,
                "this must be a whole number from 1 to 1,000,000,000, and is `0`",
                "write a whole number from 1 to 1,000,000,000",
            ),
        ),
        hashlib.sha256(data).hexdigest(),
    )


@pytest.mark.requirement("MU-PRM-6004")
@pytest.mark.parametrize(
    "pack_id",
    [
        "../x@1",
        "a/b@1",
        "a\\b@1",
        "..@1",
        "x",
        "x@0",
        "x@1\n",
        "/x@1",
        "C:x@1",
        "x@1/../../y",
        "x@1.json",
        "\u202ex@1",
        "",
    ],
    ids=[
        "parent",
        "folder",
        "backslash",
        "dots",
        "no version",
        "version 0",
        "line end",
        "absolute",
        "drive",
        "behind the version",
        "ending",
        "turned",
        "empty",
    ],
)
def test_an_id_cannot_name_a_file_outside_the_folder(pack_id: str) -> None:
    reading = pack_in(changed("pack_id", pack_id))

    assert [trouble.json_path for trouble in reading.troubles] == ["$.pack_id"]
    with pytest.raises(ValueError, match="is no ID of a pack"):
        file_name_of(pack_id)


@pytest.mark.requirement("MU-PRM-6004")
def test_the_file_of_a_pack_is_its_id() -> None:
    assert file_name_of("spec_router_pack@1") == "spec_router_pack@1.json"


@pytest.mark.requirement("MU-PRM-6002")
@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        pytest.param(b"", (1, 1), "not JSON: the text ends where a value was due", id="empty"),
        pytest.param(b"[]", (1, 1), "this must be an object, and is a list", id="no object"),
        pytest.param(b'{"a": NaN}', (1, 7), "not JSON: `NaN` is no number of JSON", id="NaN"),
        pytest.param(b'{"a": -Infinity}', (1, 7), "not JSON: `-Infinity` is no number of JSON", id="infinity"),
        pytest.param(b'{\n "a": 1,\n}', (3, 1), "not JSON: a comma before `}`", id="a comma too much"),
        pytest.param(b'{"a": 1', (1, 8), "not JSON: the end where `,` or `}` was due", id="cut off"),
        pytest.param(b'{"a": 1} x', (1, 10), "not JSON: `x` is no value of it", id="something behind"),
        pytest.param(b'{"a": 1} {}', (1, 10), "not JSON: `{` follows the value", id="a second value"),
        pytest.param(b'{"a": "x', (1, 7), 'not JSON: the text `"x` is not closed on its line', id="open text"),
        pytest.param(
            b'{"a": "\\x"}',
            (1, 7),
            'not JSON: the text `"\\x"` has a control character or an unknown escape',
            id="unknown escape",
        ),
        pytest.param(b"// x\n{}", (1, 1), "not JSON: `//` begins a comment, and JSON has none", id="comment"),
        pytest.param(b'{"a": "\xff"}', (1, 8), "not UTF-8: the byte 0xFF", id="not UTF-8"),
        pytest.param(b"\xff\xfe{\x00", (1, 1), "not UTF-8: the byte 0xFF", id="UTF-16"),
        pytest.param(b"[" * 100_000, (1, 34), "the JSON nests deeper than 32 levels", id="depth"),
        pytest.param(b"9" * 5000, (1, 1), f"the number `{'9' * 20}…{'9' * 20}` is too long", id="long number"),
        pytest.param(
            b"{}" + b" " * LARGEST, (1, 1), "the file has 1,000,002 bytes, and a pack at most 1,000,000", id="large"
        ),
    ],
)
def test_what_cannot_be_read_is_one_trouble_at_its_place(data: bytes, place: tuple[int, int], message: str) -> None:
    reading = pack_in(data)

    assert reading.pack is None
    assert [(each.code, each.json_path, each.line, each.column, each.message) for each in reading.troubles] == [
        ("PRM001", "$", *place, message)
    ]


@pytest.mark.requirement("MU-PRM-6002")
def test_a_byte_order_mark_is_reported_and_the_rest_is_read() -> None:
    reading = pack_in(b"\xef\xbb\xbf" + DATA.replace(b'"spec_router_pack@1"', b'"x"'))

    assert [(each.code, each.json_path, each.line) for each in reading.troubles] == [
        ("PRM001", "$", 1),
        ("PRM002", "$.pack_id", 3),
    ]


@pytest.mark.requirement("MU-PRM-6002")
def test_the_largest_size_can_be_set() -> None:
    assert told(pack_in(DATA, largest=10)) == [
        ("PRM001", "$", f"the file has {len(DATA):,} bytes, and a pack at most 10")
    ]


@given(data=st.one_of(st.binary(max_size=60), st.text('{}[]",:\\ u0aé1-.e\n', max_size=60).map(str.encode)))
def test_no_bytes_end_the_reading(data: bytes) -> None:
    reading = pack_in(data)

    assert reading.pack is None
    assert reading.troubles


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(list(json.loads(DATA))), value=JSON_VALUES, escaped=st.booleans())
def test_any_value_in_any_member_gives_a_pack_or_troubles_with_places(name: str, value: Any, escaped: bool) -> None:
    data = json.dumps({**json.loads(DATA), name: value}, ensure_ascii=escaped).encode("utf-8", "replace")

    reading = pack_in(data)

    assert (reading.pack is None) == bool(reading.troubles)
    assert all(trouble.json_path.startswith("$") and trouble.line >= 1 for trouble in reading.troubles)
