"""Objective contracts as they are read: their identity, and what is wrong with them, where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.allocation.contract import Contract, contract_in

ID = "3f0b7a52-9c1e-5d34-8a6b-0123456789ab"


def wrong_contract(data: bytes) -> list[str]:
    problems = contract_in(data, "c.json").problems
    assert {problem.code for problem in problems} <= {"ALO003"}
    return [f"{problem.place}: {problem.message} ({problem.help})" for problem in problems]


@pytest.mark.requirement("MU-ALLOC-4014")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "1:1: not JSON: the file is empty (write `{}` at least)"),
        (b'\xef\xbb\xbf{"a": "\xff"}', "1:8: not UTF-8: the byte 0xFF (save the file as UTF-8)"),
        (b'{\r\n "a": 1,\r\n}', "2:8: not JSON: a comma before `}` (take the comma out)"),
        (b'{"a": [1, ]}', "1:9: not JSON: a comma before `]` (take the comma out)"),
        (b"{,}", "1:2: not JSON: `,` where a name in quotes was due (mend the JSON)"),
        (b'{"a": NaN}', "1:7: not JSON: `NaN` is no number of JSON (write null, or a text)"),
        (b'{"a": -Infinity}', "1:7: not JSON: `-Infinity` is no number of JSON (write null, or a text)"),
        (b"{\n  // why\n}", "2:3: not JSON: `//` begins a comment, and JSON has none (take the comment out)"),
        (b'{"a": 1 /* x */}', "1:9: not JSON: `/*` begins a comment, and JSON has none (take the comment out)"),
        (b"{'a': 1}", "1:2: not JSON: `'a'` is no value of it (mend the JSON)"),
        (b"{a: 1}", "1:2: not JSON: `a` is no value of it (mend the JSON)"),
        (b'{"a": 01}', "1:7: not JSON: `01` is no value of it (mend the JSON)"),
        (b'{"a" 1}', "1:6: not JSON: `1` where a colon was due (mend the JSON)"),
        (b'{"a":}', "1:6: not JSON: `}` where a value was due (mend the JSON)"),
        (b'{"a": 1 "b": 2}', '1:9: not JSON: `"b"` where a comma or `}` was due (mend the JSON)'),
        (b'{"a": [1}', "1:9: not JSON: `}` where a comma or `]` was due (mend the JSON)"),
        (b"{} {}", "1:4: not JSON: `{` follows the value (mend the JSON)"),
        (b'{"a": "x\n"}', '1:7: not JSON: the text `"x` is not closed on its line (close it with `"`)'),
        (
            b'{"a": "\\x"}',
            (
                '1:7: not JSON: the text `"\\x"` has a control character or an unknown escape '
                r"(write it as \n, \t or \u0000)"
            ),
        ),
        (
            b'{"a": [1,\n',
            (
                "1:7: not JSON: the file ends before this `[` is closed "
                "(close it with `]`; the file may have been cut off)"
            ),
        ),
        (b"[1]", "1:1: the file holds a list, and no object (write `{...}` around names and values)"),
        (b' "x"', "1:2: the file holds a text, and no object (write `{...}` around names and values)"),
        (b"null", "1:1: the file holds null, and no object (write `{...}` around names and values)"),
        (b"[" * 100_000, "1:201: the JSON nests deeper than 200 levels (nest less)"),
        (
            b'{"a": "' + b"x" * 1_000_000 + b'"}',
            "1:1: the file has 1,000,009 characters, more than 1,000,000 (keep texts in files of their own)",
        ),
    ],
)
def test_a_contract_that_is_no_json_object_says_what_and_where(data: bytes, words: str) -> None:
    assert wrong_contract(data) == [f"c.json:{words}"]


@pytest.mark.requirement("MU-ALLOC-4014")
def test_every_problem_of_a_contract_that_is_json_is_told_at_once() -> None:
    data = b'{"a": [{"b": 1, "b": 2, "b": 3}],\n "spec_id": 7,\n "spec\\u005fid": null}'

    assert wrong_contract(data) == [
        "c.json:1:17: 'b' stands twice in one object (keep one of them)",
        "c.json:2:13: spec_id is 7, and no text (write a UUID as a text, or null)",
        "c.json:3:2: 'spec_id' stands twice in one object (keep one of them)",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b'\xef\xbb\xbf{\r\n\t"spec_id": "' + ID.upper().encode() + b'"}',
            Contract("c.json", ID, f'"{ID.upper()}"', 2),
        ),
        (b'{"a": {"spec_id": "x"}, "spec_id": null}', Contract("c.json", "", "null", 1)),
        (b'{"a": {"spec_id": "x"}}\n', Contract("c.json")),
        (b'{"a": 1e999, "b": "\\ud800", "c": [[], {}]}', Contract("c.json")),
        (b"{}", Contract("c.json")),
    ],
)
def test_only_a_name_at_the_top_of_a_contract_is_its_id(data: bytes, expected: Contract) -> None:
    assert contract_in(data, "c.json") == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.sampled_from([None, 0, 3, "\t"]), st.booleans())
def test_what_python_writes_as_json_is_a_contract(value: dict[str, Any], indent: int | str | None, plain: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=plain)

    assert contract_in(text.encode("utf-8", "replace"), "c.json").problems == ()


def refused(constant: str) -> None:
    raise ValueError(constant)


PARTS = [*'{}[]:,"ab', '"a"', '"b":', "{}", "NaN", "01", "-1.5e3", "null", " ", "\n"]


@given(st.lists(st.sampled_from(PARTS), max_size=9))
def test_a_contract_is_what_python_reads_as_an_object(parts: list[str]) -> None:
    text = "{" + "".join(parts)
    try:
        is_object = isinstance(json.loads(text, parse_constant=refused), dict)
    except ValueError:
        is_object = False

    wrong = [problem for problem in contract_in(text.encode(), "c.json").problems if "twice" not in problem.message]

    assert (wrong == []) is is_object
