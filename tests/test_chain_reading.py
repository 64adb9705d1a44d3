"""Turns as they are read, well formed or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from muster.chains.fences import Body, Fence, Heading, body_of
from muster.chains.fields import choice_in, fields_in, sections_in
from muster.chains.front import Front, front_in, is_turn
from muster.chains.prompt import gap_in
from muster.chains.reading import number_in, turn_in
from muster.chains.turn import HEADER, Entry, Kind, Prompt, Said, Scope, Section, Turn
from muster.model import Problem
from muster.settings import ChainSettings

SEED = Path(__file__).parent.parent.parent / "shared/seeds/002_d1b6ee3a468eca48.txt"
SETTINGS = ChainSettings()
PATH = "chains/001-retry/003-turn.md"

PROMPT = """\
---
kind: prompt
label: 1
actor: OCP
---

```text
ROLE: Codex
PHASE: Phase 1..N, Prompt 1
SCOPE:
  Allowed: src/a.py
  Prohibited: none
ACTIVE RULES MEMO: path safety
EXPECTED OUTPUTS:
- diff
- report
TESTS: pytest -q
CONSTRAINTS: none
STOP RULE: stop, and wait

PURPOSE: one concern
PROTOCOL: [the protocol](../../docs/protocol.md)
```
"""
GATE = """\
---
kind: gate
gate: skeptic
label: 1
actor: OCP
---

- Evidence check (memo/diff/report/QA present?): [YES]
* **Scope check (files authorised?):** YES
Risk check (new: risks?): NOTED
- Decision: PASS WITH CONDITIONS
- Conditions:
  - keep the limit: five
    in the settings
  - tell the worker
"""


def read(text: str, path: str = PATH) -> Turn:
    turn = turn_in(text.encode(), path, SETTINGS)
    assert turn is not None
    return turn


def prompt(text: str) -> Prompt:
    found = read(text).prompt
    assert found is not None
    return found


def told(turn: Turn) -> list[tuple[int, str]]:
    assert {problem.code for problem in turn.problems} <= {"CHN001"}
    return [(problem.place.line, problem.message) for problem in turn.problems]


# Fences, headings, prose


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_body_falls_into_fences_headings_and_prose() -> None:
    text = """\
# Title <!-- of the turn --> ##
Words <!-- hidden
for long --> go on.
````text a
```
~~~
`````
- item
  ~~~diff
  a
    b
  ~~~
"""
    assert body_of(text.split("\n"), 5) == Body(
        first=5,
        stop=17,
        fences=(Fence(8, 11, "text a", ("```", "~~~")), Fence(13, 16, "diff", ("a", "  b"))),
        headings=(Heading(1, "Title", 5),),
        prose=(Said("Words  go on.", 6), Said("- item", 12)),
    )


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_fence_that_nothing_closes_goes_on_to_the_end_or_to_that_of_its_item() -> None:
    body = body_of(["- ```", "  a", "", "b", "   ~~~", "   ```", "\tc"])

    assert body.fences == (Fence(1, 3, "", ("a", ""), closed=False), Fence(5, 7, "", ("```", " c"), closed=False))
    assert body.prose == (Said("b", 4),)


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize("line", ["    ```", "\t```", "``", "``` a`b", "text ```"], ids=ascii)
def test_what_only_looks_like_a_fence_is_prose(line: str) -> None:
    assert body_of(["# A", line, "after"]).prose == (Said(line, 2), Said("after", 3))


@pytest.mark.requirement("MU-CHAIN-7001")
def test_comments_are_left_out_and_what_is_none_stays() -> None:
    lines = ["`<!--` a <!-- b --> c <!--d-->e", "open <!-- here", "", "<!-- one", "```", "--> end", "<!-- never", "x"]

    assert body_of(lines).prose == (Said("`<!--` a  c e", 1), Said("open <!-- here", 2), Said(" end", 4))
    assert body_of(lines).fences == ()


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_section_has_its_text_and_is_empty_where_nothing_stands_in_it() -> None:
    lines = ["# All", "## Esiti:", "a", "```", "b", "```", "### QA output", "## Plan", "## DIFF", "```diff", "```"]

    assert sections_in(body_of(lines), {"Findings": ("esiti",)}) == (
        Section("All", 1, 1, "", empty=False),
        Section("Findings", 2, 2, "a", empty=False),
        Section("QA output", 3, 7, "", empty=True),
        Section("Plan", 2, 8, "", empty=True),
        Section("Diff", 2, 9, "", empty=False),
    )


# Fields


@pytest.mark.requirement("MU-CHAIN-7001")
def test_the_fields_of_a_gate_stand_in_items_or_lines_with_all_that_belongs_to_them() -> None:
    assert read(GATE).fields == (
        Entry("Evidence check", "[YES]", 8),
        Entry("Scope check", "YES", 9),
        Entry("Risk check", "NOTED", 10),
        Entry("Decision", "PASS WITH CONDITIONS", 11),
        Entry(
            "Conditions",
            "",
            12,
            (Said("keep the limit: five", 13), Said("in the settings", 14), Said("tell the worker", 15)),
        ),
    )


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_field_takes_what_is_indented_or_right_below_it_and_ends_at_a_heading() -> None:
    lines = ["Reason: long", "and longer", "", "  indented", "Words.", "Conditions:", "- a", "- b: c", "# Next", "- d"]

    assert fields_in(body_of(lines).prose, [9]) == (
        Entry("Reason", "long", 1, (Said("and longer", 2), Said("indented", 4), Said("Words.", 5))),
        Entry("Conditions", "", 6, (Said("a", 7), Said("b: c", 8))),
    )


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize("text", ["no field", "`a`: b", "https://example.org", "12:30", "[a]: b", "**a**", "**a: b**"])
def test_a_line_without_a_name_before_a_colon_is_no_field(text: str) -> None:
    assert fields_in([Said(text, 1)]) == ()


@pytest.mark.requirement("MU-CHAIN-7033")
def test_a_choice_may_stand_in_brackets_and_is_nothing_beside_other_words() -> None:
    values = ["YES", "[YES]", "**yes**", "`YES`", "YES, mostly", "YES/NO", "", "[YES/NO]"]

    assert [choice_in(value, ("YES", "NO")) for value in values] == ["YES"] * 4 + [""] * 4


# Front matter


@pytest.mark.requirement("MU-CHAIN-7001")
def test_front_matter_is_a_flat_list_in_which_values_may_be_quoted() -> None:
    lines = [
        "---",
        "kind: gate # of two",
        "label: 'N+1'''",
        'actor: "a \\"b\\" # c"',
        "# words",
        "",
        "date:",
        "---",
        "x",
    ]

    assert front_in(lines) == Front(
        (Entry("kind", "gate", 2), Entry("label", "N+1'", 3), Entry("actor", 'a "b" # c', 4), Entry("date", "", 7)), 9
    )


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("---\nkind: gate\nlabel: 1\n---\n", True),
        ("\ufeff---\r\nkind: 'gate'\r\nactor: OCP\r\n---", True),
        ("---\nkind: gate\nlabel: 1\n", True),
        ("---\nkind: gate\n---\n", False),
        ("---\nkind: decision\ntitle: ADR 5\n---\n", False),
        ("---\nkind: blog\nlabel: 1\n---\n", False),
        ("---\ntitle: gate\n---\n", False),
        ("kind: gate\n", False),
        ("", False),
    ],
)
def test_a_file_is_a_turn_where_its_front_matter_names_one_of_the_kinds(text: str, *, is_one: bool) -> None:
    assert is_turn(text.encode()) is is_one


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_file_whose_front_matter_names_no_kind_is_no_turn() -> None:
    texts = ["", "text\n", "---\nlabel: 1\n---\n", "---\n---\n", "+++\nkind = 'gate'\n+++\n"]

    assert [turn_in(text.encode(), PATH, SETTINGS) for text in texts] == [None] * 5


MALFORMED = {
    "a key twice": (
        "---\nkind: closure\nlabel: N+1\nactor: Planner\nlabel: N+1\n---\n",
        [(5, "the key 'label' stands there twice")],
    ),
    "a line that is no pair": (
        "---\nkind: closure\n- x\nlabel: N+1\nactor: Planner\n---\n",
        [(3, "'- x' in the front matter is no `key: value`")],
    ),
    "an unknown kind": ("---\nkind: promt\nlabel: 1\nactor: OCP\n---\n", [(2, "'promt' is no kind of a turn")]),
    "no label and no actor": (
        "---\nkind: closure\nactor:\n---\n",
        [(1, "the front matter names no label"), (3, "the front matter names no actor")],
    ),
    "a gate that does not say which": (
        "---\nkind: gate\nlabel: 1\nactor: OCP\n---\n",
        [(2, "the front matter of a gate does not say which: it names no `gate`")],
    ),
    "an unknown gate": (
        "---\nkind: gate\ngate: sceptic\nlabel: 1\nactor: OCP\n---\n",
        [(3, "'sceptic' is no gate of a turn")],
    ),
    "an unknown decision": (
        "---\nkind: decision\nlabel: 1\nactor: OCP\ndecision: later\n---\n",
        [(5, "'later' is no decision of a turn")],
    ),
    "an unknown mode": (
        "---\nkind: closure\nlabel: 1\nactor: OCP\nmode: free\n---\n",
        [(5, "'free' is no mode of a turn")],
    ),
    "a trace that is no UUID": (
        "---\nkind: onboarding\nlabel: 0\nactor: Planner\ntrace_id: 12\n---\n",
        [(5, "the trace_id '12' is no UUID")],
    ),
    "front matter that never closes": (
        "---\nkind: closure\nlabel: 1\nactor: OCP\n\n- Decision: CLOSED\n\n---\n",
        [(1, "the front matter is never closed")],
    ),
    "a fence that never closes": (
        "---\nkind: closure\nlabel: 1\nactor: OCP\n---\n\n```\n- Decision: CLOSED\n",
        [(7, "this code block is never closed")],
    ),
}


@pytest.mark.requirement("MU-CHAIN-7001")
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_wrong_with_the_form_is_told_at_its_line(name: str) -> None:
    text, problems = MALFORMED[name]

    assert told(read(text)) == problems


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_problem_says_where_what_and_what_to_do() -> None:
    (problem,) = read("---\nkind: gate\ngate: x\nlabel: 1\nactor: OCP\n---\n").problems

    assert isinstance(problem, Problem)
    assert f"{problem.place}: {problem.message}; {problem.help}" == (
        "chains/001-retry/003-turn.md:3:1: 'x' is no gate of a turn; write evidence or skeptic"
    )


@pytest.mark.requirement("MU-CHAIN-7001")
def test_front_matter_that_never_closes_still_gives_its_keys_and_the_body_below() -> None:
    turn = read(MALFORMED["front matter that never closes"][0])

    assert (turn.kind, turn.label, turn.actor) == (Kind.CLOSURE, "1", "OCP")
    assert turn.fields == (Entry("Decision", "CLOSED", 6),)


@pytest.mark.requirement("MU-CHAIN-7001")
def test_the_name_of_a_turn_begins_with_its_number() -> None:
    names = ["001-a.md", "x/12.md", "0007b.md", "a-1.md", "1234567890.md", "\N{ARABIC-INDIC DIGIT ONE}.md"]

    assert [number_in(name) for name in names] == [1, 12, 7, None, None, None]
    assert told(read(GATE, "chains/x/gate.md")) == [(1, "the name gate.md begins with no number")]


# Prompts


@pytest.mark.requirement("MU-CHAIN-7012", "MU-CHAIN-7014", "MU-CHAIN-7016")
def test_a_prompt_is_read_with_every_field_at_its_line() -> None:
    assert read(PROMPT) == Turn(
        path=PATH,
        number=3,
        kind=Kind.PROMPT,
        label="1",
        actor="OCP",
        head=(Entry("kind", "prompt", 2), Entry("label", "1", 3), Entry("actor", "OCP", 4)),
        prompt=Prompt(
            line=7,
            header=(
                Entry("ROLE", "Codex", 8),
                Entry("PHASE", "Phase 1..N, Prompt 1", 9),
                Entry("SCOPE", "", 10, (Said("Allowed: src/a.py", 11), Said("Prohibited: none", 12))),
                Entry("ACTIVE RULES MEMO", "path safety", 13),
                Entry("EXPECTED OUTPUTS", "", 14, (Said("diff", 15), Said("report", 16))),
                Entry("TESTS", "pytest -q", 17),
                Entry("CONSTRAINTS", "none", 18),
                Entry("STOP RULE", "stop, and wait", 19),
            ),
            further=(
                Entry("PURPOSE", "one concern", 21),
                Entry("PROTOCOL", "[the protocol](../../docs/protocol.md)", 22),
            ),
            links=(Said("../../docs/protocol.md", 22),),
            scope=Scope(
                text="Allowed: src/a.py\nProhibited: none",
                line=10,
                allowed=(Said("src/a.py", 11),),
                allows=True,
                forbids=True,
            ),
            blocks=(7,),
            roles=(8,),
        ),
    )


@pytest.mark.requirement("MU-CHAIN-7012")
@pytest.mark.skipif(not SEED.is_file(), reason="the seeds are not here")
def test_the_header_block_of_the_seed_loads_as_a_complete_header() -> None:
    block = re.search(r"^```\nROLE: .*?^```$", SEED.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert block is not None

    found = prompt(f"---\nkind: prompt\nlabel: 1\nactor: OCP\n---\n{block[0]}\n")

    assert [(entry.key, entry.value) for entry in found.header] == [(HEADER[0], "Codex")] + [
        (key, "...") for key in HEADER[1:]
    ]
    assert (found.further, found.strays, found.outside, gap_in(found.header)) == ((), (), (), 0)


def keys(text: str) -> list[str]:
    return [entry.key for entry in prompt(text).header]


@pytest.mark.requirement("MU-CHAIN-7012")
def test_a_header_is_read_as_it_stands_with_fields_twice_or_in_another_order() -> None:
    swapped = PROMPT.replace("TESTS: pytest -q\nCONSTRAINTS: none", "CONSTRAINTS: none\nTESTS: pytest -q")
    role = PROMPT.replace("ROLE: Codex", "ROLE: Codex\nROLE: OCP")
    further = PROMPT.replace("TESTS:", "PURPOSE: x\nTESTS:")

    assert keys(PROMPT) == list(HEADER)
    assert keys(swapped) == [*HEADER[:5], "CONSTRAINTS", "TESTS", "STOP RULE"]
    assert keys(role) == ["ROLE", *HEADER]
    assert keys(further) == [*HEADER[:5], "PURPOSE", *HEADER[5:]]
    assert keys(PROMPT.replace("ROLE: Codex", "ROLE Codex")) == list(HEADER[1:])
    assert prompt(PROMPT.replace("ROLE: Codex", "ROLE Codex")).strays == (Said("ROLE Codex", 8),)


@pytest.mark.requirement("MU-CHAIN-7012")
def test_a_blank_line_within_the_header_is_found() -> None:
    assert gap_in(prompt(PROMPT).header) == 0
    assert gap_in(prompt(PROMPT.replace("TESTS:", "\nTESTS:")).header) == 17
    assert gap_in(prompt(PROMPT.replace("- report", "\n- report")).header) == 16


@pytest.mark.requirement("MU-CHAIN-7010")
def test_a_role_behind_the_stop_rule_begins_a_second_prompt() -> None:
    batched = PROMPT.replace("PURPOSE: one concern", "ROLE: Codex\nPHASE: 2")

    assert keys(batched) == list(HEADER)
    assert prompt(batched).roles == (8, 21)


@pytest.mark.requirement("MU-CHAIN-7016")
def test_text_outside_the_block_further_blocks_and_lines_of_no_field_are_told() -> None:
    text = PROMPT.replace("```text", "Please:\n\n<!-- no text -->\n```text").replace("PURPOSE", "HINT: x\n- y\nPURPOSE")
    found = prompt(text + "\n# More\n\n```\nx\n```\n")

    assert found.outside == (7, 30)
    assert found.blocks == (10, 32)
    assert found.strays == (Said("HINT: x", 24), Said("- y", 25))


@pytest.mark.requirement("MU-CHAIN-7016")
def test_without_a_block_the_header_is_looked_for_in_the_text() -> None:
    found = prompt(PROMPT.replace("```text\n", "").replace("```\n", ""))

    assert [entry.key for entry in found.header] == list(HEADER)
    assert (found.line, found.blocks, len(found.outside)) == (0, (), 14)


@pytest.mark.requirement("MU-CHAIN-7014")
@pytest.mark.parametrize(
    ("protocol", "links"),
    [
        ("docs/protocol.md", ["docs/protocol.md"]),
        ("see docs/protocol.md#turns, section 2.", ["docs/protocol.md#turns"]),
        ("docs/protocol", ["docs/protocol"]),
        ("[a](<a b.md>) and [c](d_(e).md 'title')", ["a b.md", "d_(e).md"]),
        ("`docs/protocol.md`", ["docs/protocol.md"]),
        ("the protocol", []),
    ],
)
def test_documents_are_linked_in_markdown_or_named(protocol: str, links: list[str]) -> None:
    text = PROMPT.replace("[the protocol](../../docs/protocol.md)", protocol).replace("src/a.py", "docs/a.md")

    assert [link.text for link in prompt(text).links] == links


# What people do to files


@pytest.mark.requirement("MU-CHAIN-7001")
def test_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing() -> None:
    for text in (PROMPT, GATE):
        plain = read(text)

        assert read(text.replace("\n", "\r\n")) == plain
        assert read("\ufeff" + text.replace("\n", "\r")) == plain
        assert read(text.removesuffix("\n")) == plain


@pytest.mark.requirement("MU-CHAIN-7001")
def test_tabs_nuls_and_bytes_that_are_no_utf8_are_read_without_a_traceback() -> None:
    data = GATE.replace("  - ", "\t- ").replace("[YES]", "Y\x00S").encode().replace(b"tell", b"\xff\xfe")
    turn = turn_in(data, PATH, SETTINGS)

    assert turn is not None
    assert turn.fields[0] == Entry("Evidence check", "Y\N{REPLACEMENT CHARACTER}S", 8)
    assert turn.fields[-1].items[-1] == Said("\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} the worker", 15)
    assert turn.problems == ()


@pytest.mark.requirement("MU-CHAIN-7011")
def test_the_onboarding_task_names_documents_as_links_as_code_or_as_items() -> None:
    body = "## Documents\n\n- [a](../a.md)\n- `b c.md`, for all\n- d.md\n- some words\n\n## Plan\n\n- `e.md`\n"
    turn = read(f"---\nkind: onboarding\nlabel: 0\nactor: Planner\n---\n{body}")

    assert turn.paths == (Said("../a.md", 8), Said("b c.md", 9), Said("d.md", 10))
    assert [(section.name, section.empty) for section in turn.sections] == [("Documents", False), ("Plan", False)]
