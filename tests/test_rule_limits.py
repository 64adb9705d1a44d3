"""Where each rule stops: what looks like its defect and is none, and what looks harmless and is one."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from muster.inputs import memory
from muster.pipeline import run
from muster.rules.base import FRAME
from muster.settings import settings_from

SPEC = "specs/10-example.md"


def codes(text: str, prefix: str, settings: str = "", **more: str) -> list[str]:
    """The findings of one rule or family as `CODE line:column`, lines counted below the frame."""
    files = {SPEC: FRAME + text} | {f"specs/{name}.md": FRAME + other for name, other in more.items()}
    outcome = run(memory(files), settings_from(f'[rules]\nselect = ["{prefix}"]\n{settings}', "muster.toml"))
    head = FRAME.count("\n")
    return [f"{f.code} {f.place.line - head}:{f.place.column}" for f in outcome.findings if f.place.path == SPEC]


@pytest.mark.requirement("MU-RULE-2010")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- [AUTH-001] [AUTH-002] It MUST be.\n- [AUTH-002] It MUST be.\n", ["REQ005 1:14"]),
        ("- [AUTH-001], [AUTH-002] and [AUTH-003]: it MUST be.\n", ["REQ005 1:15", "REQ005 1:30"]),
        ("- [AUTH-001] It MUST be. [AUTH-002]\n", ["REQ005 1:26"]),
        ("- [AUTH-001] It MUST be. [AUTH-002]\n- [AUTH-002] It MUST be.\n", []),
        ("- It MUST be. [AUTH-001] [AUTH-002]\n", ["REQ005 1:15"]),
        ("[AUTH-001] It MUST be.  \n[AUTH-002] It MUST be.\n", ["REQ005 2:1"]),
        ("- [AUTH-001] It MUST be like [AUTH-002] here.\n", []),
        ("- [AUTH-001] [AUTH-002](20-users.md) says what it MUST be.\n", []),
        ("- [AUTH-001] It MUST be `[AUTH-002]`\n", []),
        ("- [AUTH-001] It MUST be.\n    - [AUTH-002] It MUST be.\n", []),
        ("> [AUTH-001] It MUST be.\n>\n> [AUTH-002] It MUST be.\n", []),
        ("### [AUTH-001] [AUTH-002] It MUST be\n", ["REQ005 1:16"]),
    ],
)
def test_of_several_ids_those_that_seem_to_define_are_found(text: str, found: list[str]) -> None:
    assert codes(text, "REQ005") == found


@pytest.mark.requirement("MU-RULE-2010")
def test_a_reference_to_an_id_of_another_spec_is_no_second_definition() -> None:
    assert codes("- [AUTH-001] It MUST be. [USER-001]\n", "REQ005", users="- [USER-001] It MUST be.\n") == []


@pytest.mark.requirement("MU-RULE-2010")
def test_as_few_ids_as_possible_are_out_of_order() -> None:
    for seed in range(60):
        numbers = random.Random(seed).choices(range(1, 9), k=7)
        text = "".join(f"- [AUTH-{number:03}] It MUST be.\n" for number in numbers)
        rising = next(
            size
            for size in range(len(numbers), 0, -1)
            if any(list(row) == sorted(row) for row in combinations(numbers, size))
        )

        assert len(codes(text, "REQ006")) == len(numbers) - rising, numbers


@pytest.mark.requirement("MU-RULE-2010")
def test_areas_have_an_order_each_and_dotted_numbers_compare_by_parts() -> None:
    assert codes("- [B-002] It MUST be.\n- [A-001] It MUST be.\n- [B-003] It MUST be.\n", "REQ006") == []
    dotted = '[requirements]\nid = "R-[0-9.]+"\n'
    assert codes("- [R-1.9] It MUST be.\n- [R-1.10] It MUST be.\n- [R-1.2.3] It MUST be.\n", "REQ006", dotted) == [
        "REQ006 3:3"
    ]


@pytest.mark.requirement("MU-RULE-2011")
@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It MUST be, and must not rest.", ["KWD003 1:30"]),
        ("It MUST be; it **must** rest.", ["KWD003 1:31"]),
        ("It MUST not be.", ["KWD003 1:17"]),
        ("It SHOULD *not* be.", ["KWD003 1:17"]),
        ("It MAY not be.", ["KWD003 1:17"]),
        ("It MUST be. Must it rest?", ["KWD003 1:26"]),
        ("A must is a level, a missing should a warning, and it MUST be.", []),
        ("A must have MUST be there.", []),
        ("The level (must, should, may or info) MUST be read.", []),
        ("Should the queue be full, it MUST be emptied.", []),
        ('It MUST say "you must wait".', []),
        ("It MUST say `you must wait`.", []),
        ("It MUST use must-have parts of mustard.", []),
        ("It MUST be; it may rest, as recommended or required.", []),
        ("It MAY be; it is not so, and NOT otherwise.", []),
    ],
)
def test_a_lowercase_keyword_is_a_modal_verb_beside_a_capitalised_one(sentence: str, found: list[str]) -> None:
    assert codes(f"- [AUTH-001] {sentence}\n", "KWD003") == found


@pytest.mark.requirement("MU-RULE-2011")
def test_lowercase_keywords_stay_unreported_where_they_count() -> None:
    files = {SPEC: "# A\n\nThe words of RFC 2119 are used.\n\n- [AUTH-001] It MUST be and must stay.\n"}
    settings = settings_from('[rules]\nselect = ["KWD003"]\n[requirements]\nlowercase = true\n', "muster.toml")

    assert run(memory(files), settings).findings == ()


@pytest.mark.requirement("MU-RULE-2011")
@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The client MUST ask; the server MUST answer.", ["KWD005 1:46"]),
        ("If full, the client MUST wait. When empty, clients MUST ask.", []),
        ("The client MUST ask. It MUST wait. This MUST end. Both MUST rest.", []),
        ("The client MUST ask and the server MUST answer.", []),
        ("The file of the server MUST end; files MUST be empty.", []),
        ("Replica sets MUST be pinned; replicas MUST NOT mix.", []),
        ("`check` MUST end; `sync` MUST end.", []),
        ("The client MUST ask; the server MAY answer.", []),
        ("The client MUST ask (e.g. the server MUST answer).", []),
    ],
)
def test_two_subjects_are_told_by_their_nouns_or_not_at_all(sentence: str, found: list[str]) -> None:
    assert codes(f"- [AUTH-001] {sentence}\n", "KWD005") == found


@pytest.mark.requirement("MU-RULE-2011")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("| MUST | MAY |\n|---|---|\n| a | b |\n", []),
        ("### What MUST be\n", []),
        ("The levels (MUST, SHOULD or MAY) are read.\n", []),
        ("> [!NOTE]\n> It MUST be.\n", []),
        ("It MUST be.\n", ["KWD002 3:4"]),
        ("| a | It MUST be. |\n|---|---|\n| b | It MUST be. |\n", ["KWD002 5:10"]),
    ],
)
def test_a_sentence_without_id_is_one_that_binds(text: str, found: list[str]) -> None:
    assert codes(f"- [AUTH-001] It MUST be.\n\n{text}", "KWD002") == found


@pytest.mark.requirement("MU-RULE-2011")
def test_a_document_without_ids_needs_none() -> None:
    assert codes("It MUST be.\n", "KWD002") == []


@pytest.mark.requirement("MU-RULE-2011")
@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It MUST be as\n  needed.", ["KWD007 1:25"]),
        ("It MUST be Fast.", ["KWD007 1:25"]),
        ("It MUST fail fast on fast-forward, breakfast and `fast`.", []),
        ("It is fast.", []),
    ],
)
def test_a_vague_word_is_a_whole_word_of_a_requirement(sentence: str, found: list[str]) -> None:
    assert codes(f"- [AUTH-001] {sentence}\n", "KWD007") == found


@pytest.mark.requirement("MU-RULE-2012")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x" * 100, []),
        ("x" * 101, ["SHP005 1:101"]),
        (f"{'語' * 100}", []),
        (f"{'x' * 60} `{'y' * 60}` {'z' * 38}", []),
        (f"{'x' * 60} `{'y' * 60}` {'z' * 39}", ["SHP005 1:163"]),
        (f"{'x' * 90} <https://example.org/{'y' * 60}>", []),
        (f"- {'x' * 99}", ["SHP005 1:101"]),
        (f"    {'x' * 120}", []),
        (f"{'x' * 90} <!-- {'y' * 60} -->", []),
        (f"[x]: https://example.org/{'y' * 90}", []),
    ],
)
def test_a_line_is_as_long_as_its_running_text(line: str, found: list[str]) -> None:
    assert codes(f"{line}\n", "SHP005") == found


@pytest.mark.requirement("MU-RULE-2012")
@pytest.mark.parametrize(
    ("quotes", "found"), [(">" * 60, []), (">" * 200, ["SHP009 1:1"]), ("> " * 10_000, ["SHP009 1:1"])]
)
def test_deep_nesting_is_a_finding_and_no_crash(quotes: str, found: list[str]) -> None:
    assert codes(f"{quotes} [AUTH-001] It MUST be.\n", "SHP009") == found


@pytest.mark.requirement("MU-RULE-2018")
@pytest.mark.parametrize(
    ("readme", "message"),
    [
        ("", "crates/queue/README.md does not say why"),
        ("## What this is not\n\nNo service.\n", "crates/queue/README.md links no spec under 'What this is not'"),
        ("## What this is not\n\nSee [it](../../specs/10-example.md#x).\n", None),
    ],
)
def test_a_package_that_may_do_without_a_spec_says_why_and_links_the_one_that_covers_it(
    readme: str, message: str | None
) -> None:
    files = {"crates/queue/go.mod": "module example.org/queue\n", SPEC: FRAME + "- [AUTH-001] It MUST be.\n"}
    files |= {"crates/queue/README.md": readme} if readme else {}
    settings = settings_from('[rules]\nselect = ["REQ"]\n[packages]\nmay = ["crates/*"]\n', "muster.toml")
    found = [finding.message for finding in run(memory(files), settings).findings]

    assert len(found) == bool(message)
    assert all(text.endswith(message or "") for text in found)


@pytest.mark.requirement("MU-RULE-2018")
def test_a_missing_must_is_an_error_and_a_missing_should_a_warning() -> None:
    files = {"go.mod": "module example.org/root\n", "a/package.json": '{"name": "@x/a"}', "b/package.json": "{}"}
    settings = settings_from('[packages]\nmust = ["."]\nshould = ["*"]\nmay = ["b"]\n', "muster.toml")

    assert [(f.code, f.severity.value, f.place.path) for f in run(memory(files), settings).findings] == [
        ("REQ008", "warning", "a/package.json"),
        ("REQ008", "warning", "b/package.json"),
        ("REQ008", "error", "go.mod"),
    ]


@pytest.mark.requirement("MU-REQ-1038")
@pytest.mark.parametrize("name", ["20-example", "20-Example", "20-retired"])
def test_specs_that_share_a_requirement_file_are_both_named(name: str) -> None:
    text = FRAME + "- [{}-001] It MUST be.\n"
    files = {SPEC: text.format("AUTH"), f"specs/{name}.md": text.format("USER")}
    settings = settings_from('[rules]\nselect = ["REQ007"]\n', "muster.toml")

    (finding,) = run(memory(files), settings).findings

    assert finding.place.path == f"specs/{name}.md"
    assert finding.place.path in finding.message
    assert SPEC in finding.message or "the list of retired IDs" in finding.message


@pytest.mark.requirement("MU-REQ-1042")
def test_a_retired_id_names_its_reason_and_its_successor_to_those_who_cite_it() -> None:
    files = {
        SPEC: f"{FRAME}- [AUTH-002] It MUST be. See [AUTH-001].\n\n[AUTH-001] became [AUTH-002].\n",
        "requirements/retired.yaml": "AUTH-001: {reason: too long, successor: AUTH-002}\n",
    }
    settings = settings_from('[rules]\nselect = ["REQ004"]\n', "muster.toml")

    assert [(f.severity.value, f.place.line, f.message, f.help) for f in run(memory(files), settings).findings] == [
        (
            "error",
            9,
            "AUTH-001 is retired: too long; its successor is AUTH-002",
            "an ID is never used again; give this requirement one of its own",
        )
    ]
