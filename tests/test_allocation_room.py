"""Elicitation records as they are read: what they say, what is wrong with them and where, and which files belong."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.allocation.contract import Contract, contract_in
from muster.allocation.deciding import Refusal
from muster.allocation.elicitation import Elicitation, elicitation_in
from muster.allocation.folder import Pair, pair_in
from muster.allocation.spec_ids import contract_beside, spec_id_of
from muster.model import Problem

ID = "3f0b7a52-9c1e-5d34-8a6b-0123456789ab"


def record(lines: str, body: str = "# Queue\n") -> bytes:
    return f"---\n{lines}---\n{body}".encode()


def told(problems: tuple[Problem, ...]) -> list[str]:
    assert {problem.code for problem in problems} <= {"ALO003"}
    return [f"{problem.place}: {problem.message} ({problem.help})" for problem in problems]


def wrong_record(data: bytes) -> list[str]:
    return told(elicitation_in(data, "r.md").problems)


READY = "ready_for_planning: true\nblocking_unknowns: []\n"


@pytest.mark.requirement("MU-ALLOC-4002")
def test_a_record_says_whether_it_is_ready_and_what_blocks_it() -> None:
    lines = (
        "title: Queue\nready_for_planning: false\nblocking_unknowns:\n- Who   pays?\n- {q: b}\n-\n- two\n  lines\n"
        f"spec_id: {ID.upper()} # by hand\n"
    )

    assert elicitation_in(record(lines), "docs/r.md") == Elicitation(
        path="docs/r.md",
        spec_id=ID,
        written=ID.upper(),
        ready=False,
        blocking=("Who pays?", "{q: b}", "(an empty entry)", "two lines"),
        declares_blocking=True,
        line=10,
        says_ready="false",
    )


def test_a_record_and_a_contract_come_back_from_the_cache_as_they_were() -> None:
    one = elicitation_in(record(READY + "spec_id: x\n"), "r.md")
    other = contract_in(b'{"spec_id": 3}', "c.json")

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Elicitation) == one
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(other), type=Contract) == other


@pytest.mark.requirement("MU-ALLOC-4012")
@pytest.mark.parametrize(
    "text",
    "|null|NULL|~|<spec-id>|<anything you like>|{{x}}|{{ spec.id }}|TBD|todo|Pending|none|...| <spec-id> "
    "|00000000-0000-0000-0000-000000000000".split("|"),
)
def test_a_placeholder_counts_as_no_id(text: str) -> None:
    assert spec_id_of(text) == ""
    assert contract_in(json.dumps({"spec_id": text}).encode(), "c.json") == Contract(
        "c.json", written=json.dumps(text), line=1
    )
    assert elicitation_in(record(f"{READY}spec_id: {text}\n"), "r.md").problems == ()
    assert elicitation_in(record(f"{READY}spec_id: {text} # still open\n"), "r.md") == Elicitation(
        "r.md", written=text.strip(), ready=True, declares_blocking=True, line=4, says_ready="true"
    )


@pytest.mark.requirement("MU-ALLOC-4012")
@pytest.mark.parametrize("text", ["x", ID[:-1], ID + "0", ID.replace("-", ""), "<a> <b>", "urn:uuid:" + ID, "TBD!"])
def test_what_is_neither_id_nor_placeholder_is_told_in_both_files(text: str) -> None:
    words = f"spec_id is {text!r}, neither a UUID nor a placeholder such as <spec-id>"
    remedy = "put the UUID that was allocated there, or leave it to `muster allocate`"

    assert wrong_record(record(f"{READY}spec_id: '{text}'\n")) == [f"r.md:4:10: {words} ({remedy})"]
    assert told(contract_in(json.dumps({"spec_id": text}).encode(), "c.json").problems) == [
        f"c.json:1:13: {words} ({remedy})"
    ]


FENCED = "(begin the record with a line `---`, its keys as `key: value`, and a line `---`)"
ON_ONE_LINE = "(write `spec_id: UUID` on one line, or leave the key out)"
MEND = "(mend the YAML between the fences)"


@pytest.mark.requirement("MU-ALLOC-4014")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", f"r.md:1:1: the record has no front matter {FENCED}"),
        (b"\xef\xbb\xbf# Queue\n", f"r.md:1:1: the record has no front matter {FENCED}"),
        (b"\n---\na: b\n---\n", f"r.md:1:1: the record has no front matter {FENCED}"),
        (b"---\na: b\n", "r.md:1:1: the front matter is never closed (end it with a line `---`)"),
        (b"---\na: |\n  ---\n", "r.md:1:1: the front matter is never closed (end it with a line `---`)"),
        (
            b"\xef\xbb\xbf---\r\na: \xc3\xa4\xff\r\n---\r\n",
            "r.md:2:5: not UTF-8: the byte 0xFF (save the file as UTF-8)",
        ),
        (
            record("a: 1\nb:\n\t- x\n"),
            (
                "r.md:4:1: the front matter is not YAML: found character that cannot start any token; "
                "the line has a tab (indent with blanks, YAML takes no tabs)"
            ),
        ),
        (
            record("a: [1\n"),
            f"r.md:2:1: the front matter is not YAML: did not find expected ',' or ']' {MEND}",
        ),
        (
            record("a: *nowhere\n"),
            f"r.md:2:1: the front matter is not YAML: found undefined alias {MEND}",
        ),
        (record("- a\n"), f"r.md:2:1: the front matter is a list, and no keys with values {FENCED}"),
        (record("words\n"), f"r.md:2:1: the front matter is a text, and no keys with values {FENCED}"),
        (
            record("{a: b}\n"),
            (
                "r.md:2:1: the front matter is a mapping in braces, and no keys line by line "
                "(write each key as `key: value` on a line of its own)"
            ),
        ),
        (
            record(f"a: {'[' * 300}\n"),
            f"r.md:2:1: the front matter is not YAML: it nests deeper than 200 levels {MEND}",
        ),
        (
            record(f"a: {'x' * 1_000_000}\n"),
            (
                "r.md:1:1: the front matter has 1,000,004 characters, more than 1,000,000 "
                "(keep only its keys there, and the texts below)"
            ),
        ),
    ],
)
def test_a_record_that_cannot_be_taken_apart_says_what_and_where(data: bytes, words: str) -> None:
    found = elicitation_in(data, "r.md")

    assert told(found.problems) == [words]
    assert found == Elicitation("r.md", problems=found.problems, readable=False)


@pytest.mark.parametrize("opening", ["[", "{", "{a: ", "- ", "? "])
def test_no_depth_of_front_matter_ends_the_process(opening: str) -> None:
    found = elicitation_in(record(f"a:\n  {opening * 100_000}\n"), "r.md")

    assert [problem.place.line for problem in found.problems] == [3]
    assert not found.readable


@pytest.mark.requirement("MU-ALLOC-4014")
def test_every_problem_of_a_record_is_told_at_once() -> None:
    lines = (
        '"title": a\r\ntitle: b\r\ntitle: c\r\nspec_id: [x]\r\nready_for_planning: yes\r\n'
        "blocking_unknowns: none\r\nready_for_planning: true\r\n"
    )

    assert wrong_record(b"\xef\xbb\xbf---\r\n" + lines.encode() + b"---\r\n") == [
        "r.md:3:1: 'title' stands twice, first in line 2 (keep one of them)",
        f"r.md:5:10: spec_id is no plain text but '[x]' {ON_ONE_LINE}",
        "r.md:6:1: ready_for_planning is 'yes', and neither true nor false (write true or false)",
        "r.md:7:1: blocking_unknowns is 'none', and no list (write `[]` for none, else each unknown behind `- `)",
        "r.md:8:1: 'ready_for_planning' stands twice, first in line 6 (keep one of them)",
    ]


@pytest.mark.requirement("MU-ALLOC-4014")
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (f"spec_id: &id {ID}\nowner: *id\n", f"r.md:2:10: spec_id is no plain text but '&id {ID}'"),
        (f"owner: &id {ID}\nspec_id: *id\n", "r.md:3:1: spec_id is an alias, and not the ID itself"),
        (f"spec_id: !!str {ID}\n", f"r.md:2:10: spec_id is no plain text but '!!str {ID}'"),
        (f"spec_id: |\n  {ID}\n", f"r.md:2:10: spec_id is no plain text but '| {ID}'"),
        (f"spec_id:\n  {ID}\n", "r.md:2:1: spec_id and its value are not on one line"),
        ("? spec_id\n", "r.md:2:3: spec_id and its value are not on one line"),
        (f"? spec_id\n: {ID}\n", "r.md:2:3: spec_id and its value are not on one line"),
        (f"a: &k spec_id\n*k : {ID}\n", "r.md:2:4: spec_id and its value are not on one line"),
        ("spec_id: {a: b}\n", "r.md:2:10: spec_id is no plain text but '{a: b}'"),
    ],
)
def test_an_id_that_stands_in_no_one_place_is_told_and_never_edited(lines: str, words: str) -> None:
    assert wrong_record(record(lines)) == [f"{words} {ON_ONE_LINE}"]


@pytest.mark.parametrize(
    ("lines", "spec_id", "written", "line"),
    [
        (f'"spec_id": {ID}\n', ID, ID, 2),
        (f"'spec_id' : '{ID}'   # ours\n", ID, f"'{ID}'", 2),
        (f'a: 1\nspec_id: "{ID}"\n', ID, f'"{ID}"', 3),
        (f"  a: 1\n  spec_id: {ID}\n", ID, ID, 3),
        (f"a:\n  spec_id: {ID}\n", "", "", 1),
        (f"a: |\n  spec_id: {ID}\n  ---\n", "", "", 1),
        (f"# spec_id: {ID}\n", "", "", 1),
        (f"<<: {{spec_id: {ID}}}\n", "", "", 1),
        ("spec_id:   # to come\n", "", "", 2),
        ("", "", "", 1),
    ],
)
def test_only_a_key_at_the_top_of_front_matter_is_the_id(lines: str, spec_id: str, written: str, line: int) -> None:
    body = f"---\nspec_id: {ID}\n"
    expected = Elicitation("r.md", spec_id, written, line=line)

    assert elicitation_in(record(lines, body), "r.md") == expected
    assert elicitation_in(record(lines, body).replace(b"\n", b"\r\n"), "r.md") == expected
    assert elicitation_in(b"\xef\xbb\xbf" + record(lines, body), "r.md") == expected
    assert elicitation_in(f"---\n{lines}...\n{body}".encode(), "r.md") == expected


def test_aliases_that_would_blow_up_stay_as_they_stand() -> None:
    lines = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))

    assert elicitation_in(record(f"{lines}blocking_unknowns: [*i, *i]\n"), "r.md").blocking == ("&i [*h, *h]",) * 2


@pytest.mark.parametrize(("written", "ready"), [("true", True), ("True", True), ("TRUE", True), ("false", False)])
def test_readiness_is_true_or_false_in_any_case(written: str, ready: bool) -> None:
    found = elicitation_in(record(f"ready_for_planning: {written}\n"), "r.md")

    assert found == Elicitation("r.md", ready=ready, says_ready=str(ready).lower())


@pytest.mark.parametrize("written", ["'true'", "yes", "on", "1", "[true]", ""])
def test_readiness_that_some_readers_of_yaml_take_for_a_text_is_none(written: str) -> None:
    found = elicitation_in(record(f"ready_for_planning: {written}\n"), "r.md")
    shown = {"[true]": "a list", "": "empty"}.get(written, repr(written.strip("'")))

    assert (found.ready, found.says_ready) == (False, "?")
    assert told(found.problems) == [
        f"r.md:2:1: ready_for_planning is {shown}, and neither true nor false (write true or false)"
    ]


NOISE = "-\n:# '\"&*!|>[]{}?spec_id<~.\t\r"


@given(st.binary(max_size=40) | st.text(NOISE, max_size=40).map(lambda t: f"---\n{t}\n---\n".encode()))
def test_no_content_makes_reading_fail(data: bytes) -> None:
    assert elicitation_in(data, "r.md").path == "r.md"
    assert contract_in(data, "c.json").path == "c.json"


def is_record(path: str) -> bool:
    return path.endswith("elicitation.md")


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_directory_has_one_record_and_the_contract_beside_it() -> None:
    names = ["README.md", "objective-contract.json", "elicitation.md"]

    assert pair_in(names, "docs/q", is_record, "`**/elicitation.md`") == Pair(
        "docs/q/elicitation.md", "docs/q/objective-contract.json"
    )
    assert pair_in(names, "", is_record, "`**/elicitation.md`") == Pair("elicitation.md", "objective-contract.json")
    assert contract_beside("docs/q/elicitation.md") == "docs/q/objective-contract.json"
    assert contract_beside("elicitation.md") == "objective-contract.json"


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_directory_with_several_records_or_none_is_refused() -> None:
    assert pair_in(["b-elicitation.md", "a-elicitation.md"], "q", is_record, "x") == Refusal(
        (
            "q has several elicitation records: q/a-elicitation.md, q/b-elicitation.md",
            "q/objective-contract.json is missing",
        ),
        "keep one in a directory: the contract beside it belongs to one spec; "
        "write the objective contract there; `{}` is enough to begin with",
    )
    assert pair_in(["objective-contract.json"], "", is_record, "`**/elicitation.md`") == Refusal(
        (". has no elicitation record; looked for `**/elicitation.md`",),
        "name the record; it has `ready_for_planning` in its front matter",
    )
