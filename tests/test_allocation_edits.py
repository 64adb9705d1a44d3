"""Minting a spec_id, writing it into both files with every other byte kept, taking it out again, and refusing it."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import muster
from muster.allocation.contract import contract_in
from muster.allocation.deciding import Allocation, Refusal, decided
from muster.allocation.elicitation import elicitation_in
from muster.allocation.minting import minted
from muster.allocation.writing import (
    value_in_contract,
    value_in_record,
    with_spec_id_in_contract,
    with_spec_id_in_record,
    without_spec_id_in_contract,
    without_spec_id_in_record,
)

NAMESPACE = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
ID = "3f0b7a52-9c1e-5d34-8a6b-0123456789ab"
OTHER = "11111111-2222-5333-8444-555555555555"
READY = b"---\nready_for_planning: true\nblocking_unknowns: []\n---\n# Queue\n"


def decision(record: bytes, contract: bytes, namespace: str = NAMESPACE) -> Allocation | Refusal:
    read = elicitation_in(record, "q/r.md"), contract_in(contract, "q/c.json")
    return decided(*read, record, contract, namespace)


@pytest.mark.requirement("MU-ALLOC-4010")
def test_an_id_is_the_version_5_uuid_of_namespace_path_and_content() -> None:
    assert minted(NAMESPACE, "q/r.md", READY) == "afe2f52a-4869-53da-880c-fc00122e58f2"
    assert minted(NAMESPACE, "q/r.md", READY) == str(uuid.uuid5(uuid.UUID(NAMESPACE), "q/r.md\0" + READY.decode()))
    assert uuid.UUID(minted(NAMESPACE, "q/r.md", READY)).version == 5


@pytest.mark.requirement("MU-ALLOC-4010")
def test_another_namespace_path_or_content_mints_another_id() -> None:
    different = {
        minted(NAMESPACE, "q/r.md", READY),
        minted(OTHER, "q/r.md", READY),
        minted(NAMESPACE, "p/r.md", READY),
        minted(NAMESPACE, "q/\udcff.md", READY),
        minted(NAMESPACE, "q/r.md", READY + b"More.\n"),
        minted(NAMESPACE, "q/r.md", READY + b"spec_id: x\n"),
        minted(NAMESPACE, "q/r.md", READY + b"\xff"),
    }

    assert len(different) == 7


@pytest.mark.requirement("MU-ALLOC-4010")
@pytest.mark.parametrize(
    "line", [b"", b"spec_id:\n", b"spec_id: <spec-id> # to come\n", b"'spec_id': '%s'\n" % ID.encode()]
)
def test_the_line_of_the_id_line_ends_and_a_byte_order_mark_do_not_count(line: bytes) -> None:
    record = READY.replace(b"blocking", line + b"blocking")
    forms = [record, record.replace(b"\n", b"\r\n"), record.replace(b"\n", b"\r")]

    assert {minted(NAMESPACE, "q/r.md", mark + form) for form in forms for mark in (b"", b"\xef\xbb\xbf")} == {
        minted(NAMESPACE, "q/r.md", READY)
    }


@pytest.mark.requirement("MU-ALLOC-4003")
def test_one_module_alone_makes_version_5_ids() -> None:
    root = Path(muster.__file__).parent
    makes = re.compile(r"\buuid[35]\b|\bversion\s*=\s*[35]\b")

    found = [path.relative_to(root).as_posix() for path in root.rglob("*.py") if makes.search(path.read_text("utf-8"))]

    assert found == ["text/uuids.py"]


RECORDS = [  # before, after
    ("spec_id: <spec-id>\na: 1\n", f"spec_id: {ID}\na: 1\n"),
    ("a: 1\nspec_id: '<spec-id>'   # to come\n", f"a: 1\nspec_id: {ID}   # to come\n"),
    ('"spec_id" :  "TBD"\n', f'"spec_id" :  {ID}\n'),
    ("spec_id: {{ spec_id }} # x\n", f"spec_id: {ID} # x\n"),
    ("spec_id:\na: 1\n", f"spec_id: {ID}\na: 1\n"),
    ("spec_id:  # to come\na: 1\n", f"spec_id: {ID}  # to come\na: 1\n"),
    ("spec_id: \n", f"spec_id: {ID} \n"),
    ("spec_id: ~\n", f"spec_id: {ID}\n"),
    ("spec_id: ...\n", f"spec_id: {ID}\n"),
    ("spec_id: <spec\n  id>\na: 1\n", f"spec_id: {ID}\na: 1\n"),
    ("", f"spec_id: {ID}\n"),
    ("# words\n\n", f"# words\n\nspec_id: {ID}\n"),
    ("a: ä𝒳\n", f"a: ä𝒳\nspec_id: {ID}\n"),
    ("a:\n- x\n", f"a:\n- x\nspec_id: {ID}\n"),
    ("a:\n", f"a:\nspec_id: {ID}\n"),
    ("a: |+\n  spec_id: x\n  ---\n\n", f"a: |+\n  spec_id: x\n  ---\n\nspec_id: {ID}\n"),
    ("a: 'x\n\n  y'\n", f"a: 'x\n\n  y'\nspec_id: {ID}\n"),
    ("  a: 1\n  b:\n    spec_id: <x>\n", f"  a: 1\n  b:\n    spec_id: <x>\n  spec_id: {ID}\n"),
    ("? a\n: b\n", f"? a\n: b\nspec_id: {ID}\n"),
    ("&k a: &v b\nc: *v\n", f"&k a: &v b\nc: *v\nspec_id: {ID}\n"),
    ("a: \u2028  b\n", f"a: \u2028  b\nspec_id: {ID}\n"),
]
ENDS = ["\n", "\r\n", "\r"]


@pytest.mark.requirement("MU-ALLOC-4011")
@pytest.mark.parametrize(("before", "after"), RECORDS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("head", "tail"), [("---\n", "---\nspec_id: x\n"), ("\ufeff---  \n", "..."), ("---\n", "--- ")]
)
def test_a_record_gets_its_id_and_keeps_every_other_byte(
    before: str, after: str, end: str, head: str, tail: str
) -> None:
    old, new = ((head + lines + tail).replace("\n", end).encode() for lines in (before, after))

    assert with_spec_id_in_record(old, ID) == new
    assert without_spec_id_in_record(new, value_in_record(old)) == old
    assert (elicitation_in(new, "r.md").spec_id, elicitation_in(new, "r.md").problems) == (ID, ())
    assert minted(NAMESPACE, "r.md", old) == minted(NAMESPACE, "r.md", new)


CONTRACTS = [
    ("{}", f'{{"spec_id": "{ID}"}}'),
    ("{ }\n", f'{{ "spec_id": "{ID}" }}\n'),
    ("{\n}\n", f'{{\n  "spec_id": "{ID}"\n}}\n'),
    ('{"a":1}', f'{{"spec_id":"{ID}","a":1}}'),
    ('{"a": 1}\n', f'{{"spec_id": "{ID}", "a": 1}}\n'),
    ('{ "a" : 1,"b": 2 }', f'{{ "spec_id" : "{ID}","a" : 1,"b": 2 }}'),
    ('\ufeff{\n\t"a": [1],\n\t"b": {}\n}', f'\ufeff{{\n\t"spec_id": "{ID}",\n\t"a": [1],\n\t"b": {{}}\n}}'),
    ('{\n    "a": {"spec_id": null}\n}\n', f'{{\n    "spec_id": "{ID}",\n    "a": {{"spec_id": null}}\n}}\n'),
    ('{\n  "a": 1\n, "b": 2\n}', f'{{\n  "spec_id": "{ID}"\n, "a": 1\n, "b": 2\n}}'),
    ('\n {"a":"\\ud800 ä",\n  "b":1E400}', f'\n {{"spec_id":"{ID}",\n  "a":"\\ud800 ä",\n  "b":1E400}}'),
    ('{"a": 1, "spec_id": null , "b": 2}', f'{{"a": 1, "spec_id": "{ID}" , "b": 2}}'),
    ('{"spec_id":\n""}', f'{{"spec_id":\n"{ID}"}}'),
    ('{"spec\\u005fid": "<spec-id>"}', f'{{"spec\\u005fid": "{ID}"}}'),
]


@pytest.mark.requirement("MU-ALLOC-4011")
@pytest.mark.parametrize(("before", "after"), CONTRACTS)
@pytest.mark.parametrize("end", ENDS)
def test_a_contract_gets_its_id_and_keeps_order_indentation_and_every_other_byte(
    before: str, after: str, end: str
) -> None:
    old, new = (text.replace("\n", end).encode() for text in (before, after))

    assert with_spec_id_in_contract(old, ID) == new
    assert without_spec_id_in_contract(new, value_in_contract(old)) == old
    assert (contract_in(new, "c.json").spec_id, contract_in(new, "c.json").problems) == (ID, ())


def test_an_id_that_somebody_moved_can_still_be_taken_out() -> None:
    moved = f'{{"a": 1, "spec_id": "{ID}", "b": 2}}'.encode()
    noted = f"---\nspec_id: {ID} # ours\na: 1\n---\n".encode()

    assert without_spec_id_in_contract(moved, None) == b'{"a": 1, "b": 2}'
    assert without_spec_id_in_record(noted, None) == b"---\na: 1\n---\n"
    assert without_spec_id_in_record(READY, None) == READY
    assert without_spec_id_in_contract(b"{}", "null") == b"{}"


BLANKS = st.text(" \t\r\n", max_size=3)
VALUES = st.sampled_from(["null", '""', '"<spec-id>"', '"TBD"'])
PLAIN = st.sampled_from(["1", '"x"', "[1, {}]", '{"spec_id": 3}', "true"])


@st.composite
def contracts(draw: st.DrawFn) -> bytes:
    names = draw(st.lists(st.sampled_from(["a", "b", "ä", "spec_id", "c\\n"]), unique=True, max_size=4))
    members = []
    for name in names:
        value = draw(VALUES if name == "spec_id" else PLAIN)
        members.append(f'{draw(BLANKS)}"{name}"{draw(BLANKS)}:{draw(BLANKS)}{value}{draw(BLANKS)}')
    inside = ",".join(members) or draw(BLANKS)
    return f"{draw(st.sampled_from(['', chr(0xFEFF)]))}{draw(BLANKS)}{{{inside}}}{draw(BLANKS)}".encode()


@pytest.mark.requirement("MU-ALLOC-4011")
@given(contracts())
def test_taking_the_id_out_of_a_contract_gives_back_what_was_there(old: bytes) -> None:
    new = with_spec_id_in_contract(old, ID)
    was = value_in_contract(old)

    assert contract_in(new, "c.json").problems == ()
    assert contract_in(new, "c.json").spec_id == ID
    assert without_spec_id_in_contract(new, was) == old
    assert is_one_edit(old, new, was or "")
    theirs = json.loads(old.decode("utf-8-sig"))
    expected = theirs | {"spec_id": ID} if "spec_id" in theirs else {"spec_id": ID} | theirs
    assert list(json.loads(new.decode("utf-8-sig")).items()) == list(expected.items())


def is_one_edit(old: bytes, new: bytes, gone: str) -> bool:
    """Whether the new text is the old one with one span put in place of `gone`."""
    lost = gone.encode()
    return any(
        old[at : at + len(lost)] == lost and new.startswith(old[:at]) and new.endswith(old[at + len(lost) :])
        for at in range(len(old) + 1)
    )


LINES = st.lists(
    st.sampled_from(
        [
            "a: 1",
            "b: [x, 'y']",
            "c: |\n  text\n  ---\n",
            "d:\n- x\n- y",
            "e:\n  spec_id: <x>",
            "# note",
            "",
            "f: 'x\n  y'",
        ]
    ),
    unique=True,
    max_size=5,
)
OURS = st.sampled_from([None, "spec_id:", "spec_id: <id>", "spec_id: 'TBD' # c", '"spec_id":  ""  ', "spec_id: {{x}}"])
BODIES = st.sampled_from(["", "\n", "\r\n# Words\n", f"\nspec_id: {OTHER}\n---\n"])


@pytest.mark.requirement("MU-ALLOC-4011")
@given(LINES, OURS, st.integers(0, 5), st.sampled_from(ENDS), st.sampled_from(["", "  "]), BODIES, st.booleans())
def test_taking_the_id_out_of_a_record_gives_back_what_was_there(
    lines: list[str], ours: str | None, at: int, end: str, indent: str, body: str, mark: bool
) -> None:
    whole = lines if ours is None else [*lines[:at], ours, *lines[at:]]
    text = "".join(f"{indent}{part}\n" for line in whole for part in line.split("\n")).replace("\n", end)
    old = f"{chr(0xFEFF) * mark}---{end}{text}---{body}".encode()
    new = with_spec_id_in_record(old, ID)
    was = value_in_record(old)

    assert elicitation_in(new, "r.md").problems == ()
    assert elicitation_in(new, "r.md").spec_id == ID
    assert without_spec_id_in_record(new, was) == old
    assert is_one_edit(old, new, was or "")
    assert minted(NAMESPACE, "r.md", old) == minted(NAMESPACE, "r.md", new)


@pytest.mark.requirement("MU-ALLOC-4010")
@pytest.mark.requirement("MU-ALLOC-4011")
def test_a_ready_record_gets_its_id_and_an_interrupted_one_the_same_again() -> None:
    contract = b'{"spec_id": null}'
    spec_id = minted(NAMESPACE, "q/r.md", READY)
    line = f"spec_id: {spec_id}\n".encode()
    record = READY.replace(b"---\n#", line + b"---\n#")
    whole = f'{{"spec_id": "{spec_id}"}}'.encode()

    assert decision(READY, contract) == Allocation(spec_id, record, whole, None, "null", changes=True)
    assert decision(record, contract) == Allocation(spec_id, record, whole, spec_id, "null", changes=True)
    assert decision(READY, whole) == Allocation(spec_id, record, whole, None, f'"{spec_id}"', changes=True)
    assert decision(record, whole) == Allocation(spec_id, record, whole, spec_id, f'"{spec_id}"', changes=False)


@pytest.mark.requirement("MU-ALLOC-4012")
def test_an_id_that_is_there_is_kept_whatever_the_record_says_now() -> None:
    record = f"---\nspec_id: {ID.upper()}\nready_for_planning: false\nblocking_unknowns: [x]\n---\n".encode()
    contract = f'{{"spec_id": "{ID}"}}'.encode()

    assert decision(record, contract, "") == Allocation(ID, record, contract, ID.upper(), f'"{ID}"', changes=False)


SETTLE = "settle what blocks, then set `ready_for_planning: true` and `blocking_unknowns: []`"


@pytest.mark.requirement("MU-ALLOC-4002")
def test_what_blocks_planning_is_told_all_at_once() -> None:
    blocked = b"---\nready_for_planning: false\nblocking_unknowns: [Who pays?, When?]\n---\n"
    silent = b"---\ntitle: Queue\n---\n"
    doubtful = b"---\nready_for_planning: true\nblocking_unknowns: [When?]\n---\n"

    assert decision(blocked, b"{}") == Refusal(
        (
            "q/r.md: `ready_for_planning` is false",
            "q/r.md: blocked by 'Who pays?'",
            "q/r.md: blocked by 'When?'",
        ),
        SETTLE,
    )
    assert decision(silent, b"{}") == Refusal(
        ("q/r.md: `ready_for_planning` is missing", "q/r.md: `blocking_unknowns` is missing"), SETTLE
    )
    assert decision(doubtful, b"{}") == Refusal(("q/r.md: blocked by 'When?'",), SETTLE)


@pytest.mark.requirement("MU-ALLOC-4002")
def test_an_id_in_one_file_alone_does_not_make_a_record_ready() -> None:
    record = f"---\nspec_id: {ID}\nready_for_planning: false\nblocking_unknowns: []\n---\n".encode()

    assert decision(record, b"{}") == Refusal(("q/r.md: `ready_for_planning` is false",), SETTLE)


@pytest.mark.requirement("MU-ALLOC-4013")
def test_ids_that_disagree_are_both_shown() -> None:
    record = READY.replace(b"---\nready", f"---\nspec_id: {ID}\nready".encode(), 1)
    contract = f'{{\n  "spec_id": "{OTHER}"\n}}'.encode()

    assert decision(record, contract) == Refusal(
        (f"the files carry different IDs: q/r.md:2 has {ID}, q/c.json:2 has {OTHER}",),
        "keep the spec_id that runs and events carry, and write it into both files",
    )


@pytest.mark.requirement("MU-ALLOC-4014")
def test_every_reason_is_told_at_once_and_each_remedy_once() -> None:
    record = b"---\nready_for_planning: yes\nspec_id: x\nspec_id: x\n---\n"

    assert decision(record, b'{"a": 1,}', "") == Refusal(
        (
            "q/r.md:2:1: ready_for_planning is 'yes', and neither true nor false",
            "q/r.md:3:10: spec_id is 'x', neither a UUID nor a placeholder such as <spec-id>",
            "q/r.md:4:1: 'spec_id' stands twice, first in line 3",
            "q/c.json:1:8: not JSON: a comma before `}`",
            "q/r.md: `blocking_unknowns` is missing",
            "the settings have no `namespace` to mint an ID from",
        ),
        "write true or false; put the UUID that was allocated there, or leave it to `muster allocate`; "
        "keep one of them; take the comma out; "
        f'{SETTLE}; put `namespace = "UUID"` into muster.toml; `muster init` writes one',
    )


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_record_that_cannot_be_read_is_not_told_to_miss_something() -> None:
    assert decision(b"# Queue\n", b"{}") == Refusal(
        ("q/r.md:1:1: the record has no front matter",),
        "begin the record with a line `---`, its keys as `key: value`, and a line `---`",
    )


@pytest.mark.requirement("MU-ALLOC-4011")
def test_a_file_that_could_not_be_read_after_its_edit_is_left_alone() -> None:
    lines = "ready_for_planning: true\nblocking_unknowns: []\n"
    record = f"---\n{lines}# {'x' * (1_000_000 - len(lines) - 3)}\n---\n".encode()
    contract = b'{"a": "' + b"x" * (1_000_000 - 9) + b'"}'
    by_hand = f"write `spec_id` into it by hand: {minted(NAMESPACE, 'q/r.md', record)}"

    assert decision(record, contract) == Refusal(
        (
            "q/r.md: an edit would not keep the rest of the front matter as it is",
            "q/c.json: an edit would not keep the rest of the file as it is",
        ),
        by_hand,
    )


@pytest.mark.requirement("MU-ALLOC-4011")
def test_front_matter_that_ends_earlier_for_yaml_than_for_its_fences_is_left_alone() -> None:
    record = READY.replace(b"---\n# Queue", "# note\u2028...\n---\n# Queue".encode())

    assert decision(record, b"{}") == Refusal(
        ("q/r.md: an edit would not keep the rest of the front matter as it is",),
        f"write `spec_id` into it by hand: {minted(NAMESPACE, 'q/r.md', record)}",
    )


def test_the_name_that_is_hashed_is_path_and_content_with_a_zero_between() -> None:
    digest = hashlib.sha1(uuid.UUID(NAMESPACE).bytes + b"q/\xff.md\0" + READY).digest()

    assert minted(NAMESPACE, "q/\udcff.md", READY) == str(uuid.UUID(bytes=digest[:16], version=5))
